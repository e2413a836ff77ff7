"""Finish of each surface: how much it mirrors the light, and how sharp the highlight is."""

from __future__ import annotations

import numpy as np

from storyboard.layout.meshes import SURFACES, Array, Mesh, floats

_FINISH = {
    "skin": (0.10, 3), "hair": (0.16, 4), "leather": (0.22, 4), "wood": (0.10, 4),
    "metal": (0.55, 5), "glass": (0.85, 7), "screen": (0.35, 6), "plastic": (0.26, 5),
    "stone": (0.08, 4), "tile": (0.24, 6), "asphalt": (0.03, 3), "snow": (0.05, 3),
    "water": (0.6, 6), "leaf": (0.08, 3), "food": (0.14, 4), "eye": (0.8, 6), "cloth": (0.0, 3),
}  # fmt: skip
_FINISHES = floats([_FINISH.get(name, (0.0, 3)) for name in SURFACES])


def paint(mesh: Mesh) -> Array:
    """(N, 6) of each face: colour, glow, gloss, sharpness of the highlight."""
    return np.column_stack([mesh.colour, mesh.glow, _FINISHES[mesh.surface]]).astype(np.float32)
