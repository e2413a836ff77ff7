"""Hair, eyebrows and beards: caps on the scalp, curtains that fall, strips on the face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from shots.staging.staged import Appearance
from storyboard.layout.cast.accessories import Head, Wardrobe
from storyboard.layout.cast.body import Body, atlas
from storyboard.layout.cast.part import SKINS, Part, make_part, refined, solid
from storyboard.layout.cast.shells import shell
from storyboard.layout.cast.skinning import LINK, LINKS
from storyboard.layout.meshes import Array, Colour, ellipsoid, floats, vertex_normals

HAIR_COLOURS: Mapping[str, Colour] = {
    "black": (0.07, 0.06, 0.06), "dark brown": (0.16, 0.10, 0.07), "brown": (0.27, 0.17, 0.10),
    "light brown": (0.44, 0.31, 0.19), "blonde": (0.78, 0.62, 0.36), "red": (0.56, 0.22, 0.10),
    "auburn": (0.38, 0.16, 0.09), "grey": (0.52, 0.52, 0.52), "white": (0.86, 0.86, 0.85),
    "blue": (0.16, 0.30, 0.70), "pink": (0.88, 0.42, 0.60), "green": (0.20, 0.52, 0.26),
    "purple": (0.42, 0.20, 0.56),
}  # fmt: skip


@dataclass(frozen=True)
class Style:
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


STYLES: Mapping[str, Style] = {
    "cropped": Style(0.4), "short": Style(1.0, 1.0), "bob": Style(1.9, 0.4, 0.1, fall=6.75),
    "long": Style(1.7, 0.4, 0.1, fall=5.15), "medium": Style(1.8, 0.4, 0.1, fall=6.1),
    "ponytail": Style(0.8, 0.2, knot="tail"), "bun": Style(0.8, 0.2, knot="ball"),
    "curly": Style(2.6, 0.8, 0.25, 1.0), "afro": Style(6.0, 1.0, 0.15, 0.7),
    "braids": Style(0.8, 0.2, knot="braids"), "balding": Style(0.8, crown=0.52),
    "mohawk": Style(6.0, 1.0, strip=0.022), "slicked": Style(0.8, 0.3),
    "long curly": Style(2.6, 0.8, 0.2, 1.0, fall=5.6),
}  # fmt: skip
# Hairline: degrees from the front, and height over the eyes in head heights.
_LINE = ((0, 0.66), (32, 0.64), (52, 0.5), (66, 0.22), (74, -0.22), (84, -0.24), (90, 0.26),
         (108, 0.26), (120, -0.4), (140, -0.72), (180, -0.8))  # fmt: skip


def hair_parts(body: Body, look: Appearance, wardrobe: Wardrobe) -> list[Part]:
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
    eye = shared.joints[len(LINKS) :].mean(0)
    height = eye[1] - shared.points[:, 1].min()
    p = shared.points - [0, 0, eye[2] + 0.085]
    angle = np.degrees(np.arctan2(np.abs(p[:, 0]), -p[:, 2]))
    rise = (eye[1] - shared.points[:, 1]) / height
    line = np.interp(angle, *np.transpose(_LINE))
    return angle, rise, np.where(shared.level > 6.4, rise - line, -1.0)


def _scalp(body: Body, style: Style, colour: Colour, hat: float) -> list[Part]:
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
    if style.curl:
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


def _curtain(body: Body, style: Style, colour: Colour, hat: float) -> Part:
    """Hair that falls from the sides and the back of the head onto the back."""
    shared, size = atlas(), _head_size(body)
    head = Head.of(body, 0.0)
    points = body.points[(shared.level > 6.3) & (shared.arm < 0)]
    trunk = body.points[(shared.level > 4.2) & (shared.level < 6.7)]
    end = float(np.mean(body.points[np.abs(shared.level - style.fall) < 0.3, 1]))
    if style.fall > 6.5:
        end = float(body.points[np.abs(shared.level - 7) < 0.2, 1].mean()) + 0.01 * size
    top = head.eye[1] - 0.5 * min(1, hat) * head.height
    rows, count = 12, 25
    ys = np.linspace(top, end, rows)
    thick = style.thick * 0.01 * size
    centre = head.centre[2]
    rings = []
    for row, y in enumerate(ys):
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
        for k in range(count):
            close = np.abs(trunk - [x[k], y, 0])[:, :2].max(1) < 0.035 * size
            if close.any() and y > head.eye[1] + head.height:
                z[k] = max(z[k], trunk[close, 2].max() + 0.016 * size)
        rings.append(np.stack([x, np.full(count, y), z], 1))
    outer = np.concatenate(rings)
    row_of, here = np.divmod(np.arange((rows - 1) * (count - 1)), count - 1)
    a = row_of * count + here
    faces = np.concatenate([np.stack([a, a + 1, a + count], 1),
                            np.stack([a + 1, a + count + 1, a + count], 1)])  # fmt: skip
    outward = vertex_normals(floats(outer), faces)
    if np.sum(outward[:, 2] * (outer[:, 2] - centre)) < 0:
        faces, outward = faces[:, ::-1], -outward
    inner = outer - outward * 0.7 * thick
    low_share = np.clip((outer[:, 1] - head.eye[1] - 1.3 * head.height) / (1.6 * head.height), 0, 1)
    weights = np.zeros((len(outer), len(LINKS)), np.float32)
    weights[:, LINK["head"]], weights[:, LINK["chest"]] = 1 - 0.8 * low_share, 0.8 * low_share
    edge = np.array([k for r in range(rows - 1) for k in (r * count, r * count + count - 1)])
    below = edge + count
    n = len(outer)
    rim = np.concatenate([np.stack([edge, below, edge + n], 1),
                          np.stack([below, below + n, edge + n], 1)])  # fmt: skip
    last = (rows - 1) * count + np.arange(count - 1)
    hem = np.concatenate([np.stack([last, last + 1, last + n], 1),
                          np.stack([last + 1, last + 1 + n, last + n], 1)])  # fmt: skip
    sides = np.concatenate([rim, hem])
    everything = np.concatenate([faces, faces[:, ::-1] + n, sides])
    strand = 0.94 + 0.08 * np.sin(np.arange(count - 1) * 2.4)
    column = np.tile(strand, 2 * (rows - 1))
    shade = np.concatenate([column, column, np.full(len(sides), 0.9)])
    return make_part(
        np.concatenate([outer, inner]), everything, floats(colour) * floats(shade)[:, None],
        np.concatenate([weights, weights]), surface="hair",
        normals=np.concatenate([outward, -outward]),
    )  # fmt: skip


def _knots(body: Body, style: Style, colour: Colour) -> list[Part]:
    head = Head.of(body, 0.3)
    unit, tint = head.height, floats(colour)
    back = head.centre + [0, 0, head.half[1]]
    if style.knot == "ball":
        ball = ellipsoid(back + [0, -0.2 * unit, 0.2 * unit], (0.42 * unit, 0.38 * unit, 0.36 * unit),
                         tint, surface="hair", segments=14, rings=9)  # fmt: skip
        return [solid(ball, "head")]
    chains = {
        "tail": [[back + [0, y * unit, z * unit] for y, z in
                  ((-0.15, 0.08), (0.05, 0.3), (0.5, 0.38), (1.0, 0.3), (1.6, 0.22), (2.1, 0.2))]],
        "braids": [[head.centre + [s * x * head.half[0], y * unit, z * unit] for x, y, z in
                    ((0.95, 0.7, 0.5), (1.0, 1.1, 0.45), (1.05, 1.6, 0.2), (1.15, 2.2, -0.15),
                     (1.2, 2.8, -0.3))] for s in (1, -1)],
    }[style.knot]  # fmt: skip
    parts = []
    for chain in chains:
        for k, (a, b) in enumerate(zip(chain, chain[1:], strict=False)):
            middle, reach = (a + b) / 2, float(np.linalg.norm(b - a)) * 0.72
            width = unit * (0.2 if style.knot == "tail" else 0.13) * (1 - 0.1 * k)
            lock = ellipsoid(middle, (width, reach, width * 0.85), tint * (0.95 + 0.05 * (k % 2)),
                             segments=10, rings=6, surface="hair")  # fmt: skip
            lean = np.arctan2(b[2] - a[2], b[1] - a[1])
            turn = [[1, 0, 0], [0, np.cos(lean), -np.sin(lean)], [0, np.sin(lean), np.cos(lean)]]
            parts.append(solid(lock.turned(turn, middle), "head" if k < 2 else "neck"))
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
    share = np.stack([area(b - p, c - p), area(c - p, a - p), area(a - p, b - p)], 1) / total[:, None]
    depth = np.sum(share * corners[:, :, 2], 1)
    hit = int(np.argmin(np.where((share > -1e-6).all(1), depth, 9.0)))
    return shared.faces[hit], share[hit]


def _brows(body: Body, look: Appearance, colour: Colour) -> list[Part]:
    eye = atlas().joints[len(LINKS)]
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
    take = lambda values: np.sum(values[corners] * shares, axis=1)  # noqa: E731
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


def _beard(body: Body, look: Appearance, colour: Colour, skin: Array) -> list[Part]:
    """Beard, moustache, goatee or stubble."""
    shared = atlas()
    angle, rise, _ = _head_field()
    lips = np.unique(shared.faces[shared.kinds == 1])
    mouth = shared.points[lips].mean(0)
    p = shared.points - mouth
    ahead = np.where((shared.points[:, 2] < mouth[2] + 0.12) & (shared.level > 6.3), 1.0, -1.0)
    upper = p[:, 1] + 0.0185 - 0.25 * np.abs(p[:, 0]) ** 1.0 * 0.5
    moustache = 1 - np.sqrt((p[:, 0] / 0.036) ** 2 + (upper / 0.0088) ** 2)
    moustache = np.minimum(moustache, (mouth[2] + 0.03 - shared.points[:, 2]) * 20)
    line = np.interp(angle, (0, 14, 30, 60, 78, 100), (-0.72, -0.7, -0.52, -0.36, -0.1, -0.2))
    jaw = np.minimum((line - rise) * 2, np.minimum((shared.level - 6.55) * 3, (88 - angle) * 0.05))
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
    offset = grow * size * np.clip(np.maximum(area, 0) / 0.25, 0.25, 1)
    if look.beard == "long beard":
        offset = offset + 0.05 * np.clip((p[:, 1] - 0.02) / 0.03, 0, 1) * size
    part = shell(body, area, offset, colour, rounds=2, surface="hair")
    return [part] if part else []
