"""Content of the contact sheet: a shot list, the results of its shots, and camera plans as SVG.

`page.build_sheet` collects it, the templates read it. Times are in seconds from the beginning of
the film.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath
    from shots.schema import Scene, Shot, ShotList

Status = Literal["rendered", "failed", "missing"]

SIDE = 100.0  # side of the plan view, in SVG units
MARGIN = 15.0
WEDGE = 20.0  # length of the field of view
LEAST_EXTENT_M = 0.6  # a camera that barely moves is not enlarged further than this
LEAST_FIELD_DEG = 14.0  # a telephoto wedge thinner than this cannot be seen
LEAST_AIM = 0.2  # below it the camera looks down or up, and has no direction on the ground
MAX_POINTS = 25


@dataclass(frozen=True)
class DirectiveRow:
    """One directive compared with the clip; `is_obeyed` is None where that cannot be determined."""

    directive: str
    is_obeyed: bool | None
    measured: str = ""


@dataclass(frozen=True)
class PlanPoint:
    """The camera at one moment, in world metres: x right, z forward.

    `aim_x` and `aim_z` are the view direction on the ground; their length is 1 for a level camera
    and 0 for one that looks straight down. `field_deg` is the horizontal field of view.
    """

    x_m: float
    z_m: float
    height_m: float
    aim_x: float
    aim_z: float
    field_deg: float
    subject_x_m: float = 0.0
    subject_z_m: float = 0.0

    @property
    def distance_m(self) -> float:
        """Distance from the camera to the subject on the ground."""
        return math.hypot(self.x_m - self.subject_x_m, self.z_m - self.subject_z_m)


@dataclass(frozen=True)
class PlanView:
    """A camera path from above as SVG: (x, y) in a square of SIDE, forward is up.

    `wedges` are the fields of view at both ends; a wedge of one point is drawn as a ring.
    """

    camera: tuple[tuple[float, float], ...]
    subject: tuple[tuple[float, float], ...]
    wedges: tuple[tuple[tuple[float, float], ...], ...]
    distance: str
    height: str


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
    timings: tuple[tuple[str, float], ...] = ()
    directives: tuple[DirectiveRow, ...] = ()


@dataclass(frozen=True)
class SheetCard:
    """One shot on the sheet.

    Attributes:
        num_frames: Frames of the cut.
        fields: (label, value) of the camera, the light and the cast.
    """

    shot: Shot
    result: ShotResult
    start_s: Fraction
    num_frames: int
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SheetScene:
    """A scene with its cards; `light` is what all shots have in common."""

    scene: Scene
    heading: str
    light: str
    cards: tuple[SheetCard, ...]
    drift: tuple[DirectiveRow, ...]


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


def plan_points(path: CameraPath) -> tuple[PlanPoint, ...]:
    """Sample a camera path at up to MAX_POINTS even steps, first and last frame included."""
    last = path.num_frames - 1
    count = min(MAX_POINTS, path.num_frames)
    points = []
    for index in range(count):
        frame = round(index * last / max(count - 1, 1))
        pose, subject = path.camera_to_world[frame], path.subject[frame]
        points.append(
            PlanPoint(
                x_m=float(pose[0, 3]),
                z_m=float(pose[2, 3]),
                height_m=-float(pose[1, 3]),  # y points down
                aim_x=float(pose[0, 2]),
                aim_z=float(pose[2, 2]),
                field_deg=math.degrees(2 * math.atan(0.5 / float(path.focal[frame]))),
                subject_x_m=float(subject[0]),
                subject_z_m=float(subject[2]),
            )
        )
    return tuple(points)


def draw_plan(points: Sequence[PlanPoint]) -> PlanView | None:
    """Fit camera and subject into the square, at one scale for both axes; None without points."""
    if not points:
        return None
    xs = [x for point in points for x in (point.x_m, point.subject_x_m)]
    zs = [z for point in points for z in (point.z_m, point.subject_z_m)]
    extent_m = max(max(xs) - min(xs), max(zs) - min(zs), LEAST_EXTENT_M)
    scale = (SIDE - 2 * MARGIN) / extent_m
    mid_x, mid_z = (max(xs) + min(xs)) / 2, (max(zs) + min(zs)) / 2

    def place(x_m: float, z_m: float) -> tuple[float, float]:
        return _rounded(SIDE / 2 + scale * (x_m - mid_x), SIDE / 2 - scale * (z_m - mid_z))

    camera = [place(point.x_m, point.z_m) for point in points]
    first, last = points[0], points[-1]
    return PlanView(
        camera=_without_repeats(camera),
        subject=_without_repeats(place(p.subject_x_m, p.subject_z_m) for p in points),
        wedges=(_wedge(camera[0], first), _wedge(camera[-1], last)),
        distance=_span(first.distance_m, last.distance_m),
        height=_span(first.height_m, last.height_m),
    )


def _wedge(at: tuple[float, float], point: PlanPoint) -> tuple[tuple[float, float], ...]:
    level = math.hypot(point.aim_x, point.aim_z)
    if level < LEAST_AIM:
        return (at,)
    heading = math.atan2(-point.aim_z, point.aim_x)  # SVG's y points down
    half = math.radians(max(point.field_deg, LEAST_FIELD_DEG)) / 2
    ends = (
        _rounded(at[0] + WEDGE * level * math.cos(a), at[1] + WEDGE * level * math.sin(a))
        for a in (heading - half, heading + half)
    )
    return (at, *ends)


def _rounded(x: float, y: float) -> tuple[float, float]:
    # + 0.0 turns -0.0 into 0.0, so that the page does not depend on the sign of zero.
    return (round(x, 1) + 0.0, round(y, 1) + 0.0)


def _without_repeats(points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    kept: list[tuple[float, float]] = []
    for point in points:
        if not kept or point != kept[-1]:
            kept.append(point)
    return tuple(kept)


def _span(first: float, last: float) -> str:
    start, end = f"{first:.1f}", f"{last:.1f}"
    return f"{start} m" if start == end else f"{start} → {end} m"
