"""The words of shots are read into players, beats and a report.

`staging_sentences.txt` holds a heading and an action, and below them the reading: players,
separated by semicolons, as `id*[model colour] on:id relation:id: beats` (* for the shot's
subjects), beats, separated by commas, as `posture/gesture >target @seat =held ~looked-at ^to
*pace`, then the person looked over, the detail, the weather, and the words not staged.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from benchmarks.staging_pictures import sentence_board
from shots import load_shots, parse_shots
from shots.lexicon.actions import GESTURES, POSTURES
from shots.lexicon.things import MODELS, STAND_IN
from shots.lexicon.verbs import STATES, THING_MOTIONS, THING_VERBS, VERBS, forms
from shots.lexicon.word_tables import read_sections
from shots.schema import ShotList
from shots.staging.read_shot import read_shot
from shots.staging.stage_shot import stage_board
from shots.staging.staged import Appearance, Beat, Player, ShotReading

HERE = Path(__file__).parent
TABLE = (HERE / "staging_sentences.txt").read_text(encoding="utf-8").splitlines()[1:]
CASES = list(zip(TABLE[::2], TABLE[1::2], strict=True))
HANDS = {"right": "", "left": "(l)", "both": "(2)"}


def board(action: str, heading: str = "INT. ROOM", shot: str = "", top: str = "") -> ShotList:
    text = f"""
storyboard: 1
title: Test
code: TST
{top}
locations: {{here: {{heading: {heading}}}}}
scenes:
  - number: 1
    location: here
    shots:
      - id: 1
        action: {yaml.safe_dump(action, width=1000).splitlines()[0]}
{shot}
"""
    return parse_shots(text, Path("board.yaml"))


def read(action: str, heading: str = "INT. ROOM", shot: str = "", top: str = "") -> ShotReading:
    shots = board(action, heading, shot, top)
    return read_shot(shots, shots.shots[0])


def beat_text(beat: Beat) -> str:
    text = beat.posture + (f"/{beat.gesture}" if beat.gesture else "")
    text += f" >{beat.target}" if beat.target else ""
    text += f" @{beat.seat}" if beat.seat else ""
    text += "".join(f" ={key}{HANDS[hand]}" for hand, key in beat.holds)
    text += f" ~{beat.looks_at}" if beat.looks_at else ""
    text += f" ^{beat.to}" if beat.to else ""
    return text + (f" *{beat.pace}" if beat.pace != 1 else "")


def player_text(player: Player) -> str:
    text = "*" if player.is_subject else ""
    if player.kind != "person":
        text += f"[{player.model} {player.colour}".rstrip() + "]"
    text += f" on:{player.on}" if player.on else ""
    text += f" {player.relation}:{player.near}" if player.near else ""
    beats = " , ".join(map(beat_text, player.beats))
    return text + (f": {beats}" if beats else "")


def reading_text(reading: ShotReading) -> str:
    """Players that differ in their number only are one entry: crowd-1..16."""
    entries = []
    keyed = groupby(
        reading.players, lambda each: (re.sub(r"-\d+$", "", each.id), player_text(each))
    )
    for (_, text), group in keyed:
        ids = [player.id for player in group]
        entries.append(ids[0] + (f"..{ids[-1].rsplit('-')[-1]}" if len(ids) > 1 else "") + text)
    parts = [" ; ".join(entries)] if entries else []
    parts += [f"over {reading.over}"] if reading.over else []
    parts += [f"detail {reading.detail}"] if reading.detail else []
    parts += [",".join(reading.place.weather)] if reading.place.weather else []
    parts += [f"!{lost.words}" for lost in reading.not_staged]
    return " | ".join(parts)


@pytest.mark.parametrize(("case", "expected"), CASES, ids=[case for case, _ in CASES])
def test_sentence(case: str, expected: str) -> None:
    heading, action = case.split(" | ", 1)
    assert reading_text(read(action, heading)) == expected.strip()


def test_table_covers_many_sentences() -> None:
    assert len(CASES) >= 150


def test_verbs_stage_what_the_actions_have() -> None:
    assert len(VERBS) >= 220
    for verb in (*VERBS.values(), *STATES.values()):
        assert verb.posture in ("", *POSTURES), verb
        assert verb.gesture in ("", *GESTURES), verb
        assert verb.prop in ("", *MODELS), verb
        assert verb.motion in ("", *THING_MOTIONS), verb
        assert verb.posture or verb.gesture or verb.role == "wear" or not verb.is_shown, verb
    for verb in THING_VERBS.values():
        assert verb.posture in ("", *POSTURES), verb
        assert verb.gesture in THING_MOTIONS or not verb.is_shown, verb


@pytest.mark.parametrize(
    ("word", "base", "form"),
    [("sits", "sit", "s"), ("sitting", "sit", "ing"), ("carries", "carry", "s"),
     ("lying", "lie", "ing"), ("stopped", "stop", "ed"), ("wrote", "write", "ed"),
     ("washes", "wash", "s"), ("opened", "open", "ed"), ("fell", "fall", "ed")],
)  # fmt: skip
def test_inflections(word: str, base: str, form: str) -> None:
    assert forms()[word][0] == base
    assert forms()[word][1] in (form, "base")


CHARACTERS = """
characters:
  ann: {name: ANN, as: the woman, looks: a woman in her thirties with short black hair}
  bob: {name: BOB, as: the driver, looks: a thin tram driver of sixty with a white moustache}
  tram: {name: TRAM, as: the tram, looks: a single yellow tram}
