"""Seeds of the initial noise of a take.

The noise is sqrt(a) · shared + sqrt(1 - a) · own, of unit variance for every consistency a from 0
to 1. The shared seed derives from the style seed down to the level of the seed policy, the own
seed down to shot and take.
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
    """Two seeds and their mix, which together with a shape determine the noise."""

    shared_seed: int  # of the part in common with other takes
    own_seed: int  # of the part that belongs to this take only
    consistency: float  # share of the variance that is in common, 0 … 1

    @property
    def seed(self) -> int:
        """The seed to display: that of the own part, unless it has no weight."""
        return self.shared_seed if self.consistency == 1 else self.own_seed


def derive_seed(*parts: str | int) -> int:
    """Hash parts into a seed in [0, 2^63)."""
    # SHA-256, since Python's own hash differs between versions and processes.
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def camera_seed(style_seed: int, scene: str, shot: str) -> int:
    """Seed of the camera shake of a shot, the same for every take and size."""
    return derive_seed("camera", style_seed, scene, shot) % 2**32


def noise_recipe(
    *,
    style_seed: int,
    policy: SeedPolicy,  # level down to which the shared part is in common
    consistency: float,  # 0 … 1
    scene: str,
    shot: str,
    take: int,  # from 1
    setup: str | None = None,
    fixed_seed: int | None = None,
    segment: int = 1,  # from 1; the first has the seeds of an unsegmented take
) -> NoiseRecipe:
    """Derive the seeds of one take; a fixed seed overrides all others, for every take alike."""
    if fixed_seed is not None:
        return NoiseRecipe(fixed_seed, fixed_seed, 0.0)
    # With the policy "scene", shots of one camera setup share their noise across scenes.
    levels = (("scene", scene), ("shot", shot), ("take", str(take)))
    groups = (("setup", setup), *levels[1:]) if setup and policy == "scene" else levels
    shared = [part for level in groups[: _LEVELS.index(policy)] for part in level]
    if consistency == 1 and take > 1 and policy != "take":
        # The own part has no weight, but takes of one shot must differ.
        shared += ["take", str(take)]
    own = [part for level in levels for part in level]
    own += ["segment", str(segment)] if segment > 1 else []
    return NoiseRecipe(
        shared_seed=derive_seed("shared", style_seed, *shared),
        own_seed=derive_seed("own", style_seed, *own),
        consistency=consistency,
    )
