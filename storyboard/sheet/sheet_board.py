"""What the contact sheet shows, as plain values: text, numbers and paths.

Here: the board, its scenes, its cards, and how time is written on them. Not here: where the values
come from and how they become a page (`sheet.py`). Filled by `render.py` (`ShotResult`) and
`sheet.build_sheet` (the rest), read by `templates/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Literal, get_args

from storyboard.sheet.plan_view import PlanPoint, PlanView

Status = Literal["rendered", "failed", "missing"]


@dataclass(frozen=True)
class Direction:
    """One directive as judged in the finished clip; `is_obeyed` is None where it cannot be told."""

    directive: str
    is_obeyed: bool | None
    measured: str = ""


@dataclass(frozen=True)
class ShotResult:
    """What a render has to say about one shot.

    Attributes:
        take: As on the slate, "T01".
        failure: The reason, when `status` is "failed".
        num_frames: Frames in `clip`, shown at `fps`.
        start_s: Where the shot begins in the animatic; None: where the shot before it ends.
        removed: Words taken out of the negative prompt because the shot asks for them.
        plan: The camera path from above, `plan_view.plan_points`.
        timings: (stage, seconds) in the order they ran.
    """

    status: Status = "missing"
    take: str = ""
    failure: str = ""
    still: Path | None = None
    clip: Path | None = None
    layout_still: Path | None = None
    layout_clip: Path | None = None
    num_frames: int = 0
    fps: Fraction = Fraction(24)
    start_s: Fraction | None = None
    preset: str = ""
    quality: str = ""
    positive: str = ""
    negative: str = ""
    removed: tuple[str, ...] = ()
    seed: int | None = None
    plan: tuple[PlanPoint, ...] = ()
    timings: tuple[tuple[str, float], ...] = ()
    directions: tuple[Direction, ...] = ()

    @property
    def shown_still(self) -> Path | None:
        """The still, unless the shot failed and the sheet shows the reason in its place."""
        return self.still if self.status == "rendered" else None

    @property
    def shown_clip(self) -> Path | None:
        """The clip, under the same condition."""
        return self.clip if self.status == "rendered" else None


@dataclass(frozen=True)
class Field:
    """A label and what stands under it."""

    label: str
    value: str


@dataclass(frozen=True)
class Line:
    """One line of dialogue, as a screenplay sets it."""

    who: str
    line: str
    at: str = ""


@dataclass(frozen=True)
class Mark:
    """A transition: its kind names the sign that is drawn, its text is for the reader."""

    kind: str
    text: str


@dataclass(frozen=True)
class SheetCard:
    """One shot on the sheet.

    `num_frames` counts the frames of the cut. `verdict` is one word ("approved"), `review` what was
    said about it.
    """

    id: str
    size: str
    moves: tuple[str, ...]
    start_s: Fraction
    duration_s: Fraction
    num_frames: int
    timecode: str
    fields: tuple[Field, ...]
    action: str
    dialogue: tuple[Line, ...]
    sound: tuple[Field, ...]
    notes: str
    verdict: str
    review: str
    transition_in: Mark | None
    transition_out: Mark | None
    plan: PlanView | None
    result: ShotResult


@dataclass(frozen=True)
class SheetScene:
    """A strip of cards; `light` is what all have in common, `drift` where it was not kept."""

    number: str
    heading: str
    time: str
    synopsis: str
    light: str
    duration_s: Fraction
    cards: tuple[SheetCard, ...]
    drift: tuple[Direction, ...] = ()


@dataclass(frozen=True)
class SheetBoard:
    """Everything the sheet shows. `date` is shown as given."""

    title: str
    code: str
    author: str
    date: str
    preset: str
    quality: str
    seed: int
    aspect: tuple[int, int]
    size: tuple[int, int]
    fps: Fraction
    duration_s: Fraction
    scenes: tuple[SheetScene, ...]
    animatic: Path | None = None

    @property
    def cards(self) -> tuple[SheetCard, ...]:
        """Every card, in the order of the cut."""
        return tuple(card for scene in self.scenes for card in scene.cards)

    @property
    def num_frames(self) -> int:
        """Frames of the cut."""
        return round(self.duration_s * self.fps)

    @property
    def choices(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What the filters offer: a name and the values that occur, in the order they occur."""
        cards = self.cards
        statuses = tuple(status for status in get_args(Status) if self.count(status))
        return (
            ("Scene", tuple(dict.fromkeys(scene.number for scene in self.scenes))),
            ("Size", tuple(dict.fromkeys(card.size for card in cards))),
            ("Move", tuple(dict.fromkeys(move for card in cards for move in card.moves))),
            ("Status", statuses),
        )

    def count(self, status: Status) -> int:
        """Count the shots with one status."""
        return sum(card.result.status == status for card in self.cards)


def timecode(seconds: Fraction, fps: Fraction) -> str:
    """Write HH:MM:SS:FF, non-drop: frames are counted, 24 of them make a second at 23.976 too."""
    per_second = ceil(fps)
    second, frame = divmod(round(seconds * fps), per_second)
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}:{frame:02}"


def decimal(value: Fraction) -> str:
    """Write a number as people say it: 4, 2.5, 23.976; at most three places."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
