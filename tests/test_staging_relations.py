"""People and things are where the words place them, or that is reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shots import parse_shots
from shots.lexicon.places import Fixture
from shots.staging.cameras.relation_checks import broken_relations
from shots.staging.floor_space import distance, facing, gap, plan_to_own, turn_between
from shots.staging.stage_shot import stage_board
from shots.staging.staged import Beat
from shots.staging.standing import standing
from tests.staging_kit import STREET, film, now, person, thing


@pytest.mark.parametrize(
    ("relation", "own", "faces_it"),
    [("behind", (0, 1), False), ("before", (0, -1), True), ("at", (0, -1), True),
     ("beside", (1, 0), False)],
)  # fmt: skip
def test_relations_to_a_thing(relation: str, own, faces_it: bool) -> None:
    counter = thing("bar-counter", near="kerb")
    staged = film((counter, person("ann", near="bar-counter", relation=relation)), plan=STREET)[0]
    desk, ann = now(staged, "bar-counter"), now(staged, "ann")
    away = plan_to_own(ann.at, desk.at, desk.facing_deg)
    assert np.sign(np.round(away, 1)) @ np.array(own) == 1
    towards = turn_between(ann.facing_deg, facing(ann.at, desk.at))
    assert (abs(towards) < 45) == faces_it


def test_relations_to_a_person() -> None:
    bob = person("bob", near="kerb", is_subject=True)
    for relation, turn, same_way in (("beside", 90, True), ("behind", 180, True), ("at", 0, False)):
        staged = film((bob, person("ann", near="bob", relation=relation)), plan=STREET)[0]
        a, b = now(staged, "ann"), now(staged, "bob")
        assert abs(turn_between(b.facing_deg, facing(b.at, a.at))) == pytest.approx(turn, abs=35)
        assert 0.6 < distance(a.at, b.at) < 1.4
        assert (abs(turn_between(a.facing_deg, b.facing_deg)) < 10) == same_way


def test_in_bed_and_at_the_wheel() -> None:
    sleeps = person("ann", posture="sleep", near="bed", relation="in", is_subject=True)
    staged = film((sleeps,))[0]
    bed = now(staged, "bed")
    assert now(staged, "ann").at == pytest.approx(bed.at, abs=0.3)
    assert now(staged, "ann").base_m == pytest.approx(0.5, abs=0.15)
    drives = person("ann", posture="drive", seat="car", is_subject=True)
    staged = film((drives, thing("car")), plan=STREET)[0]
    own = plan_to_own(now(staged, "ann").at, now(staged, "car").at, now(staged, "car").facing_deg)
    assert own == pytest.approx((0.37, 0.2), abs=0.02), "on the left seat in front"


def test_a_seat_is_brought_where_there_is_none() -> None:
    table = thing("table", near="kerb")
    sits = [person(each, posture="sit", near="table", is_subject=True) for each in ("ann", "bob")]
    staged = film((table, *sits), plan=STREET)[0]
    seats = {staged.player(each).beats[0].seat for each in ("ann", "bob")}
    assert len(seats) == 2
    assert all(staged.player(seat).model == "chair" for seat in seats)
    facings = [now(staged, each).facing_deg for each in ("ann", "bob")]
    assert abs(turn_between(*facings)) == pytest.approx(180.0), "across the table"


def test_nobody_sits_beside_somebody_in_a_car_far_away() -> None:
    street = replace(STREET, fixtures=(Fixture("car", "car", (2, 10)),))
    bob = person("bob", near="kerb")
    ann = person("ann", posture="sit", near="bob", relation="beside", is_subject=True)
    staged = film((ann, bob), plan=street)[0]
    assert staged.player("ann").beats[0].seat != "car"
    assert distance(now(staged, "ann").at, now(staged, "bob").at) < 2.5


@pytest.mark.parametrize(
    ("action", "low", "high"),
    [
        ("Lily jumps up and down on the bed.", 0.4, 0.6), ("Lily dances on the table.", 0.7, 0.8),
        ("Lily stands on a chair.", 0.4, 0.5), ("Lily kneels on the bed.", 0.4, 0.6),
        ("Lily jumps up and down.", 0.0, 0.0), ("Lily lies on the bed.", 0.0, 0.0),
    ],
)  # fmt: skip
def test_somebody_on_a_thing_is_as_high_as_its_top(action, low, high):
    staged = sentence_staged(action)
    assert low <= staged.player("lily").base_m <= high
    assert not [text for text in staged.warnings if "is not on" in text]


@pytest.mark.parametrize(
    ("action", "thing", "other"),
    [
        ("A suitcase lies on the bed.", "suitcase", "bed"),
        ("A box stands on a chair.", "box", "chair"),
        ("A dog lies under the table.", "dog", "table"),
    ],
)
def test_a_thing_is_on_or_under_what_the_words_name(action, thing, other):
    staged = sentence_staged(action)
    found, carrier = staged.player(thing), staged.player(other)
    assert gap(found.at, carrier) == 0.0
    assert (found.base_m > 0.3) == (" on " in action)


@pytest.mark.parametrize(
    ("action", "text"),
    [("Lily crouches behind the window.", "LILY is not behind the window"),
     ("Lily hangs by her hands.", "LILY does not hang from anything")],
)  # fmt: skip
def test_who_is_not_where_the_words_say_is_reported(action, text):
    assert any(text in each for each in sentence_staged(action).warnings)


@pytest.mark.parametrize(
    ("action", "furniture"),
    [("Lily hides under the bed.", "bed"), ("Lily lies under the bed.", "bed"),
     ("Lily crouches under the table.", "table"), ("Lily crawls under the table.", "table")],
)  # fmt: skip
def test_people_under_furniture_are_as_low_as_it_is(action, furniture):
    staged = sentence_staged(action)
    lily, over = now(staged, "lily"), staged.player(furniture)
    assert gap(lily.at, over) == 0.0
    assert lily.top_m < now(staged, furniture).top_m + 0.15
    assert not [text for text in staged.warnings if "is not under" in text]


@pytest.mark.parametrize(
    ("action", "part", "low", "high"),
    [("Lily sits on Ben's shoulders.", "shoulders", 1.3, 1.6),
     ("Lily sits in Ben's lap.", "lap", 0.5, 0.7)],
)  # fmt: skip
def test_a_child_on_shoulders_or_in_a_lap(action, part, low, high):
    staged = sentence_staged(action)
    lily, ben = now(staged, "lily"), now(staged, "ben")
    assert distance(lily.at, ben.at) < 0.3
    assert low < lily.base_m < high
    assert (ben.posture == "sit") == (part == "lap")
    assert not [text for text in staged.warnings if " not " in text]


@pytest.mark.parametrize(
    ("action", "thing", "low", "high"),
    [("Lily sits on the bonnet of a car.", "car", 0.8, 1.0),
     ("Lily sits on the roof of the van.", "van", 1.8, 3.0),
     ("Lily sits on a low wall.", "wall", 0.45, 0.55)],
)  # fmt: skip
def test_seats_that_are_none(action, thing, low, high):
    staged = sentence_staged(action, "EXT. STREET")
    assert low < now(staged, "lily").base_m < high
    assert gap(now(staged, "lily").at, staged.player(thing)) < 0.1
    assert not [text for text in staged.warnings if " not " in text]


def test_who_hangs_is_at_the_wall_or_under_the_edge():
    climbs = sentence_staged("Lily hangs by her hands.", "INT. CLIMBING GYM")
    assert climbs.player("lily").near == "wall"
    hangs = sentence_staged("Lily hangs off the edge, and Ben grabs her wrist.", "EXT. CLIFF")
    assert now(hangs, "lily").top_m == pytest.approx(0.0, abs=0.6)
    assert now(hangs, "ben").base_m == 0.0
    roof = sentence_staged("Lily hangs by her hands.", "EXT. ROOFTOP")
    assert any("does not hang from anything" in text for text in roof.warnings)


def test_a_keeper_is_in_the_goal_and_a_shot_goes_there():
    staged = sentence_staged("Lily kicks the football, and the goalkeeper dives.", "EXT. STADIUM")
    goal, keeper, lily = (staged.player(name) for name in ("goal", "goalkeeper", "lily"))
    assert distance(keeper.at, goal.at) < 2.0
    assert abs(turn_between(now(staged, "lily").facing_deg, facing(lily.at, goal.at))) < 30.0


def test_an_animal_comes_down_on_what_the_words_name():
    staged = sentence_staged("A bee lands on a flower.", "EXT. GARDEN")
    flower = next(each for each in staged.players if each.id == staged.player("bee").on)
    assert gap(now(staged, "bee", 1.0).at, flower) == 0.0
    assert distance(now(staged, "bee", 0.0).at, now(staged, "bee", 1.0).at) > 0.2


def test_each_of_two_guests_has_an_armchair():
    staged = sentence_staged("Lily and Ben talk.", "INT. THERAPIST'S OFFICE")
    assert len({staged.player(name).beats[0].seat for name in ("lily", "ben")}) == 2


def sentence_staged(action, place="", size="FS"):
    heading = place or ("INT. KITCHEN" if "table" in action else "INT. BEDROOM")
    text = f"""
