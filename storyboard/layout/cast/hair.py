"""Hair, eyebrows and beards: caps on the scalp, curtains that fall, strips on the face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np

from shots.staging.staged import Appearance
from storyboard.layout.cast.accessories import HeadMeasures, Wardrobe
from storyboard.layout.cast.body import Body, atlas
from storyboard.layout.cast.part import SKINS, FigurePart, make_part, refined, solid
from storyboard.layout.cast.sheets import sheet
from storyboard.layout.cast.shells import shell
from storyboard.layout.cast.skinning import EYES, LINK, LINKS
from storyboard.layout.meshes import Array, Colour, ellipsoid, floats, vertex_normals
from storyboard.layout.rotations import X, about

HAIR_COLOURS: Mapping[str, Colour] = {
    "black": (0.07, 0.06, 0.06), "dark brown": (0.16, 0.10, 0.07), "brown": (0.27, 0.17, 0.10),
    "light brown": (0.44, 0.31, 0.19), "blonde": (0.78, 0.62, 0.36), "red": (0.56, 0.22, 0.10),
    "auburn": (0.38, 0.16, 0.09), "grey": (0.52, 0.52, 0.52), "white": (0.86, 0.86, 0.85),
    "blue": (0.16, 0.30, 0.70), "pink": (0.88, 0.42, 0.60), "green": (0.20, 0.52, 0.26),
    "purple": (0.42, 0.20, 0.56),
}  # fmt: skip


@dataclass(frozen=True)
class Haircut:
    """A haircut.

    Attributes:
        thick: Centimetres over the scalp.
        top: Centimetres more on the top.
        low: By how much the hairline at the sides and behind is lower, in head heights.
        curl: Centimetres of locks.
        fall: Level on the body to which a curtain falls, 0 for none.
        crown: Height over the eyes above which the head is bald.
        strip: Half width in metres of a ridge; 0 is the entire scalp.
        knot: Ball, tail or braids behind.
    """

    thick: float
    top: float = 0.0
    low: float = 0.0
    curl: float = 0.0
    fall: float = 0.0
    crown: float = 9.0
    strip: float = 0.0
    knot: str = ""


STYLES: Mapping[str, Haircut] = {
    "cropped": Haircut(0.4), "short": Haircut(1.0, 1.0), "bob": Haircut(1.9, 0.4, 0.1, fall=6.75),
    "long": Haircut(1.7, 0.4, 0.1, fall=5.15), "medium": Haircut(1.8, 0.4, 0.1, fall=6.1),
    "ponytail": Haircut(0.8, 0.2, knot="tail"), "bun": Haircut(0.8, 0.2, knot="ball"),
    "curly": Haircut(2.6, 0.8, 0.25, 1.0), "afro": Haircut(6.0, 1.0, 0.15, 0.7),
    "braids": Haircut(0.8, 0.2, knot="braids"), "balding": Haircut(0.8, crown=0.52),
    "mohawk": Haircut(6.0, 1.0, strip=0.022), "slicked": Haircut(0.8, 0.3),
    "long curly": Haircut(2.6, 0.8, 0.2, 1.0, fall=5.6),
}  # fmt: skip
# Hairline: degrees from the front, and height over the eyes in head heights.
_LINE = ((0, 0.66), (32, 0.64), (52, 0.5), (66, 0.22), (74, -0.22), (84, -0.24), (90, 0.26),
         (108, 0.26), (120, -0.4), (140, -0.72), (180, -0.8))  # fmt: skip


def hair_parts(body: Body, look: Appearance, wardrobe: Wardrobe) -> list[FigurePart]:
    """Everything that grows on the head, in the appearance's colours."""
    colour = HAIR_COLOURS.get(look.hair_colour, HAIR_COLOURS["brown"])
    skin = np.array(SKINS.get(look.skin, SKINS["light"]))
    parts = [*_brows(body, look, colour), *_beard(body, look, colour, skin)]
    style = STYLES.get(look.hair)
    if style and not wardrobe.hood:
        parts += _scalp(body, style, colour, wardrobe.hair_line)
        if style.fall:
            parts.append(_curtain(body, style, colour, wardrobe.hair_line))
        if style.knot:
            parts += _knots(body, style, colour)
    return parts


