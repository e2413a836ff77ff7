"""An implementation of Wan 2.2: text encoder, experts, solvers and video autoencoders.

Axes in shapes: B batch · C channels · T time · H rows · W columns · L video tokens · M text tokens
· D width · A attention heads · K width per head; H, W and T are pixel or latent. Importing this
package loads nothing heavy: `load` and `Wan` import torch on first use.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from model.exceptions import GeometryError, ModelError, PresetError, WeightsError

if TYPE_CHECKING:
    from model.denoise import Remix
    from model.pipeline import Wan, load

# MKL reads it at its first product: some CPUs divide sums from some 400 numbers on among threads,
# and then the bits depend on their number, see `model.ops`.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")

__all__ = ["GeometryError", "ModelError", "PresetError", "Remix", "Wan", "WeightsError", "load"]


def __getattr__(name: str) -> object:
    if name in ("Remix", "Wan", "load"):
        from model import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