storyboard: 1
characters: {{lily: {{name: LILY, looks: a girl of eight}}, ben: {{name: BEN, looks: a man}}}}
scenes:
  - {{number: 1, heading: "{heading}", shots: [{{id: 1, camera: {size}, action: "{action}"}}]}}
"""
    return stage_board(parse_shots(text, Path("board.yaml")))["1"]


TABLE = thing("table", at=(0.0, 0.0))


@pytest.mark.parametrize(
    ("relation", "holds", "breaks"),
    [
        ("beside", {"at": (1.2, 0.0)}, {"at": (6.0, 0.0)}),
        ("before", {"at": (0.0, -1.0)}, {"at": (0.0, 1.0)}),
        ("behind", {"at": (0.0, 1.0)}, {"at": (0.0, -1.0)}),
        ("above", {"base_m": 1.5}, {"base_m": 0.0}),
        ("in", {"base_m": 0.7}, {"base_m": 1.9}),
        ("on", {"base_m": 0.75}, {"base_m": 0.0}),
        ("under", {"base_m": 0.0}, {"base_m": 0.9}),
        ("against", {"at": (0.0, -0.6)}, {"at": (0.0, -2.0)}),
        ("at", {"at": (0.0, -1.0)}, {"at": (0.0, -8.0)}),
    ],
)  # fmt: skip
def test_every_relation_is_checked(relation, holds, breaks):
    for where, is_broken in ((holds, False), (breaks, True)):
        cup = thing("cup", relation=relation, near="table", **where)
        assert bool(broken(cup, TABLE)) == is_broken


def test_a_relation_holds_whenever_the_thing_is_in_no_hand():
    cup = thing("cup", near="table", relation="on", base_m=0.0)
    beats = (Beat(0.0, 0.5, holds=(("right", "cup"),)), Beat(0.5, 1.0))
    assert broken(cup, TABLE, person("ann", *beats)) == ["the cup is not on the table"]
    always = person("ann", holds=(("right", "cup"),))
    assert broken(cup, TABLE, always) == []


def test_a_relation_to_a_person_is_checked():
    bob = person("bob", at=(0.0, 0.0))
    for relation, at in (("behind", (0.0, -1.0)), ("before", (0.0, 1.0)), ("beside", (7.0, 0.0))):
        ann = person("ann", near="bob", relation=relation, at=at)
        assert broken(ann, bob) == [f"ANN is not {relation} BOB"]
    assert broken(person("ann", on="bob", target="bob"), bob) == ["ANN is not on BOB"]


def test_who_does_not_go_reach_or_face_is_reported():
    bob = person("bob", at=(0.0, -3.0))
    assert broken(person("ann", posture="walk"), bob) == ["ANN does not go anywhere"]
    far = person("ann", gesture="slap", target="bob", at=(0.0, 3.0))
    assert broken(far, bob) == ["ANN does not reach BOB"]
    away = person("ann", looks_at="bob", facing_deg=180.0)
    assert broken(away, bob) == ["ANN does not face BOB"]


def broken(*players):
    by_id = {each.id: each for each in players}
    moments = [{key: standing(each, share, by_id) for key, each in by_id.items()}
               for share in np.linspace(0.0, 1.0, 5)]  # fmt: skip
    return [*broken_relations(by_id, moments, {players[0].id}, (0.0, -5.0))]
