"""Scripts become boards: every heading and character is found, and what is lost is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shots import parse_shots
from storyboard.interchange.draft_text import scalar, write_board
from storyboard.interchange.import_report import ImportReport, InterchangeError
from storyboard.interchange.screenplay.final_draft import read_fdx
from storyboard.interchange.screenplay.fountain import read_fountain
from storyboard.interchange.screenplay.screenplay_draft import make_draft

HERE = Path(__file__).parent
SCRIPTS = HERE / "scripts"
GOLDEN = HERE / "golden"

QUICK = settings(
    max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)

# Script → headings as the board has them, characters, losses (line, kind, text), guesses (line).
EXPECTED = {
    "harbour": (
        ["12 EXT. HARBOUR DAWN", "12A INT. HARBOUR OFFICE CONTINUOUS", "13 EXT. HARBOUR DAY"],
        ["JONAS", "RADIO"],
        [
            (2, "emphasis", "The Harbour Light"),
            (30, "emphasis", "shakes"),
            (46, "page break", "==="),
            (56, "comment", "The old ending:\nJonas drowns."),
            (59, "transition", "CUT TO BLACK."),
        ],
        [29],
    ),
    "duet": (["1 INT. REHEARSAL ROOM DAY", "2 INT. STAGE NIGHT"], ["ANNA", "BEN"], [], []),
    "forced": (
        ["1 SNIPER SCOPE POV", "7B FLASHBACK - THE ROOF", "8 ÉCOLE - JOUR"],
        ["McClane", "ÉLODIE", "DEALER #2", "MR. O'BRIEN-SMITH"],
        [
            (19, "comment", "too long"),
            (21, "transition", "Burn to white."),
            (29, "emphasis", "Emil"),
            (29, "emphasis", "one"),
        ],
        [],
    ),
    "lower": (
        [
            "1 INT. KITCHEN MORNING",
            "2 INT. KITCHEN LATER",
            "3 I/E. CAR - MOVING - NIGHT NIGHT",
            "4 I./E. CAR - NIGHT NIGHT",
            "5 EST. THE VALLEY DUSK",
            "6 EXT. ROAD MAGIC HOUR",
            "7 INT./EXT. BARN SAME",
        ],
        ["TOM"],
        [],
        [],
    ),
    "dense": (
        ["1 INT. NEWSROOM NIGHT", "2 EXT. CITY HALL NIGHT", "3 EXT. STREET LATER"],
        ["MAYA", "PETE", "MAYOR"],
        [],
        [1, 12, 17],
    ),
}


def make_board(content, name="script.fountain"):
    """A board from a script, its text, and the report."""
    report = ImportReport(Path(name))
    read = read_fdx if name.endswith(".fdx") else read_fountain
    text = write_board(make_draft(read(content, report), report))
    return parse_shots(text, Path("board.yaml")), text, report


def from_script(text, name="script.fountain"):
    return make_board(text.encode(), name)


def shots_of(text):
    return {shot.id: shot for shot in from_script(text)[0].shots}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_heading_and_character_is_found_and_the_losses_are_exact(name):
    board, _, report = make_board((SCRIPTS / f"{name}.fountain").read_bytes())
    headings, characters, losses, guesses = EXPECTED[name]
    assert [f"{k.number} {k.heading} {k.time}".strip() for k in board.scenes] == headings
    assert [who.name for who in board.characters.values()] == characters
    assert sorted((k.line, k.what, k.text) for k in report.losses) == losses
    assert sorted(remark.line for remark in report.remarks) == guesses


@pytest.mark.parametrize("name", EXPECTED)
def test_no_word_of_a_script_is_in_neither_board_nor_report(name):
    content = (SCRIPTS / f"{name}.fountain").read_text()
    _, text, report = from_script(content)
    assert words(content) - words(text) - words("\n".join(report.render())) <= FORM


# What is said by where it stands on the board: keys, transitions that are the rule, typography.
FORM = {
    "title",
    "author",
    "authors",
    "shot",
    "d",
    "cont",
    "to",
    "cut",
    "in",
    "out",
    "est",
    "e",
    "i",
}


def words(text):
    return set(re.findall(r"[^\W_]+", text.casefold()))


def test_a_script_reads_like_a_board_that_somebody_wrote(request):
    _, text, _ = make_board((SCRIPTS / "harbour.fountain").read_bytes(), "harbour.fountain")
    golden = GOLDEN / "harbour.yaml"
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_a_note_alone_begins_a_shot_that_lasts_to_the_next():
    shots = shots_of(
        "INT. A - DAY\n\n[[shot: 1A, CU]]\nHe runs.\n\nHe stops.\n\n[[shot: 1B]]\n\nEnd."
    )
    assert {key: shot.action for key, shot in shots.items()} == {
        "1A": "He runs. He stops.",
        "1B": "End.",
    }


def test_a_note_behind_text_is_about_its_paragraph():
    shots = shots_of(
        "INT. A - DAY\n\nHe runs and\njumps. [[shot: 1A, CU]]\n\nHe stops. [[shot: 1B]]"
    )
    assert {key: shot.action for key, shot in shots.items()} == {
        "1A": "He runs and jumps.",
        "1B": "He stops.",
    }


def test_a_note_within_text_divides_it():
    shots = shots_of("INT. A - DAY\n\nHe runs. [[shot: 1A, CU]] He stops.")
    assert {key: shot.action for key, shot in shots.items()} == {"1": "He runs.", "1A": "He stops."}


def test_a_note_in_a_speech_takes_the_words_it_is_about():
    shots = shots_of("INT. A - DAY\n\nANNA\nFirst. [[shot: 1A]]\nSecond. [[shot: 1B]]\n")
    assert {key: [line.line for line in shot.dialogue] for key, shot in shots.items()} == {
        "1A": ["First."],
        "1B": ["Second."],
    }


def test_a_shot_note_fills_camera_light_length_and_join():
    note = "3B, MCU, low, push in slow then tilt up, 85mm, night, side left, symmetrical, 48f, MOS"
    shot = shots_of(f"INT. A - DAY\n\n[[shot: {note}, dissolve 8f]]\nHe runs.")["3B"]
    assert (shot.camera.size, shot.camera.angle, shot.camera.lens_mm) == ("MCU", "low", 85)
    assert shot.camera.movement == ("push-in", "tilt-up")
    assert (shot.lighting.time, shot.lighting.direction, shot.lighting.side) == (
        "night", "side", "left",
    )  # fmt: skip
    assert (shot.composition, shot.duration_s, shot.sound.is_mos) == ("symmetrical", 2, True)
    assert (shot.transition_in.kind, shot.transition_in.frames) == ("dissolve", 8)


def test_what_a_shot_note_does_not_say_in_words_of_the_language_goes_into_notes():
    board, _, report = from_script("INT. A - DAY\n\n[[shot: 1A, CU, folow, ECU]]\nHe runs.")
    assert board.shots[0].notes == "folow\nECU"
    assert [(k.line, k.finding, k.remedy) for k in report.remarks] == [
        (3, 'shot note: "folow" is kept as a note', 'did you mean "follow"?'),
        (3, 'shot note: "ECU" is kept as a note', '"CU" sets the same field, keep one of them'),
    ]


def test_lengths_that_are_no_whole_frames_are_mended_and_told():
    board, _, report = from_script("INT. A - DAY\n\n[[shot: 1A, 1.3s]]\nHe runs.")
    assert board.shots[0].duration_s * 24 == 31
    assert (
        report.remarks[0].finding
        == "1.3s is not a whole number of frames at 24 fps, rounded to 31f"
    )


def test_dual_dialogue_begins_at_one_time():
    board, _, _ = make_board((SCRIPTS / "duet.fountain").read_bytes())
    lines = [(line.who, line.at_s) for line in board.shots[0].dialogue]
    assert lines == [("anna", None), ("anna", 1.5), ("ben", 1.5), ("anna", None)]


def test_a_shot_is_as_long_as_what_is_said_in_it():
    shot = shots_of(f"INT. A - DAY\n\nANNA\n{'word ' * 50}\n")["1"]
    assert shot.duration_s == 21


def test_who_is_off_the_screen_is_not_in_the_picture():
    board, _, _ = from_script("INT. A - DAY\n\nRain.\n\nANNA (V.O.)\nHello.\n\nBEN (CONT'D)\nHi.")
    assert board.shots[0].subjects == ("ben",)
    assert board.shots[0].notes == "ANNA (V.O.)"


def test_numbers_that_clash_are_given_anew():
    text = "INT. A #1#\n\nX.\n\nINT. B #1#\n\nX.\n\nINT. C\n\nX.\n\nINT. D #3#\n\nX."
    board, _, report = from_script(text)
    assert [scene.number for scene in board.scenes] == ["1", "2", "2A", "3"]
    assert report.remarks[0].finding == 'scene number "1" is used twice, renumbered'


def test_set_ups_skip_letters_and_scenes():
    actions = "\n\n".join(f"He runs {k}." for k in range(28))
    board, _, _ = from_script(f"INT. A #1#\n\n{actions}\n\nINT. B #1B#\n\nX.\n\nY.")
    ids = [shot.id for shot in board.shots]
    assert ids[:3] == ["1", "1A", "1C"]
    assert "1I" not in ids
    assert "1O" not in ids
    assert ids[-6:] == ["1AA", "1AB", "1AC", "1AD", "1B-1", "1B-2"]


def test_keys_never_begin_with_the_mark_of_private_keys():
    board, _, _ = from_script(
        "INT. X-RAY ROOM - DAY\n\nX-MAN\nHello.\n\n.X\n\nRain.\n\n.X?\n\nRain."
    )
    assert list(board.locations) == ["x_ray-room", "x", "x_2"]
    assert list(board.characters) == ["x_man"]


def test_a_script_in_another_encoding_is_read_and_told():
    board, _, report = make_board("INT. CAFÉ - DAY\n\nLà.".encode("cp1252"))
    assert board.scenes[0].heading == "INT. CAFÉ"
    assert report.remarks[0].finding == "byte 0xc9 is not UTF-8 text, read as Windows-1252"
    assert make_board("INT. CAFÉ - DAY\n\nLà.".encode("utf-16"))[0].scenes[0].heading == "INT. CAFÉ"


def test_an_empty_script_is_a_board_with_one_shot():
    board, _, report = from_script("")
    assert [shot.id for shot in board.shots] == ["1"]
    assert report.remarks[0].finding == "the script has no scene, an empty one was added"


def test_a_script_larger_than_any_is_refused():
    with pytest.raises(InterchangeError) as error:
        from_script("a" * 2_000_001)
    assert str(error.value) == (
        "script.fountain: 2,000,001 characters, 2,000,000 are allowed. Split the file."
    )
    with pytest.raises(InterchangeError) as error:
        from_script(" " * 64_000_001, "script.fdx")
    assert str(error.value) == (
        "script.fdx: 64,000,001 bytes, 64,000,000 are allowed. Split the file."
    )


FDX = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="5">
<Content>
<Paragraph Number="12" Type="Scene Heading">
<SceneProperties><Summary><Paragraph><Text>She is late.</Text></Paragraph></Summary>
</SceneProperties><Text>EXT. TRAM STOP - NIGHT</Text></Paragraph>
<Paragraph Type="Action"><Text>Rain </Text><Text Style="Bold">hammers</Text><Text> down.</Text>
</Paragraph>
<Paragraph Type="Action"><ScriptNote><Paragraph><Text>shot: 12A, CU, push in</Text></Paragraph>
</ScriptNote><Text>Mara runs.</Text></Paragraph>
<Paragraph><DualDialogue>
<Paragraph Type="Character"><Text>MARA (</Text><Text>O.S.</Text><Text>)</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Now!</Text></Paragraph>
<Paragraph Type="Character"><Text>ILYA</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Wait!</Text></Paragraph>
</DualDialogue></Paragraph>
<Paragraph Type="Cast List"><Text>MARA, ILYA</Text></Paragraph>
<Paragraph Type="Shot"><Text>CLOSE ON THE COIN</Text></Paragraph>
<Paragraph Type="Doodle"><Text>It falls.</Text></Paragraph>
<Paragraph Type="Transition"><Text>DISSOLVE TO:</Text></Paragraph>
<Paragraph Type="Scene Heading"><Text>INT. TRAM - NIGHT</Text></Paragraph>
<Paragraph Type="Action"><Text>He waits.</Text></Paragraph>
</Content>
<TitlePage><HeaderAndFooter><Paragraph><Text>header</Text></Paragraph></HeaderAndFooter>
<Content><Paragraph><Text>The Last Tram</Text></Paragraph><Paragraph><Text>written by</Text>
</Paragraph><Paragraph><Text>A. Filmmaker</Text></Paragraph></Content></TitlePage>
</FinalDraft>
"""


