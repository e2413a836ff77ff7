from __future__ import annotations

import pytest
from pydantic import ValidationError

from shots.vocabulary.camera import Amount, Camera
from shots.vocabulary.lighting import Lighting, LightingChoice
from shots.vocabulary.terms import FAULTS


def camera(data):
    return Camera.model_validate(data)


def said(model):
    return {name: getattr(model, name) for name in model.model_fields_set}


def faults(model, data):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return [
        fault
        for error in caught.value.errors()
        if error["type"] == FAULTS
        for fault in error["ctx"]["faults"]
    ]


def test_the_shorthand_of_the_specification_means_its_mapping():
    shorthand = camera("MCU, single, push in slow, 85mm, shallow")
    mapping = {
        "size": "MCU",
        "people": "single",
        "movement": "push-in",
        "speed": "slow",
        "lens": "85mm",
        "focus": "shallow",
    }
    assert shorthand == camera(mapping)


@pytest.mark.parametrize(
    "text", ["85mm, shallow, slow push in, MCU", "MCU; shallow; 85 mm lens; push-in slowly"]
)
def test_the_order_of_a_shorthand_is_free(text):
    assert camera(text) == camera("MCU, push in slow, 85mm, shallow")


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("push in slow", "slow"),
        ("slow push in", "slow"),
        ("very slow push in", "very slow"),
        ("push in very slowly", "very slow"),
        ("subtle push in", "subtle"),
        ("push in, fast", "fast"),
        ("FAST PUSH-IN", "fast"),
    ],
)
def test_a_speed_word_attaches_to_the_move_wherever_it_stands(text, speed):
    assert said(camera(text)) == {"movement": ("push-in",), "speed": speed}


@pytest.mark.parametrize(
    "data",
    [
        "push in slow then tilt up",
        "push in slow, then tilt up",
        "push in slow -> tilt up",
        {"movement": "push in slow then tilt up"},
        {"movement": ["push in slow", "tilt up"]},
        {"movement": ["push-in", "tilt-up"], "speed": "slow"},
    ],
)
def test_several_moves_keep_their_order(data):
    assert said(camera(data)) == {"movement": ("push-in", "tilt-up"), "speed": "slow"}


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("orbit left 45deg", 45, "deg"),
        ("orbit left 45 degrees", 45, "deg"),
        ("45° orbit left", 45, "deg"),
        ("push in 1.5m slow", 1.5, "m"),
        ("zoom in 2x", 2, "x"),
        ("zoom in 85mm", 85, "mm"),
        ("pan left, 30deg", 30, "deg"),
    ],
)
def test_an_amount_has_a_unit(text, value, unit):
    assert camera(text).amount == Amount(value=value, unit=unit)


def test_an_amount_can_be_written_in_a_mapping():
    assert camera({"movement": "pan-left", "amount": "30deg"}) == camera("pan left 30deg")


def test_millimetres_alone_are_the_lens():
    assert said(camera("85mm")) == {"lens_mm": 85.0}


def test_linear_attaches_to_the_move():
    assert said(camera("linear pan left")) == {"movement": ("pan-left",), "linear": True}


@pytest.mark.parametrize(
    ("text", "word"),
    [("orbit left", "orbit-left"), ("orbit right", "orbit-right"), ("arc", "orbit")],
)
def test_an_orbit_keeps_its_hand(text, word):
    assert camera(text).movement == (word,)


def test_nothing_said_is_a_static_medium_shot_at_eye_level():
    assert camera({}) == Camera(
        size="MS", angle="eye-level", movement=("static",), speed="medium", lens_mm=35
    )


def test_every_mistake_of_a_shorthand_is_reported():
    found = faults(Camera, "MCU, ECU, folow, low, hgh, push in slow then tilt upp fast")
    assert [(fault.code, fault.text, fault.offset) for fault in found] == [
        ("SB102", "ECU", 5),
        ("SB101", "folow", 10),
        ("SB101", "hgh", 22),
        ("SB102", "tilt upp fast", 45),
        ("SB101", "tilt upp fast", 45),
    ]


def test_two_moves_with_a_comma_between_clash():
    (fault,) = faults(Camera, "push in, tilt up")
    assert fault.finding == 'two values for movement: "push in" and "tilt up"'
    assert fault.remedy == (
        'keep one of them, or write "push in then tilt up" for one after the other'
    )


def test_the_same_value_twice_is_no_clash():
    assert camera("CU, close up") == camera("CU")


def test_a_term_of_another_block_is_sent_home():
    (fault,) = faults(Camera, "MCU, golden hour")
    assert fault.remedy == "that is a term of lighting.time: write it as lighting: {time: sunset}"


def test_an_amount_without_a_unit_is_refused():
    (fault,) = faults(Camera, {"movement": "pan-left", "amount": "30"})
    assert (fault.code, fault.remedy) == ("SB008", "write it like 30deg, 1.5m, 2x or 50mm")


@pytest.mark.parametrize(
    "text", ["side left", "left side", "SIDE-LEFT", "sidelight from the left", "rembrandt left"]
)
def test_a_side_light_has_a_hand(text):
    assert said(Lighting.model_validate(text)) == {"direction": "side", "side": "left"}


def test_a_side_light_has_a_hand_in_a_mapping_too():
    mapping = Lighting.model_validate({"direction": "side right"})
    assert mapping == Lighting.model_validate({"direction": "side", "side": "right"})


def test_only_a_side_light_has_a_hand():
    assert [fault.code for fault in faults(Lighting, "night, edge left")] == ["SB101"]


def test_a_level_may_name_a_setup_and_override_it():
    setups = {"setups": {"night-rain": {}}}
    choice = LightingChoice.model_validate("night-rain, warm", context=setups)
    assert said(choice) == {"setup": "night-rain", "tone": "warm"}
