"""Small sets and readings for tests of the staging."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from shots.lexicon.places import Fixture, Mark, SetPlan
from shots.path.camera_path import camera_path
from shots.schema import Shot
from shots.staging.floor.work_places import under_umbrellas
from shots.staging.picture import SHARES, CameraPicture, take_picture
from shots.staging.stage_shot import stage_in_order
from shots.staging.staged import Appearance, Beat, Player, ShotReading, StagedShot
from shots.staging.standing import Standing, standing
from shots.vocabulary.camera import Camera

WIDE = 16 / 9
KITCHEN = SetPlan(
    "room", True, (-2.6, -2.4, 2.6, 2.4),
    fixtures=(
        Fixture("table", "table", (0, 0.2)),
        Fixture("chair-1", "chair", (-1.0, 0.2), 90),
        Fixture("chair-2", "chair", (1.0, 0.2), -90),
        Fixture("fridge", "fridge", (-2.25, 2.0)),
        Fixture("stove", "stove", (-0.6, 2.05)),
        Fixture("window", "window", (0.5, 2.38), base_m=1.1),
        Fixture("bed", "bed", (-1.9, -1.3)),
    ),
    marks=(
        Mark("centre", (0, -1.0)), Mark("stove-mark", (-0.6, 1.4), 180),
        Mark("left", (-0.9, -1.0), 60), Mark("right", (1.6, -1.0), -60),
    ),
    entrances=(Mark("door", (2.1, -1.2), -90),),
)  # fmt: skip
STREET = SetPlan(
    "street", False, (-20, -6, 20, 12),
    marks=(Mark("kerb", (0, 0)), Mark("kerb-2", (1, 0.5)), Mark("kerb-3", (-1, 0.5))),
    entrances=(Mark("left", (-9, 0), 90), Mark("right", (9, 0), -90)),
    lanes=(((-20, 4), (20, 4)), ((20, 7), (-20, 7))),
)  # fmt: skip


def person(name: str, *beats: Beat, tall_m: float = 1.75, **fields: object) -> Player:
    """A person; without beats, of one beat made of the fields that a beat has."""
    own = {key: fields.pop(key) for key in list(fields) if key in Beat.__dataclass_fields__}
    look = Appearance(height_m=tall_m)
    beats = beats or (Beat(**own),)
    return Player(name, name.upper(), look=look, beats=beats, **fields)


def thing(model: str, name: str = "", **fields: object) -> Player:
    return Player(name or model, name or model, "thing", model, **fields)


def shot(name: str, camera: str, seconds: float = 4, **fields: object) -> Shot:
    read = Camera.model_validate(camera)
    return Shot(
        id=name, scene="1", camera=read, duration_s=Fraction(seconds), sensor_mm=36.0, **fields
    )


def reading(*players: Player, over: str = "", detail: str = "") -> ShotReading:
    return ShotReading(players=players, over=over, detail=detail)


def stage(
    *rows: tuple[Shot, ShotReading], plan: SetPlan | None = None, aspect: float = WIDE
) -> list[StagedShot]:
    shots, readings = [row[0] for row in rows], [under_umbrellas(row[1]) for row in rows]
    return [staged for _, _, staged in stage_in_order(shots, readings, aspect, plan)]


def picture(filmed: Shot, staged: StagedShot, aspect: float = WIDE) -> CameraPicture:
    return take_picture(filmed, aspect, staged.camera, staged.framed)


def now(staged: StagedShot, name: str, share: float = 0.0) -> Standing:
    by_id = {each.id: each for each in staged.players}
    return standing(by_id[name], share, by_id)


def head(filmed: Shot, staged: StagedShot, name: str, share: float = 0.0) -> np.ndarray:
    """(3,): x and y of somebody's eyes in parts of the picture from its centre, and depth."""
    k = int(np.abs(SHARES - share).argmin())
    return picture(filmed, staged).project(np.array([now(staged, name, share).head]))[k, 0]


def crown(filmed: Shot, staged: StagedShot, name: str, share: float = 0.0) -> np.ndarray:
    """(3,): the top of somebody's head in the picture."""
    state = now(staged, name, share)
    k = int(np.abs(SHARES - share).argmin())
    return picture(filmed, staged).project(np.array([(state.head[0], state.top_m, state.head[2])]))[
        k, 0
    ]


def distance_m(filmed: Shot, staged: StagedShot, aspect: float = WIDE) -> float:
    path = camera_path(filmed, num_frames=2, aspect=aspect, framed=staged.framed)
    return path.subject_distance_m


def film(*shots_players, plan=KITCHEN, camera="WS, 28mm"):
    """Stagings of shots 0, 1, ... of one scene with these players."""
    rows = [(shot(str(k), camera), reading(*each)) for k, each in enumerate(shots_players)]
    return stage(*rows, plan=plan)
