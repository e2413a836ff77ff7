"""Control films and reference pictures: checked, fitted to a clip and encoded for a checkpoint.

Source: ali-vilab/VACE vace/models/wan/wan_vace.py; diffusers pipeline_wan_vace.py for the fit of
references.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from PIL import Image
from torch import Tensor

from model.autoencoder.codec import encode_chunks, encode_stream
from model.autoencoder.vae import Autoencoder
from model.exceptions import GeometryError, PresetError
from model.flow import Schedule, expert_steps
from model.geometry import FRAMES_PER_LATENT, latent_frames
from model.pictures import Picture, picture_to_pixels, to_pixels
from model.presets import Preset, Size

CELL = 8  # pixels along a side of a latent cell of the Wan 2.1 autoencoder
Strength = float | Sequence[float]
"""Of a control film: one for all steps, one for each expert, or one for each step."""


def check_control(
    preset: Preset,
    has_reference: bool,
    film: np.ndarray | None,
    mask: np.ndarray | None,
    references: Sequence[Picture],
    size: Size,
    num_frames: int,
) -> None:
    """Check that a checkpoint can take a control film, a mask and references, before it is loaded.

    `has_reference` is that of the checkpoint; some files of Fun-Control lack the layer.

    Raises:
        PresetError: The checkpoint does not take one of them.
        GeometryError: The film or the mask does not have the size and length of the clip.
    """
    for name, is_given in (("control", film is not None), ("references", bool(references))):
        if is_given and preset.control == "none":
            raise PresetError(
                f"{name}: {preset.name!r} cannot be steered. Leave it out, or use a checkpoint "
                "like wan2.2-vace-fun-a14b."
            )
    if mask is not None and preset.control != "vace":
        raise PresetError(
            f"control_mask: {preset.name!r} reads no mask. Leave it out, or use a VACE checkpoint."
        )
    if references and preset.control == "channels" and not has_reference:
        raise PresetError(f"references: the experts of {preset.name!r} read none. Leave them out.")
    if preset.control == "channels" and len(references) > 1:
        raise PresetError(
            f"references: {len(references)} pictures, must be 1 for {preset.name!r}. Keep the "
            "most important one."
        )
    for name, given, colours in (("control", film, (3,)), ("control_mask", mask, ())):
        shape = (num_frames, size[1], size[0], *colours)
        if given is not None and given.shape != shape:
            raise GeometryError(
                f"{name}: shape is {given.shape}, must be {shape} like the clip. Scale its frames, "
                "or set size and num_frames."
            )
    if film is not None and film.dtype != np.uint8:
        raise GeometryError(f"control: dtype is {film.dtype}, must be uint8 with values 0 to 255.")


def strengths(preset: Preset, plan: Schedule, strength: Strength) -> tuple[float, ...]:
    """Strength of a control film at every step of a schedule.

    Args:
        preset: Of the checkpoint.
        plan: The schedule.
        strength: One number; one for each expert, noisiest first; or one for each step.

    Raises:
        PresetError: There are as many numbers as neither experts nor steps, or one is not possible.
    """
    owned = expert_steps(plan, preset.experts)
    each = [float(s) for s in (strength if isinstance(strength, Sequence) else (strength,))]
    if len(each) == 1:
        each *= plan.num_steps
    elif len(each) == len(owned):
        each = [value for value, steps in zip(each, owned, strict=True) for _ in steps]
    elif len(each) != plan.num_steps:
        raise PresetError(
            f"control_strength: {len(each)} numbers, must be 1, {len(owned)} (one for each "
            f"expert) or {plan.num_steps} (one for each step)."
        )
    for value in each:
        if not (math.isfinite(value) and value >= 0):
            raise PresetError(f"control_strength: {value}, must be 0 or more; 1 is usual.")
        if preset.control == "channels" and value not in (0, 1):
            raise PresetError(
                f"control_strength: {value}, must be 0 or 1 for {preset.name!r}, which reads the "
                "film as channels. Use 0 for the steps where it must not count."
            )
    return tuple(each)


def pin_first_frame(
    film: np.ndarray | None, mask: np.ndarray | None, preset: Preset, picture: Picture, shape: Size,
    num_frames: int,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Put a picture into the first frame of a film, with a mask that keeps it.

    Args:
        film: (F, H, W, 3) uint8, or None for grey.
        mask: (F, H, W), 0 where the film is kept, or None for a mask that keeps nothing.
        preset: Of the checkpoint.
        picture: Cropped to the shape of the clip.
        shape: Width and height of the clip.
        num_frames: Of the clip.

    Returns:
        Film and mask, new arrays.
    """
    width, height = shape
    grey = np.full((num_frames, height, width, 3), 128, np.uint8)
    film = grey if film is None else film.copy()
    mask = np.ones((num_frames, height, width), np.uint8) if mask is None else mask.copy()
    pixels = picture_to_pixels(preset, picture, shape)  # (1, 3, 1, H, W)
    first = ((rearrange(pixels, "1 c 1 h w -> h w c") + 1) * 127.5).round().to(torch.uint8).numpy()
    # The mask of the first latent frame is read from the second pixel frame, see `_mask_channels`.
    film[:2], mask[:2] = first, 0
    return film, mask


