"""What things are like: overturned, on fire, steaming, dusty, dented."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from storyboard.layout.meshes import Array, Colour, Mesh, floats, join
from storyboard.layout.rotations import about
from storyboard.layout.things.models import build_thing

# Colour over a thing, and its share; of those from above, on what faces up.
_COATS: Mapping[str, tuple[Colour, float]] = {
    "faded": ((0.86, 0.82, 0.72), 0.55), "dusty": ((0.66, 0.60, 0.50), 0.5),
    "dirty": ((0.26, 0.20, 0.13), 0.55), "frozen": ((0.84, 0.92, 0.97), 0.6),
    "snowy": ((0.94, 0.96, 0.98), 1.0), "overgrown": ((0.20, 0.36, 0.13), 0.7)}  # fmt: skip
# Model that rises from a thing: width and height in parts of its own, where it begins, and colour.
_RISING: Mapping[str, tuple[str, float, float, float, str]] = {
    "fire": ("fire", 0.75, 0.95, 0.55, ""), "smoke": ("smoke", 0.7, 1.7, 0.7, "black"),
    "steam": ("steam", 0.4, 1.3, 0.97, "")}  # fmt: skip
_DENTS = 0.05  # of the extent of a thing


def in_state(mesh: Mesh, state: str, seed: int = 0) -> Mesh:
    """A thing that stands at the origin, in a value of `lexicon.grammar.STATES`."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    size = high - low
    if state in ("roof", "side"):
        turn = about((0.0, 0.0, 1.0), math.pi if state == "roof" else math.pi / 2)
        turned = mesh.turned(turn, (0.0, -float(size[1]) / 2, 0.0))
        return turned.moved((0.0, -float(turned.vertices[:, 1].max()), 0.0))
    if state in _RISING:
        model, part, tall, begins, colour = _RISING[state]
        wide, high_m, deep = (float(each) for each in size)
        count = max(1, round(deep / wide))  # along a vehicle
        extent = (part * wide, tall * max(high_m, 0.5 * min(wide, deep)), part * deep / count)
        rising = build_thing(model, size=extent, colour=colour, seed=seed)
        places = (deep * ((k + 0.5) / count - 0.5) for k in range(count))
        return join((mesh, *(rising.moved((0.0, -begins * high_m, z)) for z in places)))
    if state == "dented":
        x, y, z = (9.0 * mesh.vertices / max(float(size.max()), 1e-6) + seed).T
        push = np.stack([np.sin(2.3 * y + z), np.sin(1.7 * x + 2 * z), np.sin(2 * x + y)], axis=1)
        push[:, 1] *= mesh.vertices[:, 1] < high[1] - 0.15 * size[1]  # it stands as before
        return replace(mesh, vertices=floats(mesh.vertices + _DENTS * size * push))
    coat, share = _COATS[state]
    cover = share * _cover(mesh, state, seed)[:, None]
    return replace(mesh, colour=floats(mesh.colour + (floats(coat) - mesh.colour) * cover))


def _cover(mesh: Mesh, state: str, seed: int) -> Array:
    """How much of a coat each face (N) has: in patches, or where it faces up."""
    corners = mesh.vertices[mesh.faces]
    if state == "snowy":
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        steep = np.abs(normal[:, 1]) / np.maximum(np.linalg.norm(normal, axis=1), 1e-9)
        return floats(steep > 0.6)
    x, y, z = (corners.mean(axis=1) * 7.0 / max(float(np.ptp(mesh.vertices)), 1e-6) + seed).T
    return floats(0.75 + 0.25 * np.sin(2 * x + y) * np.sin(3 * z - x))
