from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from shots import WAN_NEGATIVE, compile_prompt, load_shots, parse_shots
from shots.prompt.negative import CLASHES, MEANINGS
from shots.vocabulary.words import FIELDS, GROUPS, LENS_PHRASES

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "shots_prompts.txt"
WORKED = HERE / "boards" / "worked_board.yaml"
COMMA = "\uff0c"  # of the Chinese text
FIXED = "Fixed camera, the camera remains still."

CAST = """\
characters:
  mara: {name: MARA, as: the woman, looks: a woman in her thirties, wardrobe: {rain: a raincoat}}
  ilya: {name: ILYA, as: the driver, looks: a thin driver}
  guard: {name: GUARD, as: the guard, looks: a guard in grey}
  will: {name: WILL, looks: a tall man with a beard}
  tram: {name: TRAM, looks: a yellow tram}
"""


def board(shot="", top=""):
    text = f"{CAST}{top}scenes:\n  - number: 1\n    wardrobe: rain\n    shots:\n      - id: 1\n"
    text += "".join(f"        {line}\n" for line in shot.splitlines())
    return parse_shots(text, Path("b.yaml"))


def prompt(shot="", top="", **options):
    read = board(shot, top)
    return compile_prompt(read, read.shots[0], **options)


def told(action, mode="text", more=""):
    """What is said about an action: no tags before it, no camera after it."""
    text = prompt(f"action: >\n  {action}\n{more}", mode=mode).positive
    return text.removesuffix(FIXED).split("center composition. ")[-1].strip()


def test_shot_12b_of_the_specification_word_for_word():
    worked = load_shots(WORKED)
    text = compile_prompt(worked, worked.shot("12B"))
    assert text.positive == (
        "Medium close-up shot, clean single shot, night time, firelight, hard lighting, edge "
        "lighting, warm colors, low saturation, long-focus lens, the background is blurred, center "
        "composition. A woman in her thirties with short black hair and a scar over her left "
        "eyebrow, wearing a yellow oilskin raincoat over a grey wool jumper, stops, out of breath, "
        "and looks up as the light of the tram slides across her face. The woman speaks. The "
        "setting is a deserted tram stop on a cobbled street in heavy rain. The camera slowly "
        "pushes in. 35mm film grain, wet asphalt reflections, muted teal and amber."
    )
    assert text.num_words == 100


def test_shot_12b_from_a_picture_word_for_word():
    worked = load_shots(WORKED)
    text = compile_prompt(worked, worked.shot("12B"), mode="image")
    assert text.positive == (
        "The woman stops, out of breath, and looks up as the light of the tram slides across her "
        "face. The woman speaks. The camera slowly pushes in."
    )
    assert text.num_words == 27


def golden_prompts():
    """Every shot of the worked board, and one shot for every term of the vocabulary."""
    worked = load_shots(WORKED)
    lines = [f"{shot.id}: {compile_prompt(worked, shot).positive}" for shot in worked.shots]
    fields = [(group, field) for group, names in GROUPS.items() for field in names]
    for group, field in [*fields, ("camera", "speed")]:
        for term in FIELDS[field]:
            key = field if group == field else f"{group}: {{{field}"
            move = ", movement: push-in" if field == "speed" else ""
            end = f"{move}}}" if group != field else ""
            said = f"{key}: {term.word}{end}"
            compiled = prompt(f"{said}\nsubjects: [mara]")
            lines.append(f"{said}: {compiled.positive}")
    for lens in (14, 24, 35, 50, 85, 200):
        lines.append(f"{lens}mm: {prompt(f'camera: {lens}mm').positive}")
    return "".join(f"{line}\n" for line in lines)


def test_prompts_are_those_that_were_reviewed(pytestconfig):
    if pytestconfig.getoption("--update-golden", default=False):
        GOLDEN.write_text(golden_prompts(), encoding="utf-8")
    assert golden_prompts() == GOLDEN.read_text(encoding="utf-8")


def test_every_phrase_of_the_vocabulary_is_in_a_reviewed_prompt():
    golden = GOLDEN.read_text(encoding="utf-8").lower()
    phrases = [term.phrase for terms in FIELDS.values() for term in terms if term.phrase]
    phrases += [phrase for _, phrase, _ in LENS_PHRASES]
    spoken = [phrase.lower().format(adv="", subject="the woman") for phrase in phrases]
    assert [phrase for phrase in spoken if phrase not in golden] == []


