"""Blankets over people who lie in beds: cloth that hangs over the body from the chest down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from shots.lexicon.colours import COLOURS
from shots.lexicon.things import MODELS
from shots.staging.staged import Beat, Player
from storyboard.layout.cast.figure import Figure
from storyboard.layout.meshes import Array, Mesh, floats, from_triangles, yaw_matrix
from storyboard.layout.motion.perform import Performance
from storyboard.layout.motion.world import Spot

_BEDS = frozenset(("bed", "double-bed", "hospital-bed", "stretcher", "cot", "bunk-bed"))
_ON_TOP = (" on ", " onto ", " off ", " out of ", " up ")  # of the words of a beat
_CELLS = (27, 34)  # of the cloth, across and along
_THICK_M, _HANGS_M, _BELOW_CHIN_M = 0.025, 0.16, 0.24
_MOST_M = 0.38  # over the bed, that cloth lies on: hands and knees that are raised come out


def is_covered(beat: Beat, models: Mapping[str, str]) -> bool:
    """Whether somebody lies in a bed, and not on it."""
    lies = beat.posture in ("lie", "sleep") and models.get(beat.seat) in _BEDS
    return lies and not any(word in f" {beat.words} " for word in _ON_TOP)


def bed_covers(
    players: Sequence[Player],
    share: float,
    figures: Mapping[str, Figure],
    acting: Mapping[str, Performance],
    spots: Mapping[str, Spot],
) -> dict[str, Mesh]:
    """The cloth on each bed in which somebody lies at a share of the shot, by the bed's id."""
    models = {player.id: player.model for player in players}
    colours = {player.id: player.colour or MODELS[player.model].colour
               for player in players if player.model in MODELS}  # fmt: skip
    blankets = [player.colour for player in players if player.model == "blanket"]
    lying: dict[str, list[str]] = {}
    for player in players:
        beat = next((b for b in player.beats if b.start <= share <= b.end), None)
        is_here = beat is not None and player.id in acting and beat.seat in spots
        if beat is not None and is_here and is_covered(beat, models):
            lying.setdefault(beat.seat, []).append(player.id)
    return {
        bed: _draped(
            spots[bed],
            MODELS[models[bed]].seats[0].height,
            [(figures[key], acting[key]) for key in people],
            COLOURS[next(filter(None, (*blankets, colours[bed])), "white")],
        )
        for bed, people in lying.items()
    }


def _draped(
    bed: Spot,
    top_m: float,
    people: Sequence[tuple[Figure, Performance]],
    colour: tuple[float, float, float],
) -> Mesh:
    """Cloth over the bodies on a bed; its axes are x across, z from the foot to the pillow."""
    turn = yaw_matrix(bed.facing_deg)
    points, chins = [], []
    for figure, act in people:
        body = figure.mesh(act.pose).moved(act.place, yaw_deg=act.facing_deg)
        away = np.asarray(body.vertices)[~figure.arms] - bed.position
        points.append(away @ turn.T)
        chins.append(float(((act.points["mouth"] - bed.position) @ turn.T)[2]))
    flat = np.concatenate(points)
    width, depth = bed.size[0] + 0.06, bed.size[2]
    end = max(min(chins) - _BELOW_CHIN_M, -0.3 * depth)  # the pillow is at the back, +z
    x = np.linspace(-width / 2, width / 2, _CELLS[0])
    z = np.linspace(-depth / 2, end, _CELLS[1])
    height = _heights(flat, x, z, top_m)
    height[[0, -1]] = np.minimum(height[[0, -1]], top_m) - _HANGS_M
    height[:, 0] = np.minimum(height[:, 0], top_m) - _HANGS_M
    grid = np.stack([np.repeat(x, len(z)), -height.ravel(), np.tile(z, len(x))], 1)
    k = np.arange(_CELLS[0] * _CELLS[1]).reshape(_CELLS)
    a, b, c, d = (k[:-1, :-1], k[:-1, 1:], k[1:, 1:], k[1:, :-1])
    faces = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    sides = np.concatenate([faces, faces[:, ::-1] + len(grid)])
    both = np.concatenate([grid, grid + [0, 0.004, 0]]) @ turn + bed.position
    return from_triangles(floats(both), sides, colour, surface="cloth")


def _heights(points: Array, x: Array, z: Array, top_m: float) -> Array:
    """(X, Z) heights of cloth that lies on the points and sags between them."""
    rest = np.full((len(x), len(z)), top_m + _THICK_M)
    cells = [
        np.rint(np.interp(points[:, axis], line, np.arange(len(line)))).astype(int)
        for axis, line in ((0, x), (2, z))
    ]
    inside = (points[:, 2] < z[-1]) & (np.abs(points[:, 0]) < x[-1])
    inside &= -points[:, 1] < top_m + _MOST_M
    np.maximum.at(rest, (cells[0][inside], cells[1][inside]), -points[inside, 1] + _THICK_M)
    for _ in range(2):  # the width of a cell to each side
        grown = np.pad(rest, 1, mode="edge")
        rest = np.max([grown[i : i + len(x), j : j + len(z)]
                       for i in range(3) for j in range(3)], axis=0)  # fmt: skip
    height = rest
    for _ in range(12):
        edge = np.pad(height, 1, mode="edge")
        mean = (edge[:-2, 1:-1] + edge[2:, 1:-1] + edge[1:-1, :-2] + edge[1:-1, 2:]) / 4
        height = np.maximum(rest, mean)
    edge = np.pad(height, 1, mode="edge")
    smooth: Array = (edge[:-2, 1:-1] + edge[2:, 1:-1] + edge[1:-1, :-2] + edge[1:-1, 2:]) / 4
    return smooth
