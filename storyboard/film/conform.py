"""Conform a clip to the delivery: rate, size, aspect, and colours that continue the clip before.

A clip that continues another begins with that clip's last frame, as the model renders it again.
That frame is not shown; comparing it with the original shows how far the model moved the colours.
The clip is corrected by a gain and an offset per channel, so that the seam has no step. Lost
sharpness is measured, not restored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from storyboard.errors import StoryboardError
from storyboard.film.video import Frame, read_video
from storyboard.take.frames import FramePlan

Size = tuple[int, int]


def conform_frames(
    frames: Iterable[Frame], plan: FramePlan, size: Size, *, first: int = 0, count: int
) -> Iterator[Frame]:
    """Yield `count` frames of the delivery from frame `first` on.

    `frames` are the model's, (H, W, 3) uint8, at least `plan.shown` of them; `plan` maps them to
    the delivery, `size` is its width and height.
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


VERSION = 2
"""Part of the key of a conformed clip; raised when the correction changes."""

GAINS = (0.7, 1.4)
"""Limits of a correction; beyond them it would do more harm than the drift."""

SHIFTS = (-40.0, 40.0)
"""Limits of the change of a channel's mean, in grey levels of 256."""

Channels = NDArray[np.float64]
"""(3,), one number per colour channel."""


@dataclass(frozen=True)
class Seam:
    """Measurements of a seam, in grey levels of 256.

    Attributes:
        difference: Mean over all pixels between the given frame and the rendered one.
        colour: Mean difference of their mean colours.
        detail: Mean step between neighbouring pixels, rendered over given; below 1 is softer.
        left: What remains of `colour` after the correction.
    """

    difference: float
    colour: float
    detail: float
    left: float

    def as_json(self) -> dict[str, float]:
        """Row of run.json, rounded."""
        return {k: round(v, 3 if k == "detail" else 2) for k, v in asdict(self).items()}


@dataclass(frozen=True)
class _Correction:
    """Per channel: gain · value + offset."""

    gain: Channels
    offset: Channels

    def apply(self, frame: Frame) -> Frame:
        corrected = frame * self.gain.astype(np.float32) + self.offset.astype(np.float32)
        return np.clip(np.rint(corrected), 0, 255).astype(np.uint8)

    def bounded(self, mean: Channels) -> _Correction:
        """The same within GAINS and SHIFTS, for a picture of that mean."""
        gain = np.clip(self.gain, *GAINS)
        shift = np.clip(self.gain * mean + self.offset - mean, *SHIFTS)
        # About the mean, so that a bounded contrast does not move the brightness.
        return _Correction(gain, mean + shift - gain * mean)


def join_clips(clips: Sequence[Path], counts: Sequence[int], seams: list[Seam]) -> Iterator[Frame]:
    """Yield the frames of a chain, (H, W, 3) uint8, each once, in the colours of the first clip.

    Args:
        clips: In order; all but the first begin with the last counted frame of the one before.
        counts: Number of frames that count of each; later ones are trimmed.
        seams: Receives the measurements, as the frames go by.

    Raises:
        StoryboardError: A clip has too few frames.
    """
    given: Frame | None = None
    correction: _Correction | None = None
    for clip, count in zip(clips, counts, strict=True):
        frame: Frame | None = None
        number = 0
        for number, frame in enumerate(read_video(clip), start=1):
            if number == 1 and given is not None:
                correction, seam = _correct(given, frame, correction)
                seams.append(seam)
            else:
                yield frame if correction is None else correction.apply(frame)
            if number == count:
                break
        if number < count:
            raise StoryboardError(
                f"{clip.name}: {number} frames, must be {count}. Empty the store and render again."
            )
        given = frame


def match_frames(
    frames: Iterator[Frame], given: Frame, share: float, seams: list[Seam]
) -> Iterator[Frame]:
    """Yield a clip in the colours of the frame that it starts from.

    Args:
        frames: The model's, (H, W, 3) uint8; the first is the given frame, rendered again.
        given: That frame as the cut shows it: of any size, cropped in the middle to its aspect.
        share: Part of the difference that is corrected, 0 to 1.
        seams: Receives the measurement with the first frame.
    """
    correction: _Correction | None = None
    for frame in frames:
        if correction is None:
            rendered = fit_frame(frame, (given.shape[1], given.shape[0]))
            correction, seam = _correct(given, rendered, None, share)
            seams.append(seam)
        yield correction.apply(frame)


def _correct(
    given: Frame, rendered: Frame, before: _Correction | None, share: float = 1.0
) -> tuple[_Correction, Seam]:
    """Correction of a clip from its first frame, with that of the clip before applied on top."""
    given_mean, given_deviation = _statistics(given)
    mean, deviation = _statistics(rendered)
    # A flat picture has no contrast to match.
    has_contrast = (deviation > 1) & (given_deviation > 1)
    ratio = np.where(has_contrast, given_deviation / np.maximum(deviation, 1e-6), 1.0)
    bounded = _Correction(ratio, given_mean - ratio * mean).bounded(mean)
    own = _Correction(1 + share * (bounded.gain - 1), share * bounded.offset)
    corrected_mean, _ = _statistics(own.apply(rendered))
    seam = Seam(
        difference=float(np.abs(given.astype(np.int16) - rendered).mean()),
        colour=float(np.abs(given_mean - mean).mean()),
        detail=float(_detail(rendered) / max(_detail(given), 1e-6)),
        left=float(np.abs(given_mean - corrected_mean).mean()),
    )
    if before is None:
        return own, seam
    both = _Correction(before.gain * own.gain, before.gain * own.offset + before.offset)
    return both.bounded(mean), seam


def _statistics(frame: Frame) -> tuple[Channels, Channels]:
    """Mean and standard deviation per channel."""
    pixels = frame.reshape(-1, 3).astype(np.float64)
    return pixels.mean(axis=0), pixels.std(axis=0)


def _detail(frame: Frame) -> float:
    """Mean step between neighbouring pixels, which blur reduces."""
    grey = frame.astype(np.float32).mean(axis=2)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
