"""How given pictures are fitted, marked and encoded, against the long way round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

import model
from model.geometry import size_for_picture
from model.pictures import encode_pictures, frame_mask, picture_to_pixels
from model.presets import WAN22_I2V_A14B, WAN22_TI2V_5B
from tests import oracle

STRETCHING, COVERING = WAN22_I2V_A14B, WAN22_TI2V_5B
KINDS = pytest.mark.parametrize("preset", [STRETCHING, COVERING], ids=lambda p: p.name)


def noisy(width, height, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 255, (height, width, 3), dtype=np.uint8)


def in_range(picture):
    """(1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1


@KINDS
def test_a_picture_of_the_very_size_is_only_scaled_to_the_range(preset):
    picture = noisy(96, 64)
    found = picture_to_pixels(preset, picture, (96, 64))
    assert found.shape == (1, 3, 1, 64, 96)
    torch.testing.assert_close(found[:, :, 0], in_range(picture), rtol=0, atol=1e-6)


@KINDS
def test_what_goes_beyond_the_shape_is_cut_evenly(preset):
    wide = np.zeros((64, 256, 3), dtype=np.uint8)
    wide[:, 96:160] = 255
    assert picture_to_pixels(preset, wide, (64, 64)).min() > 0.99
    assert picture_to_pixels(preset, wide.transpose(1, 0, 2), (64, 64)).min() > 0.99


def test_a_size_chosen_for_a_picture_shows_all_of_it():
    picture = noisy(104, 60)
    size = size_for_picture(STRETCHING, (104, 60), (104, 60))
    assert size == (96, 48)
    expected = torch.nn.functional.interpolate(in_range(picture), size=size[::-1], mode="bicubic")
    found = picture_to_pixels(STRETCHING, picture, size)[:, :, 0]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_a_covering_picture_is_resized_by_lanczos_and_cut():
    picture = Image.fromarray(noisy(100, 70))
    # 96 x 64 is covered at 96 / 100: 96 x 67 pixels, of which 3 rows go.
    scaled = picture.resize((96, 67), Image.Resampling.LANCZOS).crop((0, 1, 96, 65))
    found = picture_to_pixels(COVERING, picture, (96, 64))[:, :, 0]
    torch.testing.assert_close(found, in_range(np.array(scaled)), rtol=0, atol=1e-6)


def test_the_first_frame_is_marked_four_times():
    mask = frame_mask(torch.zeros(1, 16, 3, 2, 5), (0,))
    assert mask.shape == (1, 4, 3, 2, 5)
    assert mask[0, :, :, 1, 3].tolist() == [[1, 0, 0]] * 4


def test_the_last_frame_is_marked_in_the_last_channel():
    mask = frame_mask(torch.zeros(1, 16, 3, 2, 5), (0, 8))
    assert mask[0, :, :, 0, 0].tolist() == [[1, 0, 0]] * 3 + [[1, 0, 1]]


@pytest.mark.parametrize("count", [1, 2])
def test_pictures_are_encoded_as_a_clip_that_is_grey_between(count):
    wan = model.load(oracle.image_to_video())
    given = [noisy(48, 32, seed) for seed in range(count)]
    found = encode_pictures(wan.vae(), wan.preset, tuple(given), size=(48, 32), num_frames=9)
    clip = torch.zeros(1, 3, 9, 32, 48)
    clip[:, :, 0] = in_range(given[0])
    clip[:, :, 8] += in_range(given[1]) if count == 2 else 0
    assert found.shape == (1, 20, 3, 4, 6)
    torch.testing.assert_close(found[:, 4:], wan.vae().encode(clip), rtol=0, atol=1e-5)
    frames = (0, 8)[:count]
    assert torch.equal(found[:, :4], frame_mask(found, frames))


def test_a_first_frame_of_its_own_is_a_clip_of_one_frame():
    wan = model.load(oracle.greybox_like())
    picture = noisy(96, 64)
    found = encode_pictures(wan.vae(), wan.preset, (picture,), size=(96, 64), num_frames=9)
    expected = wan.vae().encode(in_range(picture)[:, :, None])
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_pictures_take_one_pass_of_the_encoder():
    wan = model.load(oracle.image_to_video())
    chunks = []
    wan.vae().encoder.register_forward_pre_hook(lambda _, inputs: chunks.append(inputs[0].shape[0]))
    encode_pictures(
        wan.vae(), wan.preset, (noisy(48, 32), noisy(48, 32)), size=(48, 32), num_frames=13
    )
    assert chunks == [1, 4, 4, 4]


def test_a_preset_says_how_its_pictures_are_fitted():
    picture = noisy(60, 40)
    same = replace(COVERING, first_frame="channels")
    stretched = picture_to_pixels(STRETCHING, picture, (96, 64))
    assert torch.equal(picture_to_pixels(same, picture, (96, 64)), stretched)
    assert not torch.equal(picture_to_pixels(COVERING, picture, (96, 64)), stretched)
