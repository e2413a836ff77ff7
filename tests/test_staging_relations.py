"""People and things are where the words place them, or that is reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shots import parse_shots
from shots.lexicon.places import Fixture
from shots.staging.floor_space import (
    distance,
    facing,
    gap,
    plan_to_own,
    turn_between,
)
from shots.staging.stage_shot import stage_board
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


@pytest.mark.parametrize("action", ["Lily hides under the bed.", "Lily sits on Ben's shoulders."])
def test_who_is_not_where_the_words_say_is_reported(action):
    assert any("LILY is not" in text for text in sentence_staged(action).warnings)


def sentence_staged(action):
    room = "KITCHEN" if "table" in action else "BEDROOM"
    text = f"""
storyboard: 1
characters: {{lily: {{name: LILY, looks: a girl of eight}}, ben: {{name: BEN, looks: a man}}}}
scenes:
  - {{number: 1, heading: INT. {room}, shots: [{{id: 1, camera: FS, action: "{action}"}}]}}
"""
    return stage_board(parse_shots(text, Path("board.yaml")))["1"]
