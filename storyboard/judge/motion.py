"""Motion of a picture on a grid of cells, and the steps that most of it follows.

The same for what was measured in a clip (`flow.py`) and for what a camera path would show
(`sight.py`), so that `verdict.py` compares like with like. No OpenCV here.

Signs are those of the picture: x + moves right, y + moves down, a turn + is clockwise, growth +
comes nearer. So a camera that pans left, tilts up and rolls left gives x +, y + and a turn +.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LONG_SIDE_CELLS = 28
# However long the clip is: over 1/16 of it a slow move stands out from the flicker of generated
# frames, from one frame to the next it does not.
MOST_STEPS = 16

# Layouts of 120 turns and zooms: 0.08 in the middle, 0.25 at most in three of four; of 120 tracks,
# pushes and pulls: 0.55 and 0.3.
TURNED, TRAVELLED = 0.15, 0.3

_SAID_LEAST, _SAID_PART = 0.01, 0.4  # picture widths; of the largest part of a motion
_PASSED = 0.006  # picture widths over the clip
_MIDDLE_WEIGHT = 0.25  # of the middle of the picture, where subjects are, against its rim
_LEAST_LEFT = 0.1  # of the picture beside a subject
_LOOSE, _TIGHT, _ROUNDS = 0.04, 0.004, 7  # residuals in picture widths that still count as seen


class Shift(NamedTuple):
    """Motion of the picture as a whole: parts of its width and height, degrees, log of scale."""

    x: float
    y: float
    turn_deg: float
    growth: float


@dataclass(frozen=True, eq=False)
class Motion:
    """The motion of one clip in K steps, on a grid of cells.

    Attributes:
        flow: (K, R, C, 2) picture widths that each cell moves in a step.
        trust: (K, R, C), 0 to 1: how much each counts. Flat and contradictory cells count little,
            the middle of the picture less than its rim.
        grain: (K, R, C, 2, 2): which directions a cell tells, identity where it tells all, and
            only across where it holds a straight edge.
        steps: (K, 4): x, y in picture widths, turn in radians, log of scale.
        aspect: Picture width / height.
        confidence: 0 to 1: part of the picture that could be followed.
        residual: 0 to 1: part of what could be followed that goes its own way.
        parallax: How differently top and bottom move, relative to how much they move: under
            TURNED as if the camera turned or zoomed in place, over TRAVELLED as if it travelled.
    """

    flow: Array
    trust: Array
    grain: Array
    steps: Array
    aspect: float
    confidence: float
    residual: float
    parallax: float

    @property
    def total(self) -> Shift:
        """The whole clip's motion."""
        x, y, turn, growth = (float(v) for v in self.steps.sum(axis=0))
        return Shift(x, y * self.aspect, float(np.degrees(turn)), growth)

    def describe(self) -> str:
        """Say the motion in words: "moves right 0.31 of the width, as if turned in place"."""
        x, y, turn_deg, growth = self.total
        parts = (
            f"moves {'right' if x > 0 else 'left'} {abs(x):.2f} of the width",
            f"moves {'down' if y > 0 else 'up'} {abs(y):.2f} of the height",
            f"turns {'clockwise' if turn_deg > 0 else 'anticlockwise'} {abs(turn_deg):.0f} deg",
            f"{'grows' if growth > 0 else 'shrinks'} {np.exp(abs(growth)):.2f}x",
        )
        # In picture widths, so that they compare; a cell is a third of one off the middle.
        sizes = np.abs([x, y / self.aspect, np.radians(turn_deg) / 3, growth / 3])
        if sizes.max() < _SAID_LEAST:
            return "stands still"
        large = sizes > _SAID_PART * sizes.max()
        said = [part for part, is_large in zip(parts, large, strict=True) if is_large]
        if self.parallax < TURNED or self.parallax > TRAVELLED:
            said.append("as if turned in place" if self.parallax < TURNED else "as if travelled")
        return ", ".join(said)

    @property
    def drift(self) -> float:
        """How far the picture ends from where it began, picture widths, root mean square."""
        return _reach(self.steps.sum(axis=0), self.flow.shape[1:3], self.aspect)

    @property
    def worst_step(self) -> float:
        """Trust of the worst step against the middle one; a cut or a whip pan is near 0."""
        trust = self.trust.sum(axis=(1, 2))
        return float(trust.min() / max(float(np.median(trust)), 1e-9)) if len(trust) else 1.0

    @property
    def rest(self) -> float:
        """Part of the trusted cells that stay within half a pixel a step."""
        return _part(self.trust, _length(self.flow, self.grain) < 0.0022)

    @property
    def mostly_at_rest(self) -> float:
        """Part of the trusted cells that rest but for the while in which something passes them."""
        told = np.einsum("krcij,krcj->krci", self.grain, self.flow)
        usual = np.linalg.norm(np.median(told, axis=0), axis=-1) * len(told)
        return _part(self.trust.mean(axis=0), usual < _PASSED)

    @property
    def rest_to_end(self) -> float:
        """Part of the trusted cells whose motion comes to nothing over the clip."""
        path = np.einsum("krcij,krcj->krci", self.grain, self.flow) * self.trust[..., None]
        told = np.einsum("krcij,krc->rcij", self.grain, self.trust) + 1e-6 * np.eye(2)
        mean = np.linalg.solve(told, path.sum(axis=0)[..., None])[..., 0]
        return _part(self.trust.mean(axis=0), np.linalg.norm(mean, axis=-1) * len(self.flow) < 0.02)