def test_final_draft_is_read_with_numbers_notes_runs_and_dual_dialogue():
    board, _, report = from_script(FDX, "script.fdx")
    assert (board.title, board.author) == ("The Last Tram", "A. Filmmaker")
    assert [scene.number for scene in board.scenes] == ["12", "13"]
    assert board.scenes[0].synopsis == "She is late."
    assert {shot.id: shot.action for shot in board.shots} == {
        "12": "Rain hammers down.",
        "12A": "Mara runs.",
        "12B": "It falls.",
        "13": "He waits.",
    }
    assert [line.at_s for line in board.shot("12A").dialogue] == [0, 0]
    assert board.shot("12B").notes == "CLOSE ON THE COIN"
    assert board.shot("13").transition_in.kind == "dissolve"
    assert [(k.line, k.what, k.text) for k in report.losses] == [
        (7, "emphasis", "hammers"),
        (17, "cast list", "MARA, ILYA"),
    ]
    assert [(k.line, k.finding) for k in report.remarks] == [
        (19, 'paragraph type "Doodle" is not known, read as action')
    ]


def test_a_final_draft_file_that_breaks_off_is_read_up_to_there():
    board, _, report = from_script(FDX[: FDX.index("ILYA</Text>")], "script.fdx")
    assert [scene.number for scene in board.scenes] == ["12"]
    assert report.remarks[0].line == 14
    assert report.remarks[0].finding.startswith("the file is damaged here (")


