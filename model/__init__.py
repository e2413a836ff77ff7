"""Wan 2.2 in our own words: text encoder, experts, solvers and video autoencoders.

Shapes are written with one letter per axis:

    B batch · C channels · T time · H rows · W columns · L video tokens · M text tokens
    D width · A attention heads · K width per head

H, W and T are said to be *pixel* or *latent* wherever they could be either. Importing this
package loads nothing heavy: `load` and `Wan` arrive with torch on first use.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from model.exceptions import GeometryError, ModelError, PresetError, WeightsError

if TYPE_CHECKING:
    from model.denoise import Remix
    from model.pipeline import Wan, load

# Read by MKL at its first product: how a sum is cut must not depend on threads, see `steady`.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")

__all__ = ["GeometryError", "ModelError", "PresetError", "Remix", "Wan", "WeightsError", "load"]


def __getattr__(name: str) -> object:
    if name in ("Remix", "Wan", "load"):
        from model import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
