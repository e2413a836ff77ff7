"""What people do: postures, walking, gestures and looks as poses of the skeleton."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.things import MODELS
from shots.staging.staged import CAMERA, Appearance, Beat, Player
from storyboard.layout.bed_covers import bed_covers, cover_level
from storyboard.layout.cast.figure import figure_of
from storyboard.layout.cast.pose import BONE, BONES, PARENTS
from storyboard.layout.motion.body_cycles import posture
from storyboard.layout.motion.body_pose import SIDES, BodyPose, plan_of
from storyboard.layout.motion.cycles import GAITS, stride, track
from storyboard.layout.motion.gesture_table import GESTURE_ROWS
from storyboard.layout.motion.inverse_kinematics import HEAD_YAW, in_reach, look, reach
from storyboard.layout.motion.perform import PersonInShot, perform_all
from storyboard.layout.motion.postures import Moment
from storyboard.layout.motion.world import world_at
from storyboard.layout.things.models import build_thing

ADULT, CHILD = Appearance(), Appearance(sex="female", age=7.0, height_m=1.2)
SECONDS = 4.0
SOLES = [f"{name}.{side}" for name in ("heel", "ball", "toe") for side in SIDES]


@cache
def figure(look=ADULT):
    return figure_of(look)


def body(look=ADULT):
    return plan_of(figure(look))


def actor(
    *beats, at=(0.0, 0.0), facing=0.0, others=(), look=ADULT, seconds=SECONDS, now=0.5, camera=None
):
    me = Player("ann", at=at, facing_deg=facing, beats=beats)
    world = world_at([me, *others], now, seconds, camera)
    return PersonInShot(body(look), me, seconds, world)


def positions(stance):
    return np.array([stance.joint(bone) for bone in BONES])


def joints(stance):
    return np.array([stance.to_world(at) for at in positions(stance)])


def flexion(stance, upper, lower, end, axis):
    """Signed bend of a limb in degrees: positive as elbows and knees bend."""
    a, b, c = (stance.joint(f"{name}") for name in (upper, lower, end))
    u, v = b - a, c - b
    hinge = stance.rotation(upper) @ np.array([axis, 0.0, 0.0])
    return math.degrees(math.atan2(np.cross(u, v) @ hinge, u @ v))


def check_anatomy(stance):
    turns = stance.pose().turns
    assert np.all(np.isfinite(turns))
    assert np.abs(turns @ turns.transpose(0, 2, 1) - np.eye(3)).max() < 1e-4
    assert np.linalg.det(turns).min() > 0.99
    at, rest = positions(stance), stance.body.joints
    for bone, parent in enumerate(PARENTS):
        if parent >= 0:
            length = np.linalg.norm(at[bone] - at[parent])
            assert length == pytest.approx(np.linalg.norm(rest[bone] - rest[parent]), abs=1e-6)
    for side in SIDES:
        elbow = flexion(stance, f"arm.{side}", f"forearm.{side}", f"hand.{side}", -1.0)
        knee = flexion(stance, f"thigh.{side}", f"shin.{side}", f"foot.{side}", 1.0)
        assert -2 < elbow < 153, ("elbow", elbow)
        assert -2 < knee < 160, ("knee", knee)


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


def pair(gesture, look=ADULT):
    beats = (Beat(gesture=gesture, target="bob"),)
    ann = Player("ann", look=look, facing_deg=40.0, beats=beats)
    bob = Player("bob", look=ADULT, at=(0.0, -1.4), facing_deg=150.0, beats=(Beat(),))
    done = perform_all({"ann": figure(look), "bob": figure()}, [ann, bob], 0.5, SECONDS)
    return done["ann"].points, done["bob"].points


@pytest.mark.parametrize("look", [ADULT, CHILD], ids=["adult", "child"])
def test_hands_meet_in_a_handshake(look):
    ann, bob = pair("shake-hands", look)
    assert np.linalg.norm(ann["palm.R"] - bob["palm.R"]) < 0.06


def test_arms_go_round_the_other_in_a_hug():
    ann, bob = pair("hug")
    for one, other in ((ann, bob), (bob, ann)):
        for palm in ("palm.L", "palm.R"):
            assert np.linalg.norm(one[palm] - other["back"]) < 0.28
    assert GESTURE_ROWS["hug"].counter == "hug"
    assert GESTURE_ROWS["wave"].counter == ""


def test_mouths_meet_in_a_kiss():
    ann, bob = pair("kiss")
    assert np.linalg.norm(ann["mouth"] - bob["mouth"]) < 0.12


CUP = (("right", "cup"),)
BEATS = {
    "stops and looks up": (
        Beat(0, 0.5, "walk", path=((0, 0), (0, -2.6))),
        Beat(0.5, 1, looks_at="up"),
    ),
    "sits down": (Beat(0, 0.3), Beat(0.3, 1, "sit", gesture="drink", holds=CUP)),
    "falls": (Beat(0, 0.2, gesture="wave"), Beat(0.2, 1, "fall")),
    "lies down": (Beat(0, 0.2), Beat(0.2, 1, "lie")),
    "phone": (Beat(0, 0.4, "walk", path=((0, 0), (0, -2))), Beat(0.4, 1, gesture="phone-ear")),
    "picks up": (
        Beat(0, 0.5, gesture="pick-up", target="cup"),
        Beat(0.5, 1, gesture="drink", holds=CUP),
    ),
    "runs off": (Beat(0, 0.4, "kneel"), Beat(0.4, 1, "run", path=((0, 0), (6, -6)))),
}


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


def test_thing_is_taken_and_stays_in_the_hand():
    cup = Player("cup", kind="thing", model="cup", at=(-0.1, -0.45), base_m=0.8)
    beats = BEATS["picks up"]
    ann = Player("ann", beats=beats)
    for at, count in ((0.1, 0), (0.35, 1), (0.8, 1)):
        world = world_at([ann, cup], at, SECONDS)
        done = PersonInShot(body(), ann, SECONDS, world).performance(at)
        assert len(done.held) == count
        if count:
            assert np.linalg.norm(done.held[0].at - done.points["palm.R"]) < 0.01
            assert done.held[0].turn @ done.held[0].turn.T == pytest.approx(np.eye(3), abs=1e-6)


def test_thrown_thing_flies_to_its_target():
    bob = Player("bob", at=(0.0, -5.0), facing_deg=180.0, beats=(Beat(),))
    ann = Player("ann", beats=(Beat(gesture="throw", target="bob", holds=(("right", "ball"),)),))
    places = []
    for at in (0.45, 0.6, 1.0):
        world = world_at([ann, bob], at, SECONDS)
        places.append(PersonInShot(body(), ann, SECONDS, world).performance(at).held[0].at)
    assert places[0][2] > -1.2
    assert places[0][2] > places[1][2] > places[2][2]
    assert places[2][2] == pytest.approx(-5.0, abs=0.1)


def test_given_thing_is_in_the_hand_of_the_other():
    gift = Player("gift", kind="thing", model="cup")
    beat = Beat(gesture="give", target="bob", holds=(("right", "gift"),))
    people = [Player("ann", beats=(beat,)), Player("bob", at=(0, -1.2), beats=(Beat(),))]
    for at, holder in ((0.45, "ann"), (0.9, "bob")):
        done = perform_all({"ann": figure(), "bob": figure()}, [*people, gift], at, SECONDS)
        palm = done[holder].points["palm.R"]
        assert np.linalg.norm(done["ann"].held[0].at - palm) < 0.03


TABLE = Player("table", kind="thing", model="table", at=(0.0, -0.75), is_fixture=True)
TABLE_M = MODELS["table"].surface_m


def held_by(player, at, *others, seconds=SECONDS):
    world = world_at((player, *others), at, seconds)
    return PersonInShot(body(), player, seconds, world).performance(at).held


def lowest(thing, model):
    """Height of the lowest point of a thing in a hand or let go."""
    mesh = build_thing(model, held=True).turned(thing.turn).moved(thing.at)
    return -float(mesh.vertices[:, 1].max())


@pytest.mark.parametrize("model", ["letter", "cup", "phone", "book"])
def test_thing_put_on_a_table_stays_lying_on_its_top(model):
    thing = Player("it", kind="thing", model=model, at=(0.0, -0.6), base_m=TABLE_M, on="table")
    beats = (
        Beat(0, 0.5, gesture="put-down", target="table", holds=(("right", "it"),)),
        Beat(0.5, 1, "walk", path=((0, 0), (2, 1))),
    )
    ann = Player("ann", beats=beats)
    for at in (0.4, 0.9):
        (left,) = held_by(ann, at, thing, TABLE)
        assert not left.is_held
        assert lowest(left, model) == pytest.approx(TABLE_M, abs=0.012)
        assert abs(left.at[2] + 0.75) <= MODELS["table"].size[2] / 2
        flat = build_thing(model, held=True).turned(left.turn).vertices
        extent = float(np.ptp(flat[:, 1]))
        assert extent == pytest.approx(MODELS[model].size[1], abs=0.02)  # as it is found


def test_thing_let_go_falls_to_the_floor():
    cup = Player("cup", kind="thing", model="cup", beats=(Beat(0.2, 1, "fall", "fall"),))
    ann = Player("ann", beats=(Beat(gesture="put-down", target="cup", holds=(("right", "cup"),)),))
    heights = [lowest(held_by(ann, at, cup)[0], "cup") for at in (0.3, 0.49, 0.56, 0.75, 1.0)]
    assert min(heights[:2]) > 0.7
    assert heights[1] > heights[2] > heights[3]
    assert heights[3:] == pytest.approx([0.0, 0.0], abs=0.01)


def test_given_thing_is_kept_by_the_other_as_it_goes_on():
    gift = Player("gift", kind="thing", model="letter")
    give = Beat(0, 0.5, gesture="give", target="bob", holds=(("right", "gift"),))
    reads = Beat(0.5, 1, gesture="read", holds=(("both", "gift"),))
    ann, bob = Player("ann", beats=(give,)), Player("bob", at=(0, -1), beats=(Beat(0, 0.5), reads))
    done = perform_all({"ann": figure(), "bob": figure()}, [ann, bob, gift], 0.8, SECONDS)
    assert [thing.is_held for thing in done["bob"].held] == [True]
    assert not any(thing.is_held for thing in done["ann"].held)


def test_phone_stays_at_the_ear_while_talking():
    phone = (("right", "phone"),)
    me = actor(Beat(0, 0.4, gesture="phone-ear", holds=phone), Beat(0.4, 1, gesture="talk",
               holds=phone))  # fmt: skip
    stances = [me.stance(now) for now in np.arange(2.0, 4.0, 0.07)]
    for stance in stances:
        assert np.linalg.norm(stance.point("palm.R") - stance.point("ear.R")) < 0.16
    assert max(stance.mouth for stance in stances) > 0.3


@pytest.mark.parametrize("seconds", [1.6, 4.0])
def test_a_drink_comes_to_the_mouth_in_any_beat(seconds):
    me = actor(Beat(gesture="drink", holds=(("right", "cup"),)), seconds=seconds)
    stances = [me.stance(now) for now in np.linspace(0, seconds, 20)]
    gaps = [np.linalg.norm(each.point("palm.R") - each.point("mouth")) for each in stances]
    assert gaps[0] > 0.3 > 0.17 > min(gaps)


def test_the_free_hand_makes_the_gesture():
    me = actor(Beat(gesture="wave", holds=(("right", "cup"),)))
    stance = me.stance(2.0)
    assert stance.point("palm.L")[1] < stance.joint("arm.L")[1]
    assert stance.point("palm.R")[1] > stance.joint("arm.R")[1]


def test_eyes_are_there_before_the_head():
    bob = Player("bob", at=(-2.0, -2.0), beats=(Beat(),))
    me = actor(Beat(0, 0.25), Beat(0.25, 1, looks_at="bob"), others=(bob,))
    noses = [me.stance(now).rotation("head") @ (0, 0, -1.0) for now in (1.0, 1.08, 3.0)]
    gazes = [me.stance(now).gaze[0] for now in (1.0, 1.08, 3.0)]
    assert noses[1] @ noses[0] > 0.97 > noses[2] @ noses[0]  # the head has just begun
    assert gazes[1] < -18.0  # to the right
    assert abs(gazes[2]) < 6.0


def test_pointing_stretches_the_index_finger_and_smiles_smile():
    points, smiles = (actor(Beat(gesture=name)).stance(1.0).pose() for name in ("point", "smile"))
    assert points.pointing == (0.0, 1.0)
    assert points.grips[1] > 0.7
    assert smiles.smile == 1.0


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


def test_gun_points_at_who_is_looked_at():
    bob = Player("bob", at=(2.0, -1.0), beats=(Beat(),))
    gun = Player("gun", kind="thing", model="gun")
    beat = Beat(gesture="aim", target="gun", looks_at="bob", holds=(("both", "gun"),))
    ann = Player("ann", beats=(beat,))
    world = world_at([ann, bob, gun], 0.5, SECONDS)
    done = PersonInShot(body(), ann, SECONDS, world).performance(0.5)
    muzzle = done.held[0].turn @ (0.0, 0.0, -1.0)
    way = np.array([2.0, -1.6, -1.0]) - done.held[0].at
    assert muzzle @ way / np.linalg.norm(way) > 0.98


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


BED = Player("bed", kind="thing", model="bed")
SEAT = Player("chair", kind="thing", model="chair")
LIES, SITS = Beat(posture="lie", seat="bed"), Beat(posture="sit", seat="chair")


@pytest.mark.parametrize(
    ("gesture", "theirs", "point", "others", "within"),
    [
        ("slap", Beat(), "cheek.L", (), 0.1),
        ("hold-hand", LIES, "palm.L", (BED,), 0.12),
        ("auscultate", LIES, "breast", (BED,), 0.12),
        ("tuck-in", LIES, "breast", (BED,), 0.3),
        ("braid", SITS, "skull", (SEAT,), 0.15),
        ("drape", SITS, "shoulder.R", (SEAT,), 0.12),
        ("kiss", LIES, "forehead", (BED,), 0.16),
        ("kiss", SITS, "forehead", (SEAT,), 0.16),
    ],
)
def test_who_touches_somebody_comes_to_the_place(gesture, theirs, point, others, within):
    ann = Player("ann", at=(1.1, -0.9), look=ADULT, beats=(Beat(gesture=gesture, target="bob"),))
    bob = Player("bob", look=CHILD, facing_deg=180.0 if theirs == Beat() else 0.0, beats=(theirs,))
    figures = {"ann": figure(), "bob": figure(CHILD)}
    done = perform_all(figures, (ann, bob, *others), 0.42, SECONDS)
    own, goal = done["ann"].points, done["bob"].points[point]
    touching = ("mouth",) if gesture == "kiss" else ("palm.L", "palm.R")
    assert min(np.linalg.norm(own[name] - goal) for name in touching) <= within


def test_two_hold_hands_side_by_side():
    ann = Player("ann", look=ADULT, beats=(Beat(gesture="hold-hand", target="bob"),))
    bob = Player("bob", at=(-0.5, 0.1), look=CHILD, beats=(Beat(),))
    done = perform_all({"ann": figure(), "bob": figure(CHILD)}, (ann, bob), 0.5, SECONDS)
    palms = [done["ann"].points["palm.R"], done["bob"].points["palm.L"]]
    assert np.linalg.norm(palms[0] - palms[1]) < 0.08
    assert done["ann"].facing_deg == pytest.approx(done["bob"].facing_deg, abs=1)


def test_who_jumps_into_arms_is_carried_and_who_is_dragged_follows():
    run = Beat(0.0, 0.5, "run", path=((0.0, -3.0), (0.0, -0.7)))
    leap = Beat(0.5, 1.0, "carried", "cling", target="bob")
    ann = Player("ann", at=(0.0, -3.0), look=CHILD, beats=(run, leap))
    bob = Player("bob", look=ADULT, beats=(Beat(),))
    figures = {"ann": figure(CHILD), "bob": figure()}
    done = perform_all(figures, (ann, bob), 0.95, SECONDS)
    gap = done["ann"].points["pelvis"] - done["bob"].points["pelvis"]
    assert np.hypot(gap[0], gap[2]) < 0.35
    assert done["ann"].points["foot.L"][1] < -0.3
    path = ((0.0, 0.0), (0.0, 2.0))
    pull = Beat(posture="walk-back", gesture="haul", target="ann", path=path)
    dragged = Player("ann", look=CHILD, beats=(Beat(posture="dragged", target="bob"),))
    bob = Player("bob", look=ADULT, beats=(pull,))
    for share in (0.2, 0.8):
        done = perform_all(figures, (dragged, bob), share, SECONDS)
        hand, shoulder = done["bob"].points["palm.R"], done["ann"].points["shoulder.R"]
        assert np.linalg.norm(hand - shoulder) < 0.3
        assert done["bob"].facing_deg == pytest.approx(0.0, abs=8)


def test_a_kicked_ball_leaves_the_foot():
    ball = Player("ball", kind="thing", model="football", at=(0.0, -0.6))
    kicker = Player("bob", look=ADULT, beats=(Beat(gesture="kick", target="ball"),))
    at = [
        perform_all({"bob": figure()}, (kicker, ball), share, SECONDS)["bob"].held[0].at[2]
        for share in (0.1, 0.45, 0.7)
    ]
    assert at[0] == pytest.approx(at[1], abs=0.02)
    assert at[2] < at[1] - 3


@pytest.mark.parametrize(("gesture", "level"), [("throw-cover", 0.0), ("cover-head", 3.0)])
def test_a_cover_is_pulled_over_the_head_or_thrown_off(gesture, level):
    beats = (Beat(0.0, 0.5, "lie", seat="bed"), Beat(0.5, 1.0, "lie", gesture, seat="bed"))
    ann = Player("ann", look=ADULT, beats=beats)
    assert cover_level(ann, (ann, BED), 0.2, SECONDS) == 1.0
    assert cover_level(ann, (ann, BED), 1.0, SECONDS) == pytest.approx(level, abs=0.01)
    figures, ends = {"ann": figure()}, []
    for share in (0.2, 0.95):
        done = perform_all(figures, (ann, BED), share, SECONDS)
        spots = world_at((ann, BED), share, SECONDS).spots
        cloth = bed_covers((ann, BED), share, figures, done, spots, SECONDS)["bed"]
        ends.append(cloth.vertices[:, 2].max())
    place = done["ann"].points["eye" if level else "knee.L"][2]
    assert ends[1] > place if level else ends[1] < place
    assert (ends[1] > ends[0]) == bool(level)


@pytest.mark.parametrize("model", ["kettle", "teapot", "bottle", "wine-bottle", "jug"])
def test_the_spout_is_over_the_cup(model):
    table = Player("table", kind="thing", model="table", at=(0.0, -0.75))
    cup = Player("cup", kind="thing", model="cup", at=(-0.05, -0.55), base_m=0.75, on="table")
    pot = Player("pot", kind="thing", model=model)
    beat = Beat(gesture="pour", target="cup", holds=(("right", "pot"),))
    people = (Player("ann", look=ADULT, beats=(beat,)), table, cup, pot)
    held = perform_all({"ann": figure()}, people, 0.5, SECONDS)["ann"].held[0]
    points = build_thing(model, held=True).vertices @ held.turn.T + held.at
    top = np.array([-0.05, -0.75 - MODELS["cup"].size[1], -0.55])
    away = points[np.linalg.norm((points - top)[:, [0, 2]], axis=1) < 0.05]
    assert len(away)
    assert -0.12 < away[:, 1].max() - top[1] < 0.0


def test_a_hand_held_out_takes_what_is_given():
    knife = Player("knife", kind="thing", model="scalpel")
    gives = Beat(gesture="give", target="bob", holds=(("right", "knife"),))
    ann = Player("ann", look=ADULT, beats=(gives,))
    bob = Player("bob", look=ADULT, at=(0, -1.2), beats=(Beat(gesture="reach"),))
    done = perform_all({"ann": figure(), "bob": figure()}, (ann, bob, knife), 0.5, SECONDS)
    palms = [done[name].points["palm.R"] for name in ("ann", "bob")]
    assert np.linalg.norm(palms[0] - palms[1]) < 0.12


def test_cream_goes_on_with_the_fingers_and_the_jar_stays_in_the_other_hand():
    for model, side in (("cream-jar", "L"), ("lipstick", "R")):
        own = Player("own", kind="thing", model=model)
        beat = Beat(gesture="touch-cheek", holds=(("right", "own"),))
        ann = Player("ann", look=ADULT, beats=(beat,))
        points = perform_all({"ann": figure()}, (ann, own), 0.5, SECONDS)["ann"].points
        other = "R" if side == "L" else "L"
        away = [np.linalg.norm(points[f"palm.{s}"] - points["mouth"]) for s in (side, other)]
        assert away[0] < 0.15 < away[1]


def test_the_hand_with_the_thing_waves_it():
    me = actor(Beat(gesture="wave-held", holds=(("right", "wand"),)))
    palms = [joints(me.stance(t))[BONE["hand.R"]] for t in (1.4, 2.1)]
    assert np.linalg.norm(palms[0] - palms[1]) > 0.15