NO_FDX = (
    "script.fdx: not a Final Draft script, must be an .fdx file. Save it from Final Draft again."
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", NO_FDX),
        (b"<html><p>x</p></html>", NO_FDX),
        (
            b'<!DOCTYPE f [<!ENTITY a "b">]><FinalDraft><Content><Paragraph Type="Action">'
            b"<Text>&a;</Text></Paragraph></Content></FinalDraft>",
            "script.fdx: defines entities, must be plain XML. Save it from Final Draft again.",
        ),
    ],
)
def test_what_is_no_final_draft_script_is_refused(content, message):
    with pytest.raises(InterchangeError) as error:
        make_board(content, "script.fdx")
    assert str(error.value) == message


SNIPPETS = st.sampled_from(
    [
        "[[", "]]", "/*", "*/", "\n", "\n\n", "\n\n", "INT. HOUSE - DAY", "ext. x-ray - night",
        "MARA", "ÉLODIE (V.O.)", "(beat)", " ^", "@bob", ".X", "!a", ">b<", ">c", "~d", "# ", "= s",
        "===", "Title: x", "  ", "\t", "*", "__", "\\", "[[shot: 1A, CU, foo, 1.3s, dissolve 99f]]",
        "[[shot: null]]", "é", "\0", "CUT TO:", "DISSOLVE TO:", "FADE OUT.", "null", "#12A#",
        "#1.#", "<<: *a", ": ", " #", "- ", "{a: b}", '"', "'", "日本", "\ufeff", "\r", "\u2028",
        "Hello.",
    ]
)  # fmt: skip


