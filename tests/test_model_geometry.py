"""Pixels, latent cells and tokens."""

import pytest

from model import geometry
from model.errors import GeometryError
from model.presets import GREYBOX, WAN22_T2V_A14B, WAN22_TI2V_5B


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
