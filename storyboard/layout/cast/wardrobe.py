"""Dressing of a body: shells cut from it, collars, shoes, tubes that hang from the waist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from shots.lexicon.looks import DEFAULT_COLOURS
from shots.staging.staged import Garment
from storyboard.layout.cast.accessories import ACCESSORIES, Wardrobe
from storyboard.layout.cast.body import Body, atlas
from storyboard.layout.cast.costumes import COSTUMES
from storyboard.layout.cast.garments import PIECES, SETS, Shell, cloth_colour
from storyboard.layout.cast.part import FigurePart
from storyboard.layout.cast.sheets import circle, hull, sheet
from storyboard.layout.cast.shells import shell
from storyboard.layout.cast.skinning import LINK, LINKS
from storyboard.layout.meshes import Array, Colour, floats

_COVER = 0.13  # levels within a border at which what is under it is left out


def dress(body: Body, garments: Sequence[Garment]) -> Wardrobe:
    """Clothes on a body, each layer cut away where the next covers it."""
    wardrobe = Wardrobe()
    named = [
        replace(garment, kind=kind, colour=garment.colour or DEFAULT_COLOURS.get(
            garment.kind, DEFAULT_COLOURS.get(kind, "grey")))
        for garment in garments
        for kind in SETS.get(garment.kind, (garment.kind,))
    ]  # fmt: skip
    cut = [(_field(piece), piece, each) for each in named for piece in PIECES.get(each.kind, ())]
    size = _size(body)
    for area, piece, garment in sorted(cut, key=lambda each: each[1].layer):
        over = [np.maximum(f, _under(o)) for f, o, _ in cut if o.layer > piece.layer]
        hidden = np.max([*over, np.full(len(area), -9.0)], axis=0)
        leg = piece.wide * np.clip((2.9 - atlas().level) / 1.6, 0, 1)
        offset = wardrobe.thickness + (piece.thick + leg) * 0.01 * size
        colour = cloth_colour(garment.colour)
        if piece.is_shoe:
            wardrobe.parts += _shoes(body, piece, colour)
        else:
            visible = np.minimum(area, _COVER - hidden)
            wardrobe.parts += _pieces(body, visible, piece, offset, colour)
        if piece.hem:
            tops = [o.low + 0.3 for _, o, _ in cut if o.layer > piece.layer and o.high > 5.5]
            wardrobe.parts.append(
                _tube(body, piece, min([piece.low + 0.38, *tops]), offset, colour)
            )
        wardrobe.thickness = np.where(area > -0.1, offset, wardrobe.thickness)
        wardrobe.covered = np.maximum(wardrobe.covered, np.maximum(area, _under(piece)) - _COVER)
    for each in named:
        put_on = ACCESSORIES.get(each.kind) or COSTUMES.get(each.kind)
        if put_on:
            put_on(wardrobe, body, cloth_colour(each.colour))
    return wardrobe


def _field(piece: Shell) -> Array:
    """(V,) positive where the shell is."""
    shared = atlas()
    depth, width = piece.neck
    across = np.abs(shared.points[:, 0]) / shared.joints[LINK["arm.L"], 0]
    neck = shared.joints[LINK["neck"], 2]
    front = np.clip((neck - shared.points[:, 2]) / 0.04 + 0.5, 0, 1)
    high = piece.high - depth * front * np.clip(1 - across / width, 0, 1) ** 0.8
    trunk = np.minimum(shared.level - piece.low, high - shared.level)
    sleeve = piece.sleeve - shared.arm
    area: Array = np.where(shared.arm > 0.3, sleeve, np.minimum(trunk, sleeve))
    if piece.strip:
        ahead = shared.joints[LINK["neck"], 2] - 0.02 - shared.points[:, 2]
        ahead = ahead if piece.strip > 0 else -ahead - 0.03
        strip = np.minimum(abs(piece.strip) - np.abs(shared.points[:, 0]), ahead) * 9
        area = np.where(shared.arm > -0.02, -1, np.minimum(area, strip))
    return shared.arm - piece.cuff if piece.cuff else area


def _under(piece: Shell) -> Array:
    """(V,) positive where the tube of a shell hides the legs."""
    shared = atlas()
    if not piece.hem or piece.strip:
        return np.full(len(shared.level), -9.0)
    inside = np.minimum(shared.level - piece.hem - 0.1, piece.low + 0.3 - shared.level)
    return np.where(shared.arm > -0.02, -9.0, inside)


def _pieces(
    body: Body, area: Array, piece: Shell, offset: Array, colour: Colour
) -> list[FigurePart]:
    """The shell, and collar and front line over it."""
    shared = atlas()
    floor = -0.001 if piece.low < 0 and piece.layer > 1 else None
    parts = [shell(body, area, offset, colour, rounds=piece.rounds, surface=piece.surface,
                   floor=floor)]  # fmt: skip
    trunk = np.where(shared.arm > -0.02, -1.0, 1.0)
    x, z = shared.points[:, 0], shared.points[:, 2]
    front = shared.joints[LINK["neck"], 2] - 0.02 - z
    depth, width = piece.neck
    if piece.collar:
        parts.append(_collar(body, piece, float(offset[shared.level > 5.5].max()), colour))
    if depth > 1:  # lapels along the neckline
        across = np.abs(x) / shared.joints[LINK["arm.L"], 0]
        over = depth * np.clip(1 - across / width, 0, 1) ** 0.8 - (piece.high - shared.level)
        lapel = np.minimum(
            np.minimum(area, over + 0.3), np.minimum(front * 20, (width * 1.3 - across) * 3)
        )
        lapel = np.minimum(lapel, np.minimum((np.abs(x) - 0.012) * 30, 5.7 - shared.level))
        parts.append(shell(body, np.minimum(lapel, trunk), offset + 0.004, floats(colour) * 0.85,
                           rounds=2, surface=piece.surface))  # fmt: skip
    if piece.front:
        line = np.minimum(0.011 - np.abs(x), front * 9) * 9
        line = np.minimum(line, piece.high - 1.15 * depth - 0.12 - shared.level)
        line = np.minimum(np.minimum(line, area), trunk)
        parts.append(shell(body, line, offset + 0.004, floats(colour) * piece.front, rounds=1,
                           surface=piece.surface))  # fmt: skip
    return [part for part in parts if part is not None]


def _collar(body: Body, piece: Shell, offset: float, colour: Colour) -> FigurePart:
    """A turned-down collar about the neck, open at the front."""
    shared, size = atlas(), _size(body)
    neck, head = body.joints[LINK["neck"]], body.joints[LINK["head"]]
    up = (head - neck) / np.linalg.norm(head - neck)
    ahead = np.array([0, -up[2], up[1]])  # out of the neck, towards the front
    around = np.hypot(shared.points[:, 0] / 0.08, shared.points[:, 2] / 0.1)
    column = body.points[(shared.level > 6.1) & (shared.level < 6.6) & (around < 1)] - neck
    opening = np.radians(7 + 20 * min(piece.neck[0], 1))
    turn = np.linspace(opening, 2 * np.pi - opening, 26)
    ways = np.stack([np.sin(turn), np.cos(turn)], 1)
    radius = hull(column @ np.stack([[1, 0, 0], ahead], 1), ways) + offset
    near = np.exp(-((np.minimum(turn, 2 * np.pi - turn) - opening) ** 2) / 0.18)  # its points
    tall = (0.045 * piece.collar + 0.01) * size
    rings = []
    for rise, out in ((-0.012 * size, 0.0), (tall, -0.002 * size), (tall, 0.006 * size),
                      (-0.4 * tall, 0.016 * size)):  # fmt: skip
        drop = near * (0.022 * size if rise < 0 < out else 0.0)
        reach = (radius + out + 0.3 * drop)[:, None]
        flat = ways[:, :1] * [1, 0, 0] + ways[:, 1:] * ahead
        rings.append(neck + up * (rise - drop)[:, None] + flat * reach)
    weights = np.zeros((26 * 4, len(LINKS)), np.float32)
    weights[:, LINK["neck"]], weights[:, LINK["chest"]] = 0.45, 0.55
    return sheet(
        np.array(rings[::-1]), 0.003, floats(colour) * 0.93, weights, surface=piece.surface
    )


def _shoes(body: Body, piece: Shell, colour: Colour) -> list[FigurePart]:
    """Both shoes: horizontal sections of the foot, each wrapped in its hull."""
    shared, size, parts = atlas(), _size(body), []
    top = _height_at(body, piece.high) if piece.high > 1.2 else -0.115 * size * piece.high
    ys = np.array([0, -0.02, -0.02, -0.034, -0.05, -0.07, -0.09, -0.115]) * size
    ys = np.append(ys[ys > top + 0.01 * size], np.linspace(min(ys[-1], top), top, 3)
                   if top < ys[-1] else top)  # fmt: skip
    ways, thick = circle(18), piece.thick * 0.01 * size
    for side, sign in (("L", 1), ("R", -1)):
        foot = body.points[(shared.level < 2) & (sign * shared.points[:, 0] > 0)]
        rings = []
        for index, y in enumerate(ys):
            reach = (0.013 if y > -0.12 * size else 0.04) * size
            flat = foot[np.abs(foot[:, 1] - min(y, -0.012 * size)) < reach][:, [0, 2]]
            centre = (flat.min(0) + flat.max(0)) / 2
            wider = 1.25 if index < 2 else 0.8 + 0.8 * max(-y / size - 0.1, 0) / 0.2
            radius = hull(flat - centre, ways) + thick * wider
            x, z = (centre + radius[:, None] * ways).T
            rings.append(np.stack([x, np.full(len(ways), y), z], 1))
        inside = rings[-1].mean(0) + (rings[-1] - rings[-1].mean(0)) * 0.9
        rings.append(inside + floats([0, 0.015 * size, 0]))
        points = np.concatenate(rings)
        toes, ankle = body.joints[LINK[f"toes.{side}"]], body.joints[LINK[f"foot.{side}"]]
        weights = np.zeros((len(points), len(LINKS)), np.float32)
        ahead = np.clip((toes[2] - points[:, 2]) / (0.05 * size) + 0.3, 0, 1)
        above = np.clip((ankle[1] - points[:, 1]) / (0.06 * size) + 0.6, 0, 1) * (1 - ahead)
        for name, share in (("toes", ahead), ("shin", above), ("foot", 1 - ahead - above)):
            weights[:, LINK[f"{name}.{side}"]] = share
        shoe = sheet(np.array(rings), 0.0, colour, weights, closed=True, surface=piece.surface)
        sole = shoe.points[shoe.faces, 1].max(1) > -0.001
        shoe.colour[sole] = np.minimum(floats(colour) * piece.shade, 1)
        parts.append(shoe)
    return parts


def _size(body: Body) -> float:
    return float(np.ptp(body.points[:, 1])) / 1.75


def _height_at(body: Body, level: float) -> float:
    """Mean y of the trunk and legs of a body at a level."""
    shared = atlas()
    near = (np.abs(shared.level - level) < 0.12) & (shared.arm < -0.1)
    if not near.any():
        near = np.abs(shared.level - level) < 0.4
    slope = np.polyfit(shared.level[near], body.points[near, 1], 1)
    return float(np.polyval(slope, level))


def _tube(body: Body, piece: Shell, top: float, offset: Array, colour: Colour) -> FigurePart:
    """Cloth that hangs from a level at the waist and follows the legs."""
    shared, ways = atlas(), circle(30)
    trunk = (shared.arm < -0.1) & (shared.level < 5)
    points, offsets = body.points[trunk], offset[trunk] + 0.004
    levels = np.linspace(top, piece.hem, 10)
    ys = np.array([_height_at(body, level) for level in levels])
    centre = np.median(points[:, 2])
    folds = min(piece.flare, 0.3) * 0.35 * np.sin(9 * np.arange(30) * (np.pi / 15))
    rings, widest = [], np.zeros(30)
    for row, y in enumerate(ys):
        near = np.abs(points[:, 1] - y) < (0.018, 0.03, 0.05)[min(row, 2)]
        flat = points[near][:, [0, 2]] - [0, centre]
        widest = np.maximum(hull(flat, ways, offsets[near]), widest * 0.995)
        drop = max(float(y - ys[0]), 0.0)
        radius = (widest + piece.flare * drop * 0.6) * (1 + drop * folds)
        x, z = (radius[:, None] * ways).T
        rings.append(np.stack([x, np.full(30, y), centre + z], 1))
    weights = _tube_weights(np.repeat(levels, 30), np.tile(ways[:, 0], 10))
    here = np.arange(30)
    ahead = np.minimum(here, 30 - here)  # steps from the front
    keep = (ahead <= 6 if piece.strip > 0 else ahead >= 8) if piece.strip else None
    columns = np.where(here == 0, piece.front or 1.0, 1.0)
    return sheet(np.array(rings), 0.004, colour, weights, closed=True, surface=piece.surface,
                 columns=columns, keep=keep)  # fmt: skip


def _tube_weights(level: Array, side: Array) -> Array:
    """(V, L): pelvis at the waist, thighs below, shins below the knee; side is -1 to 1."""
    weights = np.zeros((len(level), len(LINKS)), np.float32)
    pelvis = np.clip((level - 3.05) / 0.65, 0, 1)
    shin = np.clip((2.15 - level) / 0.6, 0, 0.85)
    left = 0.5 + 0.5 * np.sin(np.clip(side * 1.6, -1, 1) * np.pi / 2)
    weights[:, LINK["pelvis"]] = pelvis
    for name, share in (("L", left), ("R", 1 - left)):
        weights[:, LINK[f"thigh.{name}"]] = (1 - pelvis) * share * (1 - shin)
        weights[:, LINK[f"shin.{name}"]] = (1 - pelvis) * share * shin
    return weights
