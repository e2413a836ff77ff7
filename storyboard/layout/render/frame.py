"""One frame of a layout: visibility, shadow, colour, and the buffers that they leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import Array, GroundPaint, floats
from storyboard.layout.render.compiled import in_bands
from storyboard.layout.render.depth_of_field import Optics, blur
from storyboard.layout.render.fragment_light import ROOM_ROWS
from storyboard.layout.render.lens import Face, LensCamera, Size, faces
from storyboard.layout.render.lights import LightRig, light_constants
from storyboard.layout.render.occlusion import PATTERN, even_out, occlude
from storyboard.layout.render.rasterise import PICTURE_SAMPLES, Ints, locate_ground
from storyboard.layout.render.render_scene import Drawn, RenderScene
from storyboard.layout.render.shading import MOST, Light, Surfaces, View, shade
from storyboard.layout.render.shadow_map import ShadowMap, receivers
from storyboard.layout.render.visibility import BAND, SAMPLES, Visible
from storyboard.layout.render.weather import Weather, draw_weather

Bytes = NDArray[np.uint8]
_PLACES = np.column_stack([PICTURE_SAMPLES, (np.arange(SAMPLES) + 0.5) / SAMPLES])
_PANE_M = 0.2  # from the lens, nearer than which there is glass only
_WET_FINISH = (0.5, 5.0)  # strength and sharpness of the shine of a wet ground
_CRISP = 0.12  # softness below which shadows are computed at the picture's size
_CRISP_TAPS = np.array([[[-0.6, -0.6, 0.8], [0.6, -0.6, 0.8], [-0.6, 0.6, 0.8], [0.6, 0.6, 0.8]]])

# The C library gives large blocks back to the system, which clears them for the next frame, until
# one of nearly 32 MB has been freed: from then on it keeps blocks up to that size.
np.empty(31 << 20, np.uint8)


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture and what it shows, at the centres of its pixels.

    Attributes:
        picture: (H, W, 3) uint8.
        depth: (H, W) float32 metres along the camera's axis, infinite for the sky.
        normal: (H, W, 3) float32 unit vectors of the world, 0 for the sky.
        owner: (H, W) int32; a player's glass counts, the set's does not.
        coverage: Function of an owner: how much of each pixel it covers, (H, W) uint8.
    """

    picture: Bytes
    depth: Array
    normal: Array
    owner: Ints
    coverage: Callable[[int], Bytes]


def _rays(sight: Array, size: Size, step: int) -> Array:
    """(H, W, 3) rays of unit depth through the centre of every `step`-th pixel."""
    x, y = (np.arange(0, n, step) + 0.5 for n in size)
    rays = x[None, :, None] * sight[:, 0] + y[:, None, None] * sight[:, 1] + sight[:, 2]
    return floats(rays)


def _soft_terms(
    found: Visible, shadows: ShadowMap, camera: LensCamera, rig: LightRig, threads: int
) -> tuple[Array, Array]:
    """Key and fill share (2, h, w) of every second pixel each way, and their depth."""
    half = np.ascontiguousarray(found.depth[::2, ::2])
    terms = np.empty((2, *half.shape), np.float32)
    other = np.empty_like(terms)
    spread = -1.0 if rig.softness < _CRISP else 0.02 + 0.34 * rig.softness
    position = np.asarray(camera.position, np.float64)
    focal = camera.focal * found.depth.shape[1] / 2
    given = half, found.sight, found.normal, position, focal, shadows, spread, PATTERN
    in_bands(lambda a, b: occlude(*given, a, b, terms), len(half), threads)
    for _ in range(2):
        in_bands(lambda a, b: even_out(terms, half, 0, a, b, other), len(half), threads)
        in_bands(lambda a, b: even_out(other, half, 1, a, b, terms), len(half), threads)
    return terms, half