def check_any(content, name):
    """Anything becomes a board without errors, or is refused in one line."""
    try:
        make_board(content, name)
    except InterchangeError as error:
        refusal = str(error)
    else:
        return
    assert refusal.startswith(name)
    assert "\n" not in refusal


@QUICK
@given(st.lists(SNIPPETS, max_size=40))
@example(["INT. X", "\n\n", ".X*", "\n\n", ".X"])
def test_any_row_of_signs_is_a_script_whose_board_has_no_errors(snippets):
    text = "".join(snippets)
    _, board, report = make_board(text.encode("utf-8"))
    # A key of a title page may be a word of ours; else every word is somewhere.
    rest = words(text.replace("\ufeff", "").replace("\0", "")) - words(board)
    told = [loss.text for loss in report.losses] + [remark.finding for remark in report.remarks]
    assert rest - words("\n".join(told)) - FORM <= {"fade", "dissolve", "title"}


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_are_a_fountain_script(content):
    check_any(content, "any.fountain")


@QUICK
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_any_bytes_are_a_final_draft_script_or_none(content):
    check_any(content, "any.fdx")


@QUICK
@given(st.integers(0, len(FDX)), st.integers(0, 30), st.sampled_from(["", "<", "&x;", "\0", "é"]))
def test_any_damage_to_a_final_draft_script_is_survived(start, length, snippet):
    check_any((FDX[:start] + snippet + FDX[start + length :]).encode(), "any.fdx")


LONG = [
    "[[",
    "/*",
    "[[a]] ",
    "*a _b ",
    "A(",
    "A ",
    "~a\n",
    "B ^\n\n",
    "[[a\n",
    "INT. X\n",
    "@b\nhi\n",
]


@pytest.mark.parametrize("line", LONG)
def test_no_script_takes_for_ever(line):
    content = (line * (20_000 // len(line))).encode()
    make_board(content)


@QUICK
@given(st.text(max_size=40), st.booleans())
def test_any_text_survives_as_a_scalar(text, is_flow):
    from shots.source.board_source import UNPRINTABLE
    from shots.source.read_yaml import read_yaml

    text = UNPRINTABLE.sub("", text)
    written = scalar(text, is_flow=is_flow)
    document = f"[{written}]" if is_flow else f"a: {written}"
    data, source = read_yaml(document, Path("a"))
    assert source.problems == []
    assert data == ([text] if is_flow else {"a": text})
