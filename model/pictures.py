"""Fit given pictures to a clip and encode them as a checkpoint takes them.

Some checkpoints read pictures in channels beside the noisy latent, some in the latent itself, with
a timestep of its own; see `Preset.first_frame`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from PIL import Image
from torch import Tensor

from model.autoencoder.codec import encode_chunks
from model.autoencoder.vae import Autoencoder
from model.exceptions import GeometryError, PresetError
from model.geometry import FRAMES_PER_LATENT, latent_frames
from model.presets import Preset, Size

Picture = Image.Image | np.ndarray
"""A PIL image, or (H, W, 3) uint8."""


def check_pictures(
    preset: Preset, first: Picture | None, last: Picture | None, num_frames: int
) -> None:
    """Check that a checkpoint can take the given pictures and has those it needs.

    Raises:
        PresetError: The checkpoint takes no such picture, or needs one.
        GeometryError: One frame cannot be both the first and the last of two pictures.
    """
    name, has_first, has_last = preset.name, first is not None, last is not None
    if has_first and not preset.takes_first_frame:
        raise PresetError(
            f"first_frame: {name!r} cannot start from a picture. Leave it out, or use a "
            "checkpoint that can."
        )
    if has_last and not preset.takes_channels:
        raise PresetError(
            f"last_frame: {name!r} cannot end on a picture. Leave it out, or use a checkpoint "
            "like wan2.2-i2v-a14b."
        )
    if preset.needs_picture and not has_first:
        raise PresetError(
            f"first_frame: missing, and {name!r} always starts from a picture. Give one, or "
            "use a text-to-video checkpoint."
        )
    if has_last and not has_first:
        raise PresetError(
            f"first_frame: missing, and a clip of {name!r} that ends on a picture must start from "
            "one. Give both."
        )
    if has_last and num_frames == 1:
        raise GeometryError(
            "last_frame: the clip has 1 frame, must have at least 5 to end on another picture. "
            "Leave it out, or set more frames."
        )


def encode_pictures(
    vae: Autoencoder,
    preset: Preset,
    pictures: tuple[Picture, ...],
    *,
    size: Size,
    num_frames: int,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Encode the first picture of a clip, and the last if there is one, in one pass.

    Args:
        vae: The autoencoder.
        preset: Of the checkpoint; its `first_frame` is not "none".
        pictures: The first, or the first and the last.
        size: Of the clip in pixels.
        num_frames: Of the clip, 4n + 1.
        device: Of the autoencoder.

    Returns:
        (1, C, 1, H, W) for "per-token", (1, 4 + C, T, H, W) where channels are taken; float32.
    """
    pixels = [picture_to_pixels(preset, each, size).to(device) for each in pictures]
    if preset.first_frame == "per-token":
        return next(encode_chunks(vae, pixels[:1])).float()
    frames = (0,) if len(pixels) == 1 else (0, num_frames - 1)
    latent = torch.cat(list(encode_chunks(vae, _grey_between(pixels, num_frames))), dim=2).float()
    return torch.cat((frame_mask(latent, frames), latent), dim=1)


def encode_clip(vae: Autoencoder, clip: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """Encode the frames of a clip, for a remix.

    Args:
        vae: The autoencoder.
        clip: (F, H, W, 3) uint8 with F = 4n + 1.
        device: Of the autoencoder.

    Returns:
        (1, C, T, H, W) float32, normalised.

    Raises:
        GeometryError: The frames are not 4n + 1.
    """
    num_latents = latent_frames(len(clip))
    starts = [0, *(FRAMES_PER_LATENT * i + 1 for i in range(num_latents))]
    chunks = (
        rearrange(to_pixels(clip[start:stop]), "t h w c -> 1 c t h w").to(device)
        for start, stop in pairwise(starts)
    )
    return torch.cat(list(encode_chunks(vae, chunks)), dim=2).float()


def frame_mask(latent: Tensor, frames: tuple[int, ...]) -> Tensor:
    """Mask of given pixel frames, four to a latent frame; (1, C, T, H, W) to (1, 4, T, H, W).

    Source: Wan2.2 wan/image2video.py, WanI2V.generate.
    """
    num_latents = latent.shape[2]
    flags = torch.zeros(FRAMES_PER_LATENT * num_latents, device=latent.device)
    for frame in frames:
        # The first latent frame is one pixel frame, whose flag is repeated four times.
        flags[frame + FRAMES_PER_LATENT - 1 if frame else slice(FRAMES_PER_LATENT)] = 1
    mask = rearrange(flags, "(t k) -> 1 k t 1 1", k=FRAMES_PER_LATENT)  # (1, 4, T, 1, 1)
    return mask.expand(1, -1, -1, *latent.shape[3:])


def picture_to_pixels(preset: Preset, picture: Picture, size: Size) -> Tensor:
    """Resize a picture as the checkpoint's authors do: (1, 3, 1, H, W) in [-1, 1].

    Parts beyond the shape of the clip are cropped evenly on both sides.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    fit = _stretch if preset.takes_channels else _cover
    pixels = fit(image.convert("RGB"), size, preset.grain)
    return rearrange(pixels, "h w c -> 1 c 1 h w")


def _cover(image: Image.Image, size: Size, _: Size) -> Tensor:
    """Lanczos to cover the size, then a crop in the middle.

    Source: Wan2.2 wan/textimage2video.py, WanTI2V.i2v.
    """
    scale = max(size[0] / image.width, size[1] / image.height)
    scaled = image.resize(
        (round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS
    )
    return to_pixels(np.asarray(_middle(scaled, size)))


def _stretch(image: Image.Image, size: Size, grain: Size) -> Tensor:
    """Bicubic, without anti-aliasing, of a picture with about the shape of the clip.

    Source: Wan2.2 wan/image2video.py, WanI2V.generate.
    """
    (width, height), aspect = size, image.width / image.height
    # A size chosen for a picture is up to a token short on either side, and the authors stretch; a
    # picture that is further off than that is cropped to the shape first.
    if not width / (height + grain[1]) <= aspect <= (width + grain[0]) / height:
        across = min(image.width, round(image.height * width / height))
        down = min(image.height, round(image.width * height / width))
        image = _middle(image, (max(across, 1), max(down, 1)))
    pixels = rearrange(to_pixels(np.asarray(image)), "h w c -> 1 c h w")
    fitted = F.interpolate(pixels, size=(height, width), mode="bicubic")
    return rearrange(fitted, "1 c h w -> h w c")


def _middle(image: Image.Image, size: Size) -> Image.Image:
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return image.crop((left, top, left + size[0], top + size[1]))


def to_pixels(frames: np.ndarray) -> Tensor:
    """Convert bytes to float32 in [-1, 1], any shape."""
    return torch.from_numpy(frames.astype(np.float32)).div_(255).sub_(0.5).div_(0.5)


def _grey_between(pixels: list[Tensor], num_frames: int) -> Iterator[Tensor]:
    """The clip in chunks: the first picture, mid grey, and at the end the last picture."""
    first = pixels[0]
    yield first
    num_later = latent_frames(num_frames) - 1
    grey = torch.zeros_like(first).expand(-1, -1, FRAMES_PER_LATENT, -1, -1)
    for index in range(num_later):
        if index == num_later - 1 and len(pixels) == 2:
            yield torch.cat((grey[:, :, 1:], pixels[1]), dim=2)
        else:
            yield grey
