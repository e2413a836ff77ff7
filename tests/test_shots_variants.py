"""Variants of a board: axes, rules and names, all judged before anything is rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

from shots import ShotListErrors, load_shots, parse_shots

WORKED = Path(__file__).parent / "boards" / "worked_board.yaml"

BOARD = """
title: Spot
code: SPT
format: {size: 1920x1080}
defaults: {camera: MS}
scenes:
  - number: 1
    shots:
      - {id: 1, duration: 3s, action: A man walks., priority: 1}
      - {id: 1A, duration: 2s, action: A man sits., priority: 2, focus: 30% 40%,
         dialogue: [{who: man, line: Hello., locale: {fr-FR: Bonjour.}}, {who: man, line: Bye.}]}
      - {id: 1B, duration: 4s, action: A man sleeps.}
characters: {man: {looks: a man}}
variants:
"""


def variants_of(text: str):
    return parse_shots(BOARD + text, Path("board.yaml")).variants


def problems_of(text: str) -> list[str]:
    with pytest.raises(ShotListErrors) as caught:
        parse_shots(BOARD + text, Path("board.yaml"))
    return [f"{each.code} {each.finding} ({each.remedy})" for each in caught.value.problems]


def warnings_of(text: str) -> list[str]:
    notices = parse_shots(BOARD + text, Path("board.yaml")).notices
    return [f"{each.code} {each.finding}" for each in notices if each.code.startswith("SB4")]


def test_the_worked_example_has_ten_variants_with_the_names_that_it_asks_for():
    variants = load_shots(WORKED).variants
    assert len(variants) == 10
    assert sum(len(variant.shots) for variant in variants) == 36
    assert [variant.name(3) for variant in variants][:3] == [
        "TLT_main_16x9_en-US_full_v003",
        "TLT_main_16x9_fr-FR_full_v003",
        "TLT_main_16x9_en-US_6s_v003",
    ]
    short = variants[-1]
    assert (short.shots, short.end_card.text, short.dialogue) == (
        ("12B", "13A"), "The Last Tram", "fr-FR",
    )  # fmt: skip
    assert (short.size, short.is_reframed) == ((1080, 1080), True)
    assert variants[4].size == (1080, 1920)
    assert not variants[4].is_reframed


def test_axes_multiply_and_exclusions_take_away():
    found = variants_of("  axes: {format: [16x9, 4:5], client: [acme, zeta]}\n"
                        "  exclude: [{format: 4:5, client: ZETA}]")  # fmt: skip
    assert [variant.label for variant in found] == ["16:9, acme", "16:9, zeta", "4:5, acme"]
    assert [variant.size for variant in found] == [(1920, 1080), (1920, 1080), (1080, 1350)]
    assert found[2].name(1) == "SPT_main_4x5_acme_v001"


def test_later_rules_win_field_by_field_and_a_rule_without_when_is_for_all():
    found = variants_of("""
  axes: {format: [16:9, 9:16, 1:1]}
  rules:
    - {render: reframe, focus: left}
    - {when: {format: [9:16, 1:1]}, keep: "1, 1b"}
    - {when: {format: 1:1}, render: native}
