"""The cover over somebody who lies in bed: how far up it is, and its shape over the body."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from shots.staging.staged import Player
from storyboard.layout.meshes import Array, Mesh, from_triangles, grid_faces, join
from storyboard.layout.motion.world import Spot
from storyboard.layout.rotations import smooth

_COLOURS = {"bed": (0.42, 0.52, 0.74), "double-bed": (0.84, 0.78, 0.66),
            "hospital-bed": (0.60, 0.77, 0.76)}  # fmt: skip
_LEVELS = {"throw-cover": 0.0, "pull-cover": 2.0, "cover-head": 3.0}
_RADII = {"pelvis": 0.12, "belly": 0.07, "breast": 0.04, "neck": 0.05, "crown": 0.07, "nose": 0.04,
          "knee": 0.075, "foot": 0.15, "shin": 0.06,
          "thigh": 0.09}  # fmt: skip
_THICK_M, _DROP_M, _FALL_S = 0.045, 0.2, 1.3
_ON_SIDE = 1.3  # of the radii, of a body that lies on its side
_ON_IT = re.compile(r"\bon (?:the|his|her|their|a) (?:\w+ )?bed")


def cover_level(player: Player, players: Sequence[Player], share: float, seconds: float) -> float:
    """How far up a cover is: 0 at the feet, 1 at the waist, 2 at the neck, 3 over the head."""
    changes = [(b.start, _LEVELS[b.gesture]) for b in player.beats if b.gesture in _LEVELS]
    changes += [
        (beat.start, 2.0)
        for each in players
        for beat in each.beats
        if beat.gesture == "tuck-in" and beat.target == player.id
    ]
    level = 2.0 if any(beat.posture == "sleep" for beat in player.beats) else 1.0
    for start, goal in sorted(changes):
        part = smooth((share - start) * seconds / _FALL_S)
        level += (goal - level) * float(part)
    return level


def bed_cover(
    player: Player,
    bed: Spot | None,
    points: Mapping[str, Array],
    players: Sequence[Player],
    share: float,
    seconds: float,
) -> Mesh | None:
    """The cover over a body at a share of the shot; None for who lies on the bed or elsewhere."""
    beat = next((b for b in player.beats if b.start <= share <= b.end), None)
    is_in_bed = beat is not None and beat.posture in ("lie", "sleep")
    if bed is None or beat is None or not is_in_bed or bed.model not in _COLOURS:
        return None
    if _ON_IT.search(beat.words):
        return None
    local = {
        name: bed.axes.T @ (at - bed.position)
        for name, at in points.items()
        if name.partition(".")[0] in _RADII
    }
    for side in ("L", "R"):
        knee, foot = local[f"knee.{side}"], local[f"foot.{side}"]
        hip = np.array([knee[0], local["pelvis"][1], local["pelvis"][2]])
        for k in range(1, 6):
            local[f"shin.{side}{k}"] = foot + (knee - foot) * k / 6
            local[f"thigh.{side}{k}"] = knee + (hip - knee) * k / 6
    z = [local[name][2] for name in ("foot.L", "belly", "neck", "crown")]
    edge = np.interp(
        cover_level(player, players, share, seconds), range(4), z + np.array([0.1, 0, -0.02, 0.1])
    )
    return _draped(bed, local, float(edge), _ON_SIDE if beat.posture == "sleep" else 1.0)


def _draped(bed: Spot, local: Mapping[str, Array], edge: float, wide: float) -> Mesh:
    """A cloth over points of a body, in the world; its upper edge at a z of the bed's axes."""
    width, _, length = bed.size
    seat = bed.thing.seats[0].height
    half = width / 2 + (0.02 if bed.model != "hospital-bed" else -0.07)  # within the rails
    across = np.linspace(-half, half, 25)
    rows = np.linspace(-length / 2 + 0.07, edge, 34)
    x, z = np.meshgrid(across, rows)
    up = np.full(x.shape, seat)
    for name, at in local.items():
        radius = _RADII[name.partition(".")[0]] * wide
        away = np.hypot(x - at[0], 0.75 * (z - at[2])) / (radius + 0.02)
        bump = np.clip((2.1 - away) / 1.3, 0.0, 1.0)
        up = np.maximum(up, seat + (radius - at[1] - seat) * bump * bump * (3 - 2 * bump))
    up = up + _THICK_M + 0.004 * np.sin(23 * x + 5 * z) + 0.004 * np.sin(17 * z - 6 * x)
    up[:, [0, -1]] = seat - _DROP_M
    up[0] = np.minimum(up[0], seat - 0.05)
    vertices = np.stack([x, -up, z], axis=-1)
    colour = np.array(_COLOURS[bed.model])
    cloth = from_triangles(vertices.reshape(-1, 3), grid_faces(*x.shape), colour, surface="cloth")
    fold = vertices[-4:] + (0.0, -0.012, 0.0)
    fold = np.concatenate([fold, fold[-1:] + (0.0, 0.03, 0.01)])
    white = from_triangles(
        fold.reshape(-1, 3), grid_faces(*fold.shape[:2]), (0.93, 0.93, 0.92),
        surface="cloth",
    )  # fmt: skip
    return join([cloth, white]).moved(bed.position, yaw_deg=bed.facing_deg)
