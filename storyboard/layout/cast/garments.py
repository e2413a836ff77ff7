"""Clothes: shells cut from the body, tubes that hang from waist or hips, layers over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shots.lexicon.colours import COLOURS
from shots.staging.staged import Garment
from storyboard.layout.cast.accessories import ACCESSORIES, Wardrobe
from storyboard.layout.cast.body import Body, atlas
from storyboard.layout.cast.part import Part, make_part
from storyboard.layout.cast.shells import shell
from storyboard.layout.cast.skinning import LINK, LINKS
from storyboard.layout.meshes import Array, Colour, floats, vertex_normals

_NO_ARMS = 0.0
_COVER = 0.13  # levels within a border at which what is under it is left out


@dataclass(frozen=True)
class Shell:
    """A piece of clothing close to the body; levels and places on the arm as in `Atlas`.

    Attributes:
        low, high: Levels of its borders.
        sleeve: Where on the arm it ends; `_NO_ARMS` at the shoulder.
        thick: Centimetres off the skin.
        rounds: Of smoothing: more is looser.
        layer: Over all pieces of lower layers.
        neck: Depth in levels and width in shoulder widths of a neckline at the front.
        collar: Height in levels of a collar.
        front: Shade of a line down the front, 0 for none.
        surface: Name of a surface.
        hem: Level at which a tube that hangs from its waist ends; 0 has none.
        flare: Widening of the tube, metres a metre.
        strip: Metres to each side of the middle, at the front only; 0 is all round.
        cuff: Where on the arm it begins, for gloves; 0 for the trunk.
        wide: Centimetres by which legs are wider at the hem.
    """

    low: float
    high: float = 6.0
    sleeve: float = _NO_ARMS
    thick: float = 0.8
    rounds: int = 3
    layer: int = 2
    neck: tuple[float, float] = (0.0, 0.3)
    collar: float = 0.0
    front: float = 0.0
    surface: str = "cloth"
    hem: float = 0.0
    flare: float = 0.0
    strip: float = 0.0
    cuff: float = 0.0
    wide: float = 0.0


_TROUSERS = Shell(0.8, 4.02, thick=1.2, rounds=4, layer=2, wide=2.2)
_SHIRT = Shell(3.3, 6.02, 1.93, 0.8, 3, 3, (0.08, 0.2), collar=0.36, front=0.86)
_TEE = Shell(3.3, 5.97, 0.55, 0.8, 3, 3)
_JUMPER = Shell(3.35, 6.05, 1.94, 1.5, 6, 5)
_JACKET = Shell(3.1, 6.0, 1.93, 1.9, 6, 6, (1.35, 0.62), collar=0.3, front=0.75)
_ZIPPED = Shell(3.3, 6.05, 1.94, 1.8, 6, 6, collar=0.4, front=0.6)
_COAT = Shell(3.6, 6.05, 1.93, 2.6, 8, 7, (1.1, 0.55), collar=0.45, front=0.75, hem=1.75, flare=0.1)
_SHOES = Shell(-1.0, 1.0, thick=0.9, rounds=4, layer=1, surface="leather")

PIECES: Mapping[str, tuple[Shell, ...]] = {
    "shirt": (_SHIRT,), "blouse": (replace(_SHIRT, neck=(0.75, 0.3), thick=1.1, front=0),),
    "t-shirt": (_TEE,), "tank top": (replace(_TEE, neck=(0.75, 0.62), sleeve=-0.02),),
    "polo shirt": (replace(_SHIRT, sleeve=0.55),), "jumper": (_JUMPER,),
    "rollneck": (replace(_JUMPER, high=6.55, thick=1.2),),
    "cardigan": (replace(_JUMPER, neck=(1.5, 0.4), front=0.75),), "hoodie": (_JUMPER,),
    "vest": (Shell(3.4, 6.0, -0.01, 1.4, 4, 5, (1.3, 0.4), front=0.7),),
    "jacket": (_ZIPPED,), "suit jacket": (_JACKET,),
    "denim jacket": (replace(_ZIPPED, low=3.6, thick=1.6, neck=(0.4, 0.3)),),
    "leather jacket": (replace(_ZIPPED, low=3.55, neck=(0.6, 0.3), surface="leather"),),
    "parka": (replace(_ZIPPED, low=2.75, thick=3.0, rounds=10),),
    "tunic": (replace(_ZIPPED, low=3.15, thick=1.5, rounds=5),),
    "coat": (_COAT,), "raincoat": (replace(_COAT, surface="plastic", neck=(0, 0.3), hem=2.0),),
    "robe": (replace(_COAT, hem=1.3, neck=(1.2, 0.35), front=0.85, collar=0.3),),
    "cassock": (replace(_COAT, thick=1.6, neck=(0, 0.3), hem=0.6, collar=0.3),),
    "hospital gown": (Shell(3.6, 5.9, 0.7, 1.4, 5, 3, hem=2.15, flare=0.1),),
    "lab coat": (replace(_COAT, thick=2.0, hem=2.1),),
    "dress": (Shell(3.7, 5.9, 0.35, 0.7, 3, 2, (0.45, 0.45), hem=1.95, flare=0.25),),
    "summer dress": (Shell(3.7, 5.75, -0.02, 0.6, 3, 2, (0.6, 0.6), hem=2.05, flare=0.35),),
    "evening dress": (Shell(3.7, 5.55, -0.03, 0.5, 3, 2, (0.35, 0.7), hem=0.45, flare=0.12),),
    "wedding dress": (Shell(3.7, 5.8, 0.3, 0.6, 3, 2, (0.5, 0.55), hem=0.1, flare=0.5),),
    "skirt": (Shell(3.8, 4.1, thick=0.9, layer=4, hem=2.1, flare=0.15),),
    "miniskirt": (Shell(3.8, 4.1, thick=0.9, layer=4, hem=2.55, flare=0.15),),
    "long skirt": (Shell(3.8, 4.1, thick=0.9, layer=4, hem=1.15, flare=0.2),),
    "trousers": (_TROUSERS,), "jeans": (replace(_TROUSERS, thick=1.0, wide=1.2),),
    "leggings": (replace(_TROUSERS, thick=0.4, rounds=1, wide=0),),
    "shorts": (replace(_TROUSERS, low=2.25, thick=1.6, wide=4),),
    "swimsuit": (Shell(2.93, 5.7, -0.03, 0.3, 1, 1, (0.5, 0.6)),),
    "swimming trunks": (replace(_TROUSERS, low=2.6, thick=1.0, wide=4),),
    "overalls": (Shell(0.8, 5.4, -0.04, 1.4, 4, 4, wide=2),),
    "jumpsuit": (Shell(0.8, 6.05, 1.93, 1.6, 5, 4, wide=2, collar=0.35, front=0.7),),
    "spacesuit": (Shell(0.95, 6.3, 1.98, 4.5, 10, 6, surface="plastic"),),
    "armour": (Shell(3.2, 6.1, 0.9, 2.2, 3, 6, surface="metal"),
               Shell(1.0, 2.1, thick=2.0, layer=2, surface="metal")),
    "shoes": (_SHOES,), "sneakers": (replace(_SHOES, thick=1.2, surface="cloth"),),
    "heels": (replace(_SHOES, high=0.75, thick=0.5),),
    "boots": (replace(_SHOES, high=1.55, thick=1.6, layer=4),),
    "sandals": (replace(_SHOES, high=0.42, thick=0.5),),
    "socks": (replace(_SHOES, high=1.2, thick=0.3, layer=0, surface="cloth"),),
    "tights": (Shell(-1.0, 3.9, thick=0.15, rounds=0, layer=0),),
    "scarf": (Shell(5.85, 6.75, 0.05, 3.0, 5, 9),),
    "gloves": (Shell(0, cuff=1.9, thick=0.3, rounds=1, layer=3, surface="leather"),),
    "tie": (Shell(4.2, 6.05, thick=0.4, rounds=1, layer=4, strip=0.026),),
    "belt": (Shell(3.92, 4.2, thick=0.5, rounds=1, layer=5, surface="leather"),),
    "apron": (Shell(3.3, 5.2, thick=0.5, layer=8, strip=0.115, hem=2.2, flare=0.05),),
}  # fmt: skip
"""Shells of each kind of clothing."""

SETS: Mapping[str, tuple[str, ...]] = {
    "suit": ("suit jacket", "trousers"), "uniform": ("tunic", "trousers"),
    "scrubs": ("t-shirt", "trousers"), "tracksuit": ("jacket", "trousers"),
    "pyjamas": ("shirt", "trousers"), "bikini": ("swimsuit",),
}  # fmt: skip
"""Kinds that are several pieces of one colour."""

# Colours of kinds where none is named.
_DEFAULTS: Mapping[str, str] = {
    "jeans": "denim", "denim jacket": "denim", "leather jacket": "black", "shoes": "black",
    "boots": "dark brown", "sneakers": "white", "heels": "black", "sandals": "brown",
    "suit jacket": "dark grey", "trousers": "dark grey", "shirt": "white", "blouse": "white",
    "scrubs": "teal", "lab coat": "white", "hospital gown": "light blue", "cassock": "black",
    "raincoat": "yellow", "wedding dress": "white", "spacesuit": "white", "armour": "silver",
    "overalls": "denim", "tunic": "navy", "socks": "grey", "tights": "black", "leggings": "black",
    "swimsuit": "navy", "swimming trunks": "navy", "robe": "cream",
}  # fmt: skip
_SHADES: Mapping[str, Colour] = {"denim": (0.22, 0.32, 0.48)}


def cloth_colour(text: str) -> Colour:
    """The colour of a garment: a word of `lexicon.colours`, with dark or light before it."""
    first, _, rest = text.partition(" ")
    base = np.array(_SHADES.get(rest or first, COLOURS.get(rest or first, COLOURS["grey"])))
    if first == "dark":
        base = base * 0.5
    elif first == "light":
        base = base + (1 - base) * 0.5
    r, g, b = (float(v) for v in base)
    return r, g, b


def dress(body: Body, garments: Sequence[Garment]) -> Wardrobe:
    """Clothes on a body, each layer cut away where the next covers it."""
    wardrobe = Wardrobe()
    named = [
        replace(garment, kind=kind, colour=garment.colour or _DEFAULTS.get(
            garment.kind, _DEFAULTS.get(kind, "grey")))
        for garment in garments
        for kind in SETS.get(garment.kind, (garment.kind,))
    ]  # fmt: skip
    cut = [(_field(piece), piece, each) for each in named for piece in PIECES.get(each.kind, ())]
    size = float(np.ptp(body.points[:, 1])) / 1.75
    for area, piece, garment in sorted(cut, key=lambda each: each[1].layer):
        over = [np.maximum(f, _under(o)) for f, o, _ in cut if o.layer > piece.layer]
        hidden = np.max([*over, np.full(len(area), -9.0)], axis=0)
        leg = piece.wide * np.clip((2.9 - atlas().level) / 1.6, 0, 1)
        offset = wardrobe.thickness + (piece.thick + leg) * 0.01 * size
        colour = cloth_colour(garment.colour)
        wardrobe.parts += _pieces(body, np.minimum(area, _COVER - hidden), piece, offset, colour)
        if piece.hem:
            wardrobe.parts.append(_tube(body, piece, offset, colour))
        wardrobe.thickness = np.where(area > -0.1, offset, wardrobe.thickness)
        wardrobe.covered = np.maximum(wardrobe.covered, np.maximum(area, _under(piece)) - _COVER)
    for each in named:
        if each.kind in ACCESSORIES:
            ACCESSORIES[each.kind](wardrobe, body, cloth_colour(each.colour))
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
        strip = np.minimum(piece.strip - np.abs(shared.points[:, 0]), ahead) * 9
        area = np.where(shared.arm > -0.02, -1, np.minimum(area, strip))
    return shared.arm - piece.cuff if piece.cuff else area


def _under(piece: Shell) -> Array:
    """(V,) positive where the tube of a shell hides the legs."""
    shared = atlas()
    if not piece.hem:
        return np.full(len(shared.level), -9.0)
    inside = np.minimum(shared.level - piece.hem - 0.1, piece.low + 0.3 - shared.level)
    return np.where(shared.arm > -0.02, -9.0, inside)


def _pieces(
    body: Body, area: Array, piece: Shell, offset: Array, colour: Colour
) -> list[Part]:  # fmt: skip
    """The shell, and collar and front line over it."""
    shared = atlas()
    floor = -0.001 if piece.low < 0 else None
    common = {"rounds": piece.rounds, "surface": piece.surface}
    parts = [shell(body, area, offset, colour, floor=floor, **common)]  # type: ignore[arg-type]
    trunk = np.where(shared.arm > -0.02, -1.0, 1.0)
    x, z = shared.points[:, 0], shared.points[:, 2]
    front = shared.joints[LINK["neck"], 2] - 0.02 - z
    depth, width = piece.neck
    if piece.collar:
        parts.append(_collar(body, piece, float(offset[shared.level > 5.5].max()), colour))
    if depth > 1:  # lapels along the neckline
        across = np.abs(x) / shared.joints[LINK["arm.L"], 0]
        over = depth * np.clip(1 - across / width, 0, 1) ** 0.8 - (piece.high - shared.level)
        lapel = np.minimum(np.minimum(area, over + 0.3), np.minimum(front * 20, (width * 1.3 - across) * 3))
        parts.append(shell(body, np.minimum(lapel, trunk), offset + 0.004, floats(colour) * 0.85,
                           rounds=2, surface=piece.surface))  # fmt: skip
    if piece.front:
        line = np.minimum(0.011 - np.abs(x), front * 9) * 9
        line = np.minimum(line, piece.high - 1.15 * depth - 0.12 - shared.level)
        parts.append(shell(body, np.minimum(np.minimum(line, area), trunk), offset + 0.004,
                           floats(colour) * piece.front, rounds=1, surface=piece.surface))  # fmt: skip
    return [part for part in parts if part is not None]


def _collar(body: Body, piece: Shell, offset: float, colour: Colour) -> Part:
    """A turned-down collar about the neck, open at the front."""
    shared = atlas()
    size = float(np.ptp(body.points[:, 1])) / 1.75
    neck, head = body.joints[LINK["neck"]], body.joints[LINK["head"]]
    up = (head - neck) / np.linalg.norm(head - neck)
    ahead = np.array([0, -up[2], up[1]])  # out of the neck, towards the front
    around = np.hypot(shared.points[:, 0] / 0.08, (shared.points[:, 2] - 0.0) / 0.1)
    column = body.points[(shared.level > 6.1) & (shared.level < 6.6) & (around < 1)] - neck
    count = 26
    opening = np.radians(7 + 20 * min(piece.neck[0], 1))
    turn = np.linspace(opening, 2 * np.pi - opening, count)
    ways = np.sin(turn)[:, None] * [1, 0, 0] + np.cos(turn)[:, None] * ahead
    spread = np.cos(turn[:, None] - turn[None])
    support = (column @ ways.T).max(0)
    radius = np.where(spread > 0.3, support[None] / np.maximum(spread, 0.3), np.inf).min(1)
    near = np.exp(-((np.minimum(turn, 2 * np.pi - turn) - opening) ** 2) / 0.18)  # the points
    tall = (0.055 * piece.collar + 0.012) * size
    rows = []
    for rise, out in ((-0.012 * size, 0.0), (tall, -0.002 * size), (tall, 0.006 * size),
                      (-0.4 * tall, 0.016 * size)):  # fmt: skip
        drop = near * (0.022 * size if rise < 0 < out else 0.0)
        reach = radius + offset + out + 0.3 * drop
        rows.append(neck + up * (rise - drop)[:, None] + ways * reach[:, None])
    points = np.concatenate(rows)
    row, here = np.divmod(np.arange(3 * (count - 1)), count - 1)
    a = row * count + here
    faces = np.concatenate([np.stack([a, a + 1, a + count], 1),
                            np.stack([a + 1, a + count + 1, a + count], 1)])  # fmt: skip
    normals = vertex_normals(floats(points), faces)
    if np.sum(normals[-count:] * (points[-count:] - neck)) < 0:  # the outermost row looks outwards
        faces, normals = faces[:, ::-1], -normals
    weights = np.zeros((len(points), len(LINKS)), np.float32)
    weights[:, LINK["neck"]], weights[:, LINK["chest"]] = 0.45, 0.55
    return make_part(
        np.concatenate([points, points - 0.003 * normals]), np.concatenate([faces, faces[:, ::-1] + len(points)]),
        floats(colour) * 0.93, np.concatenate([weights, weights]), surface=piece.surface,
        normals=np.concatenate([normals, -normals]),
    )  # fmt: skip


def height_at(body: Body, level: float) -> float:
    """Mean y of the trunk and legs of a body at a level."""
    shared = atlas()
    near = (np.abs(shared.level - level) < 0.12) & (shared.arm < -0.1)
    if not near.any():
        near = np.abs(shared.level - level) < 0.4
    slope = np.polyfit(shared.level[near], body.points[near, 1], 1)
    return float(np.polyval(slope, level))


def _tube(body: Body, piece: Shell, offset: Array, colour: Colour) -> Part:
    """Cloth that hangs from the waist and follows the legs."""
    shared = atlas()
    trunk = (shared.arm < -0.1) & (shared.level < 5)
    points, offsets = body.points[trunk], offset[trunk] + 0.004
    count, rows = 40, 14
    angle = np.arange(count) * (2 * np.pi / count)
    levels = np.linspace(piece.low + 0.35, piece.hem, rows)
    ys = np.array([height_at(body, level) for level in levels])
    centre = np.median(points[:, 2])
    ways = np.stack([np.sin(angle), -np.cos(angle)], 1)
    spread = np.cos(angle[:, None] - angle[None])
    rings, widest = [], np.zeros(count)
    for y in ys:
        near = np.abs(points[:, 1] - y) < 0.05
        flat = points[near][:, [0, 2]] - [0, centre]
        support = np.max(flat @ ways.T + offsets[near, None], axis=0)
        reach = np.where(spread > 0.2, support[None] / np.maximum(spread, 0.2), np.inf).min(1)
        widest = np.maximum(reach, widest * 0.995)
        drop = max(float(y - ys[0]), 0.0)
        fold = 1 + min(piece.flare, 0.3) * drop * 0.35 * np.sin(9 * angle)
        radius = (widest + piece.flare * drop * 0.6) * fold
        rings.append(np.stack([radius * ways[:, 0], np.full(count, y),
                               centre + radius * ways[:, 1]], 1))  # fmt: skip
    outer = np.concatenate(rings)
    row, here = np.divmod(np.arange((rows - 1) * count), count)
    a, b = row * count + here, row * count + (here + 1) % count
    faces = np.concatenate([np.stack([a, a + count, b], 1), np.stack([b, a + count, b + count], 1)])
    outward = vertex_normals(floats(outer), faces)
    if np.sum(outward[:, 0] * outer[:, 0]) < 0:
        faces, outward = faces[:, ::-1], -outward
    inner = outer - outward * 0.004
    weights = _tube_weights(np.repeat(levels, count), np.tile(ways[:, 0], rows))
    tint = np.tile(floats(colour), (len(faces), 1))
    if piece.front:
        tint[np.tile(here == 0, 2)] *= piece.front
    if piece.strip:
        ahead = np.tile(np.minimum(here, count - here) <= 9, 2)
        faces, tint = faces[ahead], tint[ahead]
    return make_part(
        np.concatenate([outer, inner]), np.concatenate([faces, faces[:, ::-1] + len(outer)]),
        np.concatenate([tint, tint * 0.6]), np.concatenate([weights, weights]),
        surface=piece.surface, normals=np.concatenate([outward, -outward]),
    )  # fmt: skip


def _tube_weights(level: Array, side: Array) -> Array:
    """(V, L): pelvis at the waist, thighs below, shins below the knee; side is -1 to 1."""
    weights = np.zeros((len(level), len(LINKS)), np.float32)
    pelvis = np.clip((level - 2.75) / 1.0, 0, 1)
    shin = np.clip((2.15 - level) / 0.6, 0, 0.85)
    left = 0.5 + 0.5 * np.sin(np.clip(side * 1.6, -1, 1) * np.pi / 2)
    weights[:, LINK["pelvis"]] = pelvis
    for name, share in (("L", left), ("R", 1 - left)):
        weights[:, LINK[f"thigh.{name}"]] = (1 - pelvis) * share * (1 - shin)
        weights[:, LINK[f"shin.{name}"]] = (1 - pelvis) * share * shin
    return weights
