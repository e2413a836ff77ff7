"""Given pictures: fitted to a clip, and encoded the way a checkpoint takes them.

Some checkpoints see what is given in channels beside the noisy latent, some have it in the latent
itself, with a timestep of its own; a preset says which. Called by `pipeline` and by the stage
that encodes pictures, once per take and before any expert.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from PIL import Image
from torch import Tensor

from model.autoencoder.codec import Autoencoder, encode_chunks
from model.exceptions import GeometryError, PresetError
from model.geometry import FRAMES_PER_LATENT, latent_frames
from model.presets import Preset, Size

Picture = Image.Image | np.ndarray
"""A PIL image, or (H, W, 3) uint8."""


@dataclass(frozen=True)
class Given:
    """What is known of a clip before it is denoised.

    Attributes:
        frame: (1, C, 1, H, W) clean latent of the first frame, kept as it is at every step, with
            timestep 0; or None.
        channels: (1, 4 + C, T, H, W), a mask of given frames and their latent, that an expert
            reads behind the noisy latent; or None.
    """

    frame: Tensor | None = None
    channels: Tensor | None = None


NOTHING = Given()


def given(preset: Preset, latent: Tensor | None, shape: tuple[int, ...]) -> Given:
    """Say in which way a latent from `encode_pictures` enters, or the lack of one.

    Args:
        preset: Of the checkpoint.
        latent: Of the pictures; None without any.
        shape: (1, C, T, H, W) of the clip's latent.
    """
    if not preset.takes_channels:
        return Given(frame=latent)
    if latent is None:
        _, channels, *cells = shape
        return Given(channels=torch.zeros(1, FRAMES_PER_LATENT + channels, *cells))
    if preset.first_frame == "channels":
        return Given(channels=latent)
    return Given(frame=latent[:, FRAMES_PER_LATENT:, :1], channels=latent)


def check_pictures(
    preset: Preset, *, has_first: bool, has_last: bool, num_frames: int | None = None
) -> None:
    """Refuse pictures that a checkpoint cannot take, and the lack of one that it needs.

    Raises:
        PresetError: The checkpoint takes no such picture, or needs one.
        GeometryError: One frame cannot be both the first and the last of two pictures.
    """
    name = preset.name
    if has_first and preset.first_frame == "none":
        raise PresetError(
            f"first_frame: {name!r} cannot start from a picture. Leave it out, or use a "
            "checkpoint that can."
        )
    if has_last and not preset.takes_channels:
        raise PresetError(
            f"last_frame: {name!r} cannot end on a picture. Leave it out, or use a checkpoint "
            "of the kind of wan2.2-i2v-a14b."
        )
    if preset.needs_picture and not has_first:
        raise PresetError(
            f"first_frame: is left out, and {name!r} always starts from a picture. Give one, or "
            "use a text-to-video checkpoint."
        )
    if has_last and not has_first:
        raise PresetError(
            f"first_frame: is left out, and a clip of {name!r} that ends on a picture has to start "
            "from one. Give both."
        )
    if has_last and num_frames == 1:
        raise GeometryError(
            "last_frame: the clip has 1 frame, must have at least 5 to end on another picture. "
            "Leave it out, or ask for more frames."
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
        preset: Says in which way the checkpoint takes pictures; not "none".
        pictures: The first, or the first and the last.
        size: Of the clip in pixels.
        num_frames: Of the clip, 4n + 1.
        device: Where the autoencoder lies.

    Returns:
        (1, C, 1, H, W) for "per-token", (1, 4 + C, T, H, W) where channels are taken; float32.
    """
    pixels = [picture_to_pixels(preset, each, size).to(device) for each in pictures]
    if preset.first_frame == "per-token":
        return next(encode_chunks(vae, pixels[:1])).float()
    frames = (0,) if len(pixels) == 1 else (0, num_frames - 1)
    latent = torch.cat(list(encode_chunks(vae, _between(pixels, num_frames))), dim=2).float()
    return torch.cat((frame_mask(latent, frames), latent), dim=1)