"""


def test_characters_by_name_description_and_trade() -> None:
    reading = read("Ann waves. The driver nods and the tram leaves.", "EXT. STREET", top=CHARACTERS)
    players = {player.id: player for player in reading.players}
    assert list(players) == ["ann", "bob", "tram"]
    assert players["ann"].look is not None
    assert players["ann"].look.sex == "female"
    assert (players["tram"].kind, players["tram"].model, players["tram"].colour) == (
        "thing", "tram", "yellow",
    )  # fmt: skip
    assert players["bob"].beats[-1].gesture == "nod"


def test_subjects_come_first_and_pronouns_find_them() -> None:
    reading = read("He looks at her phone.", shot="        subjects: [ann, bob]", top=CHARACTERS)
    assert [player.id for player in reading.players[:2]] == ["ann", "bob"]
    assert all(player.is_subject for player in reading.players[:2])
    assert reading.players[1].beats[0].gesture == "phone-look"


def test_dialogue_speaks_and_listens() -> None:
    reading = read(
        "Ann and Bob stand at the window.",
        shot="""        subjects: [ann, bob]
        duration: 4s
        dialogue:
          - {who: ann, line: "Now?", at: 1s}
          - {who: bob, line: "Now.", at: 3s}
""",
        top=CHARACTERS,
    )
    ann, bob = reading.players[:2]
    assert ann.beats[0].speaks == ((0.25, 0.75),)
    assert bob.beats[0].speaks == ((0.75, 1.0),)
    assert (ann.beats[0].looks_at, bob.beats[0].looks_at) == ("bob", "ann")


def test_screen_direction_moves_the_subject() -> None:
    shots = board(
        "Ann waits.",
        "EXT. STREET",
        shot="""      - id: 2
        subjects: [ann]
        continuity: {screen-direction: right-to-left}
        action: Ann runs.
