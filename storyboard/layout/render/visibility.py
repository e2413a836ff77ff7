"""What a pinhole camera sees of a scene, before light; of a set at rest it is found once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from storyboard.layout.meshes import SET_OWNER, SURFACE, Array, Mesh
from storyboard.layout.render.compiled import in_bands
from storyboard.layout.render.lens import LensCamera, Size
from storyboard.layout.render.rasterise import (
    PICTURE_SAMPLES,
    SKY,
    Ints,
    Triangles,
    bands,
    clear,
    cover,
    fill,
    resolve,
    set_up,
)

SAMPLES = len(PICTURE_SAMPLES)
BAND = 16  # rows of pixels filled at once: their samples fit in the processor's cache


@dataclass(frozen=True, eq=False)
class Visible:
    """What a pinhole camera sees of a scene, before light."""

    shown: Triangles
    ground: Array  # (3,): times (x, y, 1), 1 / depth of the ground
    sight: Array  # (3, 3): times (x, y, 1), the ray of unit depth in the world
    hits: Ints  # (4 H, W): a row for each row of samples
    panes: Ints  # (4 H, W) glass before them, or (0, W)
    glass: list[Ints]  # triangles of glass in each band of rows
    owners: Ints  # of each triangle, the sky and the ground
    owner: Ints
    depth: Array
    normal: Array
    soil: NDArray[np.bool_]  # (H, W) whether a sample is of the ground
    moved: NDArray[np.bool_]  # (H, W) whether a sample is not of the kept view of the set
    over: Visible | None  # the kept view
    front: Array | None  # (4 H, W) greatest inverse depth of what is no glass, of a kept view
    # Of a kept view, dry and wet: (H + 1,) where each row begins, (P, 6) finish of its ground.
    laid: dict[bool, tuple[Ints, Array]] = field(default_factory=dict)

    def panes_of(self, row: int) -> Ints:
        """`panes`, or none where the band of a row has no glass."""
        return self.panes if len(self.glass[row // BAND]) else self.panes[:0]

    def coverage(self, owner: int) -> NDArray[np.uint8]:
        """How much of each pixel an owner covers, (H, W), 255 is all."""
        out = np.empty(self.owner.shape, np.uint8)
        for row in range(0, len(out), BAND):
            rows = slice(row * SAMPLES, (row + BAND) * SAMPLES)
            panes = self.panes_of(row)[rows]
            cover(self.hits[rows], panes, self.owners, owner, out[row : row + BAND])
        return out


class StillViews:
    """Finds what is visible; what a camera sees of the set alone is kept while it stands."""

    def __init__(self) -> None:
        self._kept: tuple[bytes, Visible | None] = b"", None

    def find(
        self,
        mesh: Mesh,
        still: Mesh,
        camera: LensCamera,
        size: Size,
        has_ground: bool,
        threads: int,
    ) -> Visible:
        """Find what each sample of a picture hits.

        Args:
            mesh: Set, then what moves in it.
            still: The set alone.
            camera: Pinhole camera.
            size: Width and height in pixels.
            has_ground: Whether the plane y = 0 is drawn.
            threads: Number of threads.
        """
        numbers = (*camera.position, camera.focal, camera.near, *camera.centre, *size, has_ground)
        key = np.array([*np.ravel(camera.turn), *numbers], np.float64).tobytes()
        kept, view = self._kept  # read and written at once, since frames share it
        if key == kept and view is None:  # asked for the second time
            front = np.empty((size[1] * SAMPLES, size[0]), np.float32)
            view = _look(still, camera, size, has_ground, threads, front=front)
        view = view if key == kept else None
        self._kept = key, view
        return _look(mesh, camera, size, has_ground, threads, view, len(still.faces))


def _look(
    mesh: Mesh, camera: LensCamera, size: Size, has_ground: bool, threads: int,
    before: Visible | None = None, num_before: int = 0, front: Array | None = None,
) -> Visible:  # fmt: skip
    """Draw a mesh, or the faces from `num_before` on over a view; `front` keeps what is filled."""
    width, height = size
    matrix, position = camera.matrix(size), np.asarray(camera.position, np.float64)
    shown, first_new = _set_up(mesh, camera, matrix, size, num_before if before else 0), 0
    if before:
        first_new = len(before.shown.face)
        pairs = zip(before.shown, shown, strict=True)
        shown = Triangles(*(np.concatenate(each) for each in pairs))
    sight = np.ascontiguousarray(np.linalg.inv(matrix))
    ground = np.array([0.0, 0.0, -1.0])
    if has_ground and position[1] < 0:
        ground = sight[1] / -position[1]
    samples, shape = height * SAMPLES, (height, width)
    is_glass = mesh.surface[shown.face] == SURFACE["glass"]
    chosen = [
        each + np.int32(first_new)
        for each in bands(shown.rows[first_new:], BAND * SAMPLES, samples)
    ]
    glass = [each[is_glass[each]] for each in chosen]
    if before:
        glass = [np.concatenate(each) for each in zip(before.glass, glass, strict=True)]
    found = Visible(
        shown, ground, sight, np.empty((samples, width), np.int32),
        np.empty((samples if any(map(len, glass)) else 0, width), np.int32), glass,
        np.append(mesh.owner[shown.face], [SET_OWNER, SET_OWNER]).astype(np.int32),
        np.empty(shape, np.int32), np.empty(shape, np.float32), np.empty((*shape, 3), np.float32),
        np.empty(shape, np.bool_), np.empty(shape, np.bool_), before, front,
    )  # fmt: skip

    def one_band(first: int, last: int) -> None:
        start, new, rows = first * SAMPLES, chosen[first // BAND], slice(first, last)
        lines = slice(start, last * SAMPLES)
        number, panes = found.hits[lines], found.panes_of(first)
        here = np.empty(number.shape, np.float32) if front is None else front[lines]
        if before is None or before.front is None:
            clear(here, number, start, PICTURE_SAMPLES, ground)
        else:
            here[:], number[:] = before.front[lines], before.hits[lines]
            for name in ("owner", "depth", "normal", "soil"):
                getattr(found, name)[rows] = getattr(before, name)[rows]
        fill(new[~is_glass[new]], shown, start, PICTURE_SAMPLES, here, number)
        if len(panes):
            pane = panes[lines]
            pane[:] = SKY
            nearest = here if front is None else here.copy()
            fill(glass[first // BAND], shown, start, PICTURE_SAMPLES, nearest, pane)
        resolve(
            found.hits, panes, first, last, shown, found.owners, mesh.normals, mesh.faces, ground,
            first_new, found.owner, found.depth, found.normal, found.soil,
            found.moved,
        )  # fmt: skip

    in_bands(one_band, height, threads, BAND)
    return found


def _set_up(mesh: Mesh, camera: LensCamera, matrix: Array, size: Size, first: int) -> Triangles:
    """The triangles of the faces from `first` on."""
    faces = mesh.faces[first:]
    least = int(faces.min()) if len(faces) else 0
    vertices = np.asarray(mesh.vertices[least:], np.float64)
    corners = np.ascontiguousarray((vertices - np.asarray(camera.position)) @ matrix.T)
    shown = set_up(corners, np.ones(len(corners)), faces - least, size, SAMPLES, camera.near)
    return shown._replace(face=shown.face + np.int32(first))