def _finishes(paint: Array, found: Visible) -> tuple[Array, Ints]:
    """(N + P, 6) finish of the faces, then room for that of the ground where a pixel shows it.

    Returns:
        It, and (H + 1,) where each row of the ground begins and the last one ends.
    """
    counts = np.count_nonzero(found.soil, axis=1)
    starts = np.cumsum(np.append(len(paint), counts), dtype=np.int32)
    finish = np.empty((starts[-1] + 1, 6), np.float32)
    finish[: len(paint)] = paint
    return finish, starts


def _paint_ground(
    ground: GroundPaint, found: Visible, rows: slice, starts: Ints, position: Array, is_wet: bool,
    finish: Array,
) -> None:  # fmt: skip
    """Fill the finish of the ground in some rows of pixels; few at once stay in the cache."""
    begin, end = starts[rows.start], starts[rows.stop]
    if begin == end:
        return
    if found.over is not None:  # what moves hides parts of the ground that the set alone shows
        starts, laid = found.over.laid[is_wet]
        shown = found.soil[rows][found.over.soil[rows]]
        finish[begin:end] = laid[starts[rows.start] : starts[rows.stop]][shown]
        return
    spots, albedo = np.empty((3, end - begin), np.float32), finish[begin:end]
    locate_ground(
        found.soil, rows.start, rows.stop, starts, found.sight, found.ground, position, spots
    )
    albedo[:, :3], albedo[:, 3:] = ground(*spots), 0
    if is_wet:
        albedo[:, :3] *= 0.7
        albedo[:, 4:] = _WET_FINISH


def render_pinhole(
    scene: RenderScene, camera: LensCamera, rig: LightRig, size: Size, is_wet: bool, threads: int
) -> tuple[Array, Visible]:
    """A picture (H, W, 3) float32 before grading, and what it shows."""
    still = scene.still
    found = still.views.find(
        scene.mesh, still.mesh, camera, size, scene.ground is not None, threads
    )
    position = np.asarray(camera.position, np.float64)
    points = receivers(found.depth[::8, ::8], _rays(found.sight, size, 8), position)
    shadows = still.shadows.make(still.mesh, scene.moving, rig.direction, points, scene.lit_at)
    terms, half = _soft_terms(found, shadows, camera, rig, threads)
    finish, starts = _finishes(scene.paint, found)
    kept = found.over
    if kept is not None and scene.ground is not None and is_wet not in kept.laid:
        laid, begins = _finishes(scene.paint[:0], kept)
        for row in range(0, size[1], BAND):
            rows = slice(row, min(row + BAND, size[1]))
            _paint_ground(scene.ground, kept, rows, begins, position, is_wet, laid)
        kept.laid[is_wet] = begins, laid
    mesh = scene.mesh
    surfaces = Surfaces(found.shown, mesh.normals, mesh.faces, finish, found.ground)
    taps = _CRISP_TAPS if rig.softness < _CRISP else np.empty((0, 0, 3))
    light = Light(light_constants(rig), terms, half, shadows, taps)
    view = View(found.sight, position, found.depth, found.normal, _PLACES)
    key = found.over, rig, is_wet, scene.ground
    is_kept = found.over is not None and not len(taps)
    drawn = Drawn(key, terms, half, found.moved, np.empty((size[1], size[0], 3), np.float32))
    steady, before = drawn.steady(still.drawn) if is_kept else (found.moved[:0], drawn.picture)

    def one_band(first: int, last: int) -> None:
        room, ends = np.empty((ROOM_ROWS, MOST * size[0]), np.float32), np.empty(size[0], np.int32)
        marks = np.empty(MOST * size[0], np.int32)
        panes = found.panes_of(first)
        if scene.ground is not None:
            rows = slice(first, last)
            _paint_ground(scene.ground, found, rows, starts, position, is_wet, finish)
        shade(
            found.hits, panes, found.soil, steady, before, first, last, view, surfaces, light,
            starts, room, marks, ends, drawn.picture,
        )  # fmt: skip

    in_bands(one_band, size[1], threads, BAND)
    if is_kept:
        drawn.picture.setflags(write=False)
        still.drawn = drawn
    return drawn.picture, found