""",
        top=CHARACTERS,
    )
    assert read_shot(shots, shots.shots[1]).players[0].beats[0].to == "left"


def test_what_is_not_understood_is_reported_with_the_nearest_word() -> None:
    lost = {each.words: each for each in read("A man zorbs. A vasse falls.").not_staged}
    assert lost["A man zorbs"].why == "no such verb in the lexicon"
    assert lost["A vasse"].nearest == "vase"


def test_unknown_noun_is_a_block_with_its_name_and_never_a_person() -> None:
    player = read("A gramophonium stands on the table.", "INT. KITCHEN").players[0]
    assert (player.kind, player.model, player.label) == ("thing", "stand-in", "gramophonium")


def test_snow_in_the_words_is_on_the_ground() -> None:
    assert read("A man walks.", "EXT. MOUNTAIN").place.set == "mountains"
    assert read("A man walks through the snow.", "EXT. MOUNTAIN").place.set == "snow-field"
    assert read("A man walks.", "EXT. SNOWY FOREST").place.set == "snow-field"


def test_insert_is_of_the_thing() -> None:
    reading = read("A letter lies on the table.", shot="        camera: ECU, insert")
    assert reading.detail == "letter"


def test_beats_share_the_time_and_cover_the_shot() -> None:
    beats = read("He stops, looks up and runs away.", "EXT. STREET").players[0].beats
    assert [(beat.start, beat.end) for beat in beats] == [
        (0, 0.3333),
        (0.3333, 0.6667),
        (0.6667, 1),
    ]


def test_report_says_what_was_read_from_which_words() -> None:
    reading = read("Ann sits down at the table. She flurbs.", "INT. KITCHEN")
    rows = [(each.what, each.words) for each in reading.staged]
    assert ("ann: sit, on table", "Ann sits down at the table") in rows
    assert [lost.words for lost in reading.not_staged] == ["She flurbs"]


@pytest.mark.parametrize("name", ["last_tram", "chase", "product_spot", "campaign"])
def test_examples_are_read_alike_every_time(name: str) -> None:
    shots = load_shots(HERE.parent / "examples" / f"{name}.yaml")
    first = [read_shot(shots, shot) for shot in shots.shots]
    assert first == [read_shot(shots, shot) for shot in shots.shots]
    for shot, reading in zip(shots.shots, first, strict=True):
        ids = [player.id for player in reading.players]
        assert len(set(ids)) == len(ids)
        assert set(shot.subjects) <= set(ids)


EXAMPLES = {
    ("last_tram", "12A"): "mara*: run/raise-arm ^right | rain",
    ("last_tram", "13"): "mara*: stand/hold-out >coin =coin ~ilya ; ilya*: stand , "
    "stand/shake-head ~mara , stand/smile ~mara ; coin[coin]",
    ("chase", "1A"): "car*[sports-car red]: drive/drive ^right",
    ("chase", "2A"): "courier*: stand , stand/breathe , stand/smile",
    ("product_spot", "1C"): "box*[box white]: stand/open",
    ("campaign", "13"): "mara*: walk ^in , stand/hold-out >coin =coin ~ilya ; ilya*: stand ~mara "
    "; coin[coin] | over ilya",
    ("campaign", "13B"): "mara* beside:window: sit , sit/wipe >window",
    ("campaign", "13A"): "coin*[coin]: stand/be ; someone: stand =coin , stand/hold >coin =coin "
    "| detail hands | !wet coin",
}


@pytest.mark.parametrize(("key", "expected"), EXAMPLES.items(), ids=map(" ".join, EXAMPLES))
def test_shot_of_an_example(key: tuple[str, str], expected: str) -> None:
    shots = load_shots(HERE.parent / "examples" / f"{key[0]}.yaml")
    assert reading_text(read_shot(shots, shots.shot(key[1]))) == expected


def players_of(reading: ShotReading) -> dict[str, Player]:
    return {player.id: player for player in reading.players}


def test_names_behind_a_noun_are_the_same_people() -> None:
    listed = read("Two figures cross the field: Tom and Nora.", "EXT. FIELD")
    apposed = read("Two strangers, Tom and Nora, wait.", "EXT. STREET")
    assert list(players_of(listed)) == list(players_of(apposed)) == ["tom", "nora"]


@pytest.mark.parametrize(
    "sections", [("gestures", "moves", "invisible"), ("things", "invisible things")]
)
def test_a_verb_is_in_one_row(sections: tuple[str, ...]) -> None:
    rows = [row for name in sections for row in read_sections("english.verbs")[name]]
    names = [name for row in rows for name in row.partition(" =")[0].split(", ")]
    assert sorted(names) == sorted(set(names))


def test_what_slips_from_a_hand_is_in_it_before_and_falls() -> None:
    players = players_of(read("Nora waves, and the cup slips from her hand.", "INT. KITCHEN"))
    beats = players["nora"].beats
    assert [beat.gesture for beat in beats] == ["wave", "put-down"]
    assert all(beat.holds == (("right", "cup"),) for beat in beats)
    assert players["cup"].beats[-1].gesture == "fall"


def test_a_group_has_one_thing_each() -> None:
    players = players_of(read("Four hikers wait with torches.", "EXT. FOREST"))
    held = [players[f"hiker-{k}"].beats[0].holds[0][1] for k in range(1, 5)]
    assert len(set(held)) == 4


def test_a_hand_without_an_owner_is_somebody_else() -> None:
    players = players_of(read("Nora sleeps. A hand reaches for the lamp.", "INT. BEDROOM"))
    assert players["nora"].beats[-1].gesture == ""
    assert players["someone"].beats[-1].gesture == "reach"


@pytest.mark.parametrize(
    ("heading", "action", "who", "sits"),
    [
        ("INT. COURTROOM", "A lawyer points at the judge.", "judge", True),
        ("INT. COURTROOM", "A lawyer points at the judge.", "lawyer", False),
        ("INT. LOCKER ROOM", "Tom shouts; the players look down.", "player-1", True),
        ("INT. OFFICE", "A colleague walks in and sits down.", "colleague", False),
    ],
)
def test_a_place_seats_people(heading: str, action: str, who: str, sits: bool) -> None:
    assert (players_of(read(action, heading))[who].beats[0].posture == "sit") is sits


def test_onlookers_look_at_whom_the_shot_is_about() -> None:
    players = players_of(read("A man juggles while two girls look on.", "EXT. STREET"))
    assert players["girl-1"].beats[0].looks_at == "man"


def test_who_is_faced_faces_back() -> None:
    players = players_of(read("Riot police face a line of demonstrators.", "EXT. STREET"))
    assert players["policeman-1"].beats[0].looks_at == "demonstrator-1"
    assert players["demonstrator-1"].beats[0].looks_at == "policeman-1"
    assert len([name for name in players if name.startswith("demonstrator")]) == 6


def test_a_brand_alone_is_the_product_named_before() -> None:
    players = players_of(read("Nora compares two bottles and takes the FRISH.", "INT. SHOP"))
    assert "FRISH" in {player.label for player in players.values()}
    assert not any(player.model == "stand-in" for player in players.values())


def test_who_gets_up_has_been_seated() -> None:
    beats = read("Nora gets up and leaves.", "INT. OFFICE").players[0].beats
    assert [beat.posture for beat in beats] == ["sit", "stand", "walk"]


def test_words_of_a_shot_add_to_the_looks_and_change_nothing_else() -> None:
    def look(action: str) -> Appearance:
        player = players_of(read(action, "INT. FACTORY", top=CHARACTERS))["ann"]
        assert player.look is not None
        return player.look

    plain, hat = look("Ann waits."), look("Ann, in a yellow hard hat, waits.")
    assert {each.kind for each in hat.garments} - {each.kind for each in plain.garments}
    assert set(plain.garments) <= set(hat.garments)
    assert replace(hat, garments=plain.garments) == plain


def test_several_girls_are_girls() -> None:
    looks = [p.look for p in read("Anna waits with five girls.", "EXT. PARK").players[1:]]
    assert [look.sex for look in looks if look and look.age < 20] == ["female"] * 5


def test_adjectives_give_things_size_and_colour() -> None:
    players = players_of(read("A huge spider sits on a burnt-out tank beside a tiny rusty key."))
    key = MODELS["key"].size
    assert players["spider"].size == tuple(1.7 * side for side in MODELS["spider"].size)
    assert players["tank"].colour == "black"
    assert players["tank"].size is None
    assert players["key"].size == tuple(0.5 * side for side in key)
    assert players["key"].colour == "brown"


def test_who_is_dressed_as_somebody_wears_it_and_brings_nobody_along() -> None:
    (girl,) = read("A girl, dressed as a pirate, smiles.").players
    assert girl.look is not None
    assert "pirate hat" in {each.kind for each in girl.look.garments}


@pytest.mark.parametrize(
    ("action", "word"),
    [
        ("Anna stands weightless.", "weightless"), ("A rope hangs slack.", "slack"),
        ("The door stands ajar.", "ajar"), ("Anna reads by torchlight.", "torchlight"),
    ],
)  # fmt: skip
def test_an_unknown_word_without_an_article_is_reported_and_no_block(action, word):
    entry = {"n": 1, "heading": "INT. ROOM - DAY", "camera": "FS", "action": action}
    staged = stage_board(sentence_board({**entry, "subjects": []}))["1"]
    assert word in [each.words for each in staged.not_staged]
    assert not [each for each in staged.players if each.model == STAND_IN]
