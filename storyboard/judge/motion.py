"""Motion of the picture in a clip: optical flow on a grid of cells, and global steps fitted to it.

`Motion` describes a measured clip (`measure_motion`) as well as a predicted camera path
(`predicted_flow`), so both are compared in the same units.

Image signs: x + moves right, y + moves down, a turn + is clockwise, growth + comes nearer. A camera
that pans left, tilts up and rolls left gives x +, y + and a turn +.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Frame = NDArray[np.uint8]
Frames = NDArray[np.uint8]
Grey = NDArray[np.float32]

SMALL_WIDTH_PX = 112
"""Width at which pictures are compared: small, so that grain and detail do not count."""
LONG_SIDE_CELLS = 28
_CELL_PX = 8  # so flow is measured at a width of 28 x 8 = 224 pixels
# However long the clip is: over 1/16 of it a slow move stands out from the flicker of generated
# frames, from one frame to the next it does not.
MOST_STEPS = 16

# Parallax. Layouts of 120 turns and zooms: 0.08 in the middle, 0.25 at most in three of four; of
# 120 tracks, pushes and pulls: 0.55 and 0.3.
TURNED, TRAVELLED = 0.15, 0.3

_LEAST_DESCRIBED, _DESCRIBED_PART = 0.01, 0.4  # picture widths; of the largest part of a motion
_STEP_AT_REST = 0.0022  # picture widths a step: half a pixel at 224
_CLIP_AT_REST = 0.006  # picture widths over the clip, by the median step
_RETURNED = 0.02  # picture widths over the clip, by the mean step
_CENTRE_WEIGHT = 0.25  # of the centre of the picture, where subjects are, against its rim
_LEAST_BACKGROUND = 0.1  # of the picture that the subject never covers
_LOOSE, _TIGHT, _ROUNDS = 0.04, 0.004, 7  # tolerance in picture widths, first to last round

_GAIN_MOST = 6.0  # of dark or pale clips; beyond it 8-bit steps become texture
_TEXTURE_FLOOR = 12.0  # grey levels: fainter texture is noise and stays faint
_FAINT_GRADIENT = 20.0  # squared grey levels a pixel, at which a cell counts half
_NOISE_SHARE = 5.0  # times the gradient of the calmest quarter: that much is noise
_LEAST_COVERED = 0.05  # of a cell that a subject covers
_ROUND_TRIP_PX = 1.5  # forward-backward error at which the weight of a flow falls to 1/e


class Shift(NamedTuple):
    """Motion of the picture as a whole: parts of its width and height, degrees, log of scale."""

    x: float
    y: float
    turn_deg: float
    growth: float


@dataclass(frozen=True, eq=False)
class Motion:
    """The motion of one clip in K steps, on a grid of R x C cells.

    Attributes:
        flow: (K, R, C, 2) picture widths that each cell moves in a step.
        trust: (K, R, C) weight of each flow, 0 to 1: low for flat and contradictory cells, and
            lower at the centre of the picture than at its rim.
        structure: (K, R, C, 2, 2) structure tensor with its largest eigenvalue scaled to 1:
            identity where the texture fixes the flow in both directions, rank one at a straight
            edge, where only the flow across the edge can be measured (the aperture problem).
        steps: (K, 4): x, y in picture widths, turn in radians, log of scale.
        aspect: Picture width / height.
        confidence: 0 to 1: part of the picture that could be tracked.
        residual: 0 to 1: part of the tracked picture that does not follow `steps`.
        parallax: How differently top and bottom move, relative to how much they move: under
            TURNED as if the camera turned or zoomed in place, over TRAVELLED as if it travelled.
    """

    flow: Array
    trust: Array
    structure: Array
    steps: Array
    aspect: float
    confidence: float
    residual: float
    parallax: float

    @property
    def total(self) -> Shift:
        """Shift from the first frame to the last."""
        x, y, turn, growth = (float(v) for v in self.steps.sum(axis=0))
        return Shift(x, y * self.aspect, float(np.degrees(turn)), growth)

    def describe(self) -> str:
        """In words: "moves right 0.31 of the width, as if the camera turned in place"."""
        x, y, turn_deg, growth = self.total
        parts = (
            f"moves {'right' if x > 0 else 'left'} {abs(x):.2f} of the width",
            f"moves {'down' if y > 0 else 'up'} {abs(y):.2f} of the height",
            f"turns {'clockwise' if turn_deg > 0 else 'anticlockwise'} {abs(turn_deg):.0f} deg",
            f"{'grows' if growth > 0 else 'shrinks'} {np.exp(abs(growth)):.2f}x",
        )
        # In picture widths, so that they compare; a cell is a third of one off the centre.
        sizes = np.abs([x, y / self.aspect, np.radians(turn_deg) / 3, growth / 3])
        if sizes.max() < _LEAST_DESCRIBED:
            return "stands still"
        large = sizes > _DESCRIBED_PART * sizes.max()
        words = [part for part, is_large in zip(parts, large, strict=True) if is_large]
        if self.parallax < TURNED:
            words.append("as if the camera turned in place")
        elif self.parallax > TRAVELLED:
            words.append("as if the camera travelled")
        return ", ".join(words)

    @property
    def drift(self) -> float:
        """Displacement from the first to the last frame, picture widths, root mean square."""
        return _displacement(self.steps.sum(axis=0), self.flow.shape[1:3], self.aspect)

    @property
    def worst_step(self) -> float:
        """Trust of the worst step over the median step; a cut or a whip pan is near 0."""
        trust = self.trust.sum(axis=(1, 2))
        return float(trust.min() / max(float(np.median(trust)), 1e-9)) if len(trust) else 1.0

    @property
    def rest(self) -> float:
        """Part of the trusted cells that move less than half a pixel a step."""
        length = np.sqrt(np.maximum(squared_length(self.flow, self.structure), 0.0))
        return _share(self.trust, length < _STEP_AT_REST)

    @property
    def mostly_at_rest(self) -> float:
        """Part of the trusted cells that rest in most steps, such as those a subject passes."""
        observable = np.einsum("krcij,krcj->krci", self.structure, self.flow)
        usual = np.linalg.norm(np.median(observable, axis=0), axis=-1) * len(observable)
        return _share(self.trust.mean(axis=0), usual < _CLIP_AT_REST)

    @property
    def rest_to_end(self) -> float:
        """Part of the trusted cells that end where they began."""
        path = np.einsum("krcij,krcj->krci", self.structure, self.flow) * self.trust[..., None]
        tensor = np.einsum("krcij,krc->rcij", self.structure, self.trust) + 1e-6 * np.eye(2)
        mean = np.linalg.solve(tensor, path.sum(axis=0)[..., None])[..., 0]
        moved = np.linalg.norm(mean, axis=-1) * len(self.flow)
        return _share(self.trust.mean(axis=0), moved < _RETURNED)


def small_size(width: float, height: float) -> tuple[int, int]:
    """Width and height in pixels at which a picture of this shape is compared."""
    return SMALL_WIDTH_PX, max(16, round(SMALL_WIDTH_PX * height / width))


def shrink(frame: Frame, size: tuple[int, int]) -> Frame:
    """A picture (H, W, 3) or (H, W) averaged down to another (width, height)."""
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def step_frames(num_frames: int) -> NDArray[np.int64]:
    """The frames between which motion is measured, first and last among them."""
    count = min(MOST_STEPS, num_frames - 1) + 1
    return np.linspace(0, num_frames - 1, count).round().astype(np.int64)


def grid_shape(aspect: float) -> tuple[int, int]:
    """Rows and columns of cells for a picture of width / height `aspect`."""
    if aspect >= 1:
        return max(2, round(LONG_SIDE_CELLS / aspect)), LONG_SIDE_CELLS
    return LONG_SIDE_CELLS, max(2, round(LONG_SIDE_CELLS * aspect))


def cell_centres(shape: tuple[int, int], aspect: float) -> Array:
    """(R, C, 2) x and y from the centre of the picture, in picture widths."""
    rows, columns = shape
    x = (np.arange(columns) + 0.5) / columns - 0.5
    y = ((np.arange(rows) + 0.5) / rows - 0.5) / aspect
    return np.stack(np.meshgrid(x, y), axis=-1)


def rim_weight(shape: tuple[int, int], aspect: float) -> Array:
    """(R, C), 1 at the rim of the picture and less at the centre."""
    off = cell_centres(shape, aspect) * [2.0, 2.0 * aspect]
    rim = np.clip(np.linalg.norm(off, axis=-1), 0, 1) ** 2
    weight: Array = _CENTRE_WEIGHT + (1 - _CENTRE_WEIGHT) * rim
    return weight


def measure_motion(frames: Frames) -> Motion:
    """Measure how a clip (T, H, W, 3), RGB, moves."""
    height, width = frames.shape[1:3]
    aspect = width / height
    shape = grid_shape(aspect)
    if len(frames) < 2:
        none = np.zeros((0, *shape))
        return summarise(np.zeros((0, *shape, 2)), none, np.zeros((0, *shape, 2, 2)), aspect)
    texture = _texture(frames[step_frames(len(frames))], shape)
    flow, round_trip = _dense_flow(texture)
    strength, structure = _structure(texture[:-1])
    trust = rim_weight(shape, aspect) * strength * np.exp(-((round_trip / _ROUND_TRIP_PX) ** 2))
    return summarise(flow, trust, structure, aspect)


def background_motion(motion: Motion, masks: Frames) -> Motion:
    """The motion of the cells outside all masks (T, h, w) of the subject and not next to them.

    Its confidence is 0 if they are less than a tenth of the picture.
    """
    shape = (motion.flow.shape[1], motion.flow.shape[2])
    covered = cv2.resize(masks.max(axis=0), shape[::-1], interpolation=cv2.INTER_AREA)
    is_covered = cv2.dilate(covered, np.ones((3, 3), np.uint8)) > _LEAST_COVERED * 255
    rim = rim_weight(shape, motion.aspect)
    left = float(rim[~is_covered].sum() / rim.sum())
    trust = np.where(is_covered, 0.0, motion.trust)
    rest = summarise(motion.flow, trust, motion.structure, motion.aspect)
    return replace(rest, confidence=rest.confidence / left if left > _LEAST_BACKGROUND else 0.0)


def summarise(flow: Array, trust: Array, structure: Array, aspect: float) -> Motion:
    """Fit global steps to a flow field and measure how well they describe it."""
    shape = (flow.shape[1], flow.shape[2])
    basis = _similarity(shape, aspect)
    steps, residual = _fit(flow, trust, structure, basis)
    # Parallax: let the steps change with the height in the picture, compare change with motion.
    height = (cell_centres(shape, aspect)[..., 1] * 2 * aspect)[..., None, None]
    both, _ = _fit(flow, trust, structure, np.concatenate([basis, basis * height], axis=-1))
    even, change = (_displacement(part, shape, aspect) for part in np.split(both.sum(axis=0), [4]))
    full = rim_weight(shape, aspect).sum() * max(1, len(flow))
    return Motion(
        flow,
        trust,
        structure,
        steps,
        aspect,
        confidence=float(trust.sum() / full),
        residual=residual,
        parallax=change / (even + 0.01),
    )


def squared_length(flow: Array, structure: Array) -> Array:
    """(K, R, C): squared length of the part of a flow that the texture of a cell can show."""
    square: Array = np.einsum("krci,krcij,krcj->krc", flow, structure, flow)
    return square


def _similarity(shape: tuple[int, int], aspect: float) -> Array:
    """(R, C, 2, 4): displacement of each cell per unit of x, y, turn and growth."""
    x, y = np.moveaxis(cell_centres(shape, aspect), -1, 0)
    one, none = np.ones_like(x), np.zeros_like(x)
    return np.stack(
        [np.stack([one, none, -y, x], axis=-1), np.stack([none, one, x, y], axis=-1)], axis=-2
    )


def _fit(flow: Array, trust: Array, structure: Array, basis: Array) -> tuple[Array, float]:
    """Steps (K, P) that most of the picture follows, and the part that does not.

    Iteratively reweighted least squares from a standstill. The tolerance starts loose and tightens,
    so that a subject that moves by itself drops out.
    """
    weight, steps = trust, np.zeros((len(flow), basis.shape[-1]))
    pairs = np.einsum("rcip,rcjq->rcijpq", basis, basis)
    for tolerance in np.geomspace(_LOOSE, _TIGHT, _ROUNDS):
        error = _error(flow, steps, structure, basis)
        weight = trust * (tolerance**2 / (error**2 + tolerance**2)) ** 2
        tensor = structure * weight[..., None, None]
        left = np.tensordot(tensor, pairs, axes=([1, 2, 3, 4], [0, 1, 2, 3]))
        right = np.tensordot(np.einsum("krcij,krcj->krci", tensor, flow), basis, axes=3)
        # A little damping: where nothing is trusted the system is singular.
        scale = np.trace(left, axis1=-2, axis2=-1)[:, None, None] * 1e-4 + 1e-9
        steps = np.linalg.solve(left + scale * np.eye(left.shape[-1]), right[..., None])[..., 0]
    error = _error(flow, steps, structure, basis)
    lost = (trust * error**2 / (error**2 + _TIGHT**2)).sum() / max(float(trust.sum()), 1e-9)
    return steps, float(lost)


def _error(flow: Array, steps: Array, structure: Array, basis: Array) -> Array:
    miss = flow - np.einsum("rcip,kp->krci", basis, steps)
    return np.sqrt(np.maximum(squared_length(miss, structure), 0.0))


def _displacement(step: Array, shape: tuple[int, int], aspect: float) -> float:
    """Root mean square over the picture of what a step moves, picture widths."""
    return float(np.sqrt(((_similarity(shape, aspect) @ step) ** 2).sum(axis=-1).mean()))


def _share(weight: Array, where: NDArray[np.bool_]) -> float:
    return float((weight * where).sum() / max(float(weight.sum()), 1e-9))


def _texture(frames: Frames, shape: tuple[int, int]) -> Frames:
    """(T, 8R, 8C) grey with local contrast evened out, so that night shots count too."""
    size = (shape[1] * _CELL_PX, shape[0] * _CELL_PX)
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    small = [cv2.resize(g, size, interpolation=cv2.INTER_AREA).astype(np.float32) for g in grey]
    low, high = np.percentile(np.stack(small[::4]), [1, 99])
    gain = min(255.0 / max(float(high - low), 1.0), _GAIN_MOST)
    textures = []
    for picture in small:
        soft = cv2.GaussianBlur((picture - float(low)) * gain, (0, 0), 1.0)
        mean = cv2.GaussianBlur(soft, (0, 0), _CELL_PX)
        spread = np.sqrt(cv2.GaussianBlur((soft - mean) ** 2, (0, 0), _CELL_PX))
        even = 128 + 50 * (soft - mean) / (spread + _TEXTURE_FLOOR)
        textures.append(np.clip(even, 0, 255).astype(np.uint8))
    return np.stack(textures)


def _dense_flow(texture: Frames) -> tuple[Array, Array]:
    """Flow of each cell in picture widths, and its forward-backward error in pixels."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flows, trips = [], []
    for first, second in pairwise(texture):
        forth, home, _ = forward_backward(dis, first, second)
        gx, gy = _gradient(first)
        edge = gx**2 + gy**2 + 1e-4
        total = _cells(edge)
        flows.append(_cells(forth * edge[..., None]) / total[..., None] / texture.shape[2])
        trips.append(_cells(np.linalg.norm(forth + home, axis=-1) * edge) / total)
    return np.stack(flows).astype(np.float64), np.stack(trips).astype(np.float64)


