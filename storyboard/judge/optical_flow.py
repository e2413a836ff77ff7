"""How a clip moves, measured from its frames alone, whatever was asked.

Dense flow between seventeen frames, averaged over cells of 8 pixels at a working width of 224,
each with how far it can be trusted. OpenCV does the work.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from storyboard.judge.motion import Array, Motion, grid_shape, rim_weight, step_frames, summarise

Frames = NDArray[np.uint8]

_CELL_PX = 8
_GAIN_MOST = 6.0  # of dark or pale clips; beyond it 8-bit steps become texture
_TEXTURE_FLOOR = 12.0  # grey levels: fainter texture is noise and stays faint
_FAINT_GRADIENT = 20.0  # squared grey levels a pixel, at which a cell counts half
_NOISE_SHARE = 5.0  # times the gradient of the calmest quarter: that much is noise
_LEAST_PASSED = 0.05  # of a cell that a subject covers
_ROUND_TRIP_PX = 1.5  # forth and back again, at which a flow is no longer believed


def measure_motion(frames: Frames) -> Motion:
    """Measure how a clip moves.

    Args:
        frames: (T, H, W, 3), RGB.
    """
    height, width = frames.shape[1:3]
    aspect = width / height
    shape = grid_shape(aspect)
    rim = rim_weight(shape, aspect)
    if len(frames) < 2:
        none = np.zeros((0, *shape))
        return summarise(np.zeros((0, *shape, 2)), none, np.zeros((0, *shape, 2, 2)), aspect)
    texture = _texture(frames[step_frames(len(frames))], shape)
    flow, round_trip = _dense_flow(texture)
    strength, grain = _strength(texture[:-1])
    trust = rim * strength * np.exp(-((round_trip / _ROUND_TRIP_PX) ** 2))
    return summarise(flow, trust, grain, aspect)


def passed_by(masks: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Which cells (R, C) something is in or next to at any time, from masks (T, H, W) of it."""
    ever = cv2.resize(masks.max(axis=0), shape[::-1], interpolation=cv2.INTER_AREA)
    return cv2.dilate(ever, np.ones((3, 3), np.uint8)) > _LEAST_PASSED * 255


def _texture(frames: Frames, shape: tuple[int, int]) -> Frames:
    """(T, 8R, 8C) grey, with light and contrast evened out so that night shots count too."""
    size = (shape[1] * _CELL_PX, shape[0] * _CELL_PX)
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    small = [cv2.resize(g, size, interpolation=cv2.INTER_AREA).astype(np.float32) for g in grey]
    low, high = np.percentile(np.stack(small[::4]), [1, 99])
    gain = min(255.0 / max(float(high - low), 1.0), _GAIN_MOST)
    return np.stack([_even_out((picture - float(low)) * gain) for picture in small])


def _even_out(picture: NDArray[np.float32]) -> Frames:
    soft = cv2.GaussianBlur(picture, (0, 0), 1.0)
    mean = cv2.GaussianBlur(soft, (0, 0), _CELL_PX)
    spread = np.sqrt(cv2.GaussianBlur((soft - mean) ** 2, (0, 0), _CELL_PX))
    even = 128 + 50 * (soft - mean) / (spread + _TEXTURE_FLOOR)
    return np.clip(even, 0, 255).astype(np.uint8)


def _dense_flow(texture: Frames) -> tuple[Array, Array]:
    """Flow of each cell in picture widths, and how far from home it ends there and back, pixels."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    height, width = texture.shape[1:]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    flows, trips = [], []
    for first, second in pairwise(texture):
        forth = dis.calc(first, second, np.zeros((height, width, 2), np.float32))
        back = dis.calc(second, first, np.zeros((height, width, 2), np.float32))
        home = cv2.remap(
            back,
            x + forth[..., 0],
            y + forth[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(99, 99),  # what leaves the picture is not believed
        )
        gx, gy = _gradient(first)
        edge = gx**2 + gy**2 + 1e-4
        told = _cells(edge)
        flows.append(_cells(forth * edge[..., None]) / told[..., None] / width)
        trips.append(_cells(np.linalg.norm(forth + home, axis=-1) * edge) / told)
    return np.stack(flows).astype(np.float64), np.stack(trips).astype(np.float64)


def _strength(texture: Frames) -> tuple[Array, Array]:
    """How much texture each cell has, 0 to 1, and which directions it tells."""
    tensors = []
    for picture in texture:
        gx, gy = _gradient(picture)
        pairs = np.stack([gx * gx, gx * gy, gx * gy, gy * gy], axis=-1)
        tensors.append(_cells(pairs).reshape(*_cells(gx).shape, 2, 2))
    tensor = np.stack(tensors).astype(np.float64)
    noise = np.percentile(np.trace(tensor, axis1=-2, axis2=-1), 25)
    edges, turns = np.linalg.eigh(tensor)
    edges = np.clip(edges, 0, None)
    told = edges / (edges + _FAINT_GRADIENT + _NOISE_SHARE * noise)
    most = np.maximum(told[..., 1], 1e-9)
    grain = np.einsum("...ij,...j,...kj->...ik", turns, told / most[..., None], turns)
    return most, grain


def _gradient(picture: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    grey = picture.astype(np.float32)
    gx = np.empty_like(grey)
    gy = np.empty_like(grey)
    cv2.Sobel(grey, cv2.CV_32F, 1, 0, gx, ksize=3, scale=1 / 8)
    cv2.Sobel(grey, cv2.CV_32F, 0, 1, gy, ksize=3, scale=1 / 8)
    return gx, gy


def _cells(values: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = values.shape[0] // _CELL_PX, values.shape[1] // _CELL_PX
    blocks = values.reshape(rows, _CELL_PX, columns, _CELL_PX, *values.shape[2:])
    mean: NDArray[np.float32] = blocks.mean(axis=(1, 3))
    return mean
