"""Which noise a take starts from: the style seed, shared as far as the board says.

The noise of a take is sqrt(a) · shared + sqrt(1 - a) · own, of unit variance for every
consistency a. The shared part hangs on the style seed down to the level of the seed policy, the
own part down to shot and take. Seeds are SHA-256, so that no version of Python changes a film.
Called by `plan`; `stages` draws the noise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

SeedPolicy = str
"""shared | scene | shot | take"""

_LEVELS = ("shared", "scene", "shot", "take")


@dataclass(frozen=True)
class NoiseRecipe:
    """Two seeds and their mix; says everything about the noise but its shape.

    Attributes:
        shared_seed: Of what this take has in common with others.
        own_seed: Of what it has alone.
        consistency: a, the share of the variance that is common, 0 … 1.
    """

    shared_seed: int
    own_seed: int
    consistency: float

    @property
    def seed(self) -> int:
        """The one number to show a person."""
        return self.shared_seed if self.consistency == 1 else self.own_seed


def derive_seed(*parts: str | int) -> int:
    """Hash parts into a seed in [0, 2^63)."""
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def camera_seed(style_seed: int, scene: str, shot: str) -> int:
    """Of the shake of a shot's camera, the same in every take and at every size."""
    return derive_seed("camera", style_seed, scene, shot) % 2**32


def noise_recipe(
    *,
    style_seed: int,
    policy: SeedPolicy,
    consistency: float,
    scene: str,
    shot: str,
    take: int,
    setup: str | None = None,
    fixed_seed: int | None = None,
    segment: int = 1,
) -> NoiseRecipe:
    """Find the seeds of one take.

    Args:
        style_seed: Of the board.
        policy: Level down to which the shared part is shared.
        consistency: 0 … 1.
        scene: Number of the scene.
        shot: Id of the shot.
        take: From 1.
        setup: Of the camera, if the shot is filmed from one that others share: with the policy
            "scene" they have their noise in common, wherever on the board they are.
        fixed_seed: The author's own; it alone then decides, and every take is the same.
        segment: From 1, of a take that is rendered in parts; the first has the seeds of a whole.
    """
    if fixed_seed is not None:
        return NoiseRecipe(fixed_seed, fixed_seed, 0.0)
    levels = (("scene", scene), ("shot", shot), ("take", str(take)))
    groups = (("setup", setup), *levels[1:]) if setup and policy == "scene" else levels
    shared = [part for level in groups[: _LEVELS.index(policy)] for part in level]
    if consistency == 1 and take > 1 and policy != "take":
        # The own part has no weight, and another take has to be another picture.
        shared += ["take", str(take)]
    own = [part for level in levels for part in level]
    own += ["segment", str(segment)] if segment > 1 else []
    return NoiseRecipe(
        shared_seed=derive_seed("shared", style_seed, *shared),
        own_seed=derive_seed("own", style_seed, *own),
        consistency=consistency,
    )
