"""Content of the contact sheet: a shot list, the results of its shots, and floor plans.

`page.build_sheet` collects it, the templates read it. Times are in seconds from the beginning of
the film.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from shots.schema import Scene, Shot, ShotList
    from shots.staging.staged import StagedShot
    from storyboard.sheet.plan_drawing import PlanDrawing, PlanPoint

Status = Literal["rendered", "failed", "missing"]


@dataclass(frozen=True)
class DirectiveRow:
    """One directive compared with the clip; `is_obeyed` is None where that cannot be determined."""

    directive: str
    is_obeyed: bool | None
    measured: str = ""


@dataclass(frozen=True)
class ShotResult:
    """Result of a render for one shot.

    Attributes:
        take: As on the slate, "T01".
        failure: The error, if `status` is "failed".
        num_frames: Frames in `clip`, at `fps`.
        start_s: Start in the animatic; None for the end of the shot before.
        removed: Words removed from the negative prompt because the shot asks for them.
        plan: The camera path from above, from `plan_points`.
        staged: Who and what stands where; None for a shot that was not staged.
        steering: How the layout steers the model; empty where it does not.
        references: Files of the pictures of likeness that the model was given.
        timings: (stage, seconds) in the order they ran.
        directives: Comparison of the clip with its directives.
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
    staged: StagedShot | None = None
    steering: str = ""
    references: tuple[str, ...] = ()
    timings: tuple[tuple[str, float], ...] = ()
    directives: tuple[DirectiveRow, ...] = ()


@dataclass(frozen=True)
class SheetCard:
    """One shot on the sheet.

    Attributes:
        num_frames: Frames of the cut.
        fields: (label, value) of the camera, the light and the cast.
        plan: The floor plan with the path of the camera and the moves of people.
    """

    shot: Shot
    result: ShotResult
    start_s: Fraction
    num_frames: int
    fields: tuple[tuple[str, str], ...]
    plan: PlanDrawing | None = None


@dataclass(frozen=True)
class SheetScene:
    """A scene with its cards; `light` is what all shots have in common, `plan` its floor plan."""

    scene: Scene
    heading: str
    light: str
    cards: tuple[SheetCard, ...]
    drift: tuple[DirectiveRow, ...]
    plan: PlanDrawing | None = None


@dataclass(frozen=True)
class SheetBoard:
    """The whole sheet; `date` is shown as given."""

    shots: ShotList
    scenes: tuple[SheetScene, ...]
    date: str
    preset: str
    quality: str
    animatic: Path | None

    @property
    def cards(self) -> tuple[SheetCard, ...]:
        """Every card, in the order of the cut."""
        return tuple(card for scene in self.scenes for card in scene.cards)

    @property
    def duration_s(self) -> Fraction:
        """Length of the cut."""
        return sum((card.shot.duration_s for card in self.cards), Fraction(0))

    @property
    def num_frames(self) -> int:
        """Frames of the cut."""
        return round(self.duration_s * self.shots.format.fps)

    @property
    def choices(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Filters of the page: a name and the values that occur, in the order they occur."""
        cameras = [card.shot.camera for card in self.cards]
        statuses = tuple(status for status in get_args(Status) if self.count(status))
        return (
            ("Scene", tuple(dict.fromkeys(each.scene.number for each in self.scenes))),
            ("Size", tuple(dict.fromkeys(camera.size for camera in cameras))),
            ("Move", tuple(dict.fromkeys(move for each in cameras for move in each.movement))),
            ("Status", statuses),
        )

    def count(self, status: Status) -> int:
        """Number of shots with one status."""
        return sum(card.result.status == status for card in self.cards)


def timecode(seconds: Fraction, fps: Fraction) -> str:
    """Format as HH:MM:SS:FF, non-drop: at 23.976 fps a second has 24 frames too."""
    per_second = math.ceil(fps)
    second, frame = divmod(round(seconds * fps), per_second)
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}:{frame:02}"


def decimal(value: Fraction) -> str:
    """Format with at most three decimal places: 4, 2.5, 23.976."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
