"""Whether hands and lips touch what the words say they do: measured on the drawn bodies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from shots.staging.staged import Beat
from storyboard.layout.meshes import Array, Mesh
from storyboard.layout.motion.gesture_table import GESTURE_ROWS
from storyboard.layout.shot_film import ShotFilm

_ANCHORS = ("touch", "muzzle", "meet")  # of hands that come to what a gesture is done to
_AWAY_M = 0.09  # of a hand from its anchor that hovers, or holds something between
_NEAR_M = 0.09  # of the middle of a palm, finger tips or lips to what they touch
_PARTS = (0.1, 0.4, 0.6, 0.9)  # of a beat, looked at beside its keys
_TOUCHING = {"mouth": ["mouth"], "hand": ["palm.L", "palm.R", "fingertip.L", "fingertip.R"]}
_GRID = [(u / 4, v / 4) for u, v in product(range(5), repeat=2) if u + v <= 4]


def touches(beat: Beat) -> tuple[float, ...]:
    """The shares of the shot at which a beat may touch its target; () for no touch."""
    row = GESTURE_ROWS.get(beat.gesture)
    if row is None or not beat.target or beat.holds:
        return ()
    near = [
        time
        for time, *hands in row.keys
        for hand in hands
        if (hand.anchor in _ANCHORS or hand.anchor.startswith("their-"))
        and max(np.abs(hand.at)) < _AWAY_M
    ]
    parts = (*_PARTS, *near) if near or row.face.startswith("their-") else ()
    return tuple(beat.start + part * (beat.end - beat.start) for part in parts)


def missed_contacts(film: ShotFilm) -> Iterator[str]:
    """What hands and lips should touch and never do: "the hand of ANN does not touch BOB"."""
    names = {each.id: each.name or each.id for each in film.shown}
    for player in film.shown:
        for beat in player.beats if player.id in film.figures else ():
            frames = {int(np.abs(film.path.share - each).argmin()) for each in touches(beat)}
            if not frames or beat.target not in names:
                continue
            part = "mouth" if GESTURE_ROWS[beat.gesture].face else "hand"
            apart = []
            for frame in frames:
                points = film.performances(frame)[player.id].points
                places = np.array([points[each] for each in _TOUCHING[part]])
                for mesh in (film.scene(frame).moving, film.still.mesh):
                    apart.append(surface_distance(places, mesh, film.numbers[beat.target]))
            if min(apart) > _NEAR_M:
                yield f"the {part} of {names[player.id]} does not touch {names[beat.target]}"


def surface_distance(points: Array, mesh: Mesh, owner: int) -> float:
    """Metres from the nearest of some points (P, 3) to the faces of an owner; infinite without."""
    corners = np.asarray(mesh.vertices[mesh.faces[mesh.owner == owner]], np.float64)
    if not len(corners):
        return float("inf")
    a, b, c = np.moveaxis(corners, 1, 0)
    near = (a + u * (b - a) + v * (c - a) for u, v in _GRID)
    return min(float(np.linalg.norm(points[:, None] - each, axis=2).min()) for each in near)
