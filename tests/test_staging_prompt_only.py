"""Each word of an action changes its layout, is reported, or is listed as left to the prompt."""

from __future__ import annotations

import pytest

from tests.test_staging_reading import read

# Action, and the words that only the prompt has.
CASES = [
    ("Anna stares at her phone.", ""),
    ("Anna thoughtfully stares at her old phone.", "thoughtfully | old"),
    ("Anna waits alone in sorrow.", "alone"),
    ("Anna lies motionless on the bed.", "motionless"),
    ("Anna sits on the bed in front of the window.", ""),
    ("Anna slowly walks to the window.", ""),
    ("Anna lights a candle for her mother.", "mother"),
    ("Anna taps Ben on the shoulder.", "shoulder"),
    ("Rain falls on the empty bed.", "empty"),
    ("A woman in a red coat waits in the bedroom.", ""),
    ("A mournful woman waits in the kitchen.", "kitchen"),
    ("Three wolves run past a tall tree.", "tall"),
]


@pytest.mark.parametrize(("action", "words"), CASES, ids=[action for action, _ in CASES])
def test_a_word_without_effect_is_listed(action, words):
    assert " | ".join(read(action, "INT. BEDROOM").prompt_only) == words


def test_a_reported_word_is_not_listed_again():
    reading = read("Anna closes her eyes and frobnicates the faded photograph.")
    reported = " ".join(each.words for each in reading.not_staged)
    assert "frobnicates" in reported
    assert not {"frobnicates", "faded"} & set(" ".join(reading.prompt_only).split())
