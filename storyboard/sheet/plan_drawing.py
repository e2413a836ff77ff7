"""Floor plans of scenes and shots as SVG shapes: set, people, line of action, cameras and moves.

Points of a plan are complex numbers in metres: x right, and the imaginary part away from the front
of the set. A drawing is in units of SVG, in which y points down, so that the front is below.
"""

from __future__ import annotations

import math
from cmath import rect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shots.dressing import SetDressing, dressed
from shots.lexicon.places import SETS
from shots.lexicon.things import MODELS
from shots.staging.picture import on_plan, subjects_on_plan
from shots.staging.staged import CameraPlace, Player, StagedShot

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath

SHOT_WIDTH, SCENE_WIDTH = 320.0, 560.0
LEAST_HEIGHT, MOST_HEIGHT = 0.35, 0.8  # parts of the width
MARGIN = 16.0
CONE = 30.0  # length of the field of view
LETTER, LINE = 5.2, 8.0  # width of a letter and height of a label
LEAST_EXTENT_M = 2.4  # a plan is not enlarged further than this
AROUND_M = 1.4  # of the set that the plan of a shot shows beyond its people and its camera
LEAST_FIELD_DEG = 14.0  # a telephoto cone thinner than this cannot be seen
LEAST_AIM = 0.2  # below it the camera looks down or up, and has no direction on the ground
LEAST_THING_M = 0.3  # a smaller thing is a dot
SAME_PLACE_M = 0.4  # a person who moves by less stays where they are
MOST_BASE_M = 1.2  # furniture that hangs higher, such as a lamp, is not drawn
MAX_POINTS = 25


