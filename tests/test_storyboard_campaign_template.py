"""One template gives a campaign board: the same one every time, and without an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shots import parse_shots
from storyboard.cli.main import run
from storyboard.interchange.campaign_template import CampaignError, read_axes, write_campaign

PERFUME = "a bottle of perfume"
AXES = ["format=16:9,9:16,1:1", "length=full,15s,6s", "locale=en-US,fr-FR"]


def board_of(subject: str, axes=AXES):
    return parse_shots(write_campaign(subject, read_axes(axes)), Path("board.yaml"))


def test_the_board_has_its_variants_and_every_cut_down_is_exactly_as_long_as_it_says():
    board = board_of(PERFUME)
    assert len(board.variants) == 18
    assert board.notices == ()
    for variant in board.variants:
        if variant.length_s is not None:
            shown = sum(board.shot(name).duration_s for name in variant.shots)
            assert shown + variant.end_card.duration_s == variant.length_s
    square, upright = (
        next(v for v in board.variants if v.values["format"] == each) for each in ("1:1", "9:16")
    )
    assert (square.is_reframed, upright.is_reframed) == (True, False)


def test_a_longer_cut_down_keeps_the_shots_of_a_shorter_one():
    board = board_of(PERFUME, ["length=6s,15s,30s"])
    assert [variant.shots for variant in board.variants] == [
        ("1B", "1C"),
        ("1A", "1B", "1C", "1D"),
        ("1", "1A", "1B", "1C", "1D", "1E"),
    ]


def test_the_same_subject_gives_the_same_board_and_another_one_another_seed():
    axes = read_axes(AXES)
    assert write_campaign(PERFUME, axes) == write_campaign(PERFUME, axes)
    assert board_of(PERFUME).style.seed != board_of("a dog").style.seed


ODD = [
    'a "quoted" word', "it's", "a: b", "a # b", "- a", "{a}, [b]", "&a *b !c", "null",
    "<b>bold</b>", "[bold]markup[/bold]", "{code}", "$subject", "100%", "a\\b", "日本 😀", "@a",
    "|", "~", "1e3",
]  # fmt: skip


@pytest.mark.parametrize("subject", ODD)
def test_odd_text_is_in_the_board_word_for_word(subject):
    board = board_of(subject)
    assert board.title == board.characters["hero"].looks == subject
    assert {each.end_card.text for each in board.variants if each.end_card} == {subject}


def test_line_breaks_and_control_characters_become_spaces():
    assert board_of("a\n bottle\r\n\x00of\tperfume ").title == PERFUME


@settings(deadline=None, max_examples=60)
@given(
    subject=st.text(max_size=60).map(lambda text: f"a dog {text} barks {text}"),
    lengths=st.lists(st.integers(2, 80), min_size=1, max_size=4, unique=True),
)
def test_any_subject_and_any_lengths_give_a_board_without_an_error(subject, lengths):
    axes = read_axes([f"length=full,{','.join(f'{n / 2:g}s' for n in lengths)}", "format=16:9,4:5"])
    try:
        text = write_campaign(subject, axes)
    except CampaignError:
        assert not all(7 <= length <= 60 for length in lengths)
        return
    board = parse_shots(text, Path("board.yaml"))
    assert len(board.variants) == 2 * (len(lengths) + 1)
    assert not [each for each in board.notices if each.code == "SB406"]


def test_a_value_that_yaml_would_read_as_something_else_stays_a_text():
    board = board_of(PERFUME, ["locale=en,null,no", "client=1e3,true"])
    assert {each.values["locale"] for each in board.variants} == {"en", "null", "no"}
    assert {each.values["client"] for each in board.variants} == {"1e3", "true"}


BAD = {
    "empty": ([], " \n", "subject: 0 characters, must be 1 to 300. Write what the film shows, "
              "like a bottle of perfume."),
    "long": ([], "a" * 301, "subject: 301 characters, must be 1 to 300. Write what the film shows, "
             "like a bottle of perfume."),
    "axis": (["format"], PERFUME, "'format': not an axis, must be like format=16:9,9:16."),
    "value": (["format=969"], PERFUME, "'format=969': \"969\" is a number, not a ratio "
              "(write 16:9)."),
    "file": (["client=a/b"], PERFUME, "'client=a/b': \"a/b\" cannot be part of a file name "
             "(use letters, digits, -, _, + and dots)."),
    "short": (["length=1s"], PERFUME, "length=1s: must be 3.5s to 30s, in whole frames at 24 fps. "
              "Choose another length."),
    "frames": (["length=6.01s"], PERFUME, "length=6.01s: must be 3.5s to 30s, in whole frames "
               "at 24 fps. Choose another length."),
    "name": (["version=1,2"], PERFUME, "'version=1,2': the axis version is a reserved name. "
             "Use another name."),
    "twice": (["a=1", "a=2"], PERFUME, "'a=2': the axis a is used twice. Use another name."),
    "many": (["a=" + ",".join(map(str, range(501)))], PERFUME, "501 variants, must be at most 500. "
             "Shorten an axis."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_board_that_cannot_be_written_is_refused_with_a_reason(name):
    axes, subject, message = BAD[name]
    with pytest.raises(CampaignError) as error:
        write_campaign(subject, read_axes(axes))
    assert str(error.value) == message


def test_the_command_writes_a_board_and_overwrites_none(tmp_path, capsys):
    board = tmp_path / "new" / "spot.yaml"
    command = ["campaign", PERFUME, "--axes", *AXES, "-o", str(board)]
    assert run(command) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"wrote {board}: 6 shots, 18 variants"
    before = board.read_bytes()
    assert run(command) == 2
    assert board.read_bytes() == before
    assert run(["campaign", " ", "-o", str(tmp_path / "no.yaml")]) == 2
    assert "subject: 0 characters" in capsys.readouterr().err