def beside(seen: Motion, passed: NDArray[np.bool_]) -> Motion:
    """The motion of those cells (R, C) that the subject does not pass; none if they are few."""
    rim = rim_weight(passed.shape, seen.aspect)
    left = float(rim[~passed].sum() / rim.sum())
    rest = summarise(seen.flow, np.where(passed, 0.0, seen.trust), seen.grain, seen.aspect)
    return replace(rest, confidence=rest.confidence / left if left > _LEAST_LEFT else 0.0)


def step_frames(num_frames: int) -> NDArray[np.int64]:
    """The frames between which motion is measured, first and last among them."""
    count = min(MOST_STEPS, num_frames - 1) + 1
    return np.linspace(0, num_frames - 1, count).round().astype(np.int64)


def grid_shape(aspect: float) -> tuple[int, int]:
    """Rows and columns of cells for a picture."""
    if aspect >= 1:
        return max(2, round(LONG_SIDE_CELLS / aspect)), LONG_SIDE_CELLS
    return LONG_SIDE_CELLS, max(2, round(LONG_SIDE_CELLS * aspect))


def cell_centres(shape: tuple[int, int], aspect: float) -> Array:
    """(R, C, 2), from the middle of the picture, in picture widths."""
    rows, columns = shape
    x = (np.arange(columns) + 0.5) / columns - 0.5
    y = ((np.arange(rows) + 0.5) / rows - 0.5) / aspect
    return np.stack(np.meshgrid(x, y), axis=-1)


def rim_weight(shape: tuple[int, int], aspect: float) -> Array:
    """(R, C), 1 at the rim and less in the middle."""
    off = cell_centres(shape, aspect) * [2.0, 2.0 * aspect]
    rim = np.clip(np.linalg.norm(off, axis=-1), 0, 1) ** 2
    weight: Array = _MIDDLE_WEIGHT + (1 - _MIDDLE_WEIGHT) * rim
    return weight


def summarise(flow: Array, trust: Array, grain: Array, aspect: float) -> Motion:
    """Fit steps to a field of flow, and say how well they describe it."""
    shape = (flow.shape[1], flow.shape[2])
    basis = _similarity(shape, aspect)
    steps, residual = _fit(flow, trust, grain, basis)
    full = rim_weight(shape, aspect).sum() * max(1, len(flow))
    return Motion(
        flow,
        trust,
        grain,
        steps,
        aspect,
        confidence=float(trust.sum() / full),
        residual=residual,
        parallax=_parallax(flow, trust, grain, aspect),
    )


def _similarity(shape: tuple[int, int], aspect: float) -> Array:
    """(R, C, 2, 4): what x, y, turn and growth do to each cell."""
    x, y = np.moveaxis(cell_centres(shape, aspect), -1, 0)
    one, none = np.ones_like(x), np.zeros_like(x)
    return np.stack(
        [np.stack([one, none, -y, x], axis=-1), np.stack([none, one, x, y], axis=-1)], axis=-2
    )


def _fit(flow: Array, trust: Array, grain: Array, basis: Array) -> tuple[Array, float]:
    """Steps (K, P) that most of the picture follows, and the part that does not.

    Reweighted least squares, with a tolerance that starts loose and tightens, from a standstill:
    so a subject that moves alone is let go of.
    """
    weight, steps = trust, np.zeros((len(flow), basis.shape[-1]))
    for tolerance in np.geomspace(_LOOSE, _TIGHT, _ROUNDS):
        error = _length(flow - np.einsum("rcip,kp->krci", basis, steps), grain)
        weight = trust * (tolerance**2 / (error**2 + tolerance**2)) ** 2
        steps = _solve(flow, weight, grain, basis)
    error = _length(flow - np.einsum("rcip,kp->krci", basis, steps), grain)
    lost = (trust * error**2 / (error**2 + _TIGHT**2)).sum() / max(float(trust.sum()), 1e-9)
    return steps, float(lost)


def _solve(flow: Array, weight: Array, grain: Array, basis: Array) -> Array:
    told = grain * weight[..., None, None]
    pairs = np.einsum("rcip,rcjq->rcijpq", basis, basis)
    left = np.tensordot(told, pairs, axes=([1, 2, 3, 4], [0, 1, 2, 3]))
    right = np.tensordot(np.einsum("krcij,krcj->krci", told, flow), basis, axes=3)
    scale = np.trace(left, axis1=-2, axis2=-1)[:, None, None] * 1e-4 + 1e-9
    solved: Array = np.linalg.solve(left + scale * np.eye(left.shape[-1]), right[..., None])
    return solved[..., 0]


def _parallax(flow: Array, trust: Array, grain: Array, aspect: float) -> float:
    """Let the steps change with the height in the picture, and compare change with motion."""
    shape = (flow.shape[1], flow.shape[2])
    basis = _similarity(shape, aspect)
    height = cell_centres(shape, aspect)[..., 1] * 2 * aspect
    steps, _ = _fit(
        flow, trust, grain, np.concatenate([basis, basis * height[..., None, None]], axis=-1)
    )
    total = steps.sum(axis=0)
    return _reach(total[4:], shape, aspect) / (_reach(total[:4], shape, aspect) + 0.01)


def _reach(step: Array, shape: tuple[int, int], aspect: float) -> float:
    """Root mean square over the picture of what a step moves, picture widths."""
    return float(np.sqrt(((_similarity(shape, aspect) @ step) ** 2).sum(axis=-1).mean()))


def square_told(flow: Array, grain: Array) -> Array:
    """(K, R, C): squared length of a flow, as far as the texture of a cell tells it."""
    square: Array = np.einsum("krci,krcij,krcj->krc", flow, grain, flow)
    return square


def _length(flow: Array, grain: Array) -> Array:
    return np.sqrt(np.maximum(square_told(flow, grain), 0.0))


def _part(weight: Array, where: NDArray[np.bool_]) -> float:
    return float((weight * where).sum() / max(float(weight.sum()), 1e-9))