@dataclass(frozen=True)
class PlanPoint:
    """The camera at one moment on the floor plan: metres, x right, z away from the set's front.

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
class DrawnShape:
    """A polygon, an open line, or a circle where there is a radius; `kind` is its class of CSS."""

    kind: str
    points: tuple[tuple[float, float], ...]
    is_open: bool = False
    radius: float = 0.0


@dataclass(frozen=True)
class DrawnName:
    """A name beside what it names; `at` is the middle of its base line."""

    kind: str
    text: str
    at: tuple[float, float]


@dataclass
class PlanDrawing:
    """A plan as drawn: shapes from below to above, then labels.

    `words` is the plan in words; `distance` and `camera_height` are those of a single shot.
    """

    title: str
    width: float
    height: float
    words: str = ""
    shapes: list[DrawnShape] = field(default_factory=list)
    labels: list[DrawnName] = field(default_factory=list)
    distance: str = ""
    camera_height: str = ""


@dataclass(frozen=True)
class PlannedShot:
    """A shot for a plan: its id, its staging, and its camera.

    `dressing` is what the author says about the set.
    """

    id: str
    staged: StagedShot
    camera: tuple[PlanPoint, ...] = ()
    dressing: SetDressing | None = None

    @property
    def track(self) -> list[complex]:
        """The way of the camera on the floor plan."""
        return [complex(point.x_m, point.z_m) for point in self.camera]

    @property
    def subjects(self) -> list[complex]:
        """The way of the subject on the floor plan."""
        return [complex(point.subject_x_m, point.subject_z_m) for point in self.camera]


def plan_points(path: CameraPath, place: CameraPlace) -> tuple[PlanPoint, ...]:
    """Up to MAX_POINTS even steps of a path placed on a plan, first and last frame included."""
    poses, subjects = on_plan(path, place), subjects_on_plan(path, place)
    last = path.num_frames - 1
    count = min(MAX_POINTS, path.num_frames)
    points = []
    for index in range(count):
        frame = round(index * last / max(count - 1, 1))
        pose, subject = poses[frame], subjects[frame]
        points.append(
            PlanPoint(
                x_m=float(pose[0, 3]),
                z_m=float(pose[2, 3]),
                height_m=-float(pose[1, 3]),  # y points down
                aim_x=float(pose[0, 2]),
                aim_z=float(pose[2, 2]),
                field_deg=math.degrees(2 * math.atan(0.5 / float(path.focal[frame]))),
                subject_x_m=float(subject[0]),
                subject_z_m=float(subject[1]),
            )
        )
    return tuple(points)


def draw_plan(title: str, shots: Sequence[PlannedShot]) -> PlanDrawing | None:
    """The plan of a shot, or of all shots of a scene; None where there is nothing to draw.

    Everybody is named where they stand first. Of a single shot the camera's path and the moves are
    drawn too; of several, the places of their cameras with the ids of the shots.
    """
    shots = [shot for shot in shots if shot.camera or shot.staged.players]
    if not shots:
        return None
    plan = _Plan(title, shots)
    plan.draw_set()
    for line in dict.fromkeys(shot.staged.line for shot in shots if shot.staged.line):
        start, end = complex(*line[0]), complex(*line[1])
        beyond = 0.35 * (end - start)
        plan.add("action-line", [start - beyond, end + beyond], is_open=True)
    for shot in shots:
        plan.draw_camera(shot, moves=len(shots) == 1)
    plan.draw_later(shots[1:])
    plan.draw_cast(moves=len(shots) == 1)
    if not plan.cast and shots[0].camera:
        plan.sketch("person subject", [plan.at(shots[0].subjects[-1])], radius=4.0)
    plan.name_all(shots)
    plan.describe(shots)
    return plan.drawing


class _Plan:
    """A drawing in progress: its scale, and the room that names take."""

    def __init__(self, title: str, shots: Sequence[PlannedShot]) -> None:
        first = {each.id: each for shot in reversed(shots) for each in shot.staged.players}
        fixtures = [each for each in first.values() if each.is_fixture]
        self.fixtures = [
            each for each in fixtures
            if each.base_m <= MOST_BASE_M and max(_extent(each)) >= LEAST_THING_M
        ]  # fmt: skip
        self.cast = [each for each in first.values() if not each.is_fixture]
        self.room = SETS.get(shots[0].staged.place.set) if first else None
        if self.room and (dressing := shots[0].dressing):
            self.room = dressed(self.room, dressing)
        needed = [point for shot in shots for point in shot.track]
        for each in self.cast:
            needed += [complex(*each.at), *_walk(each)]
        if self.room and self.room.is_interior and len(shots) > 1:
            needed += [complex(*self.room.bounds[:2]), complex(*self.room.bounds[2:])]
        if not self.cast:
            needed += [point for shot in shots for point in shot.subjects]
        xs, zs = zip(*((point.real, point.imag) for point in needed or [0j]), strict=True)
        around_m = AROUND_M if self.cast and len(shots) == 1 else 0.0
        wide_m = max(max(xs) - min(xs) + around_m, LEAST_EXTENT_M)
        deep_m = max(max(zs) - min(zs) + around_m, LEAST_EXTENT_M / 2)
        width = SHOT_WIDTH if len(shots) == 1 else SCENE_WIDTH
        scale = (width - 2 * MARGIN) / wide_m
        height = min(max(scale * deep_m + 2 * MARGIN, LEAST_HEIGHT * width), MOST_HEIGHT * width)
        self.scale = min(scale, (height - 2 * MARGIN) / deep_m)
        self.middle = complex(max(xs) + min(xs), max(zs) + min(zs)) / 2
        self.drawing = PlanDrawing(title, width, round(height, 1))
        self._boxes: list[tuple[float, float, float, float]] = []

    def at(self, point: complex) -> complex:
        """A point of the plan in the drawing."""
        offset: complex = self.scale * (point - self.middle).conjugate()
        return offset + complex(self.drawing.width, self.drawing.height) / 2

    def add(self, kind: str, points: Iterable[complex], *, is_open: bool = False) -> None:
        """Add a shape of the plan above the others."""
        self.sketch(kind, map(self.at, points), is_open=is_open)

    def sketch(
        self, kind: str, points: Iterable[complex], *, is_open: bool = False, radius: float = 0.0
    ) -> None:
        """Add a shape in units of the drawing."""
        pairs = tuple(dict.fromkeys(map(_rounded, points)))
        self.drawing.shapes.append(DrawnShape(kind, pairs, is_open, radius))

    def draw_set(self) -> None:
        """Walls or the edge of the staged ground, furniture, and other large things."""
        if self.room:
            left, near, right, far = self.room.bounds
            corners = [complex(left, near), complex(right, near), complex(right, far)]
            kind = "walls" if self.room.is_interior else "ground"
            self.add(kind, [*corners, complex(left, far)])
        for each in (*self.fixtures, *self.cast):
            if each.is_fixture or (each.kind == "thing" and min(_extent(each)) >= LEAST_THING_M):
                width, depth = _extent(each)
                turn = rect(0.5, math.radians(each.facing_deg))
                corners = [complex(width * x, depth * z) * turn + complex(*each.at)
                           for x, z in ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip
                kind = next((kind for kind in ("window", "door") if kind in each.model), "fixture")
                self.add(kind if each.is_fixture else "thing", corners)

    def draw_camera(self, shot: PlannedShot, *, moves: bool) -> None:
        """The field of view of a camera at both ends of its way, or only where it starts."""
        track = list(map(self.at, shot.track))
        for k in dict.fromkeys((0, len(track) - 1) if moves else (0,)) if track else ():
            point = shot.camera[k]
            kind = "cone" if moves and k == 0 < len(track) - 1 else "cone last"
            aim = complex(point.aim_x, -point.aim_z)
            if abs(aim) < LEAST_AIM:
                self.sketch(kind, [track[k]], radius=9.0)
                continue
            half = math.radians(max(point.field_deg, LEAST_FIELD_DEG)) / 2
            edges = (track[k] + CONE * aim * rect(1.0, turn) for turn in (-half, half))
            self.sketch(kind, [track[k], *edges])
        if moves and len(set(map(_rounded, track))) > 1:
            self.sketch("track", track, is_open=True)
            self.sketch("track head", _arrow(track))
        if track:
            self.sketch("camera", track[-1:] if moves else track[:1], radius=2.8)

    def draw_later(self, shots: Sequence[PlannedShot]) -> None:
        """Where people of a scene stand in other shots than their first."""
        places = {each.id: [complex(*each.at)] for each in self.cast if each.kind == "person"}
        for each in (player for shot in shots for player in shot.staged.players):
            at, others = complex(*each.at), places.get(each.id, [])
            if others and min(abs(at - other) for other in others) > SAME_PLACE_M:
                others.append(at)
                self.sketch("later", [self.at(at)], radius=3.2)

    def draw_cast(self, *, moves: bool) -> None:
        """People and animals with their facing, their moves, and small things as dots."""
        for each in self.cast if moves else ():
            walk = list(map(self.at, _walk(each)))
            if len(set(map(_rounded, walk))) > 1:
                self.sketch("walk", walk, is_open=True)
                self.sketch("walk head", _arrow(walk))
        for each in self.cast:
            at, subject = self.at(complex(*each.at)), " subject" if each.is_subject else ""
            if each.kind != "thing":
                ahead = math.pi / 2 - math.radians(each.facing_deg)  # the front is below
                corners = ((ahead, 10.0), (ahead + 1.2, 3.9), (ahead - 1.2, 3.9))
                self.sketch(f"person{subject}", [at + rect(r, turn) for turn, r in corners])
                self.sketch(f"person{subject}", [at], radius=4.0)
                tip = at + rect(9.0, ahead)
                self._boxes.append((tip.real - 3, tip.imag - 3, tip.real + 3, tip.imag + 3))
            elif min(_extent(each)) < LEAST_THING_M:
                self.sketch(f"thing{subject}", [at], radius=2.0)
            self._boxes.append((at.real - 5, at.imag - 5, at.real + 5, at.imag + 5))

    def name_all(self, shots: Sequence[PlannedShot]) -> None:
        """Names of people, of cameras, of things, and of the furniture that has room for one."""
        for each in sorted(self.cast, key=lambda player: player.kind == "thing"):
            kind = "name subject" if each.is_subject else "name"
            self._name(kind, each.name or each.id, self.at(complex(*each.at)), 7.0, is_needed=True)
        cameras: dict[tuple[float, float], list[str]] = defaultdict(list)
        for shot in shots if len(shots) > 1 else ():
            for point in shot.track[:1]:
                cameras[_rounded(self.at(point))].append(shot.id)
        for place, ids in cameras.items():
            self._name("camera-name", ", ".join(ids), complex(*place), 6.0, is_needed=True)
        for each in (each for each in self.fixtures if each.base_m <= LEAST_THING_M):
            text, at = each.name or each.id, self.at(complex(*each.at))
            self._name("fixture-name", text, at, self.scale * min(_extent(each)) / 2)

    def _name(
        self, kind: str, text: str, at: complex, gap: float, *, is_needed: bool = False
    ) -> None:
        """Add a name beside a point, or on it, where there is room; one that is needed anyway."""
        length = LETTER * len(text)
        middle = complex(-length / 2, 3.0)  # from the point to the left end of the name
        choices = [complex(gap, 3.0), complex(-gap - length, 3.0),
                   middle + 1j * (gap + 5), middle - 1j * (gap + 5)]  # fmt: skip
        if not is_needed:
            choices.insert(0, middle)
        free = (at + offset for offset in choices if self._is_free(at + offset, length))
        left = next(free, at + choices[0] if is_needed else None)
        if left is not None:
            self._boxes.append((left.real, left.imag - LINE, left.real + length, left.imag + 2))
            self.drawing.labels.append(DrawnName(kind, text, _rounded(left + length / 2)))

    def _is_free(self, left: complex, length: float) -> bool:
        x, y, right, bottom = left.real, left.imag - LINE, left.real + length, left.imag + 2
        if x < 0 or y < 0 or right > self.drawing.width or bottom > self.drawing.height:
            return False
        return all(
            right <= x0 or x1 <= x or bottom <= y0 or y1 <= y for x0, y0, x1, y1 in self._boxes
        )

    def describe(self, shots: Sequence[PlannedShot]) -> None:
        """Put the plan into words."""
        drawing, sentences = self.drawing, []
        if len(shots) == 1 and (points := shots[0].camera):
            drawing.distance = _span(points[0].distance_m, points[-1].distance_m)
            drawing.camera_height = _span(points[0].height_m, points[-1].height_m)
            sentences = [f"Camera {drawing.distance} away, {drawing.camera_height} high."]
        elif cameras := [shot.id for shot in shots if shot.camera]:
            sentences = [f"Cameras: {', '.join(cameras)}."]
        for each in self.cast:
            beat = each.beats[0] if each.beats else None
            doing = [beat.posture, beat.gesture] if beat else []
            goals = [f"to {beat.to}" for beat in each.beats if beat.to]
            sentences.append(" ".join(filter(None, (each.name or each.id, *doing, *goals))) + ".")
        if names := [each.name or each.id for each in self.fixtures]:
            sentences.append(f"Set: {', '.join(names)}.")
        drawing.words = " ".join(sentences)


def _walk(player: Player) -> list[complex]:
    return [complex(*point) for beat in player.beats for point in beat.path]


def _extent(player: Player) -> tuple[float, float]:
    """Width and depth of a thing in metres."""
    model = MODELS.get(player.model)
    size = player.size or (model.size if model else (0.5, 0.5, 0.5))
    return size[0], size[2]


def _arrow(way: Sequence[complex]) -> list[complex]:
    """The head of an arrow at the end of a way."""
    before = next(point for point in reversed(way) if abs(way[-1] - point) > 1.0 or point == way[0])
    ahead = (way[-1] - before) / (abs(way[-1] - before) or 1.0)
    return [way[-1] + ahead * corner for corner in (3, -4 + 3j, -4 - 3j)]


def _rounded(point: complex) -> tuple[float, float]:
    # + 0.0 turns -0.0 into 0.0, so that the page does not depend on the sign of zero.
    return round(point.real, 1) + 0.0, round(point.imag, 1) + 0.0


def _span(first: float, last: float) -> str:
    start, end = f"{first:.1f}", f"{last:.1f}"
    return f"{start} m" if start == end else f"{start} → {end} m"
