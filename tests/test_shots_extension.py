"""A writer may add what is seen; it may not direct."""

from __future__ import annotations

from pathlib import Path

import pytest

from shots import compile_prompt, parse_shots
from shots.prompt.extension import MAX_WORDS, extend

PROMPT = "Full shot, night time. A woman in a red coat waits. The camera pans left slowly."


def test_what_is_seen_is_added_and_the_author_s_words_stay():
    text = "Rain beads on the wool. Her breath\nclouds in the cold air."
    extension = extend(PROMPT, text)
    assert extension.added == "Rain beads on the wool. Her breath clouds in the cold air."
    assert extension.refused == ()


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The view zooms in on her eyes.", "zoom"),
        ("The camera waits.", "mentions the camera"),
        ("A close-up shows her hands.", "close-up"),
        ("Sunset glows behind the roofs.", "sunset"),
        ("It is bathed in warm colors.", "warm colors"),
        ('She says "never again".', "quotes"),
        ("- wet stones, a lamp {on}.", "list marks"),
        ("Нет никого.", "non-ASCII"),
        ("A woman in a red coat waits.", "already"),
    ],
)
def test_what_directs_or_repeats_is_left_out_with_its_reason(sentence, reason):
    extension = extend(PROMPT, f"Rain falls. {sentence}")
    assert extension.added == "Rain falls."
    ((left, why),) = extension.refused
    assert left in sentence
    assert reason.casefold() in f"{why} {left}".casefold()


def test_what_the_shot_asks_for_may_be_said():
    assert extend(PROMPT, "At night time the street shines.").refused == ()


def test_a_sentence_that_was_cut_off_is_none():
    assert extend(PROMPT, "Rain falls. Her coat is").added == "Rain falls."


def test_a_prompt_stays_under_its_length():
    text = " ".join(f"Stone number {k} is wet and shines a little." for k in range(60))
    extension = extend(PROMPT, text)
    assert len(f"{PROMPT} {extension.added}".split()) <= MAX_WORDS
    assert extension.refused[-1][1] == f"the prompt would be longer than {MAX_WORDS} words"


def test_every_word_that_directs_the_camera_or_the_light_of_another_shot_is_refused():
    board = parse_shots(
        "storyboard: 1\ndefaults: {camera: 'EWS, aerial, orbit right', lighting: 'dawn'}\n"
        "scenes: [{number: 1, shots: [{id: 1, action: A ship sails.}]}]\n",
        Path("board.yaml"),
    )
    directs = compile_prompt(board, board.shots[0]).positive
    kept = extend(PROMPT, directs).added
    assert "A ship sails." in kept
    assert "orbit" not in kept.casefold()
    assert "dawn" not in kept.casefold()
