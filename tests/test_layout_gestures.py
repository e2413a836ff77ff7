"""What people do with their hands: to each other, and with things."""

from __future__ import annotations

import numpy as np
import pytest

from shots.lexicon.things import MODELS
from shots.staging.staged import Beat, Player
from storyboard.layout.bed_covers import bed_covers, cover_level
from storyboard.layout.cast.pose import BONE
from storyboard.layout.motion.gesture_table import GESTURE_ROWS
from storyboard.layout.motion.perform import PersonInShot, perform_all
from storyboard.layout.motion.world import world_at
from storyboard.layout.things.models import build_thing
from tests.motion_kit import (
    ADULT,
    BEATS,
    CHILD,
    SECONDS,
    TABLE,
    TABLE_M,
    actor,
    body,
    figure,
    joints,
)


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
