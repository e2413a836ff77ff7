"""A shot list by camera set-up, in the order of shooting.

Shots of one set-up share place, light, lens and camera position. Locations are shot one after the
other, then interiors before exteriors, day before night, one side of the line of action before the
other, and wide before tight.
"""

from __future__ import annotations

import math
from cmath import phase
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shots.path.camera_path import camera_path
from shots.schema import Shot, ShotList
from shots.staging.picture import on_plan
from shots.staging.staged import StagedShot
from shots.vocabulary.words import SIZE, TIME
from storyboard.interchange.spreadsheet.row_draft import lighting_cell, row_of

COLUMNS = ("Setup", "Location", "Time", "Shots", "Camera", "Lens", "Move", "Cast", "Props",
           "Lighting", "Notes")  # fmt: skip
SAME_PLACE_M, SAME_DIRECTION_DEG = 0.6, 20.0
"""Cameras nearer to each other than this, with one lens, are one set-up."""

_SIZES = [term.word for term in SIZE]
_TIMES = [term.word for term in TIME]


@dataclass
class CameraSetup:
    """Shots that are filmed without moving the camera's base, its lens or the lights.

    Attributes:
        name: As written on the board, "" for one that was found.
        eye, looks: Position and direction of the camera on the floor plan, complex.
        side: Of the line of action: 0 for the side of the scene's first set-up, 1 for the other.
    """

    first: Shot
    name: str
    eye: complex
    looks: complex
    side: int
    shots: list[Shot] = field(default_factory=list)

    def holds(self, shot: Shot, name: str, eye: complex, looks: complex) -> bool:
        """Whether a shot with such a camera belongs to the set-up."""
        first = self.first
        if (_place(shot), shot.lighting, shot.camera.lens_mm) != (
            _place(first), first.lighting, first.camera.lens_mm,
        ):  # fmt: skip
            return False
        if name or self.name:
            return name == self.name
        is_near = abs(eye - self.eye) <= SAME_PLACE_M and shot.camera.angle == first.camera.angle
        return is_near and abs(math.degrees(phase(looks / self.looks))) <= SAME_DIRECTION_DEG


def setup_list(board: ShotList, staged: Mapping[str, StagedShot]) -> list[list[str]]:
    """A board as a list of set-ups: the header, and a row for every set-up.

    `staged` is the staging of shots by id; of a shot without one only the words of its camera, its
    lens and its light decide.
    """
    setups: list[CameraSetup] = []
    sides: dict[str, float] = {}  # of the line of action, by scene: the sign of the first set-up
    for shot in board.shots:
        staging = staged.get(shot.id)
        eye, looks = _camera(board, shot, staging)
        side = 0
        if staging and staging.line:
            start, end = (complex(*point) for point in staging.line)
            sign = math.copysign(1.0, ((eye - start) * (end - start).conjugate()).imag)
            side = int(sides.setdefault(shot.scene, sign) != sign)
        found = (each for each in setups if each.holds(shot, shot.setup or "", eye, looks))
        setup = next(found, None)
        if setup is None:
            setup = CameraSetup(shot, shot.setup or "", eye, looks, side)
            setups.append(setup)
        setup.shots.append(shot)
    names = [_name(shot) for shot in board.shots]  # in the order of the board
    setups.sort(key=lambda setup: _shooting_order(setup, names))
    rows = (_row(board, setup, k, staged) for k, setup in enumerate(setups, start=1))
    return [list(COLUMNS), *rows]


def _place(shot: Shot) -> str:
    return (shot.location.heading or shot.location.id) if shot.location else ""


def _camera(board: ShotList, shot: Shot, staging: StagedShot | None) -> tuple[complex, complex]:
    """Position and direction of a camera on the floor plan; far apart for different words."""
    if staging is None:
        camera = shot.camera
        words = (camera.size, camera.angle, camera.view, camera.over, camera.side, *shot.subjects)
        return complex(sum(ord(letter) for letter in repr(words)), 0), 1j
    width, height = board.format.aspect
    path = camera_path(shot, num_frames=1, aspect=width / height, framed=staging.framed)
    pose = on_plan(path, staging.camera)[0]
    return complex(pose[0, 3], pose[2, 3]), complex(pose[0, 2], pose[2, 2]) or 1j


def _name(shot: Shot) -> str:
    """A location without INT. or EXT."""
    place = _place(shot)
    return place.partition(".")[2].strip() or place


def _shooting_order(setup: CameraSetup, names: list[str]) -> tuple[int, ...]:
    shot = setup.first
    is_exterior = _place(shot).upper().startswith("EXT")
    time = _TIMES.index(shot.lighting.time) if shot.lighting.time else 0
    widest = min(_SIZES.index(each.camera.size) for each in setup.shots)
    return names.index(_name(shot)), is_exterior, time, setup.side, widest


def _row(
    board: ShotList, setup: CameraSetup, number: int, staged: Mapping[str, StagedShot]
) -> list[str]:
    rows = [row_of(board, shot, {}) for shot in setup.shots]
    players = [p for shot in setup.shots if shot.id in staged for p in staged[shot.id].players]
    people = [p.name or p.id for p in players if p.kind != "thing"]
    props = [p.name or p.id for p in players if p.kind == "thing" and not p.is_fixture]
    camera, first = setup.first.camera, setup.first
    over = camera.over or ""
    over = board.characters[over].name if over in board.characters else over
    angle = camera.angle if camera.angle != "eye-level" else ""
    words = [*(row["Size"] for row in rows), rows[0]["Type"], f"over {over}" if over else "", angle]
    time = first.lighting.time or ""
    cast = [name.strip() for row in rows for name in row["Cast"].split(",")]
    cast = [name for name in cast if name not in props]  # a tram may be a character
    return [
        f"{number} {setup.name}".strip(),
        _place(first),
        time.upper(),
        _joined(shot.id for shot in setup.shots),
        _joined(words),
        rows[0]["Lens"],
        _joined(_with_id(setup, rows, "Movement")),
        _joined([*cast, *people]),
        _joined(props),
        lighting_cell(board, first),
        "; ".join(_with_id(setup, rows, "Notes")),
    ]


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, texts)))


def _with_id(setup: CameraSetup, rows: list[dict[str, str]], column: str) -> list[str]:
    """The cells of a column, each with the shot it belongs to where they differ."""
    cells = {shot.id: row[column] for shot, row in zip(setup.shots, rows, strict=True)}
    if len(set(cells.values())) == 1:
        return [next(iter(cells.values()))]
    return [f"{shot_id}: {text}" for shot_id, text in cells.items() if text]
