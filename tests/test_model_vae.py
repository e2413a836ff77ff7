"""Both autoencoder classes against their diffusers twins, and streamed against whole."""

from __future__ import annotations

import pytest
import torch

from model.autoencoder.codec import decode_stream, encode_stream, to_bytes
from model.autoencoder.vae import WAN21_SIZES, WAN22_SIZES, VaeSizes, wan21_vae, wan22_vae
from model.geometry import latent_frames
from model.weights import rename
from tests import oracle

KINDS = ["wan2.1", "wan2.2", "wan2.2 thin"]
SEEDED = [(kind, seed, frames) for kind in KINDS for seed, frames in ((21, 9), (77, 1), (101, 13))]


def twins(kind, seed=21):
    blocks = 1 if kind.endswith("thin") else 2
    if kind == "wan2.1":
        theirs, rules = oracle.vae21(seed=seed), rename.VAE_WAN21
        ours = wan21_vae(VaeSizes(8, 8, 16, WAN21_SIZES.mean, WAN21_SIZES.std))
    else:
        theirs, rules = oracle.vae22(blocks, seed), rename.vae_wan22_rules(blocks)
        statistics = tuple(theirs.config.latents_mean), tuple(theirs.config.latents_std)
        ours = wan22_vae(VaeSizes(8, 12, 48, *statistics, num_blocks=blocks))
    renamed = {rules.to_original(k): v for k, v in theirs.state_dict().items()}
    ours.load_state_dict(renamed, strict=True)
    return theirs, ours.eval().requires_grad_(False)


def video(frames=9, batch=1):
    generator = torch.Generator().manual_seed(4)
    return torch.rand(batch, 3, frames, 32, 64, generator=generator) * 2 - 1


def latent(ours, frames=3, batch=1):
    generator = torch.Generator().manual_seed(4)
    cells = 32 // (8 * ours.patch)
    shape = (batch, ours.sizes.latent_channels, frames, cells, 2 * cells)
    return torch.randn(shape, generator=generator)


@pytest.mark.parametrize(("kind", "seed", "frames"), SEEDED)
@torch.no_grad()
def test_encoding_is_that_of_the_twin(kind, seed, frames):
    theirs, ours = twins(kind, seed)
    clip = video(frames, batch=2)
    expected = theirs.encode(clip).latent_dist.mean
    torch.testing.assert_close(
        ours.denormalise(ours.encode(clip)), expected, rtol=0, atol=1e-5 * float(expected.std())
    )


@pytest.mark.parametrize(("kind", "seed", "frames"), SEEDED)
@torch.no_grad()
def test_decoding_is_that_of_the_twin(kind, seed, frames):
    theirs, ours = twins(kind, seed)
    cells = latent(ours, latent_frames(frames), batch=2)
    expected = theirs.decode(ours.denormalise(cells)).sample
    torch.testing.assert_close(ours.decode(cells).clamp(-1, 1), expected, rtol=0, atol=1e-5)


@torch.no_grad()
def test_latents_are_normalised_with_the_published_statistics():
    theirs, ours = twins("wan2.1")
    mean = torch.tensor(theirs.config.latents_mean).reshape(1, 16, 1, 1, 1)
    std = torch.tensor(theirs.config.latents_std).reshape(1, 16, 1, 1, 1)
    expected = (theirs.encode(video(1)).latent_dist.mean - mean) / std
    torch.testing.assert_close(ours.encode(video(1)), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_frames_stream_out_as_they_are_decoded(kind):
    _, ours = twins(kind)
    cells = latent(ours)
    chunks = list(decode_stream(ours, cells))
    assert [chunk.shape[0] for chunk in chunks] == [1, 4, 4]
    assert chunks[0].dtype == torch.uint8
    whole = to_bytes(ours.decode(cells))
    assert (torch.cat(chunks).int() - whole.int()).abs().max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_encoding_in_chunks_is_encoding_in_one_pass(kind):
    _, ours = twins(kind)
    chunks = torch.cat(list(encode_stream(ours, video())), dim=2)
    torch.testing.assert_close(chunks, ours.encode(video()), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_prefix_decodes_to_the_first_frames(kind):
    _, ours = twins(kind)
    cells = latent(ours)
    prefix = torch.cat(list(decode_stream(ours, cells[:, :, :2])))
    assert torch.equal(prefix, torch.cat(list(decode_stream(ours, cells)))[:5])


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_clip_can_be_learned_from(kind):
    _, ours = twins(kind)
    ours.requires_grad_(True)
    clip = video(5, batch=2)
    (ours.decode(ours.encode(clip)) - clip).abs().mean().backward()
    # Only the mean is used: the part of conv1 for the variance gets no gradient but zero.
    assert all(parameter.grad is not None for parameter in ours.parameters())


def test_bytes_are_rounded_and_cut():
    pixels = torch.tensor([-2.0, -1.0, 0.0, 1 / 255, 1.0, 3.0]).reshape(1, 1, 1, 1, 6)
    found = to_bytes(pixels.expand(1, 3, 1, 1, 6))
    assert found[0, 0, :, 0].tolist() == [0, 0, 128, 128, 255, 255]


@pytest.mark.parametrize(
    ("build", "sizes", "tensors", "parameters"),
    [(wan21_vae, WAN21_SIZES, 194, 126_892_531), (wan22_vae, WAN22_SIZES, 196, 704_688_668)],
)
def test_full_size_autoencoders_have_the_published_tensors(build, sizes, tensors, parameters):
    with torch.device("meta"):
        state = build(sizes).state_dict()
    assert len(state) == tensors
    assert sum(tensor.numel() for tensor in state.values()) == parameters
    assert state["conv2.weight"].shape == (sizes.latent_channels,) * 2 + (1, 1, 1)
    assert {"encoder.middle.1.to_qkv.weight", "decoder.head.0.gamma"} <= set(state)
