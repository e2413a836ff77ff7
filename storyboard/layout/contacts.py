"""Whether hands and lips touch what the words say they do: measured on the drawn bodies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from shots.staging.staged import Beat
from storyboard.layout.meshes import Array, Mesh
from storyboard.layout.motion.gesture_table import GESTURE_ROWS, Key
from storyboard.layout.shot_film import ShotFilm

_ANCHORS = ("touch", "muzzle", "meet")  # of hands that come to what a gesture is done to
_AWAY_M = 0.09  # of a hand from its anchor that hovers, or holds something between
_NEAR_M = 0.09  # of the middle of a palm, finger tips or lips to what they touch
_PARTS = (0.1, 0.4, 0.6, 0.9)  # of a beat, beside those of its keys
_HANDS = tuple(f"{name}.{side}" for name in ("palm", "fingertip") for side in "LR")
_GRID = [(u / 4, v / 4) for u, v in product(range(5), repeat=2) if u + v <= 4]


def touching(beat: Beat) -> tuple[str, ...]:
    """The points of the body of which one comes to the target of a beat; () for no touch."""
    row = GESTURE_ROWS.get(beat.gesture)
    if row is None or not beat.target or beat.holds:
        return ()
    if row.face.startswith("their-"):
        return ("mouth",)
    return _HANDS if any(map(_touches, row.keys)) else ()


def _touches(key: Key) -> bool:
    return any(
        (hand.anchor in _ANCHORS or hand.anchor.startswith("their-"))
        and max(np.abs(hand.at)) < _AWAY_M
        for hand in key[1:]
    )


def _shares(beat: Beat) -> list[float]:
    """Times of the shot at which a touch is to be expected in a beat."""
    times = [key[0] for key in GESTURE_ROWS[beat.gesture].keys if _touches(key)]
    return [beat.start + part * (beat.end - beat.start) for part in (*_PARTS, *times)]


def missed_contacts(film: ShotFilm) -> Iterator[str]:
    """What hands and lips should touch and never do: "the hand of ANN does not touch BOB"."""
    share = film.path.share
    names = {each.id: each.name or each.id for each in film.shown}
    for player in film.shown:
        for beat in player.beats if player.id in film.figures else ():
            points = touching(beat)
            if not points or beat.target not in names:
                continue
            frames = {int(np.abs(share - each).argmin()) for each in _shares(beat)}
            if min(_apart(film, k, player.id, points, beat.target) for k in frames) > _NEAR_M:
                part = "hand" if points is _HANDS else "mouth"
                yield f"the {part} of {names[player.id]} does not touch {names[beat.target]}"


def _apart(film: ShotFilm, frame: int, name: str, points: tuple[str, ...], target: str) -> float:
    """Metres between some points of a person and the mesh of a player at a frame."""
    acting, scene = film.performances(frame)[name], film.scene(frame)
    places = np.array([acting.points[each] for each in points])
    meshes = scene.moving, scene.still.mesh
    return min(surface_distance(places, mesh, film.numbers[target]) for mesh in meshes)


def surface_distance(points: Array, mesh: Mesh, owner: int) -> float:
    """Metres from the nearest of some points (P, 3) to the faces of an owner; infinite without."""
    corners = np.asarray(mesh.vertices[mesh.faces[mesh.owner == owner]], np.float64)
    if not len(corners):
        return float("inf")
    a, b, c = np.moveaxis(corners, 1, 0)
    near = (a + u * (b - a) + v * (c - a) for u, v in _GRID)
    return min(float(np.linalg.norm(points[:, None] - each, axis=2).min()) for each in near)
