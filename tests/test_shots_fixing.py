"""`check --fix`: what has one safe answer is mended where it stands, and nothing else changes."""

from __future__ import annotations

import pytest

from shots import load_shots
from shots.load import fix_board
from shots.vocabulary.terms import only_match

BOARD = """\
# a board with mistakes
titel: T      # a comment
format: {aspect: 969}
style: {Seed-Policy: scene}
model: {quality: prevew}
scenes:
  - number: 1
    shots:
      - id: 1
        camera: MCU, folow slow, 85mm   # and another
        Action: >
          Rain   falls.
"""


def fixed(tmp_path, content):
    path = tmp_path / "board.yaml"
    path.write_bytes(content)
    result = fix_board(path)
    return result.contents.get(path, content), [problem.fix for problem in result.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_what_was_wrong_changes(tmp_path, encoding, newline):
    def encoded(text):
        return text.replace("\n", newline).encode(encoding)

    right = (
        BOARD.replace("titel", "title")
        .replace("969", "16:9")
        .replace("Seed-Policy", "seed-policy")
        .replace("prevew", "preview")
        .replace("folow slow", "follow slow")
        .replace("Action", "action")
    )
    content, fixes = fixed(tmp_path, encoded(BOARD))
    assert content == encoded(right)
    assert fixes == ["title", "16:9", "seed-policy", "preview", "follow slow", "action"]
    (tmp_path / "board.yaml").write_bytes(content)
    assert load_shots(tmp_path / "board.yaml").notices == ()


def test_a_misspelt_term_of_lighting_is_replaced(tmp_path):
    shot = "{id: 1, action: Rain falls., lighting: "
    text = "scenes:\n  - number: 1\n    shots:\n      - " + shot + "'hard, moonligt'}\n"
    content, fixes = fixed(tmp_path, text.encode())
    assert content == text.replace("moonligt", "moonlight").encode()
    assert fixes == ["moonlight"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("camera: MCU, follow slow, 85mm", "camera: MSS"),  # MS, MLS or MWS
        ("camera: MCU, follow slow, 85mm", "camera: CU, ECU"),
        ("camera: MCU, follow slow, 85mm", "duration: 90"),  # seconds, frames or 1:30
        ("camera: MCU, follow slow, 85mm", "subjects: [mara]"),
        ("camera: MCU, follow slow, 85mm", "title: #one"),
        ("id: 1", "id: 1I"),
    ],
)
def test_what_a_person_has_to_decide_stays(tmp_path, right, wrong):
    board = (
        BOARD.replace("titel", "title").replace("969", "16:9").replace("Seed-Policy", "seed-policy")
    )
    board = board.replace("prevew", "preview").replace("folow", "follow").replace("Act", "act")
    content = board.replace(right, wrong).encode()
    assert content != board.encode()
    assert fixed(tmp_path, content) == (content, [])


def test_a_colour_without_quotes_gets_them(tmp_path):
    content, fixes = fixed(tmp_path, BOARD.replace("titel: T  ", "title: #ff0000").encode())
    assert b'title: "#ff0000"' in content
    assert fixes[0] == '"#ff0000"'


def test_a_mistake_in_an_included_file_is_mended_there(tmp_path):
    (tmp_path / "cast.yaml").write_text("characters:\n  mara: {Looks: a woman}\n")
    path = tmp_path / "board.yaml"
    path.write_text(
        "include: cast.yaml\nscenes: [{number: 1, shots: [{id: 1, action: Mara runs.}]}]"
    )
    result = fix_board(path)
    assert list(result.contents) == [tmp_path / "cast.yaml"]
    assert result.contents[tmp_path / "cast.yaml"] == b"characters:\n  mara: {looks: a woman}\n"


def test_only_one_name_may_be_meant():
    assert only_match("Seed_Policy", ["seed", "seed-policy"]) == "seed-policy"
    assert only_match("prieview", ["preview", "final"]) == "preview"
    assert only_match("lightning", ["lighting", "lightings"]) == ""
    assert only_match("sed", ["seed"]) == ""
