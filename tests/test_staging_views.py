"""Cameras on the floor plan: what they have in the picture, computed by projection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from shots.path.camera_path import camera_path
from shots.path.rig import FIGURE, FRAMINGS, Framed
from shots.staging.cameras.set_up import side_of_line
from shots.staging.floor_space import distance, facing, turn_between
from shots.staging.picture import SHARES, on_plan
from shots.staging.staged import CameraPlace, StagedShot
from shots.staging.standing import Standing
from shots.vocabulary.words import FIELDS
from tests.staging_kit import (
    KITCHEN,
    STREET,
    WIDE,
    crown,
    distance_m,
    head,
    now,
    person,
    picture,
    reading,
    shot,
    stage,
    thing,
)

LENSES = (24, 50, 85)
TALK = (
    person("ann", target="bob", gesture="talk", is_subject=True),
    person("bob", target="ann", gesture="listen", is_subject=True),
)
AT_TABLE = (
    person("ann", posture="sit", near="table", target="bob", is_subject=True),
    person("bob", posture="sit", near="table", target="ann", is_subject=True),
)
ANN = person("ann", target="bob", is_subject=True)
BOB = person("bob", target="ann", is_subject=True)


def eye(filmed, staged) -> np.ndarray:
    """(3,): x, height, z of the camera at the start."""
    return picture(filmed, staged).eyes[0]


def line_side(filmed, staged: StagedShot) -> float:
    a, b = sorted(each.id for each in staged.players if each.kind == "person")[:2]
    lens = eye(filmed, staged)
    return side_of_line(now(staged, a).at, now(staged, b).at, (lens[0], lens[2]))


# Sizes on what is framed


@pytest.mark.parametrize("size", FRAMINGS)
@pytest.mark.parametrize("angle", [term.word for term in FIELDS["angle"]])
def test_a_standing_figure_of_ordinary_height_is_framed_as_ever(size: str, angle: str) -> None:
    filmed = shot("1", f"{size}, {angle}, push-in, 35mm")
    plain = camera_path(filmed, num_frames=5, aspect=WIDE)
    framed = camera_path(filmed, num_frames=5, aspect=WIDE, framed=Framed())
    assert np.array_equal(plain.camera_to_world, framed.camera_to_world)
    assert Framed() == FIGURE


@pytest.mark.parametrize("size", ["MWS", "MS", "MCU", "CU"])
@pytest.mark.parametrize(("top", "scale"), [(1.36, 1.0), (1.1, 0.63), (2.3, 1.05)])
def test_tight_sizes_keep_the_headroom_of_any_posture(size: str, top: float, scale: float) -> None:
    filmed = shot("1", f"{size}, 50mm")

    def headroom(framed: Framed, top_m: float) -> float:
        path = camera_path(filmed, num_frames=1, aspect=WIDE, framed=framed)
        pose = path.camera_to_world[0]
        _, y, z = pose[:, :3].T @ (np.array([0, -top_m, 0]) - pose[:, 3])
        return float(y / z * path.focal[0] * WIDE)

    standing = headroom(Framed(), 1.75)
    assert headroom(Framed(top, scale=scale), top) == pytest.approx(standing, abs=0.02)


def test_a_wide_picture_contains_the_width_that_is_asked() -> None:
    filmed = shot("1", "MCU, 50mm")
    path = camera_path(filmed, num_frames=1, aspect=WIDE, framed=Framed(width_m=2.5))
    assert path.subject_distance_m / path.focal[0] == pytest.approx(2.5)
    path = camera_path(filmed, num_frames=1, aspect=WIDE, framed=Framed(width_m=0.5))
    assert path.subject_distance_m / path.focal[0] == pytest.approx(0.62 * WIDE)


@pytest.mark.parametrize(("size", "share"), [("WS", 0.28), ("MS", 0.66), ("CU", 0.9), ("ECU", 2.5)])
def test_sizes_of_a_small_thing_are_parts_of_the_picture(size: str, share: float) -> None:
    watch = Framed(0.82, 0.75, width_m=0.05, whole=True, clear_m=0.05)
    path = camera_path(shot("1", f"{size}, 100mm"), num_frames=1, aspect=WIDE, framed=watch)
    height_m = path.subject_distance_m / path.focal[0] / WIDE
    assert 0.07 / height_m == pytest.approx(share)


def test_a_full_shot_of_a_car_has_all_of_it_with_some_room() -> None:
    car = Framed(1.5, 0.0, width_m=4.4, whole=True, clear_m=2.5)
    path = camera_path(shot("1", "FS, 35mm"), num_frames=1, aspect=WIDE, framed=car)
    assert path.subject_distance_m / path.focal[0] == pytest.approx(4.4 / 0.87, rel=0.01)


def test_a_camera_that_the_staging_places_is_there_and_looks_at_the_subject() -> None:
    filmed = shot("1", "MCU, 50mm")
    path = camera_path(filmed, num_frames=1, aspect=WIDE, framed=Framed(1.36, eye=(2.0, 1.7)))
    assert path.camera_to_world[0, :, 3] == pytest.approx([0.0, -1.7, -2.0])
    forward = path.camera_to_world[0, :, 2]
    assert forward[1] / forward[2] == pytest.approx((1.7 - 1.2) / 2.0, abs=0.1)


def test_a_pitch_replaces_that_of_the_angle() -> None:
    filmed = shot("1", "CU, 100mm")
    framed = Framed(0.8, 0.75, width_m=0.2, whole=True, pitch_deg=-40)
    path = camera_path(filmed, num_frames=1, aspect=WIDE, framed=framed)
    assert path.yaw_pitch_roll_deg()[0, 1] == pytest.approx(-40.0)


def test_a_path_lies_rigidly_on_the_plan() -> None:
    path = camera_path(shot("1", "MS, orbit then handheld"), num_frames=9, aspect=WIDE)
    poses = on_plan(path, CameraPlace((2.0, 3.0), 90.0))
    assert np.linalg.det(poses[:, :, :3]) == pytest.approx(np.ones(9))
    assert poses[0, :, 3] == pytest.approx([2.0 - path.camera_to_world[0, 2, 3],
                                            path.camera_to_world[0, 1, 3],
                                            3.0 + path.camera_to_world[0, 0, 3]])  # fmt: skip
    assert poses[0, 0, 2] < -0.9, "from +x it looks to -x"


# Views of two


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("size", ["MWS", "MCU", "CU"])
@pytest.mark.parametrize("players", [TALK, AT_TABLE])
@pytest.mark.parametrize("subject", ["ann", "bob"])
def test_over_the_shoulder(size: str, lens: int, players, subject: str) -> None:
    over = "bob" if subject == "ann" else "ann"
    wide = (shot("1", "WS, two-shot, 28mm"), reading(*players))
    read = reading(ANN if subject == "ann" else BOB, over=over)
    filmed = shot("2", f"{size}, OTS, {lens}mm")
    master, staged = stage(wide, (filmed, read), plan=KITCHEN)
    assert line_side(filmed, staged) == line_side(wide[0], master)
    x, y, depth = head(filmed, staged, subject)
    assert 0.04 < abs(x) < 0.22, "off the centre, in the far two thirds"
    assert -0.45 < y < 0.0, "eyes in the upper half"
    assert crown(filmed, staged, subject)[1] > -0.5, "the head is not cut"
    near_x, _, near_depth = head(filmed, staged, over)
    assert np.sign(near_x) == -np.sign(x)
    assert 0.15 < abs(near_x) < 0.5, "in the near third"
    assert 0.44 < near_depth < depth
    # Looks just past the lens, towards the side of the near head.
    lens_at = eye(filmed, staged)
    to_lens = facing(now(staged, subject).at, (lens_at[0], lens_at[2]))
    to_over = facing(now(staged, subject).at, now(staged, over).at)
    assert 2.0 < abs(turn_between(to_lens, to_over)) < 38.0
    too_wide = [text for text in staged.warnings if "wider than" in text]
    asked = FRAMINGS[size].frame_m * lens / 36 * WIDE
    filmed_at = distance_m(filmed, staged)
    assert filmed_at > asked * 0.99
    if asked > depth - near_depth + 1.0:  # far enough behind the near head
        assert filmed_at == pytest.approx(asked, rel=0.01)
    if filmed_at > asked * 1.4:
        assert too_wide
        assert "over the shoulder is wider than" in too_wide[0]
        assert too_wide[0].endswith("mm")
    assert list(staged.warnings) == too_wide


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("players", [TALK, AT_TABLE])
def test_point_of_view_is_from_the_eyes(lens: int, players) -> None:
    filmed = shot("2", f"MS, POV, {lens}mm")
    rows = [(shot("1", "WS, two-shot"), reading(*players)), (filmed, reading(BOB, over="ann"))]
    staged = stage(*rows, plan=KITCHEN)[1]
    assert eye(filmed, staged) == pytest.approx(now(staged, "ann").head, abs=1e-6)
    x, y, depth = head(filmed, staged, "bob")
    assert abs(x) < 1e-6
    assert abs(y) < 0.5
    assert depth > 0.5
    assert (staged.camera.over, staged.camera.subjects) == ("ann", ("bob",))


def test_point_of_view_onto_a_thing_in_the_hand() -> None:
    filmed = shot("1", "CU, POV, 35mm")
    ann = person("ann", gesture="phone-look", holds=(("right", "phone"),), is_subject=True)
    staged = stage((filmed, reading(ann, thing("phone"), over="ann")))[0]
    assert eye(filmed, staged) == pytest.approx(now(staged, "ann").head, abs=1e-5)
    phone = now(staged, "phone")
    spot = picture(filmed, staged).project(
        np.array([(phone.at[0], phone.base_m + phone.size[1] / 2, phone.at[1])])
    )[0, 0]
    assert np.abs(spot[:2]).max() < 0.05


@pytest.mark.parametrize("size", ["WS", "FS", "MS", "MCU"])
@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("players", [TALK, AT_TABLE])
def test_two_shot(size: str, lens: int, players) -> None:
    filmed = shot("1", f"{size}, two-shot, {lens}mm")
    staged = stage((filmed, reading(*players)), plan=KITCHEN if players is AT_TABLE else None)[0]
    ann, bob = head(filmed, staged, "ann"), head(filmed, staged, "bob")
    assert ann[0] < 0 < bob[0], "the first named is on the left"
    assert ann[2] == pytest.approx(bob[2], rel=0.02), "both of one size"
    assert abs(ann[0] + bob[0]) < 0.02
    if size in ("MS", "MCU"):
        assert -ann[0] > 1 / 6, "nobody in the middle third"
    for name in ("ann", "bob"):
        assert abs(crown(filmed, staged, name)[0]) < 0.46
        assert crown(filmed, staged, name)[1] > -0.5
        turn = turn_between(now(staged, name).facing_deg, staged.camera.side_deg)
        assert 60 < abs(turn) < 95, "three quarters to each other, or in profile on a chair"
    assert staged.warnings == ()


@pytest.mark.parametrize("size", ["FS", "MS", "CU", "ECU"])
@pytest.mark.parametrize("lens", [24, 85])
@pytest.mark.parametrize("name", ["ann", "bob"])
@pytest.mark.parametrize("players", [TALK, AT_TABLE])
def test_single(size: str, lens: int, name: str, players) -> None:
    filmed = shot("2", f"{size}, single, {lens}mm")
    wide = shot("1", "WS, two-shot, 28mm")
    rows = [(wide, reading(*players)), (filmed, reading(ANN if name == "ann" else BOB))]
    master, staged = stage(*rows, plan=KITCHEN)
    other = "bob" if name == "ann" else "ann"
    gaze = facing(now(master, name).at, now(master, other).at)
    assert 20 <= abs(turn_between(staged.camera.side_deg, gaze)) <= (80 if size == "FS" else 46), (
        "three quarters"
    )
    lens_at = eye(filmed, staged)
    a, b = now(master, "ann").at, now(master, "bob").at
    assert side_of_line(a, b, (lens_at[0], lens_at[2])) == line_side(wide, master)
    x, _, depth = head(filmed, staged, name)
    assert abs(x) < 0.03
    assert depth > 0.25
    assert {p.id for p in staged.players if p.kind == "person"} == {name}, "clean"
    assert staged.warnings == ()


def test_a_reverse_mirrors_the_angle_on_the_same_side() -> None:
    one, two = shot("1", "MCU, OTS, 50mm"), shot("2", "MCU, reverse, 50mm")
    first, second = stage((one, reading(ANN, over="bob")), (two, reading(BOB)), plan=KITCHEN)
    assert (second.camera.subjects, second.camera.over) == (("bob",), "ann")
    assert line_side(one, first) == line_side(two, second)
    here, there = head(one, first, "ann"), head(two, second, "bob")
    assert here == pytest.approx(there * [-1, 1, 1], abs=1e-3)


def test_a_reverse_of_a_single_is_a_single_at_the_same_angle() -> None:
    one, two = shot("1", "CU, single, 85mm"), shot("2", "CU, reverse, 85mm")
    first, second = stage((one, reading(ANN, BOB)), (two, reading(BOB)), plan=KITCHEN)
    assert second.camera.subjects == ("bob",)
    turns = [
        turn_between(each.camera.side_deg, facing(now(each, a).at, now(each, b).at))
        for each, a, b in ((first, "ann", "bob"), (second, "bob", "ann"))
    ]
    assert turns[0] == pytest.approx(-turns[1], abs=0.1)


def test_three_and_groups_are_all_in_the_picture() -> None:
    names = ("ann", "bob", "carl", "dora", "emil")
    for people, count in (("three-shot", 3), ("group", 5)):
        cast = [person(name, is_subject=True) for name in names[:count]]
        for size in ("WS", "MWS", "MS"):
            filmed = shot("1", f"{size}, {people}, 35mm")
            staged = stage((filmed, reading(*cast)))[0]
            assert staged.warnings == ()
            spots = [head(filmed, staged, name) for name in names[:count]]
            assert all(abs(spot[0]) < 0.47 and abs(spot[1]) < 0.5 for spot in spots)
            xs = sorted(spot[0] for spot in spots)
            assert min(np.diff(xs)) > 0.03, "heads apart"


# Inserts, things, places


@pytest.mark.parametrize("model", ["cup", "phone", "book", "watch"])
@pytest.mark.parametrize("lens", [35, 85])
def test_an_insert_is_filled_by_the_thing_on_the_table(model: str, lens: int) -> None:
    filmed = shot("2", f"CU, insert, {lens}mm")
    ann = person("ann", posture="sit", near="table", is_subject=True)
    table = (shot("1", "WS"), reading(ann))
    laid = thing(model, near="table", relation="on")
    staged = stage(table, (filmed, reading(ann, laid, detail=model)), plan=KITCHEN)[1]
    there = now(staged, model)
    assert there.base_m == pytest.approx(0.75)
    assert staged.camera.subjects == (model,)
    corners = np.array(
        [
            (there.at[0] + x * there.size[0] / 2, there.base_m + h * there.size[1],
             there.at[1] + z * there.size[2] / 2)
            for x in (-1, 1) for h in (0, 1) for z in (-1, 1)
        ]
    )  # fmt: skip
    spots = picture(filmed, staged).project(corners)[0]
    extent = np.ptp(spots[:, :2], axis=0)
    assert 0.4 < extent.max() < 1.0
    assert np.abs(spots[:, :2]).max() < 0.55
    pitch = camera_path(filmed, num_frames=1, aspect=WIDE, framed=staged.framed)
    assert pitch.yaw_pitch_roll_deg()[0, 1] < -10.0, "from above"
    assert staged.warnings == ()


@pytest.mark.parametrize(("detail", "low", "high"), [("hands", 0.7, 1.4), ("eyes", 1.5, 1.7),
                                                     ("feet", 0.0, 0.2)])  # fmt: skip
def test_an_insert_of_a_part_of_the_body(detail: str, low: float, high: float) -> None:
    filmed = shot("1", "CU, insert, 85mm")
    staged = stage((filmed, reading(person("ann", is_subject=True), detail=detail)))[0]
    assert low <= staged.framed.foot_m < staged.framed.top_m <= high
    assert staged.warnings == ()


def test_a_product_is_seen_from_its_front_and_above() -> None:
    filmed = shot("1", "MS, 85mm")
    staged = stage((filmed, reading(thing("bottle", is_subject=True))), plan=KITCHEN)[0]
    assert abs(turn_between(staged.camera.side_deg, now(staged, "bottle").facing_deg)) < 60
    assert now(staged, "bottle").base_m == pytest.approx(0.75)
    assert staged.warnings == ()


def test_an_establishing_shot_has_small_people() -> None:
    filmed = shot("1", "EWS, establishing, 24mm")
    staged = stage((filmed, reading(*TALK)), plan=STREET)[0]
    assert abs(head(filmed, staged, "ann")[0]) < 0.3
    assert now(staged, "ann").top_m / (head(filmed, staged, "ann")[2] / (24 / 36) / WIDE) < 0.3


# Composition


@pytest.mark.parametrize(("word", "x"), [("center", 0.0), ("symmetrical", 0.0),
                                         ("left-heavy", -0.17), ("right-heavy", 0.17)])  # fmt: skip
def test_composition_shifts_the_subject(word: str, x: float) -> None:
    filmed = shot("1", "MCU, single, 50mm", composition=word)
    staged = stage((filmed, reading(ANN)))[0]
    assert head(filmed, staged, "ann")[0] == pytest.approx(x, abs=0.02)
    assert staged.camera.shift == x


def test_look_room_is_left_where_somebody_looks_and_taken_on_the_short_side() -> None:
    for word, sign in (("balanced", 1), ("short-side", -1)):
        filmed = shot("2", "MCU, single, 50mm", composition=word)
        rows = [(shot("1", "WS, two-shot"), reading(*TALK)), (filmed, reading(ANN))]
        staged = stage(*rows)[1]
        looks_right = now(staged, "ann").facing_deg > staged.camera.side_deg
        x = head(filmed, staged, "ann")[0]
        assert np.sign(x) == (-sign if looks_right else sign)


def test_a_shift_cuts_nobody_of_two() -> None:
    filmed = shot("1", "MS, two-shot, 50mm", composition="right-heavy")
    staged = stage((filmed, reading(*TALK)))[0]
    assert abs(head(filmed, staged, "bob")[0]) < 0.46


# The line of action and warnings


def test_all_shots_of_a_dialogue_stay_on_one_side() -> None:
    cameras = ["WS, two-shot, 28mm", "MCU, OTS, 50mm", "MCU, reverse, 50mm", "CU, single, 85mm",
               "MS, two-shot, 35mm", "MS, OTS, 85mm", "FS, two-shot, 35mm"]  # fmt: skip
    rows = []
    for k, camera in enumerate(cameras):
        first, second = (ANN, BOB) if k % 2 else (BOB, ANN)
        rows.append((shot(str(k), camera), reading(first, second)))
    for plan in (None, KITCHEN, STREET):
        staged = stage(*rows, plan=plan)
        sides = set()
        for (filmed, _), each in zip(rows, staged, strict=True):
            lens = eye(filmed, each)
            a, b = now(staged[0], "ann").at, now(staged[0], "bob").at
            sides.add(side_of_line(a, b, (lens[0], lens[2])))
            assert each.line is not None
        assert len(sides) == 1


def test_looking_into_the_lens_is_looking_at_the_camera() -> None:
    filmed = shot("1", "MCU, single, 50mm")
    staged = stage((filmed, reading(person("ann", looks_at="camera", is_subject=True))))[0]
    assert turn_between(now(staged, "ann").facing_deg, staged.camera.side_deg) == 0.0


@pytest.mark.parametrize(
    ("text", "camera", "players"),
    [
        ("BOB is in the picture of a single", "EWS, single, 24mm", (ANN, BOB)),
        ("ANN is out of the picture", "CU, follow, 50mm",
         (person("ann", posture="sit-floor", is_subject=True),)),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_picture_is_said_with_a_remedy(text: str, camera: str, players):
    warnings = stage((shot("9", camera), reading(*players)))[0].warnings
    assert f"9: {text}; move the camera or name another mark" in warnings


def body_point(state: Standing, part: float) -> tuple[float, float, float]:
    """x, height, z of a point of a body, by its part of the standing height."""
    if state.lies:
        x, height, z = state.head
        share = (0.93 - part) / 0.43
        return x + share * (state.at[0] - x), height, z + share * (state.at[1] - z)
    return state.at[0], state.base_m + part * state.size[1], state.at[1]


def test_two_hundred_random_shots_lose_no_subject() -> None:
    random = np.random.default_rng(5)
    pick = lambda *values: values[random.integers(len(values))]  # noqa: E731
    lost, parts = [], np.linspace(0.05, 0.95, 19)
    for k in range(200):
        size, lens = pick(*FRAMINGS), pick(18, 24, 35, 50, 85, 135)
        angle = pick("eye-level", "low", "high", "dutch", "hip", "overhead", "ground")
        view = pick("", "", "OTS", "POV", "reverse", "single", "two-shot", "group", "establishing")
        posture = pick("stand", "stand", "sit", "kneel", "crouch", "walk", "run", "lie-floor")
        to = pick("in", "towards", "away", "left", "right", "past", "window", "bob")
        move = pick("static", "push-in", "pull-out", "track-left", "orbit", "zoom-in", "crane-up",
                    "handheld", "dolly-zoom", "tilt-up", "pan-left")  # fmt: skip
        walks = posture in ("walk", "run") and view not in ("OTS", "POV")
        ann = person("ann", posture=posture, to=to if walks else "", target="bob", is_subject=True)
        cast = (ann, BOB, person("carl"))[: pick(1, 2, 3) if view in ("", "single") else 3]
        filmed = shot(str(k), f"{size}, {angle}, {lens}mm, {move}{view and ', ' + view}")
        staged = stage((filmed, reading(*cast)), plan=pick(None, KITCHEN, STREET))[0]
        spots = picture(filmed, staged)
        for name in staged.camera.subjects[:1]:
            states = [now(staged, name, float(share)) for share in SHARES]
            bodies = np.array([[body_point(state, part) for part in parts] for state in states])
            at = spots.project(bodies)
            inside = (np.abs(at[..., :2]) < 0.5).all(-1) & (at[..., 2] > 0.05)
            if inside.any(axis=1).mean() < 0.3:
                lost.append((k, size, angle, lens, view, posture, to if walks else "", move))
    assert lost == []


def test_nobody_walks_faster_than_the_posture_allows() -> None:
    speeds = {"walk": 1.3, "run": 3.5}
    for posture in speeds:
        for to in ("window", "bob", "in", "out", "left", "towards", "past", "stove"):
            for seconds in (1, 3):
                ann = person("ann", posture=posture, to=to, is_subject=True)
                filmed = shot("1", "WS, 28mm", seconds)
                staged = stage((filmed, reading(ann, person("bob"))), plan=KITCHEN)[0]
                for beat in staged.player("ann").beats:
                    if len(beat.path) > 1:
                        way = sum(distance(*each) for each in zip(beat.path, beat.path[1:]))  # noqa: B905
                        assert way / (beat.end - beat.start) / seconds <= speeds[posture] * 1.01


def test_staging_is_the_same_each_time() -> None:
    walks = person("ann", posture="walk", to="window")
    rows = [(shot("1", "MS, OTS, 35mm"), reading(*TALK, over="bob")),
            (shot("2", "WS, 24mm"), reading(walks))]  # fmt: skip
    assert stage(*rows, plan=KITCHEN) == stage(*rows, plan=KITCHEN)
    longer = [(rows[0][0].model_copy(update={"duration_s": 9}), rows[0][1]), rows[1]]
    assert stage(*longer, plan=KITCHEN)[0].camera == stage(*rows, plan=KITCHEN)[0].camera
    assert distance_m(*[rows[0][0], replace(stage(*rows, plan=KITCHEN)[0])]) > 0.5