@cache
def _head_field() -> tuple[Array, Array, Array]:
    """Of each vertex: degrees from the front, height over the eyes, and the hairline's field."""
    shared = atlas()
    eye = shared.joints[EYES].mean(0)
    height = eye[1] - shared.points[:, 1].min()
    p = shared.points - [0, 0, eye[2] + 0.085]
    angle = np.degrees(np.arctan2(np.abs(p[:, 0]), -p[:, 2]))
    rise = (eye[1] - shared.points[:, 1]) / height
    line = np.interp(angle, *np.transpose(_LINE))
    return angle, rise, np.where(shared.level > 6.4, rise - line, -1.0)


def _scalp(body: Body, style: Haircut, colour: Colour, hat: float) -> list[FigurePart]:
    shared = atlas()
    angle, rise, area = _head_field()
    side = np.clip((angle - 45) / 30, 0, 1)
    area = np.where(shared.level > 6.4, area + style.low * side, -1)
    if style.low:  # over the ears
        area = np.where((angle > 80) & (rise > -0.3) & (angle < 125), np.maximum(area, 0.25), area)
        area = np.minimum(area, np.maximum(rise + 0.05, (angle - 84) * 0.05))
    if style.strip:
        area = np.minimum(area, (style.strip - np.abs(shared.points[:, 0])) * 12)
    if style.crown < 9:
        area = np.minimum(area, style.crown - rise)
    grow = style.thick + style.top * np.clip(rise, 0, 1)
    if hat < 9:
        area = np.minimum(area, hat + 0.1 - rise)
        grow = np.minimum(grow, 0.9 + 2.0 * np.clip(hat - 0.3 - rise, 0, 1))
    size = _head_size(body)
    taper = np.clip(np.maximum(area, 0) / (0.02 + 0.05 * style.thick), 0.12, 1)
    rounds = 1 if style.curl or style.thick < 0.5 else 3
    if style.thick > 4:
        rounds = 2
    locks = shell(body, area, grow * 0.01 * size * taper, colour, rounds=rounds, surface="hair")
    if locks is None:
        return []
    if style.curl and not style.fall:
        locks = refined(locks)
        p = locks.points / size
        bumps = np.sin(p[:, 0] * 300) + np.sin(p[:, 1] * 330 + 1) + np.sin(p[:, 2] * 310 + 2)
        points = locks.points + locks.normals * (0.0028 * style.curl * size * bumps)[:, None]
        locks = replace(locks, points=points, normals=vertex_normals(points, locks.faces))
    return [locks]


def _head_size(body: Body) -> float:
    shared = atlas()
    unit = np.ptp(body.points[shared.level > 7, 1]) / np.ptp(shared.points[shared.level > 7, 1])
    return float(unit)


def _curtain(body: Body, style: Haircut, colour: Colour, hat: float) -> FigurePart:
    """Hair that falls from the sides and the back of the head onto the back."""
    shared, size = atlas(), _head_size(body)
    head = HeadMeasures.of(body, 0.0)
    points = body.points[(shared.level > 6.3) & (shared.arm < 0)]
    trunk = body.points[(shared.level > 4.2) & (shared.level < 6.7)]
    end = float(np.mean(body.points[np.abs(shared.level - style.fall) < 0.3, 1]))
    if style.fall > 6.5:
        end = float(body.points[np.abs(shared.level - 7) < 0.2, 1].mean()) + 0.01 * size
    top = head.eye[1] - 0.5 * min(1, hat) * head.height
    thick, centre, count = style.thick * 0.01 * size, head.centre[2], 21
    rings = []
    for row, y in enumerate(np.linspace(top, end, 10)):
        low = float(np.clip((y - head.eye[1]) / max(end - head.eye[1], 1e-6), 0, 1))
        reach = np.radians(122 - 42 * low * (style.fall < 6.5))
        turn = np.linspace(-reach, reach, count)
        ways = np.stack([np.sin(turn), np.cos(turn)], 1)
        level = min(float(y), float(head.eye[1]) + 0.1 * head.height)
        near = np.abs(points[:, 1] - level) < 0.025 * size
        support = (points[near][:, [0, 2]] - [0, centre]) @ ways.T
        radius = support.max(0) + thick * (0.75 + 0.25 * min(row / 3, 1.0))
        radius = radius * (1 - 0.12 * low) + 0.006 * size * np.sin(turn * 11) * low
        x, z = radius * ways[:, 0], centre + radius * ways[:, 1]
        if y > head.eye[1] + head.height:  # over the back, not into it
            close = np.abs(trunk[:, None, :2] - np.stack([x, np.full(count, y)], 1)[None]).max(2)
            back = np.where(close < 0.035 * size, trunk[:, 2:] + 0.016 * size, -9.0).max(0)
            z = np.maximum(z, back)
        rings.append(np.stack([x, np.full(count, y), z], 1))
    below = np.concatenate(rings)[:, 1] - head.eye[1] - 1.3 * head.height
    loose = 0.8 * np.clip(below / (1.6 * head.height), 0, 1)
    weights = np.zeros((len(loose), len(LINKS)), np.float32)
    weights[:, LINK["head"]], weights[:, LINK["chest"]] = 1 - loose, loose
    strands = 0.94 + 0.08 * np.sin(np.arange(count) * 2.4)
    return sheet(np.array(rings), 0.7 * thick, colour, weights, surface="hair", columns=strands)


