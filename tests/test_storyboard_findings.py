"""Light, size, coherence and drift, judged on layouts, which show exactly what was requested."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.findings import Row, table
from benchmarks.staging import Filmed, defects, pair_defects, staging_of_another
from shots import camera_path, parse_shots
from shots.staging.stage_shot import staged_path
from storyboard.judge import Finding, judge_drift, score_clip
from storyboard.judge.alternatives import Alternatives
from storyboard.judge.clip import judge_picture
from storyboard.judge.coherence import (
    Coherence,
    fastest_turn,
    judge_coherence,
    measure_coherence,
    measure_look,
)
from storyboard.layout import layout_film
from training.films.acted_boards import FIRST_SEED, draw, draw_tight, with_other_action

SIZE = (224, 128)
BOARD = """
storyboard: 1
title: Findings
scenes:
  - number: 4
    location: street
    lighting: {light}
    shots:
      - {{id: "4A", camera: "{size}, {move}", duration: 2s, action: "{action}"}}
      - {{id: "4B", camera: "WS, static", duration: 2s, action: "{action}"}}
locations:
  street: {{heading: EXT. STREET, looks: a wide city street}}
"""
ACTION = "A man in a red jacket stands still."


def read(light="day", size="FS", action=ACTION, move="static"):
    text = BOARD.format(light=light, size=size, action=action, move=move)
    return parse_shots(text, Path("findings.yaml"))


def layout(board, index=0, num_frames=1):
    shot = board.shots[index]
    path = staged_path(board, shot, num_frames=num_frames, aspect=SIZE[0] / SIZE[1])
    return layout_film(board, shot, path)


@cache
def film(light="day", size="FS", num_frames=1, index=0, action=ACTION, move="static"):
    filmed = layout(read(light, size, action, move), index, num_frames)
    return np.stack(list(filmed.pictures(SIZE)))


def judged(frames, light="day", size="FS"):
    """Findings by directive of frames, against a board with this light and size."""
    board = read(light, size)
    alternatives = Alternatives(layout(board, num_frames=len(frames)), board.shots[0])
    return {f.directive: f for f in judge_picture(frames, alternatives, board.shots[0])}


@pytest.mark.parametrize(
    ("light", "agree"),
    [
        ("night, cool, low-contrast, side left", {"time", "temperature", "contrast", "key side"}),
        ("sunset, warm, side right", {"time", "temperature", "key side"}),
    ],
)
def test_a_layout_agrees_with_everything_it_was_asked_for(light, agree):
    findings = judged(film(light), light)
    assert {f.verdict for f in findings.values()} <= {"agrees", "cannot tell"}
    assert {findings[name].verdict for name in agree} == {"agrees"}
    assert all(f.confidence > 0.6 for f in findings.values() if f.verdict == "agrees")


@pytest.mark.parametrize(
    ("requested", "filmed", "directive"),
    [
        ("night", "day", "time"),
        ("sunset", "dusk", "time"),
        ("day, warm", "day, cool", "temperature"),
        ("day, warm", "day", "temperature"),
        ("day, high-contrast", "day, low-contrast", "contrast"),
        ("night, low-contrast", "night, high-contrast", "contrast"),
        ("day, side left", "day, side right", "key side"),
    ],
)
def test_another_light_disagrees(requested, filmed, directive):
    finding = judged(film(filmed), requested)[directive]
    assert finding.verdict == "disagrees"
    assert finding.asked in requested


@pytest.mark.parametrize(
    ("requested", "filmed"),
    [("EWS", "MS"), ("CU", "WS"), ("MS", "EWS"), ("CU", "EWS"), ("MS", "WS")],
)
def test_another_size_disagrees(requested, filmed):
    assert judged(film(size=requested), size=requested)["size"].verdict != "disagrees"
    finding = judged(film(size=filmed), size=requested)["size"]
    assert finding.verdict == "disagrees"
    assert f"like {filmed}" in finding.measured


def test_what_a_shot_does_not_ask_is_not_judged():
    assert set(judged(film("night"), "night")) == {"size", "time"}


def test_a_picture_unlike_every_light_has_no_verdict():
    noise = np.random.default_rng(0).integers(0, 256, (1, 128, 224, 3)).astype(np.uint8)
    findings = judged(noise, "night, warm")
    assert findings["time"].verdict == findings["temperature"].verdict == "cannot tell"
    assert findings["time"].confidence == 0


def test_another_coat_does_not_change_the_light():
    other = film("night, warm", action="A woman in a white dress stands still.")
    findings = judged(other, "night, warm")
    assert findings["time"].verdict == findings["temperature"].verdict == "agrees"


@pytest.mark.parametrize("light", ["day", "sunset", "sunrise", "night"])
def test_in_another_coat_the_likeliest_light_is_the_same(light):
    other = film(light, action="A woman in a white dress stands still.")
    finding = judged(other, light)["time"]
    assert finding.verdict != "disagrees"
    assert finding.measured.startswith(f"like {light}:")


@pytest.mark.parametrize("action", [ACTION, "A woman in a white dress sits on a bench."])
def test_a_contrast_between_high_and_low_has_no_verdict(action):
    for asked in ("high-contrast", "low-contrast"):
        finding = judged(film("day", action=action), f"day, {asked}")["contrast"]
        assert finding.verdict == "cannot tell"


def test_frames_that_follow_from_one_another_are_steady_and_melting_ones_are_not():
    frames = film(num_frames=5, move="pan left")
    assert judge_coherence(measure_coherence(frames)).verdict == "agrees"
    random = np.random.default_rng(2)
    y, x = np.mgrid[0:128, 0:224].astype(np.float32)
    melted = []
    for frame in frames:
        bend = cv2.resize(random.normal(0, 2, (5, 8)).astype(np.float32), SIZE)
        melted.append(cv2.remap(frame, x + bend, y - bend, cv2.INTER_LINEAR))
    assert judge_coherence(measure_coherence(np.stack(melted))).verdict == "disagrees"
    flickering = np.stack([frame // (1 + k % 2) for k, frame in enumerate(frames)])
    assert judge_coherence(measure_coherence(flickering)).verdict == "disagrees"


def test_a_whip_pan_is_too_fast_to_tell_and_a_fast_pan_is_not():
    melting = Coherence(warp_error=0.3, flicker=0.01, tracked=0.9)
    turns = {
        move: fastest_turn(camera_path(read(move=move).shots[0], num_frames=17, aspect=16 / 9))
        for move in ("whip pan right", "pan right fast")
    }
    assert judge_coherence(melting, turns["whip pan right"]).verdict == "cannot tell"
    assert judge_coherence(melting, turns["pan right fast"]).verdict == "disagrees"


def drift(second_frames):
    shots = read().shots
    looks = [(shots[0], measure_look(film())), (shots[1], measure_look(second_frames))]
    return {finding.directive: finding for _, finding in judge_drift(looks)}


def test_shots_of_a_scene_do_not_drift_and_the_worst_pair_is_named():
    found = drift(film(index=1))
    assert set(found) == {"palette", "luminance", "sharpness"}
    assert "disagrees" not in {finding.verdict for finding in found.values()}
    assert "4A and 4B" in found["palette"].measured


def test_a_dim_or_a_soft_shot_drifts_from_its_scene():
    assert drift(film(index=1) // 4)["luminance"].verdict == "disagrees"
    soft = cv2.GaussianBlur(film(index=1)[0], (0, 0), 3.0)[None]
    assert drift(soft)["sharpness"].verdict == "disagrees"


def test_shots_that_ask_for_different_light_are_not_compared():
    day, night = read("day").shots[0], read("night").shots[1]
    look = measure_look(film())
    assert list(judge_drift([(day, look), (night, look)])) == []


def score(board, frames):
    filmed = layout(board, num_frames=len(frames))
    return {f.directive: f for f in score_clip(frames, filmed, board.shots[0]).findings}


def test_a_whole_clip_is_scored_camera_first():
    asked = {"light": "night", "action": WAITS, "move": "pan left"}
    findings = score(read(**asked), film(**asked, num_frames=17))
    names = ["camera", "size", "time", "subjects", "action", "coherence"]
    assert list(findings) == names
    for name in ("camera", "subjects", "action"):
        assert findings[name].verdict == "agrees", name


WAITS = "A man in a red jacket waits."
SITS = "A man in a red jacket sits on the ground."


@pytest.mark.parametrize("action", [SITS, "A man in a red jacket waves.", "A dog waits."])
def test_the_layout_of_something_else_is_not_called_obeyed(action):
    findings = score(read(action=WAITS), film(num_frames=3, action=action))
    assert findings["subjects"].verdict == findings["action"].verdict == "cannot tell"
    assert findings["action"].measured == "staged; the clip is not measured"
    its_own = score(read(action=action), film(num_frames=3, action=action))
    assert its_own["subjects"].verdict == its_own["action"].verdict == "agrees"


def test_an_action_that_the_picture_does_not_show_has_no_verdict():
    asked = {"size": "CU", "action": WAITS}
    findings = score(read(**asked), film(**asked, num_frames=3))
    assert findings["subjects"].verdict == "agrees"
    assert findings["action"].verdict == "cannot tell"
    assert "not visible here" in findings["action"].measured


def test_words_that_are_not_staged_have_no_verdict():
    action = "A man in a red jacket frobnicates the quux."
    findings = score(read(action=action), film(num_frames=3, action=action))
    assert findings["action"].verdict == "cannot tell"
    assert "not staged" in findings["action"].measured


def test_a_finding_is_one_sentence():
    finding = Finding("time", "night", "like day: luma 0.52", "disagrees", 0.98)
    assert finding.sentence == (
        "time: requested night, measured like day: luma 0.52 (confidence 0.98)"
    )


def test_the_table_counts_verdicts_and_right_ones():
    rows = [
        Row("time", "own", is_requested=True, verdict="agrees"),
        Row("time", "own", is_requested=True, verdict="cannot tell"),
        Row("time", "own", is_requested=False, verdict="disagrees"),
        Row("time", "own", is_requested=False, verdict="agrees"),
    ]
    line = table(rows).splitlines()[-1]
    assert line.split() == ["time", "own", "2", "1", "0", "1", "2", "1", "1", "0", "66.7%"]


def test_boards_of_the_staging_benchmark_are_seeded_and_pass_their_own_tests():
    drawn = draw(FIRST_SEED + 1)
    assert drawn == draw(FIRST_SEED + 1) != draw(FIRST_SEED + 2)
    assert with_other_action(drawn).action != drawn.action
    filmed = Filmed.of(drawn)
    assert list(defects(filmed)) == []
    waits = replace(drawn, people=0, cast=(), action="A dog waits.")
    assert staging_of_another(waits)[1] == []


def test_a_tight_shot_of_two_has_both_beside_the_middle():
    drawn = draw_tight(FIRST_SEED)
    one, two = (name.title() for name, _, _ in drawn.cast)
    talking = replace(drawn, action=f"{one} talks to {two}.", heading="INT. KITCHEN")
    assert list(pair_defects(Filmed.of(talking))) == []
