"""What people do: postures, walking and looks as poses of the skeleton."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.things import MODELS
from shots.staging.staged import CAMERA, Beat, Player
from storyboard.layout.cast.pose import BONE, BONES
from storyboard.layout.motion.body_cycles import posture
from storyboard.layout.motion.body_pose import SIDES, BodyPose
from storyboard.layout.motion.cycles import GAITS, stride, track
from storyboard.layout.motion.inverse_kinematics import HEAD_YAW, in_reach, look, reach
from storyboard.layout.motion.perform import perform_all
from storyboard.layout.motion.postures import Moment
from tests.motion_kit import (
    ADULT,
    BEATS,
    CHILD,
    SECONDS,
    SOLES,
    TABLE,
    TABLE_M,
    actor,
    body,
    check_anatomy,
    figure,
    joints,
    positions,
)

FEW = ("phone-ear", "point", "cry", "hands-up", "drink")


@pytest.mark.parametrize("name", POSTURES)
@pytest.mark.parametrize("look", [ADULT, CHILD], ids=["adult", "child"])
def test_every_posture_with_gestures_is_a_body(name, look):
    for gesture in FEW:
        for now in (0.1, 0.63):
            check_anatomy(
                actor(Beat(posture=name, gesture=gesture), look=look).stance(now * SECONDS)
            )


@pytest.mark.parametrize("gesture", GESTURES)
def test_every_gesture_is_a_body_standing_and_sitting(gesture):
    other = Player("bob", at=(0.2, -1.1), facing_deg=180.0, beats=(Beat(),))
    table = Player("table", kind="thing", model="table", at=(0.0, -0.7))
    for target, name in (("", "sit"), ("bob", "stand"), ("table", "stand")):
        beat = Beat(posture=name, gesture=gesture, target=target)
        for now in (0.25, 0.6):
            check_anatomy(actor(beat, others=(other, table), now=now).stance(now * SECONDS))


@pytest.mark.parametrize("name", POSTURES)
def test_top_of_the_head_is_that_of_the_lexicon(name):
    tops = []
    for now in np.linspace(0, 0.99, 17):
        stance = actor(Beat(posture=name)).stance(now * SECONDS)
        ground = stance.place[1] if name == "climb-ladder" else 0.0
        head = ("crown", "nose", "skull", "ear.L", "ear.R")
        tops.append(ground - min(stance.to_world(stance.point(each))[1] for each in head))
    wanted = POSTURES[name].top * ADULT.height_m + POSTURES[name].rest
    assert max(tops) == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize(
    "name", ["stand", "sit", "crouch", "bend", "lean", "walk", "sneak", "march"]
)
def test_feet_are_on_the_floor(name):
    path = ((0.0, 0.0), (0.0, -4.0)) if POSTURES[name].speed else ()
    for now in np.linspace(0.02, 0.98, 17):
        stance = actor(Beat(posture=name, path=path)).stance(now * SECONDS)
        lowest = max(stance.to_world(stance.point(sole))[1] for sole in SOLES)
        assert abs(lowest) <= 0.02


@pytest.mark.parametrize("name", GAITS)
@pytest.mark.parametrize("look", [ADULT, CHILD], ids=["adult", "child"])
def test_feet_do_not_slide(name, look):
    leg = body(look).leg
    length = POSTURES[name].speed * 4.0 * math.sqrt(leg / 0.85)
    path = ((0.0, 0.0), (0.6 * length, -0.6 * length), (0.6 * length, -length))
    way = track(path, 4.0)
    for side in SIDES:
        slide, before = 0.0, None
        for now in np.arange(0, 4.0, 1 / 48):
            stance = stride(body(look), name, way, now, 3)
            ball = stance.to_world(stance.point(f"ball.{side}"))
            touching = ball[1] > -0.004
            if touching and before is not None:
                slide += np.linalg.norm((ball - before)[[0, 2]])
                assert slide <= 0.03
            before = ball if touching else None
            slide = slide if touching else 0.0


def test_walk_covers_its_path_in_the_beat():
    beat = Beat(0.25, 0.75, "walk", path=((0.0, 0.0), (0.0, -2.0), (1.0, -2.0)), facing_deg=0.0)
    me = actor(Beat(0.0, 0.25), beat, Beat(0.75, 1.0))
    assert me.stance(0.0).place == pytest.approx([0, 0, 0])
    end = me.stance(SECONDS)
    assert end.place == pytest.approx([1, 0, -2])
    assert end.facing_deg == pytest.approx(0.0)


def test_hands_reach_what_is_in_reach():
    for side, x in (("L", 0.25), ("R", -0.25)):
        for y in (-0.7, -1.1, -1.5, -1.9):
            for z in (-0.15, -0.35, -0.5):
                stance = posture(body(), "stand", Moment())
                goal = np.array([x, y, z])
                if in_reach(stance, side, goal) < 0:
                    reach(stance, side, goal)
                    assert np.linalg.norm(stance.point(f"palm.{side}") - goal) < 0.03


@pytest.mark.parametrize("base", [0.0, 0.3, 0.75, 1.2])
def test_body_bends_to_pick_up(base):
    thing = Player("box", kind="thing", model="cup", at=(-0.15, -0.5), base_m=base)
    stance = actor(Beat(gesture="pick-up", target="box"), others=(thing,)).stance(0.47 * SECONDS)
    palm = stance.to_world(stance.point("palm.R"))
    assert np.linalg.norm(palm - (-0.15, -base - 0.045, -0.5)) < 0.06
    lowest = max(stance.to_world(stance.point(sole))[1] for sole in SOLES)
    assert abs(lowest) <= 0.02


@pytest.mark.parametrize("yaw", [-100, -60, 0, 30, 69, 105])
@pytest.mark.parametrize("pitch", [-45, 0, 45])
def test_nose_points_at_what_is_looked_at(yaw, pitch):
    for name in ("stand", "sit", "kneel"):
        stance = posture(body(), name, Moment())
        a, b = math.radians(yaw), math.radians(pitch)
        way = np.array([math.sin(a) * math.cos(b), -math.sin(b), -math.cos(a) * math.cos(b)])
        target = stance.point("eye") + 3 * way
        look(stance, target)
        nose = stance.rotation("head") @ (0.0, 0.0, -1.0)
        to = target - stance.point("nose")
        angle = math.degrees(math.acos(nose @ to / np.linalg.norm(to)))
        assert angle < 5.0
    assert HEAD_YAW == 70.0


def test_looks_go_to_people_and_into_the_lens():
    bob = Player("bob", at=(1.5, -1.0), beats=(Beat(),))
    watcher = Player("ann", beats=(Beat(looks_at="bob"),))
    done = perform_all({"ann": figure(), "bob": figure(CHILD)}, [watcher, bob], 0.5, SECONDS)
    ann = done["ann"].points
    to = done["bob"].points["eye"] - ann["nose"]
    facing = ann["nose"] - (ann["ear.L"] + ann["ear.R"]) / 2
    assert (facing @ to) / np.linalg.norm(facing) / np.linalg.norm(to) > 0.93
    lens = np.array([2.0, -1.2, -2.0])
    stance = actor(Beat(looks_at=CAMERA), camera=lens).stance(2.0)
    nose = stance.yaw @ stance.rotation("head") @ (0, 0, -1.0)
    to = lens - stance.to_world(stance.point("nose"))
    assert nose @ to / np.linalg.norm(to) > math.cos(math.radians(5))


LIMBS = ("shin", "foot", "toes", "forearm", "hand", "fingers", "thumb")
LIMITS = {"": (0.12, 0.13), "walk": (0.24, 0.12), "run": (0.45, 0.28)}  # metres a frame


@pytest.mark.parametrize("name", BEATS)
def test_nothing_jumps_from_frame_to_frame(name):
    cup = Player("cup", kind="thing", model="cup", at=(-0.1, -0.45), base_m=0.4)
    before = None
    for frame in range(97):
        me = actor(*BEATS[name], others=(cup,), now=frame / 96)
        now = joints(me.stance(frame / 24))
        if before is not None:
            moved = np.linalg.norm(now - before, axis=1)
            # Swinging feet and hands of walkers are faster than the walker.
            limbs = np.array([bone.partition(".")[0] in LIMBS for bone in BONES])
            gait = "run" if name == "runs off" else "walk" if BEATS[name][0].path else ""
            for part, limit in zip((limbs, ~limbs), LIMITS[gait], strict=True):
                assert moved[part].max() < limit, (frame, moved.max())
        before = now


def test_forearms_lie_on_the_table_of_a_seated_person():
    chair = Player("chair", kind="thing", model="chair", facing_deg=0.0, is_fixture=True)
    me = actor(Beat(posture="sit", seat="chair"), others=(chair, TABLE))
    stance = me.stance(2.0)
    for side in SIDES:
        palm = stance.to_world(stance.point(f"palm.{side}"))
        assert -palm[1] == pytest.approx(TABLE_M + 0.04, abs=0.04)


def test_sitting_down_leans_and_goes_back_before_it_goes_down():
    chair = Player("chair", kind="thing", model="chair", at=(0.0, 1.0), is_fixture=True)
    me = actor(
        Beat(0, 0.4, "walk", path=((0, -2), (0, 1))), Beat(0.4, 1, "sit", seat="chair"),
        others=(chair,), at=(0.0, -2.0), facing=180.0,
    )  # fmt: skip
    start = me.stance(1.59)
    assert start.place[2] < 0.75  # before the seat
    middle = [me.stance(1.6 + 0.1 * k) for k in range(1, 12)]
    leans = [stance.rotation("chest")[1, 2] for stance in middle]
    assert max(abs(lean) for lean in leans) > math.sin(math.radians(20))
    end = me.stance(3.9)
    assert end.place[2] == pytest.approx(1.0, abs=0.1)


def test_people_sit_on_the_edge_of_a_bed_and_on_steps():
    bed = Player("bed", kind="thing", model="double-bed", is_fixture=True)
    stairs = Player("stairs", kind="thing", model="stairs", is_fixture=True)
    on_bed = actor(Beat(posture="sit", seat="bed"), at=(0.5, 0.0), others=(bed,)).stance(1.0)
    knee = on_bed.to_world(on_bed.joint("foot.L"))
    assert knee[0] > MODELS["double-bed"].size[0] / 2  # the shins hang before it
    step = actor(Beat(posture="sit", seat="stairs"), others=(stairs,)).stance(1.0)
    assert -step.to_world(step.point("seat"))[1] == pytest.approx(0.8, abs=0.05)
    assert -step.to_world(step.point("heel.L"))[1] == pytest.approx(0.4, abs=0.03)


def test_leaning_touches_what_is_leant_on():
    wall = Player("door", kind="thing", model="door", at=(0.0, 0.6), is_fixture=True)
    me = actor(Beat(posture="lean", seat="door"), others=(wall,)).stance(1.0)
    back = me.to_world(me.point("back"))
    assert back[2] == pytest.approx(0.6 - MODELS["door"].size[2] / 2, abs=0.03)
    desk = Player("bar", kind="thing", model="kitchen-counter", at=(0, -0.8), is_fixture=True)
    over = actor(Beat(posture="lean", seat="bar"), others=(desk,)).stance(1.0)
    top = MODELS["kitchen-counter"].surface_m
    for side in SIDES:
        assert -over.to_world(over.point(f"palm.{side}"))[1] == pytest.approx(top, abs=0.05)


def test_stairs_and_ladders_are_climbed():
    stairs = Player("stairs", kind="thing", model="stairs", at=(0.0, -3.0), facing_deg=180.0)
    ladder = Player("ladder", kind="thing", model="ladder", at=(0.0, -1.0))
    for name in ("stairs", "ladder"):
        me = actor(Beat(posture=f"climb-{name}", to=name), others=(stairs, ladder), seconds=8.0)
        heights = [-float(me.stance(now).place[1]) for now in (0.1, 2.0, 7.9)]
        assert heights[0] < 0.3
        assert heights == sorted(heights)
        assert 0.8 < heights[2] < 2.7


def test_mouth_moves_only_while_speaking():
    beat = Beat(speaks=((0.25, 0.75),))
    mouths = [actor(beat).stance(now).pose().mouth for now in np.arange(0, SECONDS, 1 / 24)]
    assert max(mouths[:24]) == 0
    assert max(mouths[24:72]) > 0.4
    assert max(mouths[73:]) == 0


def test_sleeper_has_closed_eyes_and_people_breathe():
    assert actor(Beat(posture="sleep")).stance(1.0).pose().eyes == 0.0
    a, b = (actor(Beat()).stance(now).point("breast") for now in (0.0, 2.0))
    assert 0.001 < np.linalg.norm(a - b) < 0.05


def test_seated_person_is_on_the_seat():
    chair = Player("chair", kind="thing", model="chair", at=(2.0, 1.0), facing_deg=90.0)
    stance = actor(Beat(posture="sit", seat="chair"), others=(chair,)).stance(2.0)
    assert np.linalg.norm((stance.place - (2.0, 0, 1.0))[[0, 2]]) < 0.3
    assert stance.facing_deg == pytest.approx(90.0)
    assert -stance.to_world(stance.point("seat"))[1] == pytest.approx(0.45, abs=0.06)


def test_driver_holds_the_wheel():
    car = Player("car", kind="thing", model="car", at=(0.0, 0.0), facing_deg=180.0)
    stance = actor(Beat(posture="drive", seat="car"), others=(car,)).stance(2.0)
    apart = stance.to_world(stance.point("palm.L")) - stance.to_world(stance.point("palm.R"))
    assert 0.2 < np.linalg.norm(apart) < 0.45
    assert stance.facing_deg == pytest.approx(180.0)


def test_same_bits_twice_and_people_are_out_of_step():
    def run(name):
        people = [Player(name, beats=(Beat(gesture="talk", speaks=((0, 1),)),))]
        return perform_all({name: figure()}, people, 0.4, SECONDS)[name].pose

    first, second, other = run("ann"), run("ann"), run("bob")
    assert first.turns.tobytes() == second.turns.tobytes()
    assert first.mouth == second.mouth
    assert np.abs(first.turns - other.turns).max() > 1e-3


def test_joints_are_those_of_the_figure():
    stance = posture(body(), "kneel", Moment())
    drawn = figure().pose_joints(stance.pose())
    assert np.abs(drawn - positions(stance)).max() < 1e-3
    assert isinstance(stance, BodyPose)
    assert BONE["pelvis"] == 0
