"""Colour of what the samples of a pixel have hit, in the light of a rig.

Colours are blended as sRGB values, as the strengths of a rig are. Per pixel each visible surface is
shaded once, and weighted by the samples that it takes.
"""

from __future__ import annotations

import numpy as np

from storyboard.layout.meshes import SURFACES, Array, Mesh, floats
from storyboard.layout.render.compiled import compiled
from storyboard.layout.render.lights import LightRig
from storyboard.layout.render.occlusion import shadow
from storyboard.layout.render.rasterise import GROUND, SKY, Ints, blend_normal, weigh

# Strength of highlight and reflection, and how often the highlight is squared (3 soft, 7 sharp).
_FINISH = {
    "skin": (0.10, 3), "hair": (0.16, 4), "leather": (0.22, 4), "wood": (0.10, 4),
    "metal": (0.55, 5), "glass": (0.85, 7), "screen": (0.35, 6), "plastic": (0.26, 5),
    "stone": (0.08, 4), "tile": (0.24, 6), "asphalt": (0.03, 3), "snow": (0.05, 3),
    "water": (0.6, 6), "leaf": (0.08, 3), "food": (0.14, 4), "eye": (0.8, 6), "cloth": (0.0, 3),
}  # fmt: skip
_FINISHES = floats([_FINISH.get(name, (0.0, 3)) for name in SURFACES])
GLASS_SHARE = 0.35  # of a pane's own colour over what is behind it
# Places in the array of constants that `light_constants` makes.
_KEY, _FILL, _RIM, _HORIZON, _ZENITH, _REST, _LAMPS = 3, 6, 9, 12, 15, 18, 24


def light_constants(rig: LightRig) -> Array:
    """The rig as numbers: direction, key, fill, rim, horizon, zenith, rest, then 7 a lamp."""
    key, fill = floats(rig.key_colour), floats(rig.fill_colour)
    rest = [
        0.25 * rig.softness,
        1.0 if rig.is_dark else 0.12,
        np.log(1 - rig.haze) / 10,
        1 - 0.6 * rig.softness,
        float(len(rig.lamps[:4])),
        1 / (1 + 0.25 * rig.softness),
    ]
    lamps = [(*lamp.at, *lamp.colour, lamp.reach_m) for lamp in rig.lamps[:4]]
    parts = (
        rig.direction, key * rig.key, fill * rig.fill * 1.35, key * rig.rim, rig.horizon,
        rig.zenith, rest, np.ravel(lamps),
    )  # fmt: skip
    return np.concatenate([np.asarray(part, np.float64) for part in parts])


def paint(mesh: Mesh) -> Array:
    """(N, 6) of each face: colour, glow, gloss, sharpness of the highlight."""
    return np.column_stack([mesh.colour, mesh.glow, _FINISHES[mesh.surface]]).astype(np.float32)


@compiled("UniTuple(f8, 3)(f8[::1], f8, f8, f8, f8, f8, f8)")
def _lamp_light(
    light: Array, x: float, y: float, z: float, nx: float, ny: float, nz: float
) -> tuple[float, float, float]:
    """What the lamps give at a point."""
    red, green, blue = 0.0, 0.0, 0.0
    for lamp in range(int(light[_REST + 4])):
        at = _LAMPS + 7 * lamp
        i, j, k = light[at] - x, light[at + 1] - y, light[at + 2] - z
        square = i * i + j * j + k * k
        fade = max(0.0, 1 - square / (light[at + 6] * light[at + 6]))
        along = (i * nx + j * ny + k * nz) / np.sqrt(square + 1e-6)
        strength = fade * fade * max(0.0, along + 0.2) / (1.2 * (0.35 + square))
        red += strength * light[at + 3]
        green += strength * light[at + 4]
        blue += strength * light[at + 5]
    return red, green, blue


@compiled("f8(f8, f8, f8, f8, f8)")
def _highlight(
    to_light: float, to_eye: float, with_ray: float, gloss: float, times: float
) -> float:
    """Strength of the key's highlight; the half vector lies between the light and the eye."""
    if to_light <= 0:
        return 0.0
    share = max((to_light + to_eye) / np.sqrt(max(2 - 2 * with_ray, 1e-6)), 0.0)
    for _ in range(int(times)):
        share *= share
    return gloss * share


