"""Pixels, latent cells and tokens."""

from __future__ import annotations

import pytest

from model import geometry
from model.exceptions import GeometryError
from model.presets import GREYBOX, WAN22_I2V_A14B, WAN22_T2V_A14B, WAN22_TI2V_5B


@pytest.mark.parametrize(("frames", "latents"), [(1, 1), (5, 2), (33, 9), (81, 21), (121, 31)])
def test_frames_and_latent_frames_convert_both_ways(frames, latents):
    assert geometry.latent_frames(frames) == latents
    assert geometry.pixel_frames(latents) == frames


def test_legal_frames_at_least_rounds_up():
    found = [geometry.legal_frames_at_least(n) for n in range(11)]
    assert found == [1, 1, 5, 5, 5, 5, 9, 9, 9, 9, 13]


def test_illegal_frames_are_refused_with_the_nearest_two():
    with pytest.raises(GeometryError) as caught:
        geometry.latent_frames(80)
    assert str(caught.value) == "num_frames: 80 frames, must be 4n + 1. Use 77 or 81."


def test_no_frames_at_all_are_refused():
    with pytest.raises(GeometryError, match="Use 1"):
        geometry.latent_frames(0)


def test_a_size_off_the_grid_is_refused_with_the_nearest_two():
    with pytest.raises(GeometryError) as caught:
        geometry.check_size(GREYBOX, (230, 128))
    assert str(caught.value) == (
        "size: width is 230, must be a multiple of 16 for preset 'greybox'. Use 224 or 240."
    )


@pytest.mark.parametrize(
    ("preset", "size", "frames", "tokens"),
    [
        (WAN22_T2V_A14B, (1280, 720), 81, 75_600),
        (WAN22_T2V_A14B, (832, 480), 81, 32_760),
        (WAN22_TI2V_5B, (1280, 704), 121, 27_280),
    ],
)
def test_tokens_are_those_of_the_published_models(preset, size, frames, tokens):
    assert geometry.num_tokens(preset, size, frames) == tokens


def test_latent_shape_is_channels_time_rows_columns():
    assert geometry.latent_shape(GREYBOX, (224, 128), 33) == (48, 9, 8, 14)


@pytest.mark.parametrize(
    ("preset", "area", "picture", "size"),
    [
        (WAN22_I2V_A14B, (832, 480), (832, 480), (832, 464)),
        (WAN22_I2V_A14B, (1280, 720), (832, 480), (1248, 720)),
        (WAN22_I2V_A14B, (1280, 720), (500, 500), (960, 960)),
        (WAN22_I2V_A14B, (832, 480), (500, 500), (624, 624)),
        (WAN22_TI2V_5B, (1280, 704), (1280, 720), (1248, 704)),
        (WAN22_TI2V_5B, (1280, 704), (1024, 1024), (960, 928)),
        (WAN22_TI2V_5B, (1280, 704), (1024, 768), (1088, 800)),
    ],
)
def test_a_clip_takes_the_published_size_for_a_picture(preset, area, picture, size):
    assert geometry.size_for_picture(preset, area, picture) == size


@pytest.mark.parametrize("picture", [(640, 480), (480, 640), (1000, 100), (333, 777)])
def test_the_size_for_a_picture_is_whole_tokens_within_the_area(picture):
    for preset in (GREYBOX, WAN22_I2V_A14B, WAN22_TI2V_5B):
        area = preset.sizes[0]
        width, height = geometry.size_for_picture(preset, area, picture)
        geometry.check_size(preset, (width, height))
        assert width * height <= area[0] * area[1]


def test_a_picture_like_a_thread_is_refused():
    with pytest.raises(GeometryError) as caught:
        geometry.size_for_picture(GREYBOX, (224, 128), (2000, 1))
    assert str(caught.value) == (
        "first_frame: 2000x1 is too narrow for 224x128 pixels in tokens of 16x16. "
        "Crop it, or set the size."
    )
