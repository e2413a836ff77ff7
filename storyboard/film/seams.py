"""Clips that go on from each other: the drift at every seam measured and held.

Each clip begins with the frame that it was given, as the model makes it again. That frame is not
shown; what it says is how far colours moved by going through the model. The clip is corrected by
just that, a gain and an offset per channel, so that a seam shows no step. Sharpness that is lost
stays lost. The clips of one shot are put together, with the colours of the first; those of a shot
that goes on from another are moved to its colours as far as the board says. Called by the Conform
stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from storyboard.errors import StoryboardError
from storyboard.film.conform import fit_frame
from storyboard.film.video import Frame, read_video

VERSION = 2
"""Raised whenever seams are mended differently."""

GAINS = (0.7, 1.4)
"""A correction beyond these would do more harm than the drift."""

SHIFTS = (-40.0, 40.0)
"""The same for how far it moves the mean of a colour, in grey levels of 256."""

Channels = NDArray[np.float64]
"""(3,) a number per colour."""


@dataclass(frozen=True)
class Seam:
    """What happened between two clips, in grey levels of 256.

    Attributes:
        difference: Mean over all pixels between the frame that was given and the one made of it.
        colour: The same between their mean colours.
        detail: Steps between neighbouring pixels, of the second frame over those of the first;
            below 1 it got softer.
        left: What is left of `colour` after the correction.
    """

    difference: float
    colour: float
    detail: float
    left: float

    def told(self) -> dict[str, float]:
        """For run.json."""
        return {
            "difference": round(self.difference, 2),
            "colour": round(self.colour, 2),
            "detail": round(self.detail, 3),
            "left": round(self.left, 2),
        }


@dataclass(frozen=True)
class _Correction:
    gain: Channels
    offset: Channels

    def apply(self, frame: Frame) -> Frame:
        mended = frame * self.gain.astype(np.float32) + self.offset.astype(np.float32)
        return np.clip(np.rint(mended), 0, 255).astype(np.uint8)

    def part(self, share: float) -> _Correction:
        """Some of it, 0 … 1."""
        return _Correction(1 + share * (self.gain - 1), share * self.offset)

    def after(self, inner: _Correction) -> _Correction:
        """Both, `inner` first."""
        return _Correction(self.gain * inner.gain, self.gain * inner.offset + self.offset)

    def bounded(self, mean: Channels) -> _Correction:
        """The same within what a correction may do to a picture of that mean."""
        gain = np.clip(self.gain, *GAINS)
        shift = np.clip(self.gain * mean + self.offset - mean, *SHIFTS)
        # About the mean, so that a bounded contrast does not move the brightness.
        return _Correction(gain, mean + shift - gain * mean)


def join_clips(clips: Sequence[Path], counts: Sequence[int], seams: list[Seam]) -> Iterator[Frame]:
    """The frames of a chain, (H, W, 3) uint8, each shown once.

    Args:
        clips: In order; all but the first begin with the last counted frame of the one before.
        counts: Frames of each that count, the ones behind are trimmed.
        seams: Takes up what was found at every seam, as the frames go by.

    Raises:
        StoryboardError: A clip has fewer frames than it should.
    """
    given: Frame | None = None
    correction: _Correction | None = None
    for clip, count in zip(clips, counts, strict=True):
        frame: Frame | None = None
        number = 0
        for number, frame in enumerate(read_video(clip), start=1):
            if number == 1 and given is not None:
                correction, seam = _mend(given, frame, correction)
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
    """A clip in the colours of the frame that it was made from.

    Args:
        frames: The model's, (H, W, 3) uint8; the first is the given frame, made again.
        given: That frame as the cut shows it: of any size, cut in the middle to its aspect.
        share: How much of the difference is taken away, 0 … 1.
        seams: Takes up what was found, when the first frame goes by.
    """
    correction: _Correction | None = None
    for frame in frames:
        if correction is None:
            made = fit_frame(frame, (given.shape[1], given.shape[0]))
            correction, seam = _mend(given, made, None, share)
            seams.append(seam)
        yield correction.apply(frame)


def _mend(
    given: Frame, made: Frame, before: _Correction | None, share: float = 1.0
) -> tuple[_Correction, Seam]:
    """The correction of a clip, on top of that of the clip whose frame it was given."""
    given_mean, given_deviation = _statistics(given)
    made_mean, made_deviation = _statistics(made)
    # A flat picture has no contrast to match.
    has_contrast = (made_deviation > 1) & (given_deviation > 1)
    ratio = np.where(has_contrast, given_deviation / np.maximum(made_deviation, 1e-6), 1.0)
    own = _Correction(ratio, given_mean - ratio * made_mean).bounded(made_mean).part(share)
    mended_mean, _ = _statistics(own.apply(made))
    seam = Seam(
        difference=float(np.abs(given.astype(np.int16) - made).mean()),
        colour=float(np.abs(given_mean - made_mean).mean()),
        detail=float(_detail(made) / max(_detail(given), 1e-6)),
        left=float(np.abs(given_mean - mended_mean).mean()),
    )
    return own if before is None else before.after(own).bounded(made_mean), seam


def _statistics(frame: Frame) -> tuple[Channels, Channels]:
    pixels = frame.reshape(-1, 3).astype(np.float64)
    return pixels.mean(axis=0), pixels.std(axis=0)


def _detail(frame: Frame) -> float:
    """Mean step between neighbours, which blur makes smaller."""
    grey = frame.astype(np.float32).mean(axis=2)
    return float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
