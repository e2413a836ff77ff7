"""One sentence becomes a board with variants: the same one every time, and without an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shots import parse_shots
from storyboard.cli.main import run
from storyboard.interchange.campaign_sentence import (
    SentenceError,
    read_axes,
    take_apart,
    write_campaign,
)

TRAM = "A woman in a yellow raincoat runs for the last tram in heavy rain."
AXES = ["format=16:9,9:16,1:1", "length=full,15s,6s", "locale=en-US,fr-FR"]


def board_of(sentence: str, axes=AXES):
    return parse_shots(write_campaign(sentence, read_axes(axes)), Path("board.yaml"))


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        (TRAM, ("a woman in a yellow raincoat", "runs for the last tram", "heavy rain")),
        ("Two dancers meet on a roof at dawn", ("two dancers", "meet", "a roof at dawn")),
        ("Rain falls.", ("rain", "falls", "")),
        ("A new bicycle in a bright studio", ("a new bicycle", "moves slowly", "a bright studio")),
        ("A glass breaks", ("a glass", "breaks", "")),
    ],
)
def test_a_sentence_is_taken_apart_at_its_verb_and_its_place(sentence, parts):
    found = take_apart(sentence)
    assert (found.who, found.does, found.place) == parts


def test_the_board_has_its_variants_and_every_cut_down_is_exactly_as_long_as_it_says():
    board = board_of(TRAM)
    assert len(board.variants) == 18
    assert [each for each in board.notices if each.code.startswith("SB4")] == []
    for variant in board.variants:
        if variant.length_s is not None:
            shown = sum(board.shot(name).duration_s for name in variant.shots)
            assert shown + variant.end_card.duration_s == variant.length_s
    square, upright = (
        next(v for v in board.variants if v.values["format"] == each) for each in ("1:1", "9:16")
    )
    assert (square.is_reframed, upright.is_reframed) == (True, False)


def test_the_same_sentence_gives_the_same_board_and_another_one_another_seed():
    axes = read_axes(AXES)
    assert write_campaign(TRAM, axes) == write_campaign(TRAM, axes)
    assert board_of(TRAM).style.seed != board_of("A dog barks.").style.seed


@settings(deadline=None, max_examples=60)
@given(
    sentence=st.text(max_size=60).map(lambda text: f"A dog {text} barks {text}"),
    lengths=st.lists(st.integers(4, 240), min_size=1, max_size=4, unique=True),
)
def test_any_sentence_and_any_lengths_give_a_board_without_an_error(sentence, lengths):
    axes = read_axes([f"length=full,{','.join(f'{n / 2:g}s' for n in lengths)}", "format=16:9,4:5"])
    try:
        text = write_campaign(sentence, axes)
    except SentenceError:
        return
    board = parse_shots(text, Path("board.yaml"))
    assert len(board.variants) == 2 * (len(lengths) + 1)
    assert not [each for each in board.notices if each.code == "SB406"]


BAD = {
    "word": (["format=16:9"], "Rain", "must be a sentence of at least 2 words"),
    "axis": (["format"], TRAM, "'format': no axis, must be like format=16:9,9:16."),
    "value": (["format=969"], TRAM, "'format=969': \"969\" is a number, not a ratio"),
    "short": (["length=1s"], TRAM, "length=1s: must be 2s to 600s, in whole frames at 24"),
    "near": (["length=6s,145f"], TRAM, "lengths 6s and 145f: too near"),
    "name": (["version=1,2"], TRAM, "version cannot be an axis here"),
    "many": (["a=" + ",".join(map(str, range(501)))], TRAM, "501 variants, must be at most 500"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_board_can_be_made_of_is_said(name):
    axes, sentence, message = BAD[name]
    with pytest.raises(SentenceError) as error:
        write_campaign(sentence, read_axes(axes))
    assert message in str(error.value)


def test_the_command_writes_a_board_and_overwrites_none(tmp_path, capsys):
    board = tmp_path / "new" / "spot.yaml"
    command = ["campaign", TRAM, "--axes", *AXES, "-o", str(board)]
    assert run(command) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"wrote {board}: 7 shots, 18 variants"
    before = board.read_bytes()
    assert run(command) == 2
    assert board.read_bytes() == before
    assert run(["campaign", "Rain", "-o", str(tmp_path / "no.yaml")]) == 2
    assert "must be a sentence" in capsys.readouterr().err