def _knots(body: Body, style: Haircut, colour: Colour) -> list[FigurePart]:
    head = HeadMeasures.of(body, 0.3)
    unit, tint = head.height, floats(colour)
    back = head.centre + np.array([0, 0, head.half[1]])
    if style.knot == "ball":
        middle, radii = back + unit * floats([0, -0.2, 0.2]), unit * floats([0.42, 0.38, 0.36])
        ball = ellipsoid(middle, radii, tint, surface="hair", segments=14, rings=9)
        return [solid(ball, "head")]
    chains = {
        "tail": [[back + unit * np.array([0, y, z]) for y, z in
                  ((-0.15, 0.08), (0.05, 0.3), (0.5, 0.38), (1.0, 0.3), (1.6, 0.22), (2.1, 0.2))]],
        "braids": [[head.centre + np.array([s * x * head.half[0], y * unit, z * unit])
                    for x, y, z in ((0.95, 0.7, 0.5), (1.0, 1.1, 0.45), (1.05, 1.6, 0.2),
                                    (1.15, 2.2, -0.15), (1.2, 2.8, -0.3))] for s in (1, -1)],
    }[style.knot]  # fmt: skip
    parts = []
    for chain in chains:
        for k, (a, b) in enumerate(pairwise(chain)):
            middle, reach = (a + b) / 2, float(np.linalg.norm(b - a)) * 0.72
            width = unit * (0.2 if style.knot == "tail" else 0.13) * (1 - 0.1 * k)
            lock = ellipsoid(middle, (width, reach, width * 0.85), tint * (0.95 + 0.05 * (k % 2)),
                             segments=10, rings=6, surface="hair")  # fmt: skip
            lean = np.arctan2(b[2] - a[2], b[1] - a[1])
            parts.append(solid(lock.turned(about(X, lean), middle), "head" if k < 2 else "neck"))
    return parts


@cache
def _on_face(x: float, y: float) -> tuple[Array, Array]:
    """The face's triangle (3,) before a point of the middle body, and shares of its corners."""
    shared = atlas()
    corners = shared.points[shared.faces]
    a, b, c = (corners[:, k, :2] for k in range(3))
    p = np.array([x, y])

    def area(u: Array, v: Array) -> Array:
        return u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]

    total = area(b - a, c - a)
    total = np.where(np.abs(total) < 1e-12, np.inf, total)
    share = (
        np.stack([area(b - p, c - p), area(c - p, a - p), area(a - p, b - p)], 1) / total[:, None]
    )
    depth = np.sum(share * corners[:, :, 2], 1)
    hit = int(np.argmin(np.where((share > -1e-6).all(1), depth, 9.0)))
    return shared.faces[hit], share[hit]


