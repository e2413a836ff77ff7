"""A camera path seen from above, small enough for a card of the contact sheet.

Here: sampling a `CameraPath` and fitting it into a square. Not here: the path itself
and the SVG (`templates/_shot.html.j2`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

SIDE = 100.0  # of the square, in SVG units
MARGIN = 15.0
WEDGE = 20.0
LEAST_EXTENT_M = 0.6  # a camera that barely moves is not enlarged further than this
LEAST_FIELD_DEG = 14.0  # a telephoto wedge thinner than this cannot be seen
LEAST_AIM = 0.2  # below it the camera looks down or up, and has no direction on the ground
MAX_POINTS = 25


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
        """From the camera to the subject, along the ground."""
        return math.hypot(self.x_m - self.subject_x_m, self.z_m - self.subject_z_m)


@dataclass(frozen=True)
class PlanView:
    """A path as SVG: (x, y) in a square of SIDE, forward is up. A wedge of one point is a ring."""

    camera: tuple[tuple[float, float], ...]
    subject: tuple[tuple[float, float], ...]
    wedges: tuple[tuple[tuple[float, float], ...], ...]
    distance: str
    height: str


def plan_points(path: CameraPath) -> tuple[PlanPoint, ...]:
    """Sample a camera path evenly, first and last frame included."""
    last = path.num_frames - 1
    count = min(MAX_POINTS, path.num_frames)
    frames = [round(i * last / max(count - 1, 1)) for i in range(count)]
    return tuple(_point(path, frame) for frame in frames)


def _point(path: CameraPath, frame: int) -> PlanPoint:
    pose, subject = path.camera_to_world[frame], path.subject[frame]
    return PlanPoint(
        x_m=float(pose[0, 3]),
        z_m=float(pose[2, 3]),
        height_m=-float(pose[1, 3]),
        aim_x=float(pose[0, 2]),
        aim_z=float(pose[2, 2]),
        field_deg=math.degrees(2 * math.atan(0.5 / float(path.focal[frame]))),
        subject_x_m=float(subject[0]),
        subject_z_m=float(subject[2]),
    )


def draw_plan(points: Sequence[PlanPoint]) -> PlanView | None:
    """Fit camera and subject into the square, one scale for both axes.

    Returns:
        None when there is nothing to draw.
    """
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
    heading = math.atan2(-point.aim_z, point.aim_x)  # SVG's y runs down
    half = math.radians(max(point.field_deg, LEAST_FIELD_DEG)) / 2
    ends = (
        _rounded(at[0] + WEDGE * level * math.cos(a), at[1] + WEDGE * level * math.sin(a))
        for a in (heading - half, heading + half)
    )
    return (at, *ends)


def _rounded(x: float, y: float) -> tuple[float, float]:
    # + 0.0 turns -0.0 into 0.0, so that the page does not depend on the sign of nothing.
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
