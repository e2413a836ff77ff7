from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from shots import Camera, ShotListErrors, Transition, UnknownShotError, load_shots, parse_shots
from shots.vocabulary.values import Time, read_time

HERE = Path(__file__).parent
WORKED = HERE / "boards" / "worked_board.yaml"
EXAMPLES = sorted((HERE.parent / "examples").glob("*.yaml"))
STARTER = HERE.parent / "shots" / "starter.yaml"

LEVELS = """\
format: {fps: 25}
lighting:
  rain: {time: night, direction: side left, tone: cool}
  lamp: practical, top
defaults:
  duration: 2s
  camera: WS, push in slow 1m, 24mm
  lighting: day, soft
scenes:
  - number: 1
    lighting: rain
    camera: {size: MS, angle: low}
    time: DUSK
    shots:
      - {id: 1}
      - {id: 1A, camera: tilt up, lighting: edge}
      - {id: 1B, lighting: lamp, duration: 75f, composition: balanced}
      - {id: 1C, lighting: "lamp, warm"}
"""


def board(text=LEVELS):
    return parse_shots(text, Path("b.yaml"))


def test_the_worked_board_of_the_specification_is_read_without_an_error():
    worked = load_shots(WORKED)
    assert [shot.id for shot in worked.shots] == ["12", "12A", "12B", "13", "13A", "13B"]
    # What its variants make of it: an EWS and a two-shot upright, a line without its French.
    assert [p.code for p in worked.notices] == ["SB403", "SB404", "SB403"]


def test_the_worked_board_means_what_it_says():
    worked = load_shots(WORKED)
    shot = worked.shot("12b")
    assert shot.camera == Camera(
        size="MCU",
        people="single",
        movement=("push-in",),
        speed="slow",
        lens_mm=85,
        focus="shallow",
    )
    assert (shot.lighting.source, shot.lighting.quality, shot.lighting.direction) == (
        "firelight",
        "hard",
        "edge",
    )
    assert (shot.lighting_setup, shot.takes, shot.duration_s) == ("night-rain", 2, Fraction(3))
    assert shot.location is not None
    assert shot.location.id == "tram-stop"
    assert shot.dialogue[0].at_s == Fraction(6, 5)
    assert (shot.continuity.after, shot.continuity.from_) == ("12A", "last-frame")
    assert shot.starts_from_picture
    assert worked.shot("12").transition_in == Transition(kind="fade", frames=12, colour="black")
    assert worked.shot("13B").transition_out == Transition(kind="fade", frames=24, colour="black")
    assert worked.format.aspect == (16, 9)
    assert worked.style.palette == ("cool", "desaturated")
    assert worked.model.experts.guidance.low_noise == 3


@pytest.mark.parametrize("path", [*EXAMPLES, STARTER], ids=lambda path: path.stem)
def test_examples_are_read_without_a_warning(path):
    assert load_shots(path).notices == ()


def test_the_examples_use_many_moves():
    moves = {
        move
        for path in EXAMPLES
        for shot in load_shots(path).shots
        for move in shot.camera.movement
    }
    assert len(moves) >= 18


def test_the_nearest_level_wins_field_by_field():
    camera = board().shot("1").camera
    assert (camera.size, camera.angle, camera.movement, camera.speed, camera.lens_mm) == (
        "MS",
        "low",
        ("push-in",),
        "slow",
        24,
    )


def test_speed_and_amount_belong_to_the_move_they_were_written_beside():
    camera = board().shot("1A").camera
    assert (camera.movement, camera.speed, camera.amount) == (("tilt-up",), "medium", None)


def test_naming_a_setup_begins_afresh():
    light = board().shot("1B").lighting
    assert (light.source, light.direction, light.side, light.tone) == (
        "practical",
        "top",
        None,
        None,
    )


def test_another_direction_takes_the_hand_away():
    light = board().shot("1A").lighting
    assert (light.direction, light.side, light.tone) == ("edge", None, "cool")


def test_the_time_of_the_scene_is_the_lights_where_no_lighting_says_one():
    read = board()
    assert read.shot("1").lighting.time == "night"
    assert read.shot("1B").lighting.time == "dusk"


@pytest.mark.parametrize(
    ("shot", "field", "level", "label", "line", "via"),
    [
        ("1", "camera.size", "scene", "scene 1", 12, None),
        ("1", "camera.movement", "defaults", "defaults", 7, None),
        ("1", "camera.lens", "defaults", "defaults", 7, None),
        ("1", "lighting.time", "scene", "scene 1", 3, "rain"),
        ("1C", "lighting.source", "shot", "shot 1C", 4, "lamp"),
        ("1C", "lighting.tone", "shot", "shot 1C", 18, None),
        ("1B", "lighting.time", "scene", "scene 1", 13, None),
        ("1B", "duration", "shot", "shot 1B", 17, None),
        ("1", "duration", "defaults", "defaults", 6, None),
        ("1", "composition", "model", "default", None, None),
        ("1", "camera.focus", "model", "default", None, None),
        ("1", "format.fps", "project", "project", 1, None),
    ],
)
def test_every_value_knows_its_level_and_line(shot, field, level, label, line, via):
    origin = board().origin(shot, field)
    assert (origin.level, origin.label, origin.line, origin.via) == (level, label, line, via)


