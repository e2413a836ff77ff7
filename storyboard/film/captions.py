"""Captions of a film as SubRip: the lines of its shots, when they are spoken, in one language.

Text is never rendered into a picture, so another language needs no other clip. Called by
`campaign`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shots.schema import Shot

CAPTIONS = ".srt"

LEAST_S = Fraction(1)
"""A caption stands at least so long, if its shot does."""

SIGNS_PER_S = 17
"""Reading speed: signs a second that most viewers follow; usual in subtitle style guides."""


@dataclass(frozen=True)
class Caption:
    """One line of dialogue on screen.

    Attributes:
        start_s: When it comes, from the beginning of the film.
        end_s: When it goes.
        text: What it says.
    """

    start_s: Fraction
    end_s: Fraction
    text: str


def captions(
    shots: Sequence[Shot], starts_s: Sequence[Fraction], ends_s: Sequence[Fraction],
    locale: str | None,
) -> Iterator[Caption]:  # fmt: skip
    """The captions of a film; a line goes when the next one comes, and with its shot.

    Args:
        shots: In the order of the cut.
        starts_s: When each begins.
        ends_s: When each ends.
        locale: Of the lines; where a line has none, and for None, it is as it was written.
    """
    for shot, start_s, end_s in zip(shots, starts_s, ends_s, strict=True):
        spoken = [line for line in shot.dialogue if line.line.strip()]
        times = [min(start_s + (line.at_s or 0), end_s) for line in spoken]
        order = sorted(range(len(spoken)), key=lambda k: times[k])
        for here, after in pairwise([*order, None]):
            assert here is not None
            text = " ".join(spoken[here].locale.get(locale or "", spoken[here].line).split())
            reading_s = max(LEAST_S, Fraction(len(text), SIGNS_PER_S))
            last_s = end_s if after is None else times[after]
            # Two lines at the same time stand together instead of hiding one another.
            last_s = last_s if last_s > times[here] else end_s
            if times[here] < last_s:
                yield Caption(times[here], min(times[here] + reading_s, last_s), text)


def write_srt(lines: Sequence[Caption]) -> str:
    """Write captions as SubRip, in the order of their times."""
    blocks = (
        f"{number}\n{_clock(line.start_s)} --> {_clock(line.end_s)}\n{line.text}\n"
        for number, line in enumerate(sorted(lines, key=lambda line: line.start_s), start=1)
    )
    return "\n".join(blocks)


def _clock(seconds: Fraction) -> str:
    """HH:MM:SS,mmm, rounded down."""
    thousandths = int(seconds * 1000)
    whole, rest = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02},{rest:03}"