def encode_clip(vae: Autoencoder, clip: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """Encode frames that exist, so that a remix can start from them.

    Args:
        vae: The autoencoder.
        clip: (F, H, W, 3) uint8 with F = 4n + 1.
        device: Where the autoencoder lies.

    Returns:
        (1, C, T, H, W) float32, normalised.

    Raises:
        GeometryError: The frames are not 4n + 1.
    """
    num_latents = latent_frames(len(clip))
    starts = [0, *(FRAMES_PER_LATENT * i + 1 for i in range(num_latents))]
    chunks = (
        rearrange(_to_pixels(clip[start:stop]), "t h w c -> 1 c t h w").to(device)
        for start, stop in pairwise(starts)
    )
    return torch.cat(list(encode_chunks(vae, chunks)), dim=2).float()


def frame_mask(latent: Tensor, frames: tuple[int, ...]) -> Tensor:
    """Mark which pixel frames of a clip are given, four to a latent frame.

    The first latent frame is one pixel frame, whose flag stands four times.

    Args:
        latent: (1, C, T, H, W), for its shape.
        frames: Indices of the pixel frames that are given.

    Returns:
        (1, 4, T, H, W) of zeros and ones.

    Source: Wan2.2 wan/image2video.py, WanI2V.generate.
    """
    num_latents = latent.shape[2]
    flags = torch.zeros(FRAMES_PER_LATENT * num_latents, device=latent.device)
    for frame in frames:
        flags[frame + FRAMES_PER_LATENT - 1 if frame else slice(FRAMES_PER_LATENT)] = 1
    mask = rearrange(flags, "(t k) -> 1 k t 1 1", k=FRAMES_PER_LATENT)
    return mask.expand(1, -1, -1, *latent.shape[3:])


def picture_to_pixels(preset: Preset, picture: Picture, size: Size) -> Tensor:
    """Bring a picture to a size as the checkpoint's authors do: (1, 3, 1, H, W) in [-1, 1].

    What goes beyond the shape of the clip is cut off evenly on both sides.
    """
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    fit = _stretch if preset.takes_channels else _cover
    pixels = fit(image.convert("RGB"), size, preset.grain)
    return rearrange(pixels, "h w c -> 1 c 1 h w")


def _cover(image: Image.Image, size: Size, _: Size) -> Tensor:
    """Lanczos to cover the size, then a cut in the middle.

    Source: Wan2.2 wan/textimage2video.py, WanTI2V.i2v.
    """
    scale = max(size[0] / image.width, size[1] / image.height)
    scaled = image.resize(
        (round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS
    )
    return _to_pixels(np.asarray(_middle(scaled, size)))


def _stretch(image: Image.Image, size: Size, grain: Size) -> Tensor:
    """Bicubic, without a filter against aliasing, of a picture that has about the shape.

    A size chosen for a picture is up to a token short on either side, and the authors stretch;
    a picture that is further off than that is cut to the shape first.

    Source: Wan2.2 wan/image2video.py, WanI2V.generate.
    """
    (width, height), aspect = size, image.width / image.height
    if not width / (height + grain[1]) <= aspect <= (width + grain[0]) / height:
        across = min(image.width, round(image.height * width / height))
        down = min(image.height, round(image.width * height / width))
        image = _middle(image, (max(across, 1), max(down, 1)))
    pixels = rearrange(_to_pixels(np.asarray(image)), "h w c -> 1 c h w")
    fitted = F.interpolate(pixels, size=(height, width), mode="bicubic")
    return rearrange(fitted, "1 c h w -> h w c")


def _middle(image: Image.Image, size: Size) -> Image.Image:
    left, top = (image.width - size[0]) // 2, (image.height - size[1]) // 2
    return image.crop((left, top, left + size[0], top + size[1]))


def _to_pixels(frames: np.ndarray) -> Tensor:
    """Bytes to float32 in [-1, 1], any shape."""
    return torch.from_numpy(frames.astype(np.float32)).div_(255).sub_(0.5).div_(0.5)


def _between(pixels: list[Tensor], num_frames: int) -> Iterator[Tensor]:
    """The clip in chunks: the first picture, mid grey, and at the end the last one."""
    first = pixels[0]
    yield first
    num_later = latent_frames(num_frames) - 1
    grey = torch.zeros_like(first).expand(-1, -1, FRAMES_PER_LATENT, -1, -1)
    for index in range(num_later):
        if index == num_later - 1 and len(pixels) == 2:
            yield torch.cat((grey[:, :, 1:], pixels[1]), dim=2)
        else:
            yield grey