def _render_bent(
    scene: RenderScene, camera: LensCamera, rig: LightRig, size: Size, is_wet: bool, threads: int
) -> tuple[Array, Frame]:
    """The same for a lens that is no pinhole, with a frame whose picture is not made yet."""
    shape = (size[1], size[0])
    colour, normal = np.zeros((*shape, 3), np.float32), np.zeros((*shape, 3), np.float32)
    depth, owner = np.zeros(shape, np.float32), np.zeros(shape, np.int32)
    parts: list[tuple[Face, Visible]] = []
    for face in faces(camera, size):
        flat, found = render_pinhole(scene, face.camera, rig, face.size, is_wet, threads)
        nearest = np.rint(face.at[:, face.mask]).astype(int)
        column, row = (np.clip(nearest[k], 0, face.size[k] - 1) for k in range(2))
        colour[face.mask] = cv2.remap(flat, face.at[0], face.at[1], cv2.INTER_LINEAR)[face.mask]
        depth[face.mask] = found.depth[row, column] * face.scale[face.mask]
        normal[face.mask], owner[face.mask] = found.normal[row, column], found.owner[row, column]
        parts.append((face, found))

    def coverage(wanted: int) -> Bytes:
        out = np.zeros(shape, np.uint8)
        for face, found in parts:
            bent = cv2.remap(found.coverage(wanted), face.at[0], face.at[1], cv2.INTER_LINEAR)
            out[face.mask] = bent[face.mask]
        return out

    return colour, Frame(np.empty((0, 0, 3), np.uint8), depth, normal, owner, coverage)


def render_frame(
    scene: RenderScene,
    camera: LensCamera,
    rig: LightRig,
    size: Size,
    *,
    optics: Optics | None = None,
    weather: Weather | None = None,
    threads: int = 1,
) -> Frame:
    """Draw one frame of width x height pixels; the same bits for any number of threads.

    Args:
        scene: Set, what moves, ground.
        camera: Of the frame.
        rig: Light.
        size: Width and height in pixels.
        optics: Focus and stop; None for no blur.
        weather: Rain or snow at the frame's time.
        threads: Number of threads.
    """
    is_wet = weather is not None and weather.is_wet
    if camera.projection == "pinhole":
        colour, found = render_pinhole(scene, camera, rig, size, is_wet, threads)
        frame = Frame(
            np.empty((0, 0, 3), np.uint8), found.depth, found.normal, found.owner, found.coverage
        )
    else:
        colour, frame = _render_bent(scene, camera, rig, size, is_wet, threads)
    if (optics or weather) and not colour.flags.writeable:
        colour = colour.copy()
    if optics is not None:
        depth = frame.depth
        if optics.focus_m > 2 * _PANE_M:  # a windscreen at the lens hides nothing
            depth = np.where(depth < _PANE_M, np.float32(optics.focus_m), depth)
        blur(colour, optics.radius_px(depth, camera.focal), optics.squeeze, threads)
    if weather is not None:
        draw_weather(colour, frame.depth, camera, rig, weather)
    return replace(frame, picture=grade(colour, rig))


def grade(colour: Array, rig: LightRig) -> Bytes:
    """Saturation and tint of a finished picture, by one 3 x 3 matrix, as uint8."""
    if rig.saturation == 1 and rig.tint == (1.0, 1.0, 1.0):
        return np.asarray(cv2.convertScaleAbs(colour, alpha=255), np.uint8)
    grey = np.tile(floats([0.30, 0.59, 0.11]), (3, 1))
    matrix = floats(rig.tint)[:, None] * (
        np.eye(3, dtype=np.float32) * rig.saturation + grey * (1 - rig.saturation)
    )
    picture = cv2.convertScaleAbs(colour, alpha=255)
    return np.asarray(cv2.transform(picture, matrix), np.uint8)  # saturates at 0 and 255
