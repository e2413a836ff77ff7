from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from shots import WAN_NEGATIVE, lint, parse_shots

HEAD = """\
characters:
  mara: {name: MARA, looks: a woman}
scenes:
"""
EVENT = "action: Rain falls."


@dataclass(frozen=True)
class Limits:
    fps: Fraction
    max_frames: int


A14B = Limits(Fraction(16), 81)


def board(shot="", shot_id="1", more=""):
    text = f"{HEAD}  - number: 1\n    shots:\n      - id: {shot_id}\n        {EVENT}\n"
    if "action" in shot:
        text = text.replace(f"        {EVENT}\n", "")
    text += "".join(f"        {line}\n" for line in shot.splitlines())
    return parse_shots(text + more, Path("b.yaml"))


def said(problems):
    return [(p.code, p.level, p.line, p.finding, p.remedy) for p in problems]


@pytest.mark.parametrize(
    ("shot", "shot_id", "problem"),
    [
        (
            "",
            "1I",
            (
                "SB022",
                "warning",
                6,
                'set-up "1I" has the letter I, which can be read as a digit',
                'skip I: "1A" is free',
            ),
        ),
        (
            "camera: static then push in",
            "1",
            (
                "SB201",
                "warning",
                8,
                'move "push-in" with "static"',
                'remove "static", unless the shot holds first',
            ),
        ),
        (
            "camera: lock off, slow",
            "1",
            ("SB201", "warning", 8, '"slow" on a static camera', 'name the move, or remove "slow"'),
        ),
        (
            "camera: OTS\nsubjects: [mara]",
            "1",
            ("SB202", "warning", 8, "OTS with 1 subject", "list both people under subjects"),
        ),
        (
            "camera: two shot",
            "1",
            ("SB202", "warning", 8, "two-shot with 0 subjects", "list them under subjects"),
        ),
        (
            "lighting: night, sun",
            "1",
            (
                "SB203",
                "warning",
                8,
                'night with the light source "sun"',
                "use moonlight, practical or artificial, or another time",
            ),
        ),
        (
            "action: A bottle stands on a table.",
            "1",
            (
                "SB204",
                "warning",
                7,
                'nothing happens in "A bottle stands on a table."',
                "describe what moves or changes during the shot",
            ),
        ),
        (
            "action: ''",
            "1",
            (
                "SB204",
                "warning",
                7,
                "the shot has no action",
                "describe what moves or changes during the shot",
            ),
        ),
    ],
)
def test_what_looks_odd_is_said(shot, shot_id, problem):
    assert said(board(shot, shot_id).notices) == [problem]


@pytest.mark.parametrize(
    "action", ["Rain falls.", "Mara turns.", "The fingers close over it.", "She is running."]
)
def test_an_event_is_an_event(action):
    assert board(f"action: {action}").notices == ()


def test_a_setup_that_reads_like_a_scene_is_said():
    more = f"  - number: 1A\n    shots:\n      - {{id: 2, {EVENT}}}\n"
    (problem,) = board(shot_id="1A", more=more).notices
    assert problem.remedy == 'use the long form "1A-1" for set-ups of that scene'


@pytest.mark.parametrize(
    ("num_words", "shot", "limit"), [(195, "", 200), (95, "references: {first-frame: a.png}", 100)]
)
def test_a_prompt_that_is_too_long_is_said(num_words, shot, limit):
    words = " ".join(["rain falls"] * (num_words // 2 + 3))
    (problem,) = board(f"action: {words}\n{shot}".rstrip()).notices
    assert (problem.code, problem.line) == ("SB206", 7)
    assert problem.finding.endswith(f"words; those after {limit} have little effect")


def test_words_taken_out_of_the_negative_prompt_are_a_notice():
    problems = lint(board("camera: group, pan left"), negative_base=WAN_NEGATIVE)
    assert said(problems) == [
        (
            "SB205",
            "notice",
            6,
            "shot 1: removed from the negative prompt: 背景人很多 (many people in the background)",
            "because the shot asks for group",
        )
    ]


@pytest.mark.parametrize(
    ("duration", "code", "finding"),
    [
        ("6s", "SB301", "6 s = 96 f; the model's longest clip is 81 f"),
        ("3s", "SB302", "3 s = 48 f; rendered 49 (4n+1), 1 trimmed"),
    ],
)
def test_clips_are_judged_by_the_limits_of_the_model(duration, code, finding):
    problems = lint(board(f"duration: {duration}"), limits=A14B)
    assert [(p.code, p.finding) for p in problems if p.line == 8] == [(code, finding)]


@pytest.mark.parametrize(("limits", "codes"), [(Limits(Fraction(24), 121), []), (A14B, ["SB303"])])
def test_frame_rates_that_differ_are_said_once(limits, codes):
    problems = lint(board("duration: 73f"), limits=limits)
    assert [problem.code for problem in problems if problem.code == "SB303"] == codes


def test_what_the_defaults_cause_is_said_once():
    more = f"      - {{id: 1A, {EVENT}}}\ndefaults: {{duration: 3s}}\n"
    problems = lint(board(more=more), limits=Limits(Fraction(24), 121))
    assert [problem.code for problem in problems] == ["SB302"]
