"""Everything that the stages do with torch, in one module so that importing a stage loads no torch.

Contexts and latents are stored as safetensors, which cannot contain code. Tensors that are not
finite are refused before they are stored. Initial noise is drawn on the CPU, so it does not depend
on the device; a sum of independent normals whose squared weights add up to 1 has unit variance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import islice
from math import sqrt
from pathlib import Path
from typing import cast

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import Module

from model.autoencoder.vae import Autoencoder
from model.camera_adapter import path_rays
from model.control_context import encode_reference, pin_first_frame, vace_context
from model.denoise import ControlFilm, draw_noise
from model.flow import SolverState
from model.pictures import encode_clip
from model.presets import Preset
from model.transformer import Transformer
from model.vace import VacePart
from storyboard.errors import InputError, StoryboardError
from storyboard.film.video import Frame, read_video
from storyboard.stages.stage import Hardware
from storyboard.store import Ref, Store
from storyboard.take.take import NoiseRecipe, Picture, RemixSource, Size, Take


def check_hardware(hardware: Hardware) -> None:
    """Refuse a device that is not available.

    Raises:
        InputError: The device is CUDA, and torch finds none.
    """
    if hardware.device.startswith("cuda") and not torch.cuda.is_available():
        raise InputError(
            f"device {hardware.device!r}: torch finds no CUDA device. Use --device cpu."
        )


def import_text_encoder() -> None:
    """Import transformers ahead of use, since its two seconds are not loading time of a network."""
    import transformers.models.umt5.modeling_umt5  # noqa: F401


def save_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Write named tensors.

    Raises:
        StoryboardError: One is not finite.
    """
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise StoryboardError(
                f"{name}: not all numbers are finite, must be finite. "
                "Lower the guidance, or check the weights."
            )
    # Cloned: a solver's history may share memory with the latent, which safetensors refuses.
    save_file({name: tensor.cpu().contiguous().clone() for name, tensor in tensors.items()}, path)


def load_tensors(store: Store, ref: Ref, device: str) -> dict[str, Tensor]:
    """Read what `save_tensors` wrote, to a device."""
    return {name: tensor.to(device) for name, tensor in load_file(store.path(ref)).items()}


def encode_control(
    vae: Autoencoder, preset: Preset, film: Path | None, pinned: Frame | None,
    references: Sequence[Frame], *, size: Size, num_frames: int, device: str,
) -> dict[str, Tensor]:  # fmt: skip
    """Encode what steers a clip.

    Args:
        vae: The autoencoder.
        preset: Of the checkpoint; its `control` is not "none".
        film: Control film, or None.
        pinned: Picture that the first frame is kept as, for a VACE part.
        references: Pictures of likeness.
        size: Of the clip in pixels.
        num_frames: Of the clip.
        device: Of the autoencoder.

    Returns:
        "film", (1, 96, R + T, H, W) for a VACE part, else (1, C, T, H, W); "reference",
        (1, C, H, W), where a picture is read as tokens.
    """
    frames = None if film is None else np.stack(list(islice(read_video(film), num_frames)))
    if preset.control == "vace":
        mask = None
        if pinned is not None:
            frames, mask = pin_first_frame(frames, None, preset, pinned, size, num_frames)
        return {"film": vace_context(vae, frames, mask, references, size, num_frames, device)}
    named = {} if frames is None else {"film": encode_clip(vae, frames, device)}
    if references:
        named["reference"] = encode_reference(vae, references[0], size, device)
    return named


def control(
    film: dict[str, Tensor], strengths: tuple[float, ...], parts: Sequence[Module]
) -> ControlFilm | None:
    """What steers a clip, from `encode_control`, with the VACE part of the expert if it has one."""
    if "film" not in film:
        return None
    return ControlFilm(film["film"], strengths, cast("VacePart", parts[0]) if parts else None)


