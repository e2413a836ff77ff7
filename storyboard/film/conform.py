"""A model's clip as the cut needs it: delivery rate and size, every frame in its place.

The picture is cut in the middle to the delivery's aspect and scaled, never stretched. Called by
the Conform stage and by `assembly`.
"""

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
    """Show the model's frames as the cut does.

    A frame that is held comes out as the same object again, so that it is scaled once.

    Args:
        frames: The model's, (H, W, 3) uint8, at least `plan.shown`.
        plan: Which of them is shown when.
        size: Width and height of the delivery.
        first: First frame of the clip that is wanted.
        count: How many.
    """
    at, fitted = -1, None
    source = iter(frames)
    frame: Frame | None = None
    for index in range(first, first + count):
        wanted = plan.source(index)
        while at < wanted:
            frame, at, fitted = next(source), at + 1, None
        if fitted is None:
            assert frame is not None
            fitted = fit_frame(frame, size)
        yield fitted


def fit_frame(frame: Frame, size: Size) -> Frame:
    """Cut a frame in the middle to the aspect of `size` and scale it to that size."""
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
