"""Broken boards: each mistake has its code, its place and a remedy, to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from shots import ShotListErrors, load_shots, parse_shots
from shots.problem import MAX_SOURCE_WIDTH, Problem

BOARD = """\
title: T
format: {aspect: 16:9, fps: 24}
model: {use: greybox}
style: {seed: 1}
characters:
  mara: {name: MARA, as: the woman, looks: a woman}
locations:
  street: {looks: a street}
lighting:
  rain: {time: night}
defaults: {duration: 2s}
scenes:
  - number: 1
    location: street
    shots:
      - id: 1
        subjects: [mara]
        camera: MS, static
        action: Mara walks.
      - id: 1A
        lighting: rain
        action: Rain falls.
"""

# name: (what to replace, by what, the head of the problem without the file, the remedy)
BROKEN = {
    "bracket left open": (
        "subjects: [mara]",
        "subjects: [mara",
        "18:15: SB001 did not find expected ',' or ']', while parsing a flow sequence",
        "close the bracket, or put a comma between the parts",
    ),
    "colon in a plain text": (
        "action: Mara walks.",
        "action: Mara: walks.",
        "19:21: SB001 mapping values are not allowed in this context",
        'check the indent, and quote a value that holds ": "',
    ),
    "bad indent": (
        "        action: Mara walks.",
        "       action: Mara walks.",
        "19:8: SB001 did not find expected '-' indicator, while parsing a block collection",
        "check the indent: items of a list begin in one column",
    ),
    "value begins with an at sign": (
        "title: T",
        "title: @T",
        "1:8: SB001 found character that cannot start any token, while scanning for the next token",
        "put the value in quotes",
    ),
    "anchor nobody defined": (
        "duration: 2s",
        "duration: *two",
        '11:22: SB001 anchor "two" is not defined',
        "write &two further up, before *two",
    ),
    "tab in the indent": (
        "        action: Mara walks.",
        "\taction: Mara walks.",
        "19:1: SB002 a tab in the indent",
        "indent with spaces",
    ),
    "key written twice": (
        "        action: Mara walks.",
        "        action: Mara walks.\n        action: Mara runs.",
        '20:9: SB003 key "action" is written twice in this block',
        "first written on line 19",
    ),
    "unknown key of a shot": (
        "action: Mara walks.",
        "acton: Mara walks.",
        '19:9: SB004 no key "acton" in shot',
        'did you mean "action"?',
    ),
    "unknown key of a camera": (
        "camera: MS, static",
        "camera: {size: MS, lense: 35mm}",
        '18:28: SB004 no key "lense" in camera',
        'did you mean "lens"?',
    ),
    "unknown key of a character": (
        "as: the woman",
        "wardrob: {}",
        '6:22: SB004 no key "wardrob" in character "mara"',
        'did you mean "wardrobe"?',
    ),
    "shorthand inside braces without quotes": (
        "- id: 1A\n        lighting: rain\n        action: Rain falls.",
        "- {id: 1A, camera: MCU, single}",
        '20:31: SB004 no key "single" in shot',
        "inside { } a comma ends a value: put the entire value in quotes",
    ),
    "text where a number belongs": (
        "style: {seed: 1}",
        "style: {seed: one}",
        '4:15: SB005 seed is "one", must be a whole number',
        "write a whole number",
    ),
    "list where text belongs": (
        "action: Mara walks.",
        "action: [Mara, walks]",
        "19:17: SB005 action is a list, must be text",
        "write text",
    ),
    "text where a block belongs": (
        "style: {seed: 1}",
        "style: gritty",
        '4:8: SB005 style is "gritty", must be a block of keys',
        "write a block of keys",
    ),
    "python tag": (
        "title: T",
        "title: !!python/name:os.system T",
        '1:8: SB005 tag "tag:yaml.org,2002:python/name:os.system" is not part of this language',
        "remove it",
    ),
    "colour without quotes": (
        "title: T",
        "title: #ff0000",
        '1:8: SB006 the value is empty: "#ff0000" starts a comment',
        'put it in quotes: "#ff0000"',
    ),
    "shot without an id": (
        "      - id: 1A\n        lighting: rain",
        "      - lighting: rain",
        '20:9: SB007 shot has no "id"',
        "write id: with a value",
    ),
    "character without looks": (
        ", looks: a woman",
        "",
        '6:9: SB007 character "mara" has no "looks"',
        "write looks: with a value",
    ),
    "duration that means nothing": (
        "duration: 2s",
        "duration: a while",
        '11:22: SB008 "a while" is not a length of time',
        "write it like 4s, 1.5s, 72f or 1:30",
    ),
    "duration between two frames": (
        "duration: 2s",
        "duration: 1.3s",
        "11:22: SB008 1.3 s is 31.2 f at 24 fps, must be a whole number of frames",
        "write 31f or 32f",
    ),
    "quality that does not exist": (
        "model: {use: greybox}",
        "model: {quality: prevew}",
        '3:18: SB008 quality is "prevew", must be one of layout, lightning, draft, preview, final',
        'did you mean "preview"?',
    ),
    "number out of range": (
        "style: {seed: 1}",
        "style: {consistency: 2}",
        '4:22: SB008 consistency is "2", must be at most 1',
        "use at most 1",
    ),
    "length of a cut": (
        "lighting: rain\n",
        "transition: {in: cut 4f}\n",
        "21:26: SB008 a cut has no length",
        "leave the length out, or use dissolve",
    ),
    "ratio in words": (
        "aspect: 16:9",
        "aspect: wide",
        '2:18: SB008 "wide" is not a ratio',
        "write it like 16:9 or 2.39:1",
    ),
    "size in words": (
        "aspect: 16:9",
        "size: large",
        '2:16: SB008 "large" is not a picture size',
        "write it like 1920x1080",
    ),
    "size larger than any": (
        "aspect: 16:9",
        "aspect: 1:1, size: 16384x16384",
        "2:29: SB008 size is 16384x16384, each side must be even and 16 to 8192",
        "write 8192x8192",
    ),
    "frame rate in words": (
        "fps: 24",
        "fps: slow",
        '2:29: SB008 "slow" is not a frame rate',
        "write it like 24, 23.976 or 24000/1001",
    ),
    "frame rate of no camera": (
        "fps: 24",
        "fps: 300",
        "2:29: SB008 fps is 300, must be 1 to 240",
        "use 24, the rate of cinema",
    ),
    "loudness in words": (
        "fps: 24",
        "loudness: loud",
        '2:34: SB008 "loud" is not a loudness',
        "write it like -14 LUFS",
    ),
    "path that leaves the folder": (
        "action: Mara walks.",
        "references: {first-frame: ../secret.png}",
        '19:35: SB008 path "../secret.png" leaves the folder of the board',
        "use a path inside it, with forward slashes, relative to the board",
    ),
    "id that cannot be a file name": (
        "id: 1A",
        "id: 1/A",
        '20:13: SB008 "1/A" cannot name a file',
        "use up to 40 letters, digits, -, _ and single dots",
    ),
    "unknown character": (
        "subjects: [mara]",
        "subjects: [marra]",
        '17:20: SB011 character "marra" is not on this board',
        'did you mean "mara"?',
    ),
    "unknown location": (
        "location: street",
        "location: strret",
        '14:15: SB011 location "strret" is not on this board',
        'did you mean "street"?',
    ),
    "unknown lighting": (
        "lighting: rain\n",
        "lighting: rane\n",
        '21:19: SB011 lighting "rane" is neither a set-up of this board nor a term',
        'did you mean "rain"?',
    ),
    "unknown shot": (
        "lighting: rain\n",
        "continuity: {after: 2B}\n",
        '21:29: SB011 shot "2B" is not on this board',
        "use one of 1, 1A",
    ),
    "shots in a ring": (
        "lighting: rain\n",
        "continuity: {after: 1A}\n",
        "21:29: SB013 shots follow each other in a ring: 1A -> 1A",
        "remove after from one of them",
    ),
    "ratio as a number": (
        "aspect: 16:9",
        "aspect: 969",
        '2:18: SB012 "969" is a number, not a ratio',
        "write 16:9",
    ),
    "time as a number": (
        "duration: 2s",
        "duration: 90",
        '11:22: SB012 "90" has no unit of time',
        "write 90s or 90f",
    ),
    "id used twice": (
        "id: 1A",
        "id: 1",
        '20:13: SB021 shot id "1" is used twice',
        "first used on line 16",
    ),
    "unknown term in a shorthand": (
        "camera: MS, static",
        "camera: MS, sttic",
        '18:21: SB101 camera term "sttic" is not in the vocabulary',
        'did you mean "static"?',
    ),
    "unknown term in a mapping": (
        "camera: MS, static",
        "camera: {movement: folow}",
        '18:28: SB101 camera term "folow" is not in the vocabulary for movement',
        'did you mean "follow"?',
    ),
    "unknown transition": (
        "lighting: rain\n",
        "transition: {in: desolve 8f}\n",
        '21:26: SB101 transition "desolve 8f" is not known',
        'did you mean "dissolve"?',
    ),
    "two values for one field": (
        "camera: MS, static",
        "camera: MS, ECU, static",
        '18:21: SB102 two values for size: "MS" and "ECU"',
        "keep one of them",
    ),
    "size against aspect": (
        "aspect: 16:9",
        "aspect: 9:16, size: 1920x1080",
        "2:30: SB102 size 1920x1080 does not have the aspect 9:16",
        "write size: 1080x1920",
    ),
}


def problems_of(text):
    with pytest.raises(ShotListErrors) as caught:
        parse_shots(text, Path("b.yaml"))
    return caught.value.problems


@pytest.mark.parametrize(("old", "new", "head", "remedy"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_board_says_what_where_and_what_to_do(old, new, head, remedy):
    assert old in BOARD
    (problem, *rest) = problems_of(BOARD.replace(old, new))
    lines = problem.render().splitlines()
    assert (lines[0], lines[-1]) == (f"b.yaml:{head}", f"      = {remedy}")
    assert rest == []


@pytest.mark.parametrize(("key", "column"), [("scenes", 9), ("scenes: [{number: 1, shots", 29)])
def test_a_board_without_scenes_or_shots_is_refused(key, column):
    text = f"{key}: []" + "}]" * key.count("{") + "\n"
    (problem,) = problems_of(text)
    assert problem.render().splitlines()[0] == f"b.yaml:1:{column}: SB008 the list is empty"
    assert problem.remedy == "write at least one item"


def test_the_board_without_mistakes_is_read():
    assert [shot.id for shot in parse_shots(BOARD, Path("b.yaml")).shots] == ["1", "1A"]


def test_the_layout_is_source_line_caret_and_remedy():
    (problem,) = problems_of(BOARD.replace("MS, static", "{size: MS, movement: folow}"))
    assert problem.render() == (
        'b.yaml:18:38: SB101 camera term "folow" is not in the vocabulary for movement\n'
        "   18 |         camera: {size: MS, movement: folow}\n"
        "      |                                      ^^^^^\n"
        '      = did you mean "follow"?'
    )


def test_five_mistakes_are_five_problems_sorted_by_line():
    text = (
        BOARD.replace("as: the woman", "az: the woman")
        .replace("duration: 2s", "duration: 90")
        .replace("MS, static", "MS, ECU, folow")
        .replace("lighting: rain\n", "lighting: rain\n        lighting: night\n")
    )
    codes = [(problem.line, problem.code) for problem in problems_of(text)]
    assert codes == [(6, "SB004"), (11, "SB012"), (18, "SB102"), (18, "SB101"), (22, "SB003")]


def test_a_mistake_in_a_value_does_not_hide_an_unknown_name():
    text = BOARD.replace("MS, static", "MS, folow").replace("[mara]", "[marra]")
    assert [problem.code for problem in problems_of(text)] == ["SB011", "SB101"]


def test_a_mistake_in_a_character_does_not_make_it_unknown():
    text = BOARD.replace(", looks: a woman", "")
    assert [problem.code for problem in problems_of(text)] == ["SB007"]


def test_a_mistake_in_the_defaults_is_reported_once():
    text = BOARD.replace("{duration: 2s}", "{wardrobe: tram}")
    assert [problem.code for problem in problems_of(text)] == ["SB011"]


def test_ids_that_differ_in_case_only_are_twins():
    (problem,) = problems_of(BOARD.replace("id: 1\n", "id: 1a\n"))
    assert problem.finding == 'shot id "1A" is used twice, first as "1a"'


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    with pytest.raises(ShotListErrors) as caught:
        load_shots(tmp_path / "none.yaml")
    assert caught.value.render() == (
        f"{tmp_path}/none.yaml:1:1: SB001 the file cannot be read: no such file or directory\n"
        "      = check the path"
    )


def test_the_caret_stands_right_under_wide_signs():
    problem = Problem("SB001", Path("b"), 1, 4, "x", "y", "日本 ab", 2)
    assert problem.render().splitlines()[2] == "      |      ^^"


def test_a_long_line_is_shown_around_the_caret():
    problem = Problem("SB001", Path("b"), 1, 5000, "x", "y", "a" * 4999 + "bb" + "a" * 5000, 2)
    _, source, caret, _ = problem.render().splitlines()
    assert len(source) < MAX_SOURCE_WIDTH + 20
    assert source[caret.index("^") : caret.rindex("^") + 1] == "bb"


def test_control_characters_never_reach_the_terminal():
    problem = Problem("SB001", Path("b"), 1, 1, "a\x1b[31m", "b\x07", "\x1b]0;x", 1)
    assert "\x1b" not in problem.render()
    assert "\x07" not in problem.render()