def save_context(path: Path, context: Tensor) -> None:
    """Write an encoded prompt or picture.

    Args:
        path: File to write.
        context: (M, D) of a prompt, without padding; (1, C, T, H, W) of pictures.

    Raises:
        StoryboardError: It is not finite.
    """
    save_tensors(path, {"context": context})


def load_context(store: Store, ref: Ref, device: str) -> Tensor:
    """Read what `save_context` wrote, to a device."""
    return load_file(store.path(ref))["context"].to(device)


def save_state(path: Path, state: SolverState) -> None:
    """Write a latent with the solver's history.

    Raises:
        StoryboardError: It is not finite.
    """
    save_tensors(path, state.tensors())


def load_state(store: Store, ref: Ref, device: str) -> SolverState:
    """Read what `save_state` wrote, to a device."""
    tensors = load_file(store.path(ref))
    return SolverState.from_tensors({name: tensor.to(device) for name, tensor in tensors.items()})


def check_step(state: SolverState, take: Take, index: int) -> None:
    """Stop at the first step whose latent is not finite.

    Raises:
        StoryboardError: It is not; the message names shot and step.
    """
    if not bool(torch.isfinite(state.latent).all()):
        raise StoryboardError(
            f"shot {take.shot.id!r}: step {index + 1} gave numbers that are not finite, must be "
            "finite. Lower the guidance, or check the weights."
        )


def rays(take: Take, network: Transformer, latent: Tensor) -> Tensor | None:
    """Camera rays of a take as input of the camera adapter; None for an expert without one."""
    if network.control_adapter is None:
        return None
    _, rows, columns = network.patch
    tokens = (latent.shape[4] // columns, latent.shape[3] // rows)
    return path_rays(take.path, tokens, network.control_adapter.unshuffle).to(latent.device)


def picture_frame(picture: Picture, store: Store) -> Frame:
    """Pixels of a given picture, (H, W, 3) uint8.

    Raises:
        StoryboardError: The clip that it is a frame of has not been rendered.
    """
    if picture.clip is not None:
        if not store.holds(picture.clip):
            raise StoryboardError(
                f"first frame: {picture.of_take} has no clip to take it from. "
                "Render that shot first."
            )
        return next(islice(read_video(store.path(picture.clip)), picture.frame, None))
    assert picture.file is not None
    with Image.open(picture.file) as image:
        return np.asarray(image.convert("RGB"))


def remix_latent(remix: RemixSource, store: Store) -> Tensor:
    """Latent of another take, on the CPU, where noise is mixed.

    Raises:
        StoryboardError: That take has not been rendered.
    """
    if not store.holds(remix.latent):
        raise StoryboardError(
            f"take: {remix.of_take} has no latent to start from. Render that take first."
        )
    return load_state(store, remix.latent, "cpu").latent


Shape = tuple[int, int, int, int]


def take_noise(recipe: NoiseRecipe, shape: Shape) -> Tensor:
    """Draw the noise of a take.

    Args:
        recipe: Seeds and consistency.
        shape: (C, T, H, W) in latent cells.

    Returns:
        (1, C, T, H, W) float32 of unit variance.
    """
    consistency = recipe.consistency
    if consistency == 0:
        return draw_noise((1, *shape), recipe.own_seed)
    channels, frames, rows, columns = shape
    generator = torch.Generator("cpu").manual_seed(recipe.shared_seed)
    # Drawn frame by frame so that clips of different length share their first frames. In one
    # tensor channels come before time, and a longer clip would share no number with a shorter one.
    drawn = [torch.randn(channels, rows, columns, generator=generator) for _ in range(frames)]
    shared = torch.stack(drawn, dim=1)[None]
    if consistency == 1:
        return shared
    own = draw_noise((1, *shape), recipe.own_seed)
    return sqrt(consistency) * shared + sqrt(1 - consistency) * own


def noise_sha256(noise: Tensor) -> str:
    """SHA-256 of the bytes of a noise tensor."""
    return hashlib.sha256(noise.numpy().tobytes()).hexdigest()
