"""What the stages do with torch, apart from them so that importing a stage loads none.

Called by `stages` only.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from model.autoencoder.vae import Autoencoder
from model.camera_adapter import path_rays
from model.flow import SolverState
from model.transformer import Transformer
from storyboard.errors import InputError, StoryboardError
from storyboard.film.video import Frame
from storyboard.stages.artifacts import Clip, Latent, TextContext
from storyboard.stages.stage import Hardware
from storyboard.store import Ref, Store
from storyboard.take.take import Picture, Remix, Take
from storyboard.take.weights import Weights


def dtype(hardware: Hardware) -> torch.dtype:
    """Numbers that the networks compute in."""
    return {"float32": torch.float32, "bfloat16": torch.bfloat16}[hardware.dtype]


def check_hardware(hardware: Hardware) -> None:
    """Refuse a device that this torch cannot use.

    Raises:
        InputError: There is none.
    """
    if hardware.device.startswith("cuda") and not torch.cuda.is_available():
        raise InputError(
            f"device {hardware.device!r}: torch finds no CUDA device. Use --device cpu."
        )


def import_text_encoder() -> None:
    """Import transformers now: two seconds that should not count as loading a network."""
    import transformers.models.umt5.modeling_umt5  # noqa: F401


def load_vae(weights: Weights, hardware: Hardware) -> Autoencoder:
    """The autoencoder, in float32 as in the reference."""
    return weights.open().load_vae(device=hardware.device)


def load_tensor(store: Store, ref: Ref, device: str) -> Tensor:
    """A context or an encoded picture, on a device."""
    return TextContext.load(store.path(ref)).context.to(device)


def rays(take: Take, network: Transformer, latent: Tensor) -> Tensor | None:
    """Camera rays of a take's path as this expert reads them; None if it reads none."""
    if network.control_adapter is None:
        return None
    _, rows, columns = network.patch
    tokens = (latent.shape[4] // columns, latent.shape[3] // rows)
    return path_rays(take.path, tokens, network.control_adapter.unshuffle).to(latent.device)


def picture_frame(picture: Picture, store: Store) -> Frame:
    """Pixels of a given first frame."""
    if picture.clip is not None:
        if not store.holds(picture.clip):
            raise StoryboardError(
                f"first frame: {picture.of_take} has no clip to take it from. "
                "Render that shot first."
            )
        clip = Clip(store.path(picture.clip))
        return next(islice(clip.frames(), picture.frame, None))
    assert picture.file is not None
    with Image.open(picture.file) as image:
        return np.asarray(image.convert("RGB"))


def remix_latent(remix: Remix, store: Store) -> Tensor:
    """The latent of another take, on the CPU, where noise is mixed."""
    if not store.holds(remix.latent):
        raise StoryboardError(
            f"take: {remix.of_take} has no latent to start from. Render that take first."
        )
    return load_state(store, remix.latent, "cpu").latent


def check_finite(state: SolverState, take: Take, index: int) -> None:
    """Stop at the first step that cannot be shown, and name it."""
    if not bool(torch.isfinite(state.latent).all()):
        raise StoryboardError(
            f"shot {take.shot.id!r}: step {index + 1} gave numbers that are not finite, must be "
            "finite. Lower the guidance, or check the weights."
        )


def load_state(store: Store, ref: Ref, device: str) -> SolverState:
    """A latent and all the solver remembers, on a device."""
    named = Latent.load(store.path(ref)).state.tensors()
    return SolverState.from_tensors({name: tensor.to(device) for name, tensor in named.items()})