def vace_context(
    vae: Autoencoder,
    film: np.ndarray | None,
    mask: np.ndarray | None,
    references: Sequence[Picture],
    size: Size,
    num_frames: int,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Encode what a VACE part reads: the kept part of the film, the part to make, and the mask.

    Args:
        vae: The autoencoder.
        film: (F, H, W, 3) uint8; None for grey.
        mask: (F, H, W), more than half of its range where something is to be made, else the film
            is kept; uint8 of 0 and 1 or of 0 to 255, bool, or float in [0, 1]. None makes all.
        references: Pictures of what the clip shows, most important first.
        size: Of the clip in pixels.
        num_frames: Of the clip, 4n + 1.
        device: Of the autoencoder.

    Returns:
        (1, 96, R + T, H, W) float32, references first.
    """
    shape = (num_frames, size[1], size[0])
    makes = np.ones(shape, bool) if mask is None else _to_bool(mask)
    halves = []
    for part in (~makes, makes):  # kept, to be made
        # Pixels outside of a part are mid grey, which is 0.
        chunks = (
            _masked(None if film is None else film[a:b], part[a:b]).to(device)
            for a, b in pairwise([0, *range(1, num_frames + 1, FRAMES_PER_LATENT)])
        )
        halves.append(torch.cat(list(encode_chunks(vae, chunks)), dim=2).float())
    context = torch.cat((*halves, _mask_channels(makes).to(halves[0])), dim=1)
    frames = []
    for picture in references:
        latent = next(encode_stream(vae, fit_reference(picture, size).to(device))).float()
        empty = latent.new_zeros(1, context.shape[1] - latent.shape[1], *latent.shape[2:])
        frames.append(torch.cat((latent, empty), dim=1))
    return torch.cat((*frames, context), dim=2)


def encode_reference(
    vae: Autoencoder, picture: Picture, size: Size, device: torch.device | str = "cpu"
) -> Tensor:
    """Encode a reference that is read as tokens: (1, C, H, W) float32."""
    latent = next(encode_stream(vae, fit_reference(picture, size).to(device)))
    return latent.float()[:, :, 0]


def fit_reference(picture: Picture, size: Size) -> Tensor:
    """Fit a picture into a clip, whole and centred on white: (1, 3, 1, H, W) in [-1, 1]."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image = image.convert("RGB")
    # diffusers rounds the sides to cells first.
    sides = [max(CELL, side // CELL * CELL) for side in image.size]
    if tuple(sides) != image.size:
        image = image.resize((sides[0], sides[1]), Image.Resampling.LANCZOS)
    pixels = rearrange(to_pixels(np.asarray(image)), "h w c -> 1 c h w")
    (width, height), scale = size, min(size[1] / sides[1], size[0] / sides[0])
    rows, columns = int(sides[1] * scale), int(sides[0] * scale)
    fitted = F.interpolate(pixels, size=(rows, columns), mode="bilinear", align_corners=False)
    canvas = torch.ones(1, 3, 1, height, width)
    top, left = (height - rows) // 2, (width - columns) // 2
    canvas[:, :, 0, top : top + rows, left : left + columns] = fitted
    return canvas


def _mask_channels(makes: np.ndarray) -> Tensor:
    """(F, H, W) bool to (1, 64, T, h, w): the pixels of a cell become channels, row by row.

    Latent frame t reads pixel frame ⌊(t + ½) · F / T⌋, so that frame 0 is never read.
    """
    num = latent_frames(len(makes))
    frames = [int((t + 0.5) * len(makes) / num) for t in range(num)]
    cells = torch.from_numpy(makes[frames].astype(np.float32))
    return rearrange(cells, "t (h r) (w c) -> 1 (r c) t h w", r=CELL, c=CELL)


def _to_bool(mask: np.ndarray) -> np.ndarray:
    """Whether a pixel is to be made; (F, H, W) of any range to bool."""
    if mask.dtype == np.uint8:
        return mask > (127 if mask.max(initial=0) > 1 else 0)
    return mask if mask.dtype == bool else mask > 0.5


def _masked(film: np.ndarray | None, part: np.ndarray) -> Tensor:
    """Pixels of a part of a film, (F, H, W), and mid grey elsewhere: (1, 3, F, H, W) in [-1, 1]."""
    flags = torch.from_numpy(part[..., None].astype(np.float32))
    pixels = flags.new_zeros(*part.shape, 3) if film is None else to_pixels(film) * flags
    return rearrange(pixels, "t h w c -> 1 c t h w")