""")
    assert [variant.is_reframed for variant in found] == [False, True, False]
    assert [variant.shots for variant in found] == [("1", "1A", "1B"), ("1", "1B"), ("1", "1B")]
    assert found[2].focus == pytest.approx((1 / 3, 0.5))
    assert load_focus("1A") == (0.3, 0.4)


def load_focus(shot: str):
    board = parse_shots(BOARD + "  axes: {format: [16:9]}", Path("board.yaml"))
    return board.shot(shot).focus


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("priority <= 2", ("1", "1A")),
        ("priority < 2", ("1",)),
        ("priority = 2", ("1A",)),
        ("priority >= 2", ("1A",)),
        ("[1B]", ("1B",)),
    ],
)
def test_what_is_kept(keep, kept):
    (variant,) = variants_of(f"  axes: {{length: [full]}}\n  rules: [{{keep: {keep}}}]")
    assert variant.shots == kept


RULE = "  axes: {{length: [5s]}}\n  rules: [{{{}}}]"
BAD = {
    "no shot": (
        RULE.format("keep: priority > 3"),
        "SB401 the rule keeps no shot for 5s (give shots a priority, or keep more)",
    ),
    "nothing left": (
        "  axes: {length: [5s]}\n  exclude: [{length: 5s}]",
        "SB401 every variant is excluded (remove an entry of exclude)",
    ),
    "too long": (
        RULE.format('keep: priority <= 2, end-card: {text: "Buy", duration: 1s}'),
        "SB402 the 5 s cut-down runs 1 3 s + 1A 2 s + end card 1 s = 6 s "
        "(keep fewer shots, at most 5 s)",
    ),
    "axis": (
        RULE.format("when: {lenght: 5s}, keep: priority = 1"),
        'SB011 no axis "lenght" (did you mean "length"?)',
    ),
    "value": (
        RULE.format("when: {length: 6s}, keep: priority = 1"),
        'SB011 "6s" is not on the axis length (use one of 5s)',
    ),
    "shot": (
        RULE.format("keep: [1, 1C]"),
        'SB011 keep: no shot "1C" on this board (did you mean "1"?)',
    ),
    "format": ("  axes: {format: [969]}", 'SB012 "969" is a number, not a ratio (write 16:9)'),
    "length": ("  axes: {length: [6]}", 'SB012 "6" has no unit of time (write 6s or 6f)'),
    "focus": (
        RULE.format("keep: priority = 1, focus: 130%"),
        'SB008 "130%" is not a point of the picture (write left, center, right, or percent from '
        "the left and from the top: 35% 50%)",
    ),
    "end card": (
        RULE.format("keep: priority = 1, end-card: {text: Buy, duration: 1.01s}"),
        "SB008 an end card of 1.01 s is not a whole number of frames (write it like 1s or 24f)",
    ),
    "field": (
        '  axes: {format: [1:1]}\n  name: "{code}_{fromat}"',
        'SB405 the name has no field "fromat" (did you mean "format"?)',
    ),
    "attribute": (
        '  axes: {format: [1:1]}\n  name: "{code.__class__}"',
        'SB405 the name has no field "code.__class__" '
        "(use one of code, cut, title, format, version)",
    ),
    "form": (
        '  axes: {format: [1:1]}\n  name: "{code:>99999999}"',
        'SB405 the field {code} cannot have the format ">99999999" '
        "(write {version:03}, and other fields without a format)",
    ),
    "brace": (
        '  axes: {format: [1:1]}\n  name: "{code"',
        "SB405 the name \"{code\": expected '}' before end of string (write fields like {code})",
    ),
    "twins": (
        '  axes: {format: [1:1, 4:5]}\n  name: "{code}_v{version}"',
        'SB405 two variants have the name "SPT_v1" (put {format} in the name)',
    ),
    "folder": (
        '  axes: {format: [1:1]}\n  name: "../{format}"',
        'SB405 "../1x1" cannot name a file '
        "(use letters, digits, -, _, + and dots, and fields in braces)",
    ),
    "twice": (
        "  axes: {format: [16:9, 16x9]}",
        'SB021 "16:9" is on the axis format twice (keep one)',
    ),
    "many": (
        "  axes: {" + ", ".join(f"a{k}: [x, y, z]" for k in range(6)) + "}",
        "SB009 the axes make 729 variants, the limit is 500 (shorten an axis)",
    ),
    "reserved": (
        "  axes: {version: [a, b]}",
        'SB008 "version" cannot name an axis (use small letters, digits and _: client, cut_of)',
    ),
    "none": ("  rules: []", "SB007 variants without axes (write axes: {format: [16:9, 9:16]})"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_delivered_is_an_error_with_a_remedy(name):
    text, problem = BAD[name]
    assert problem in problems_of(text)


def test_a_line_without_words_and_a_cut_down_that_is_too_short_are_told():
    assert warnings_of("""
  axes: {length: [6s], locale: [fr-FR]}
  rules:
    - {keep: priority <= 2, replace: {dialogue: fr-FR}}
""") == [
        'SB404 "Bye." has no translation for fr-FR',
        "SB406 the 6 s cut-down runs only 1 3 s + 1A 2 s = 5 s",
    ]


def test_wide_framings_are_told_where_an_upright_picture_is_rendered_and_not_where_it_is_cropped():
    wide = BOARD.replace("A man sleeps.}", "A man sleeps., camera: EWS}")
    told = {
        render: [
            each.finding
            for each in parse_shots(
                f"{wide}  axes: {{format: [9:16]}}\n  rules: [{{render: {render}}}]",
                Path("board.yaml"),
            ).notices
            if each.code == "SB403"
        ]
        for render in ("native", "reframe")
    }
    assert told == {"native": ["EWS in 9:16: the composition will change"], "reframe": []}
