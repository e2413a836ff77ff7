"""The size at which pictures are looked at: small, so that grain and detail do not count."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]

WIDTH_PX = 112


def small_size(width: float, height: float) -> tuple[int, int]:
    """Width and height of a picture of that shape, in pixels."""
    return WIDTH_PX, max(16, round(WIDTH_PX * height / width))


def shrunk(frame: Frame, size: tuple[int, int]) -> Frame:
    """A picture (H, W, 3) or (H, W) at another size."""
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
