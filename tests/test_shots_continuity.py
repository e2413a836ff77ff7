"""What does not match from shot to shot, and what is right although it looks similar."""

from __future__ import annotations

from pathlib import Path

import pytest

from shots import parse_shots

CAST = """\
characters:
  mara: {looks: a woman with short black hair, wardrobe: {tram: a raincoat, home: a gown}}
  ilya: {looks: a thin man, wardrobe: a uniform}
locations:
  street: {looks: a street}
  tram: {looks: a tram}
lighting:
  rain: night, practical
  lamp: night, practical, warm
setups:
  window: {camera: 85mm}
"""


def codes(*shots, scene="wardrobe: tram"):
    """Codes of the notices, and on which shot they are."""
    lines = [CAST, "scenes:", "  - number: 1", f"    {scene}", "    shots:"]
    start = "\n".join(lines).count("\n") + 2
    names = ["1", *(f"1{letter}" for letter in "ABCDEFGH")]
    for name, shot in zip(names, shots, strict=False):
        action = "" if "action" in shot else ", action: Rain falls."
        lines.append(f"      - {{id: {name}{action}{', ' if shot else ''}{shot}}}")
    board = parse_shots("\n".join(lines), Path("b.yaml"))
    return [f"{problem.code} {names[problem.line - start]}" for problem in board.notices]


RIGHT = "subjects: [mara], action: Mara runs from left to right."
LEFT = "subjects: [mara], action: Mara runs from right to left."
AFTER = "continuity: {from: last-frame}"
PAIR = "subjects: [mara, ilya], composition: "
TURNED = "subjects: [ilya, mara], composition: "


@pytest.mark.parametrize(
    ("shots", "expected"),
    [
        ([RIGHT, LEFT], ["SB311 1A"]),
        ([RIGHT, RIGHT], []),
        ([RIGHT, "action: Rain falls.", LEFT], []),
        ([RIGHT, LEFT.replace("mara", "ilya")], []),
        ([RIGHT, "subjects: [mara], continuity: {screen-direction: right-to-left}"], ["SB311 1A"]),
        (["", AFTER, AFTER, AFTER, AFTER], ["SB312 1D"]),
        (["", AFTER, AFTER, "", AFTER, AFTER], []),
        (["lighting: rain", "lighting: day, " + AFTER], ["SB312 1A"]),
        (["lighting: rain", "lighting: {setup: rain, tone: warm}, " + AFTER], []),
        (["lighting: rain", "lighting: lamp, " + AFTER], ["SB312 1A"]),
        (["location: tram", "location: street, " + AFTER], ["SB312 1A"]),
        (["lighting: rain", "lighting: lamp, continuity: {match-color: 0.5}"], ["SB316 1A"]),
        (["lighting: rain", "lighting: rain, continuity: {match-color: 0.5}"], []),
        ([PAIR + "left-heavy", TURNED + "left-heavy"], ["SB313 1A"]),
        ([PAIR + "left-heavy", TURNED + "right-heavy"], []),
        ([PAIR + "left-heavy", PAIR + "right-heavy"], ["SB313 1A"]),
        ([PAIR + "left-heavy, camera: orbit", PAIR + "right-heavy"], []),
        ([PAIR + "left-heavy", "camera: 'EWS, establishing'", PAIR + "right-heavy"], []),
        ([PAIR + "left-heavy", PAIR + "center", TURNED + "left-heavy"], ["SB313 1B"]),
        (["subjects: [mara]", "subjects: [mara], wardrobe: home"], ["SB315 1A"]),
        (["subjects: [ilya]", "subjects: [ilya], wardrobe: home"], []),
        (["setup: window", "setup: window, camera: 35mm"], ["SB023 1A"]),
        (["setup: window", "setup: window, camera: pan left"], []),
        (["setup: window, lighting: rain", "setup: window, lighting: lamp"], ["SB023 1A"]),
    ],
)  # fmt: skip
def test_shots_are_compared_as_they_are_cut(shots, expected):
    assert codes(*shots) == expected


def test_several_outfits_and_none_named_is_said():
    assert codes("subjects: [mara]", scene="synopsis: none") == ["SB314 1"]


@pytest.mark.parametrize(
    ("shot", "expected"),
    [
        ("camera: 'three-shot', subjects: [mara, ilya]", ["SB202 1"]),
        ("camera: 'single, OTS', subjects: [mara, ilya]", []),
        ("camera: single, subjects: [mara, ilya]", ["SB211 1"]),
        ("camera: no people, subjects: [mara]", ["SB211 1"]),
        ("lighting: 'day, moon'", ["SB203 1"]),
        ("lighting: 'dusk, moon'", []),
        ("lighting: 'day, sun'", []),
        ("camera: 'fisheye, 50mm'", ["SB212 1"]),
        ("camera: fisheye", []),
        ("camera: 'shallow, 12mm'", ["SB212 1"]),
        ("camera: 'deep, rack focus'", ["SB212 1"]),
        ("camera: 'shallow, rack focus'", []),
        ("camera: insert", []),
        ("camera: 'WS, insert'", ["SB213 1"]),
        ("camera: 'ECU, group'", ["SB213 1"]),
        ("seed: 3, takes: 2", ["SB210 1"]),
        ("sound: {mos: true, sfx: [bell]}", ["SB208 1"]),
        ("dialogue: [{who: ilya, line: Go., at: 4s}]", ["SB209 1"]),
        ("dialogue: [{who: ilya, line: Go., at: 3.9s}]", []),
    ],
)
def test_a_shot_does_not_contradict_itself(shot, expected):
    assert codes(shot) == expected


def test_the_time_of_the_scene_and_of_the_light_agree():
    assert codes("lighting: day", scene="time: NIGHT") == ["SB203 1"]
    assert codes("lighting: rain", scene="time: NIGHT") == []


@pytest.mark.parametrize(
    ("ids", "remedies"),
    [
        (["12", "12A", "12O"], ['skip O: "12B" is free']),
        (["12I", "12O"], ['skip I: "12A" is free', 'skip O: "12B" is free']),
        (["12", "13B"], ['name it after its scene: "12A" is free']),
        (["12AA", "12ZZ", "0010"], []),
    ],
)
def test_a_free_slate_is_offered(ids, remedies):
    shots = "".join(f"      - {{id: {name}, action: Rain falls.}}\n" for name in ids)
    more = "  - number: 13\n    shots: [{id: 13, action: Rain falls.}]\n"
    board = parse_shots(f"scenes:\n  - number: 12\n    shots:\n{shots}{more}", Path("b.yaml"))
    assert [problem.remedy for problem in board.notices if problem.code == "SB022"] == remedies


def test_a_prompt_that_no_model_can_read_is_an_error_and_still_a_board():
    shot = f"action: {'rain falls ' * 300}"
    text = f"scenes: [{{number: 1, shots: [{{id: 1, {shot}}}]}}]"
    (problem,) = parse_shots(text, Path("b.yaml")).notices
    assert (problem.code, problem.level) == ("SB214", "error")
