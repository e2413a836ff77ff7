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
from storyboard.layout.rotations import smooth

_BEDS = frozenset(("bed", "double-bed", "hospital-bed", "stretcher", "cot", "bunk-bed"))
_ON_TOP = (" on ", " onto ", " off ", " out of ", " up ")  # of the words of a beat
_CELLS = (27, 34)  # of the cloth, across and along
_THICK_M, _HANGS_M, _BELOW_CHIN_M = 0.025, 0.16, 0.24
_LEVELS = {"throw-cover": 0.0, "pull-cover": 2.0, "cover-head": 3.0}
_PULL_S = 1.3  # in which a cover is pulled up or thrown off
_MOST_M = 0.38  # over the bed, that cloth lies on: hands and knees that are raised come out


def is_covered(beat: Beat, models: Mapping[str, str]) -> bool:
    """Whether somebody lies in a bed, and not on it."""
    lies = beat.posture in ("lie", "sleep") and models.get(beat.seat) in _BEDS
    is_on = beat.gesture not in _LEVELS and any(word in f" {beat.words} " for word in _ON_TOP)
    return lies and not is_on


def cover_level(player: Player, players: Sequence[Player], share: float, seconds: float) -> float:
    """How far up a cover is: 0 at the feet, 1 on the chest, 2 at the chin, 3 over the face."""
    changes = [(b.start, _LEVELS[b.gesture]) for b in player.beats if b.gesture in _LEVELS]
    changes += [
        (beat.start, 2.0)
        for each in players
        for beat in each.beats
        if beat.gesture == "tuck-in" and beat.target == player.id
    ]
    level = 1.0
    for start, goal in sorted(changes):
        level += (goal - level) * float(smooth((share - start) * seconds / _PULL_S))
    return level


def bed_covers(
    players: Sequence[Player],
    share: float,
    figures: Mapping[str, Figure],
    acting: Mapping[str, Performance],
    spots: Mapping[str, Spot],
    seconds: float = 4.0,
) -> dict[str, Mesh]:
    """The cloth on each bed in which somebody lies at a share of the shot, by the bed's id."""
    models = {player.id: player.model for player in players}
    colours = {player.id: player.colour or MODELS[player.model].colour
               for player in players if player.model in MODELS}  # fmt: skip
    blankets = [player.colour for player in players if player.model == "blanket"]
    lying: dict[str, list[str]] = {}
    levels = {each.id: cover_level(each, players, share, seconds) for each in players}
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
            levels[people[0]] if len(people) == 1 else 1.0,
        )
        for bed, people in lying.items()
    }


def _draped(
    bed: Spot,
    top_m: float,
    people: Sequence[tuple[Figure, Performance]],
    colour: tuple[float, float, float],
    level: float,
) -> Mesh:
    """Cloth over the bodies on a bed; its axes are x across, z from the foot to the pillow."""
    turn = yaw_matrix(bed.facing_deg)
    points, chins, ends = [], [], []
    for figure, act in people:
        body = figure.mesh(act.pose).moved(act.place, yaw_deg=act.facing_deg)
        away = np.asarray(body.vertices)[~figure.arms] - bed.position
        points.append(away @ turn.T)
        chins.append(float(((act.points["mouth"] - bed.position) @ turn.T)[2]))
        ends.append([((act.points[k] - bed.position) @ turn.T)[2] for k in ("foot.L", "crown")])
    flat = np.concatenate(points)
    width, depth = bed.size[0] + 0.06, bed.size[2]
    end = max(min(chins) - _BELOW_CHIN_M, -0.3 * depth)  # the pillow is at the back, +z
    # Over the head, the top of it shows, so that the picture does not become mere cloth.
    places = (ends[0][0] + 0.08, end, end + 0.12, ends[0][1] - 0.07)
    end = float(np.interp(level, range(4), places))
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
