"""Initial noise of a take, drawn on the CPU so that it does not depend on the device.

Source of the mix: a sum of independent normals whose squared weights add up to 1 has unit variance.
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