@pytest.mark.parametrize(
    ("text", "seconds", "frames"),
    [
        ("4s", 4, 0),
        ("1.5s", Fraction(3, 2), 0),
        ("1.5 sec", Fraction(3, 2), 0),
        ("250ms", Fraction(1, 4), 0),
        ("72f", 0, 72),
        ("72 frames", 0, 72),
        ("1:30", 90, 0),
        ("00:03", 3, 0),
        ("0:00:02.5", Fraction(5, 2), 0),
    ],
)
def test_times_are_exact(text, seconds, frames):
    assert read_time(text) == Time(Fraction(seconds), frames)


def test_seconds_at_a_broadcast_rate_are_those_of_timecode():
    read = board(LEVELS.replace("fps: 25", "fps: 23.976"))
    assert read.format.fps == Fraction(24000, 1001)
    assert [read.num_frames(shot) for shot in read.shots] == [48, 48, 75, 48]


@pytest.mark.parametrize(
    ("text", "side", "transition"),
    [
        ("cut", "in", Transition()),
        ("dissolve 8f", "in", Transition(kind="dissolve", frames=8)),
        ("dissolve", "in", Transition(kind="dissolve", frames=12)),
        ("Fade From White 1s", "in", Transition(kind="fade", frames=25, colour="white")),
        ("fade to black 5f", "out", Transition(kind="fade", frames=5, colour="black")),
        ("dip 4f", "in", Transition(kind="dip", frames=4, colour="black")),
        ("wipe right 6f", "in", Transition(kind="wipe", frames=6, direction="right")),
        ("MATCH-CUT", "in", Transition(kind="match-cut")),
        ("smash cut", "in", Transition(kind="smash-cut")),
        ("j cut 10f", "in", Transition(kind="j-cut", frames=10)),
        ("{in: {kind: l-cut, frames: 10f}}", "in", Transition(kind="l-cut", frames=10)),
    ],
)
def test_transitions_have_a_shorthand_and_a_mapping(text, side, transition):
    shot = board(LEVELS.replace("{id: 1}", f"{{id: 1, transition: {text}}}")).shot("1")
    assert getattr(shot, f"transition_{side}") == transition


@pytest.mark.parametrize(
    ("text", "aspect", "size"),
    [
        ("aspect: 9:16", (9, 16), (1080, 1920)),
        ("aspect: 2.39:1", (239, 100), (1920, 804)),
        ("size: 1080x1080", (1, 1), (1080, 1080)),
        ("aspect: 4:5, size: 1080x1350", (4, 5), (1080, 1350)),
    ],
)
def test_size_and_aspect_follow_each_other(text, aspect, size):
    form = board(LEVELS.replace("fps: 25", text)).format
    assert (form.aspect, form.size) == (aspect, size)


def test_a_character_fills_in_what_is_left_out():
    text = (
        "characters:\n  old-sea-dog: {looks: 'an old dog, with one eye', wardrobe: a hat}\n"
        + LEVELS
    )
    who = board(text).characters["old-sea-dog"]
    assert (who.name, who.as_, who.outfit(None), who.outfit("beach")) == (
        "OLD SEA DOG",
        "the old dog",
        "a hat",
        "a hat",
    )


def test_continuity_without_a_shot_follows_the_one_before():
    text = LEVELS.replace("{id: 1A,", "{id: 1A, continuity: {from: last-frame},")
    assert board(text).shot("1A").continuity.after == "1"


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("references: {first-frame: auto}", "SB007"),
        ("references: {first-frame: a.png}, continuity: {from: last-frame}", "SB102"),
    ],
)
def test_a_first_frame_is_said_once(keys, code):
    with pytest.raises(ShotListErrors) as caught:
        board(LEVELS.replace("{id: 1A,", f"{{id: 1A, {keys},"))
    assert [problem.code for problem in caught.value.problems] == [code]


def test_an_unknown_shot_suggests_the_nearest():
    with pytest.raises(UnknownShotError, match=r'b\.yaml: no shot "1AA"\. Did you mean "1A"\?'):
        board().shot("1AA")


def test_a_key_without_a_value_is_as_good_as_not_written():
    text = LEVELS.replace("{id: 1}", "{id: 1, camera: {movement: , size: }, lighting: , notes: ~}")
    assert board(text).shot("1") == board().shot("1")


def test_a_board_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        board().title = "x"


def test_a_thousand_shots_load_in_under_a_second(tmp_path):
    text = "characters: {mara: {name: MARA, looks: a woman}}\nscenes:\n"
    for scene in range(50):
        text += f"  - number: {scene}\n    shots:\n"
        for shot in range(20):
            text += (
                f"      - id: {scene}-{shot}\n        subjects: [mara]\n"
                "        camera: MCU, single, push in slow, 85mm\n        lighting: night, hard\n"
                "        action: Mara walks to the door and opens it.\n        duration: 2s\n"
            )
    path = tmp_path / "board.yaml"
    path.write_text(text, encoding="utf-8")
    # In a process of its own, as a user loads it: in one with a large heap, each pass of the
    # garbage collector costs more than the board. The best of three, because others use the cores.
    code = (
        "import sys, time; from pathlib import Path; from shots import load_shots\n"
        "for _ in range(3):\n"
        "    start = time.process_time(); shots = load_shots(Path(sys.argv[1])).shots\n"
        "    print(len(shots), time.process_time() - start)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    loads = [line.split() for line in run.stdout.splitlines()]
    assert [number for number, _ in loads] == ["1000"] * 3
    assert min(float(seconds) for _, seconds in loads) < 1