def _brows(body: Body, look: Appearance, colour: Colour) -> list[FigurePart]:
    eye = atlas().joints[EYES[0]]
    thick = 0.0034 if look.sex == "male" else 0.0022
    rows: list[tuple[Array, Array]] = []
    ends = ((-0.019, 0.0, 0.8), (-0.010, 0.0034, 1.0), (0.0, 0.0052, 1.0), (0.010, 0.0052, 0.85),
            (0.017, 0.0026, 0.6), (0.0225, -0.0014, 0.25))  # fmt: skip
    for sign in (1.0, -1.0):
        for x, rise, share in ends:
            for edge in (-1, 1):
                y = eye[1] - 0.0175 - rise + edge * thick * share
                rows.append(_on_face(sign * (float(eye[0]) + x), float(y)))
    corners = np.array([row[0] for row in rows])
    shares = floats([row[1] for row in rows])[..., None]

    def take(values: Array) -> Array:
        mean: Array = np.sum(values[corners] * shares, axis=1)
        return mean

    normals = take(body.normals)
    k = np.arange(0, 10, 2)
    strip = np.concatenate([np.stack([k, k + 2, k + 1], 1), np.stack([k + 1, k + 2, k + 3], 1)])
    faces = np.concatenate([strip[:, ::-1], strip + 12])
    expressions = np.stack([take(each) for each in body.expressions])
    tint = floats(colour) * 0.85 if max(colour) < 0.7 else floats(colour) * 0.8
    weights = take(atlas().weights)
    points = take(body.points) + normals * 0.0012
    return [make_part(points, faces, tint, weights, surface="hair", normals=normals,
                      expressions=expressions)]  # fmt: skip


def _beard(body: Body, look: Appearance, colour: Colour, skin: Array) -> list[FigurePart]:
    """Beard, moustache, goatee or stubble."""
    shared = atlas()
    angle, rise, _ = _head_field()
    lips = np.unique(shared.faces[shared.kinds == 1])
    mouth = (shared.points[lips].min(0) + shared.points[lips].max(0)) / 2
    mouth[2] = shared.points[lips, 2].min() + 0.004
    p = shared.points - mouth
    ahead = np.where((shared.points[:, 2] < mouth[2] + 0.12) & (shared.level > 6.3), 1.0, -1.0)
    upper = p[:, 1] + 0.0175 - 0.125 * np.abs(p[:, 0])
    moustache = 1 - np.sqrt((p[:, 0] / 0.042) ** 2 + (upper / 0.0115) ** 2)
    moustache = np.minimum(moustache, np.sqrt((p[:, 0] / 0.03) ** 2 + (p[:, 1] / 0.009) ** 2) - 1)
    moustache = np.minimum(moustache, (mouth[2] + 0.03 - shared.points[:, 2]) * 20)
    line = np.interp(angle, (0, 14, 26, 45, 60, 74), (-0.62, -0.58, -0.42, -0.32, -0.2, 0.1))
    jaw = np.minimum((line - rise) * 2, np.minimum((shared.level - 6.95) * 3, (72 - angle) * 0.05))
    free = np.sqrt((p[:, 0] / 0.03) ** 2 + ((p[:, 1] - 0.002) / 0.017) ** 2) - 1
    jaw = np.minimum(jaw, free)
    chin = np.minimum(jaw, (0.026 - np.abs(p[:, 0])) * 40)
    area = {
        "beard": np.maximum(jaw, moustache), "long beard": np.maximum(jaw, moustache),
        "moustache": moustache, "goatee": np.maximum(chin, moustache),
        "stubble": np.maximum(jaw, moustache),
    }.get(look.beard)  # fmt: skip
    if area is None:
        return []
    area = np.minimum(area, ahead)
    size = _head_size(body)
    if look.beard == "stubble":
        mixed = floats(skin * 0.72 + np.array(colour) * 0.28)
        part = shell(body, area, 0.0008 * size, mixed, rounds=0, surface="skin", rim=False)
        return [part] if part else []
    grow = {"beard": 0.009, "long beard": 0.012, "goatee": 0.008}.get(look.beard, 0.006)
    thick = np.where(moustache > jaw, 0.55, 1.0) * np.clip(np.maximum(area, 0) / 0.25, 0.25, 1)
    offset = grow * size * thick
    part = shell(body, area, offset, colour, rounds=2, surface="hair")
    parts = [part] if part else []
    if look.beard == "long beard":
        below = body.points[lips].mean(0) + size * floats([0, 0.068, 0.016])
        lock = ellipsoid(below, size * floats([0.036, 0.07, 0.022]), colour, surface="hair")
        parts.append(solid(lock, "head"))
    return parts