@pytest.mark.parametrize(
    ("action", "text", "picture"),
    [
        (
            "Mara and Ilya run. Mara stops.",
            "A woman in her thirties, wearing a raincoat, and a thin driver run. The woman stops.",
            "The woman and the driver run. The woman stops.",
        ),
        (
            "mara laughs, and MARA's hand shakes.",
            "A woman in her thirties, wearing a raincoat, laughs, and the woman's hand shakes.",
            "The woman laughs, and the woman's hand shakes.",
        ),
        (
            "Over Ilya\u2019s shoulder, Ilya's breath steams.",
            "A thin driver. Over the driver's shoulder, the driver's breath steams.",
            "Over the driver's shoulder, the driver's breath steams.",
        ),
        (
            "Guards turn. The Guard waves at a guard.",
            "A guard in grey. The guards turn. The guard waves at the guard.",
            "The guards turn. The guard waves at the guard.",
        ),
        ("Will will leave.", "A tall man with a beard will leave.", "The tall man will leave."),
        (
            "The tram arrives. The tram driver waits at the tram stop",
            "A yellow tram arrives. The tram driver waits at the tram stop.",
            "The yellow tram arrives. The tram driver waits at the tram stop.",
        ),
        (
            "Ilya looks at Mara.",
            "A thin driver looks at a woman in her thirties, wearing a raincoat.",
            "The driver looks at the woman.",
        ),
        ("Rain falls", "Rain falls.", "Rain falls."),
    ],
)
def test_names_become_descriptions_and_then_short_words(action, text, picture):
    assert told(action) == text
    assert told(action, mode="image") == picture


def test_a_subject_that_is_never_named_is_introduced():
    assert told("She runs.", more="subjects: [mara]") == (
        "A woman in her thirties, wearing a raincoat. She runs."
    )


def test_dialogue_is_never_quoted():
    said = prompt('subjects: [mara]\ndialogue: [{who: mara, line: "One more."}]').positive
    assert "The woman speaks." in said
    assert "One more" not in said


def test_a_voice_off_screen_is_not_sent_and_said_so():
    more = 'subjects: [mara]\ndialogue: [{who: ilya, line: "Keep it."}]'
    compiled = prompt(more)
    assert "speaks" not in compiled.positive
    (row,) = [row for row in compiled.trace if row.field == "dialogue"]
    assert row.dropped == "off screen: neither a subject nor in the action"


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        (
            "slow push in then tilt up",
            "The camera slowly pushes in. Then the camera slowly tilts up.",
        ),
        ("very slow pan left", "The camera very slowly pans to the left."),
        ("subtle crane up", "The camera slightly rises."),
        ("lead", "The camera moves back with the woman."),
        ("orbit left", "Orbiting camera movement, the camera circles the woman to the left."),
    ],
)
def test_a_move_is_a_sentence_with_speed_and_subject(camera, words):
    assert prompt(f"camera: {camera}\nsubjects: [mara]").positive.endswith(words)


def test_a_move_without_subjects_is_about_the_subject():
    assert prompt("camera: follow").positive.endswith("The camera follows the subject from behind.")


def test_a_side_light_says_its_hand():
    assert "side lighting from the left" in prompt("lighting: side left").positive


def test_eye_level_is_said_only_where_the_shot_says_it():
    assert "eye-level" not in prompt(top="defaults: {camera: eye level}\n").positive
    assert "eye-level shot" in prompt("camera: eye level").positive


def test_an_illustrated_look_goes_first():
    compiled = prompt(top="style: {look: ink wash illustration}\n")
    assert compiled.positive.startswith("Ink wash illustration. Medium shot")


def test_a_photographic_look_goes_last():
    compiled = prompt(top="style: {look: photorealistic, texture: grain}\n")
    assert compiled.positive.endswith("Grain. Photorealistic.")


def test_a_tone_of_the_shot_drops_the_palette_against_it_and_says_so():
    compiled = prompt("lighting: warm", top="style: {palette: [cool, desaturated]}\n")
    assert "warm colors, low saturation" in compiled.positive
    dropped = [(row.words, row.dropped) for row in compiled.trace if row.field == "style.palette"]
    assert dropped == [("cool colors", "the shot says warm"), ("low saturation", "")]


