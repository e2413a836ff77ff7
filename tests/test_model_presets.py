"""Presets are frozen, complete and cheap to import."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest

import model
from model.exceptions import PresetError
from model.presets import (
    GREYBOX,
    KNOWN,
    PRESETS,
    QUALITIES,
    WAN22_T2V_A14B,
    WAN_NEGATIVE,
    Expert,
    preset_named,
)


def test_presets_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        GREYBOX.steps = 1


def test_the_negative_prompt_is_the_published_text():
    digest = hashlib.sha256(WAN_NEGATIVE.encode()).hexdigest()
    assert digest == "ce96e0324e4b54ce4b6e867f669ca520952e1a34cc116543516b1897f0d3c47e"


def test_guidance_is_told_noisiest_expert_first():
    assert WAN22_T2V_A14B.guidance == (4.0, 3.0)


RISING = (Expert("low", 0.0, 3.0, "b"), Expert("high", 0.875, 4.0, "a"))
REFUSED = [
    (
        {"experts": RISING},
        "preset 'greybox': expert floors are [0.0, 0.875], must fall and end at 0. "
        "List the noisiest expert first.",
    ),
    (
        {"experts": GREYBOX.experts[:1]},
        "preset 'greybox': expert floors are [0.875], must fall and end at 0. "
        "List the noisiest expert first.",
    ),
    ({"vae": "wan3"}, "preset 'greybox': vae is 'wan3', must be one of ('wan2.1', 'wan2.2')."),
    ({"max_frames": 32}, "preset 'greybox': max_frames is 32, must be 4n + 1."),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_values_that_no_sampling_can_use_are_refused(changes, message):
    with pytest.raises(PresetError) as caught:
        replace(GREYBOX, **changes)
    assert str(caught.value) == message


def test_a_name_that_the_package_lacks_is_named():
    with pytest.raises(AttributeError) as caught:
        model.pipe  # noqa: B018 (the access is what fails)
    assert str(caught.value) == "module 'model' has no attribute 'pipe'"


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(PresetError) as caught:
        preset_named("wan2.2-t2v-14b")
    assert str(caught.value) == (
        "preset 'wan2.2-t2v-14b' does not exist. Did you mean 'wan2.2-t2v-a14b'?"
    )


@pytest.mark.parametrize("preset", KNOWN, ids=lambda preset: preset.name)
def test_every_trained_size_falls_on_whole_tokens(preset):
    across, down = preset.grain
    assert all(width % across == 0 and height % down == 0 for width, height in preset.sizes)


def test_every_quality_of_every_preset_fits_its_grid():
    for name, qualities in QUALITIES.items():
        across, down = PRESETS[name].grain
        for quality in qualities.values():
            assert quality.size[0] % across == 0
            assert quality.size[1] % down == 0
            assert quality.max_frames % 4 == 1


def test_planning_imports_no_torch():
    code = "import sys, model, model.presets, model.geometry, model.flow; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "numpy", "transformers", "safetensors", "einops"} & set(loaded)
