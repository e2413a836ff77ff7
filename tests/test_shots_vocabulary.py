from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shots.vocabulary.camera import Camera
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.words import (
    FIELDS,
    GROUPS,
    LENS_PHRASES,
    lens_phrase,
    nearest,
    normalize,
    spellings,
)

CAMERA = [*GROUPS["camera"]]
LIGHTING = [*GROUPS["lighting"]]

# From the tables of shot-language.md 2.2; orbit keeps its hand as a word of its own. Anamorphic is
# added: the layout shows its picture.
SPEC_WORDS = {
    "size": "EWS WS FS MWS MS MCU CU BCU ECU",
    "people": "single two-shot three-shot group empty",
    "view": "OTS POV insert establishing reverse",
    "angle": "eye-level low high dutch overhead aerial worms-eye ground shoulder hip",
    "movement": "static push-in pull-out pan-left pan-right tilt-up tilt-down track-left "
    "track-right follow lead orbit orbit-left orbit-right crane-up crane-down fly-through zoom-in "
    "zoom-out dolly-zoom whip-pan-left whip-pan-right roll-left roll-right handheld steadicam "
    "rack-focus",
    "focus": "shallow deep tilt-shift fisheye macro anamorphic",
    "source": "daylight sun clear-sky overcast moonlight practical artificial fluorescent "
    "firelight mixed neon",
    "quality": "soft hard",
    "direction": "top side under edge back silhouette front",
    "contrast": "high-contrast low-contrast",
    "time": "day night dawn sunrise sunset dusk",
    "tone": "warm cool mixed-tones desaturated saturated",
    "composition": "center balanced left-heavy right-heavy symmetrical short-side",
}


def variants(text):
    spaced = text.replace("-", " ")
    return {
        text,
        text.upper(),
        text.title(),
        text.lower(),
        spaced.replace(" ", "-"),
        spaced.replace(" ", "_").upper(),
        f"  {spaced} ",
    }


def value_of(model, field):
    value = getattr(model, field)
    return value[0] if field == "movement" else value


@pytest.mark.parametrize(("field", "words"), SPEC_WORDS.items())
def test_every_field_has_the_words_of_the_specification(field, words):
    assert [term.word for term in FIELDS[field]] == words.split()


@pytest.mark.parametrize(("name", "field", "term"), list(spellings(*CAMERA)))
def test_every_camera_term_parses_in_any_case_and_with_any_separator(name, field, term):
    for text in variants(name):
        camera = Camera.model_validate(text)
        assert value_of(camera, field) == term.word
        assert camera.model_fields_set == {field}


@pytest.mark.parametrize(("name", "field", "term"), list(spellings(*LIGHTING)))
def test_every_lighting_term_parses_in_any_case_and_with_any_separator(name, field, term):
    for text in variants(name):
        light = Lighting.model_validate(text)
        assert value_of(light, field) == term.word
        assert light.model_fields_set == {field}


@pytest.mark.parametrize(("name", "field", "term"), list(spellings(*CAMERA, *LIGHTING)))
def test_both_spellings_of_a_term_mean_the_same(name, field, term):
    model = Camera if field in CAMERA else Lighting
    assert model.model_validate({field: name.upper()}) == model.model_validate(name)


@pytest.mark.parametrize("group", GROUPS)
def test_no_spelling_of_a_group_has_two_meanings(group):
    meanings = Counter()
    for key in {(normalize(name), term.word) for name, _, term in spellings(*GROUPS[group])}:
        meanings[key[0]] += 1
    assert [key for key, count in meanings.items() if count > 1] == []


def test_high_is_an_angle_in_camera_and_high_key_is_lighting():
    assert Camera.model_validate("high").angle == "high"
    assert Lighting.model_validate("high key").contrast == "low-contrast"


def test_medium_alone_is_a_size_and_beside_a_move_a_speed():
    assert Camera.model_validate("medium").size == "MS"
    assert Camera.model_validate("CU, medium push in").speed == "medium"


@pytest.mark.parametrize(
    ("lens_mm", "phrase"),
    [
        (15.9, "ultra-wide-angle lens"),
        (16, "wide-angle lens"),
        (27.9, "wide-angle lens"),
        (28, ""),
        (44, ""),
        (45, "medium focal length"),
        (69, "medium focal length"),
        (70, "long-focus lens"),
        (134, "long-focus lens"),
        (135, "telephoto lens with compressed perspective"),
        (600, "telephoto lens with compressed perspective"),
    ],
)
def test_a_focal_length_is_sent_as_its_band(lens_mm, phrase):
    assert lens_phrase(lens_mm) == phrase


def test_every_phrase_says_where_it_is_from():
    sources = {term.source for terms in FIELDS.values() for term in terms}
    assert sources == {"W", "A", "T", "-"}
    assert all(bool(phrase) == (source != "-") for _, phrase, source in LENS_PHRASES)


@pytest.mark.parametrize(
    ("text", "fields", "word"),
    [
        ("folow", ("movement",), "follow"),
        ("close upp", ("size",), "CU"),
        ("xyzzy", ("size",), None),
    ],
)
def test_a_misspelling_finds_the_nearest_word(text, fields, word):
    assert nearest(text, *fields) == word


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_terms_in_any_order_and_case_have_one_meaning(data):
    group = data.draw(st.sampled_from(["camera", "lighting"]))
    model = Camera if group == "camera" else Lighting
    fields = data.draw(st.lists(st.sampled_from(GROUPS[group]), min_size=2, unique=True))
    chosen = [data.draw(st.sampled_from(list(spellings(field)))) for field in fields]
    orders = [chosen, data.draw(st.permutations(chosen))]
    first, second = (
        model.model_validate(", ".join(data.draw(st.sampled_from([n, n.upper(), n.title()]))
                                       for n, _, _ in order))
        for order in orders
    )  # fmt: skip
    assert first == second
    assert {field: value_of(first, field) for field in fields} == {
        field: term.word for _, field, term in chosen
    }