def forward_backward(
    dis: cv2.DISOpticalFlow, first: Frame, second: Frame
) -> tuple[Grey, Grey, tuple[Grey, Grey]]:
    """Flow from a frame to the next, the flow back at its end, and where it ends (x, y).

    Both flows are (H, W, 2) in pixels and cancel where the tracking is right.
    """
    height, width = first.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    forth = dis.calc(first, second, np.zeros((height, width, 2), np.float32))
    back = dis.calc(second, first, np.zeros((height, width, 2), np.float32))
    end = (x + forth[..., 0], y + forth[..., 1])
    # (99, 99) pixels for what leaves the picture: an error too large to be trusted.
    home = cv2.remap(
        back, *end, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(99, 99)
    )
    return np.asarray(forth, np.float32), np.asarray(home, np.float32), end


def _structure(texture: Frames) -> tuple[Array, Array]:
    """Texture strength of each cell, 0 to 1, and its scaled structure tensor."""
    tensors = []
    for picture in texture:
        gx, gy = _gradient(picture)
        pairs = np.stack([gx * gx, gx * gy, gx * gy, gy * gy], axis=-1)
        tensors.append(_cells(pairs).reshape(*_cells(gx).shape, 2, 2))
    tensor = np.stack(tensors).astype(np.float64)
    noise = np.percentile(np.trace(tensor, axis1=-2, axis2=-1), 25)
    edges, turns = np.linalg.eigh(tensor)
    edges = np.clip(edges, 0, None)
    strength = edges / (edges + _FAINT_GRADIENT + _NOISE_SHARE * noise)
    most = np.maximum(strength[..., 1], 1e-9)
    return most, np.einsum("...ij,...j,...kj->...ik", turns, strength / most[..., None], turns)


def _gradient(picture: Frame) -> tuple[Grey, Grey]:
    grey = picture.astype(np.float32)
    gx = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    gy = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    return np.asarray(gx, np.float32), np.asarray(gy, np.float32)


def _cells(values: Grey) -> Grey:
    """Mean of pixel values (H, W, …) over the pixels of each cell, (R, C, …)."""
    rows, columns = values.shape[0] // _CELL_PX, values.shape[1] // _CELL_PX
    blocks = values.reshape(rows, _CELL_PX, columns, _CELL_PX, *values.shape[2:])
    mean: Grey = blocks.mean(axis=(1, 3))
    return mean