@compiled("f8(f4[:,::1], i8, i8, f8[::1], f8, f8, f8, f8, f8, f8, f8, f8, f8)")
def _finish(
    own: Array, f: int, k: int, light: Array, lamps: float, facing: float, sky: float,
    rim: float, shine: float, mirror: float, rise: float, glow: float, clear: float,
) -> float:  # fmt: skip
    """One channel of `_light`."""
    key, horizon = light[_KEY + k], light[_HORIZON + k]
    colour = own[f, k] * (key * facing + light[_FILL + k] * sky + lamps)
    colour += light[_RIM + k] * rim + key * shine
    sight = horizon + rise * (light[_ZENITH + k] - horizon)
    colour += mirror * (sight * (0.4 + 0.6 * own[f, k]) - colour)
    colour = colour * (1 - glow) + own[f, k] * glow
    return colour * clear + horizon * (1 - clear)


@compiled("UniTuple(f8, 3)(f4[:,::1], i8, f8[::1], f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8, f8)")
def _light(
    own: Array, f: int, light: Array, x: float, y: float, z: float, nx: float, ny: float,
    nz: float, rx: float, ry: float, rz: float, away: float, key: float, open_share: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Colour of a surface: key, fill, rim, lamps, gloss, glow, haze; r is the unit ray."""
    to_light = nx * light[0] + ny * light[1] + nz * light[2]
    with_ray = rx * light[0] + ry * light[1] + rz * light[2]
    to_eye = -(nx * rx + ny * ry + nz * rz)
    key = 1 - (1 - key) * light[_REST + 3]
    soft = light[_REST]
    facing = key * min(max((to_light + soft) * light[_REST + 5], 0.0), 1.0)
    sky = (0.72 - 0.38 * ny) * open_share
    edge = min(max(1 - to_eye, 0.0), 1.0)
    rim = edge * edge * min(max(to_light + 0.3, 0.0), 1.0)
    gloss = own[f, 4]
    shine, mirror, rise = 0.0, 0.0, 0.0
    if gloss > 0:
        shine = key * _highlight(to_light, to_eye, with_ray, gloss, own[f, 5])
        mirror = 0.6 * gloss * (0.25 + 0.75 * edge * edge * edge) * open_share
        rise = min(max(0.5 - 0.8 * (ry + 2 * to_eye * ny), 0.0), 1.0)
    glow = own[f, 3] * light[_REST + 1]
    clear = np.exp(light[_REST + 2] * away)
    red, green, blue = _lamp_light(light, x, y, z, nx, ny, nz)
    red = _finish(own, f, 0, light, red, facing, sky, rim, shine, mirror, rise, glow, clear)
    green = _finish(own, f, 1, light, green, facing, sky, rim, shine, mirror, rise, glow, clear)
    blue = _finish(own, f, 2, light, blue, facing, sky, rim, shine, mirror, rise, glow, clear)
    return red, green, blue


@compiled("UniTuple(f8, 3)(f8[::1], f8)")
def _sky(light: Array, climb: float) -> tuple[float, float, float]:
    """Colour of the sky; `climb` is the sine of the height over the horizon."""
    share = min(max(climb * 1.6, 0.0), 1.0) ** 0.7
    red, green, blue = light[_HORIZON], light[_HORIZON + 1], light[_HORIZON + 2]
    return (
        red + share * (light[_ZENITH] - red),
        green + share * (light[_ZENITH + 1] - green),
        blue + share * (light[_ZENITH + 2] - blue),
    )


@compiled("UniTuple(f8, 2)(f4[:,:,::1], f4[:,::1], i8, i8, f8)")
def _term(terms: Array, half: Array, row: int, column: int, depth: float) -> tuple[float, float]:
    """Key and fill share at a pixel, from the nearest of the half picture of like depth."""
    if row % 2 == 0 and column % 2 == 0:
        return terms[row // 2, column // 2, 0], terms[row // 2, column // 2, 1]
    total, key, fill = 0.0, 0.0, 0.0
    for y in range(row // 2, min((row + 1) // 2 + 1, len(half))):
        for x in range(column // 2, min((column + 1) // 2 + 1, half.shape[1])):
            weight = 1.0 if abs(half[y, x] - depth) < 0.02 * depth else 1e-4
            total += weight
            key += weight * terms[y, x, 0]
            fill += weight * terms[y, x, 1]
    total = 1.0 / total
    return key * total, fill * total


@compiled("boolean(i4, i4, i4[::1], i4[:,::1], f4[:,::1])")
def _is_same_surface(a: int, b: int, face: Ints, faces: Ints, own: Array) -> bool:
    """Whether two hits can share one colour: one triangle, or neighbours of one finish."""
    if a == b:
        return True
    if a < 0 or b < 0:
        return False
    f, g = face[a], face[b]
    for k in range(6):
        if own[f, k] != own[g, k]:
            return False
    for k in range(3):
        for m in range(3):
            if faces[f, k] == faces[g, m]:
                return True
    return False


@compiled("i8(i4[:,::1], i8, i8, i8, i8, i4[::1], i4[:,::1], f4[:,::1])")
def _take_alike(
    hits: Ints, row: int, column: int, s: int, rest: int, face: Ints, faces: Ints, own: Array
) -> int:
    """Samples from `s` on that share its colour: their number, plus 8 times their bits."""
    count, bits, here = 0, 0, hits[4 * row + s, column]
    for r in range(s, 4):
        if rest >> r & 1 and _is_same_surface(here, hits[4 * row + r, column], face, faces, own):
            count += 1
            bits |= 1 << r
    return count + 8 * bits


@compiled("boolean(i4[:,::1], i8, i8)")
def _is_whole(hits: Ints, row: int, column: int) -> bool:
    """Whether all samples of a pixel have hit the same."""
    first = hits[4 * row, column]
    return (
        first == hits[4 * row + 1, column]
        and first == hits[4 * row + 2, column]
        and first == hits[4 * row + 3, column]
    )


# Arguments that go together: the triangles and their finish, the camera, light and shadow.
_GEOMETRY = "f8[:,:,::1], i4[::1], f4[:,::1], i4[:,::1], f4[:,::1], f8[::1]"
_VIEW = "f8[:,::1], f8[::1], f4[:,::1], f4[:,:,::1]"
_LIGHT = "f8[::1], f4[:,:,::1], f4[:,::1], f4[:,::1], f8[:,::1], f8[::1], f8, f8[:,:,::1]"


@compiled(f"UniTuple(f8, 3)(i8, i8, i8, f8, f8, b1, i8, f4[:,::1], {_VIEW}, {_GEOMETRY}, {_LIGHT})")
def _colour_hit(
    number: int, row: int, column: int, px: float, py: float, is_centre: bool, spot: int,
    albedo: Array, sight: Array, position: Array, depths: Array, shown: Array, inverse: Array, face: Ints, normals: Array, faces: Ints,
    own: Array, ground: Array, light: Array, terms: Array, half: Array, front: Array,
    axes: Array, origin: Array, texel: float, taps: Array,
) -> tuple[float, float, float]:  # fmt: skip
    """Colour of a hit at a pixel position."""
    rx = sight[0, 0] * px + sight[0, 1] * py + sight[0, 2]
    ry = sight[1, 0] * px + sight[1, 1] * py + sight[1, 2]
    rz = sight[2, 0] * px + sight[2, 1] * py + sight[2, 2]
    length = np.sqrt(rx * rx + ry * ry + rz * rz)
    if number == SKY:
        return _sky(light, -ry / length)
    nx, ny, nz = 0.0, -1.0, 0.0
    if number == GROUND:
        depth = 1.0 / max(ground[0] * px + ground[1] * py + ground[2], 1e-6)
    elif is_centre:
        depth = depths[row, column]
        nx, ny, nz = shown[row, column, 0], shown[row, column, 1], shown[row, column, 2]
    else:
        u, v, w, depth = weigh(inverse, number, px, py)
        nx, ny, nz = blend_normal(normals, faces, face[number], u, v, w)
    x, y, z = position[0] + depth * rx, position[1] + depth * ry, position[2] + depth * rz
    away = depth * length
    length = 1.0 / length
    rx, ry, rz = rx * length, ry * length, rz * length
    key, open_share = _term(terms, half, row, column, depth)
    if len(taps):
        key = shadow(front, axes, origin, texel, x, y, z, nx, ny, nz, taps, 0, 0.0)
    if number == GROUND:
        return _light(albedo, spot, light, x, y, z, nx, ny, nz, rx, ry, rz, away, key, open_share)
    return _light(own, face[number], light, x, y, z, nx, ny, nz, rx, ry, rz, away, key, open_share)


@compiled(
    f"void(i4[:,::1], i4[:,::1], i8, i8, Tuple(({_VIEW})), Tuple(({_GEOMETRY})),"
    f" Tuple(({_LIGHT})), f4[:,::1], i4[::1], f8[:,::1], f4[:,:,::1])"
)
def shade(
    hits: Ints, panes: Ints, first: int, last: int, view: tuple[Array, Array, Array, Array],
    geometry: tuple[Array, Ints, Array, Ints, Array, Array],
    lights: tuple[Array, Array, Array, Array, Array, Array, float, Array],
    albedo: Array, starts: Ints, samples: Array, out: Array,
) -> None:  # fmt: skip
    """Fill rows of a picture (H, W, 3).

    Args:
        hits: (4 H, W) what each sample has hit: a triangle, `GROUND` or `SKY`.
        panes: (4 H, W) glass before it, `SKY` where there is none; or (0, W).
        first, last: Rows.
        view: (3, 3) from a pixel to its ray of unit depth, the camera's place, and depth and
            normal at the centres.
        geometry: `inverse` and `face` of `Triangles`, normals and faces of the mesh, (N, 6) of
            `paint`, and the plane of the ground.
        lights: Of `light_constants`; key and fill share of the half picture, and its depth; the
            shadow map's front, axes, origin and texel, and taps for crisp shadows or none.
        albedo, starts: Finish of the ground at each pixel that shows it, in order, and where each
            row begins there.
        samples: (4, 2) places in the pixel.
        out: The picture.
    """
    sight, position, depths, shown = view
    inverse, face, normals, faces, own, ground = geometry
    light, terms, half, front, axes, origin, texel, taps = lights
    for row in range(first, last):
        spot = starts[row]
        for column in range(out.shape[1]):
            red, green, blue, has_ground = 0.0, 0.0, 0.0, 0
            for layer in range(2 if len(panes) else 1):
                here = panes if layer else hits
                rest = 15  # bits of the samples that have no colour yet
                for s in range(4):
                    number = here[4 * row + s, column]
                    if rest >> s & 1 == 0 or (layer and number == SKY):
                        continue
                    share, is_centre = 1.0, False
                    if s or not _is_whole(here, row, column):
                        count = _take_alike(here, row, column, s, rest, face, faces, own)
                        rest &= ~(count >> 3)
                        share = (count & 7) * 0.25
                    else:
                        rest = 0
                        is_centre = not layer and (
                            len(panes) == 0
                            or (panes[4 * row, column] == SKY and _is_whole(panes, row, column))
                        )
                    has_ground |= number == GROUND
                    x = column + (0.5 if share == 1 else samples[s, 0])
                    y = row + (0.5 if share == 1 else samples[s, 1])
                    r, g, b = _colour_hit(
                        number, row, column, x, y, is_centre, spot, albedo, sight, position,
                        depths, shown, inverse, face, normals, faces, own, ground, light, terms, half, front, axes, origin,
                        texel, taps,
                    )  # fmt: skip
                    kept = 1.0
                    if layer:
                        share *= GLASS_SHARE
                        kept -= share
                    red, green, blue = (
                        red * kept + share * r, green * kept + share * g, blue * kept + share * b
                    )  # fmt: skip
            out[row, column, 0] = red
            out[row, column, 1] = green
            out[row, column, 2] = blue
            spot += has_ground
