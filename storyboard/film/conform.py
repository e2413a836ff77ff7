"""Conform a model's clip to the delivery: rate, size and aspect, cropped in the middle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from PIL import Image

from storyboard.film.video import Frame
from storyboard.take.frames import FramePlan

Size = tuple[int, int]


def conform_frames(
    frames: Iterable[Frame], plan: FramePlan, size: Size, *, first: int = 0, count: int
) -> Iterator[Frame]:
    """Yield `count` frames of the delivery from frame `first` on.

    Args:
        frames: The model's, (H, W, 3) uint8, at least `plan.shown`.
        plan: Which of them is shown when.
        size: Width and height of the delivery.
        first: Index in the conformed clip.
        count: Number of frames.
    """
    at, fitted = -1, None
    source = iter(frames)
    frame: Frame | None = None
    for index in range(first, first + count):
        needed = plan.source(index)
        while at < needed:
            frame, at, fitted = next(source), at + 1, None
        # A held frame is yielded as the same object again, so that it is scaled and encoded once.
        if fitted is None:
            assert frame is not None
            fitted = fit_frame(frame, size)
        yield fitted


def fit_frame(frame: Frame, size: Size) -> Frame:
    """Crop a frame in the middle to the aspect of `size` and scale it to that size."""
    height, width = frame.shape[:2]
    if (width, height) == size:
        return frame
    left, top, right, bottom = map(float, centre_box((width, height), size))
    image = Image.fromarray(frame).resize(
        size, Image.Resampling.BICUBIC, box=(left, top, right, bottom)
    )
    return np.asarray(image)


def centre_box(size: Size, target: Size) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Largest box of the target's aspect in the middle of a picture: left, top, right, bottom."""
    width, height = Fraction(size[0]), Fraction(size[1])
    aspect = Fraction(target[0], target[1])
    kept_width = min(width, height * aspect)
    kept_height = kept_width / aspect
    left, top = (width - kept_width) / 2, (height - kept_height) / 2
    return left, top, left + kept_width, top + kept_height
