"""The noise that a take starts from, drawn on the CPU whatever renders it.

Source of the mix: a sum of independent normals whose squared weights add up to 1 has unit
variance. Called by the first denoising stage.
"""

from __future__ import annotations

import hashlib
from math import sqrt

import torch
from torch import Tensor

from model.denoise import draw_noise
from storyboard.take.seeds import NoiseRecipe

Shape = tuple[int, int, int, int]


def take_noise(recipe: NoiseRecipe, shape: Shape) -> Tensor:
    """Draw the noise of a take.

    Args:
        recipe: Seeds and mix.
        shape: (C, T, H, W) latent cells.

    Returns:
        (1, C, T, H, W) float32 of unit variance.
    """
    common = recipe.consistency
    if common == 0:
        return draw_noise((1, *shape), recipe.own_seed)
    shared = _draw_by_frame(shape, recipe.shared_seed)
    if common == 1:
        return shared
    return sqrt(common) * shared + sqrt(1 - common) * draw_noise((1, *shape), recipe.own_seed)


def _draw_by_frame(shape: Shape, seed: int) -> Tensor:
    """Noise drawn latent frame by latent frame.

    Drawn at once, a longer clip would share no number with a shorter one: channels come before
    time in memory. This way shots of different length have their first frames in common.
    """
    channels, frames, rows, columns = shape
    generator = torch.Generator("cpu").manual_seed(seed)
    drawn = [torch.randn(channels, rows, columns, generator=generator) for _ in range(frames)]
    return torch.stack(drawn, dim=1)[None]


def noise_sha256(noise: Tensor) -> str:
    """Name noise by its bytes."""
    return hashlib.sha256(noise.numpy().tobytes()).hexdigest()
