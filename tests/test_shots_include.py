from __future__ import annotations

import pytest

from shots import ShotListErrors, load_shots

BOARD = """\
include: [cast.yaml, scenes/one.yaml]
title: T
scenes:
  - number: 2
    shots:
      - {id: 2, subjects: [mara], lighting: rain, action: Mara turns.}
"""
CAST = """\
title: Cast
characters:
  mara: {name: MARA, looks: a woman}
lighting: {rain: night}
style: {seed: 7, texture: grain}
"""
ONE = """\
scenes:
  - number: 1
    shots:
      - {id: 1, subjects: [mara], action: Mara walks.}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scenes").mkdir()
    write(tmp_path, {"board.yaml": BOARD, "cast.yaml": CAST, "scenes/one.yaml": ONE})
    return tmp_path


def write(folder, files):
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def problems(folder):
    with pytest.raises(ShotListErrors) as caught:
        load_shots(folder / "board.yaml")
    return [
        (str(p.path.relative_to(folder)), p.line, p.column, p.code, p.finding)
        for p in caught.value.problems
    ]


def test_included_files_are_part_of_the_board(folder):
    board = load_shots(folder / "board.yaml")
    assert [shot.id for shot in board.shots] == ["1", "2"]
    assert (board.title, board.style.seed, board.shots[1].lighting.time) == ("T", 7, "night")
    assert [path.name for path in board.files] == ["board.yaml", "cast.yaml", "one.yaml"]


def test_what_a_file_says_itself_wins_key_by_key(folder):
    write(folder, {"board.yaml": BOARD + "style: {seed: 8}\ncharacters: {mara: {looks: a girl}}\n"})
    board = load_shots(folder / "board.yaml")
    assert (board.style.seed, board.style.texture) == (8, "grain")
    assert board.characters["mara"].looks == "a girl"


def test_the_board_may_decide_between_two_included_files(folder):
    write(folder, {"scenes/one.yaml": f"title: One\n{ONE}style: {{seed: 9}}"})
    write(folder, {"board.yaml": BOARD + "style: {seed: 8}\n"})
    board = load_shots(folder / "board.yaml")
    assert (board.title, board.style.seed, board.style.texture) == ("T", 8, "grain")


def test_an_included_file_includes_by_its_own_folder(folder):
    write(folder, {"scenes/one.yaml": f"include: two.yaml\n{ONE}", "scenes/two.yaml": "code: AB"})
    assert load_shots(folder / "board.yaml").code == "AB"


def test_a_file_that_is_included_twice_counts_once(folder):
    write(folder, {"scenes/one.yaml": f"include: two.yaml\n{ONE}", "scenes/two.yaml": "code: AB"})
    write(folder, {"board.yaml": BOARD.replace("[cast.yaml", "[scenes/two.yaml, cast.yaml")})
    board = load_shots(folder / "board.yaml")
    assert (board.code, len(board.files), len(board.shots)) == ("AB", 4, 2)


def test_a_mistake_in_an_included_file_has_its_place_there(folder):
    write(folder, {"scenes/one.yaml": ONE.replace("Mara walks.", "Mara walks., camera: folow")})
    assert problems(folder) == [
        ("scenes/one.yaml", 4, 64, "SB101", 'camera term "folow" is not in the vocabulary')
    ]


def test_a_warning_in_an_included_file_has_its_place_there(folder):
    write(folder, {"scenes/one.yaml": ONE.replace("Mara walks.", "A wall.")})
    (notice,) = load_shots(folder / "board.yaml").notices
    assert (notice.path.name, notice.line, notice.code) == ("one.yaml", 4, "SB204")


def test_a_value_from_an_included_file_says_so(folder):
    origin = load_shots(folder / "board.yaml").origin("2", "lighting.time")
    assert (origin.line, origin.file.name, origin.via) == (4, "cast.yaml", "rain")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"cast.yaml": f"include: board.yaml\n{CAST}"},
            ("cast.yaml", 1, 10, "SB013",
             "files include each other in a ring: board.yaml -> cast.yaml -> board.yaml"),
        ),
        (
            {"scenes/one.yaml": f"{ONE}characters: {{mara: {{looks: a girl}}}}"},
            (
                *("scenes/one.yaml", 5, 14, "SB014"),
                '"characters.mara" is defined in two included files',
            ),
        ),
        (
            {"scenes/one.yaml": f"author: A\n{ONE}", "cast.yaml": f"author: B\n{CAST}"},
            ("scenes/one.yaml", 1, 1, "SB014", '"author" is defined in two included files'),
        ),
        (
            {"board.yaml": BOARD.replace("cast.yaml", "cats.yaml")},
            ("board.yaml", 1, 11, "SB001", 'the included file "cats.yaml" cannot be read'),
        ),
        (
            {"board.yaml": BOARD.replace("cast.yaml", "../cast.yaml")},
            ("board.yaml", 1, 11, "SB008", 'path "../cast.yaml" leaves the folder of the board'),
        ),
        (
            {"cast.yaml": "- mara"},
            ("cast.yaml", 1, 1, "SB005", "an included file must be a block of keys"),
        ),
        (
            {"cast.yaml": f"x-a: &a {{code: A}}\n<<: *a\n{CAST}"},
            ("cast.yaml", 2, 5, "SB005", "<< at the top of an included file"),
        ),
        (
            {"cast.yaml": "title: [T"},
            ("cast.yaml", 1, 8, "SB001",
             "did not find expected ',' or ']', while parsing a flow sequence"),
        ),
        (
            {"board.yaml": BOARD.replace("[cast.yaml", "[{}")},
            ("board.yaml", 1, 11, "SB005", "an item of include is a block, must be text"),
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_included_is_said_where_it_stands(folder, files, problem):
    write(folder, files)
    assert problem in problems(folder)


def test_a_link_that_leaves_the_folder_is_not_followed(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "cast.yaml"
    outside.write_text(CAST)
    (folder / "cast.yaml").unlink()
    (folder / "cast.yaml").symlink_to(outside)
    assert problems(folder)[0][3:] == ("SB008", 'path "cast.yaml" leaves the folder of the board')