LONG = "camera: MCU, single, low, push in, 85mm, shallow\nlighting: night, firelight, hard, edge"


def test_lean_tags_are_four_without_the_angle_beside_a_move():
    compiled = prompt(LONG, top="model: {tags: lean}\n")
    assert compiled.positive.startswith(
        "Medium close-up shot, night time, firelight, edge lighting. "
    )
    dropped = {row.words: row.dropped for row in compiled.trace if row.dropped}
    assert dropped["low angle shot"] == "lean tags: no angle beside a camera move"
    assert dropped["hard lighting"] == "lean tags: 4 at most"


def test_lean_tags_keep_the_angle_of_a_static_shot():
    compiled = prompt("camera: MCU, low", top="model: {tags: lean}\n")
    assert compiled.positive.startswith("Medium close-up shot, low angle shot, center composition.")


def test_the_trace_names_level_line_and_setup():
    worked = load_shots(WORKED)
    rows = {row.words: row for row in compile_prompt(worked, worked.shot("12B")).trace}
    size, night, look = (
        rows[words] for words in ("medium close-up shot", "night time", "low saturation")
    )
    assert (size.field, size.value, size.label, size.line) == (
        "camera.size",
        "MCU (W)",
        "shot 12B",
        85,
    )
    assert (night.label, night.via, night.line) == ("scene 12", "night-rain", 49)
    assert (look.label, look.line) == ("project", 26)
    assert rows["center composition"].label == "default"


def test_every_word_of_a_prompt_is_in_its_trace():
    worked = load_shots(WORKED)
    for shot in worked.shots:
        compiled = compile_prompt(worked, shot)
        said = " ".join(row.words for row in compiled.trace if not row.dropped)
        assert sorted(said.lower().replace(",", "").replace(".", "").split()) == sorted(
            compiled.positive.lower().replace(",", "").replace(".", "").split()
        )


def test_the_negative_text_is_the_published_one():
    assert hashlib.sha256(WAN_NEGATIVE.encode()).hexdigest().startswith("ce96e032")


def test_every_clash_is_about_words_of_the_negative_text():
    stock = WAN_NEGATIVE.split(COMMA)
    words = {word for clash in CLASHES.values() for word in clash}
    assert words <= set(stock)
    assert words == set(MEANINGS)


@pytest.mark.parametrize(
    ("shot", "top", "removed"),
    [
        ("camera: static", "", ("静态", "静止", "静止不动的画面")),
        ("camera: push in\nlighting: desaturated", "", ("整体发灰",)),
        ("camera: push in", "style: {palette: [saturated]}\n", ("色调艳丽",)),
        ("camera: push in\nlighting: high key", "", ("过曝", "整体发灰")),
        ("camera: push in, group", "", ("背景人很多",)),
        ("camera: push in\naction: Mara crosses the market.", "", ("杂乱的背景", "背景人很多")),
        ("camera: push in", "style: {look: watercolour}\n", ("风格", "作品", "画作")),
        ("camera: push in\naction: Mara walks slowly backwards.", "", ("倒着走",)),
        ("camera: push in\naction: Mara walks.", "", ()),
        ("camera: static then push in", "", ()),
    ],
)
def test_only_the_clashing_words_leave_the_negative_prompt(shot, top, removed):
    compiled = prompt(shot, top)
    kept = [word for word in WAN_NEGATIVE.split(COMMA) if word not in removed]
    assert compiled.removed == removed
    assert compiled.negative == COMMA.join(kept)


def test_a_removed_word_says_which_directive_it_fought():
    (row,) = [row for row in prompt("camera: static, group").trace if "背景人很多" in row.words]
    assert (row.words, row.value, row.line) == (
        "背景人很多 (many people in the background)",
        "camera.people",
        12,
    )
    assert row.dropped == "the shot asks for group"


def test_the_boards_own_negative_words_are_added():
    compiled = prompt(top="model: {negative: [subtitles, static]}\n", negative_base="blurry, ugly")
    assert (compiled.negative, compiled.removed) == ("blurry, ugly, subtitles", ("static",))
