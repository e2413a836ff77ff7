from __future__ import annotations

from pathlib import Path

import pytest

from shots.problem import ShotListErrors
from shots.source.read_yaml import read_yaml


def data(content):
    read, source = read_yaml(content, Path("b.yaml"))
    assert source.problems == []
    return read


def stopped(content):
    with pytest.raises(ShotListErrors) as caught:
        read_yaml(content, Path("b.yaml"))
    return [(p.code, p.line, p.column, p.finding) for p in caught.value.problems]


@pytest.mark.parametrize(
    "text",
    ["16:9", "9:16", "1:30", "no", "yes", "on", "012", "0o14", "12E1", "1E3", "1_000", "true"],
)
def test_a_plain_scalar_stays_the_text_that_was_written(text):
    assert data(f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", ["", "~", "null", "Null"])
def test_an_empty_value_is_nothing(text):
    assert data(f"a: {text}\nb: c") == {"a": None, "b": "c"}


def test_quotes_make_an_empty_text_a_text():
    assert data("a: ''\nb: 'null'") == {"a": "", "b": "null"}


def test_keys_that_begin_with_x_are_the_authors():
    assert data("x-mine: &m {a: 1}\nb: {x-note: 2, c: *m}") == {"b": {"c": {"a": "1"}}}


def test_merge_keys_merge_and_what_is_written_wins():
    text = "x-a: &a {t: 1, u: 2}\nx-b: &b {t: 3, v: 4}\nc:\n  <<: [*a, *b]\n  u: 5"
    assert data(text) == {"c": {"t": "1", "v": "4", "u": "5"}}


def test_a_merged_value_stands_where_it_was_written():
    _, source = read_yaml("x-a: &a {t: 1}\nc:\n  <<: *a", Path("b.yaml"))
    assert source.span(("c", "t")).line == 0


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffa: b\r\nc: d\r\n",
        "\ufeffa: b\nc: d".encode(),
        "a: b\nc: d".encode("utf-16"),
        "a: b\rc: d\r",
    ],
)
def test_marks_and_line_ends_of_other_systems_are_read(content):
    assert data(content) == {"a": "b", "c": "d"}


def test_lines_are_counted_the_same_with_other_line_ends():
    _, source = read_yaml("a: b\r\nc: d\r\n", Path("b.yaml"))
    assert source.span(("c",)).line == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: b\nc: \xff", ("SB001", 2, 4, "byte 0xff is not UTF-8 text")),
        ("a: b\nc: \0", ("SB001", 2, 4, "character U+0000 is not allowed in a text file")),
        ("a: \ud800", ("SB001", 1, 4, "character U+D800 is not allowed in a text file")),
        (b"\xff\xfea", ("SB001", 1, 1, "byte 0x61 is not UTF-16 text")),
        ("a: b\n---\nc: d", ("SB001", 2, 1, "a second document begins here")),
        ("[" * 60, ("SB009", 1, 42, "blocks are nested more than 40 deep")),
        ("[" * 100_000, ("SB009", 1, 1001, "blocks are nested more than 40 deep")),
        ("- " * 100_000, ("SB009", 1, 83, "blocks are nested more than 40 deep")),
        ("a:\n  - b\n\t- c", ("SB002", 3, 1, "a tab in the indent")),
    ],
)
def test_what_is_no_board_is_refused_with_a_place(content, problem):
    assert stopped(content) == [problem]


def test_a_bomb_of_aliases_is_refused():
    text = "x0: &x0 [a,a,a,a,a,a,a,a,a,a]\n"
    for k in range(1, 9):
        text += f"x{k}: &x{k} [{','.join([f'*x{k - 1}'] * 10)}]\n"
    ((code, *_, finding),) = stopped(text)
    assert (code, finding) == ("SB009", "the file expands to more than 400,000 values")


def test_an_anchor_inside_itself_is_refused():
    _, source = read_yaml("a: &a [*a]", Path("b.yaml"))
    assert [problem.finding for problem in source.problems] == ['anchor "a" is not defined']


def test_an_escaped_control_character_is_refused():
    _, source = read_yaml('a: "\\0"', Path("b.yaml"))
    assert [problem.code for problem in source.problems] == ["SB008"]
