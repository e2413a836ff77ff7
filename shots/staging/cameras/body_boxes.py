"""Bodies and things as points and boxes: what of them is in a picture, and what hides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np

from shots.staging.floor_space import Array, FloorBoxes, direction, facing, model_of, own_to_plan
from shots.staging.staged import Player
from shots.staging.standing import Standing

_TABLE_TOP_M = 0.08
_FLIGHT = 5  # pieces of stairs
_DOOR_M = 0.25  # depth of a door in its wall, which hides nobody
_SWINGS: Mapping[str, tuple[int, ...]] = {"fridge": (1,), "locker": (1,), "wardrobe": (-1, 1)}
"""Sides of the tall doors of a thing, each as wide as it is, that stand out when it is open."""
# Points of a body, in parts of its width and of its height; the first three are of the head.
_SAMPLES = np.array(
    [(0.0, 0.93), (-0.2, 0.9), (0.2, 0.9), (0.0, 0.78), (-0.35, 0.72), (0.35, 0.72), (0.0, 0.6),
     (-0.3, 0.5), (0.3, 0.5), (0.0, 0.35), (0.0, 0.15)]
)  # fmt: skip


def body_points(now: Standing, eye: Array) -> Array:
    """(P, 3): points of a body, spread across the direction from which the camera looks."""
    across = direction(facing(now.at, (eye[0], eye[2])) + 90.0)
    width = max(now.size[0], 0.02)
    if now.lies:
        along = direction(now.facing_deg)
        run = (0.5 - _SAMPLES[:, 1]) * now.tall_m
        x = now.at[0] + run * along[0] + _SAMPLES[:, 0] * width * across[0]
        z = now.at[1] + run * along[1] + _SAMPLES[:, 0] * width * across[1]
        return np.stack([x, np.full(len(x), now.top_m), z], axis=1)
    x = now.at[0] + _SAMPLES[:, 0] * width * across[0]
    z = now.at[1] + _SAMPLES[:, 0] * width * across[1]
    return np.stack([x, now.base_m + _SAMPLES[:, 1] * now.size[1], z], axis=1)


def thing_points(now: Standing) -> Array:
    """(P, 3): the middle of a thing and its corners, a little inside."""
    own = np.array([(0.0, 0.5, 0.0), *product((-0.4, 0.4), (0.1, 0.9), (-0.4, 0.4))]) * now.size
    ats = [own_to_plan((x, z), now.at, now.facing_deg) for x, _, z in own]
    return np.insert(np.array(ats), 1, now.base_m + own[:, 1], axis=1)


def boxes(players: Mapping[str, Player], states: Mapping[str, Standing]) -> FloorBoxes:
    """Boxes of players at a moment; of a table, its top; of a bed, no boards."""
    chosen = {
        key: now for key, now in states.items()
        if model_of(players[key]).place not in ("ceiling", "wall")
        and not (model_of(players[key]).door and now.size[2] < _DOOR_M)
        and players[key].model != "stairs"
    }  # fmt: skip
    sizes, bases = [], []
    for key, now in chosen.items():
        is_table = players[key].kind == "thing" and "table" in players[key].model
        low, high = now.base_m, now.top_m
        if is_table:
            low = high - min(_TABLE_TOP_M, now.size[1])
        elif "bed" in players[key].model and model_of(players[key]).seats:
            high = low + model_of(players[key]).seats[0].height
        is_pole = model_of(players[key]).kind == "plant" or "parasol" in players[key].model
        slim = 0.5 if is_pole and now.size[1] > 2.0 else 1e3
        sizes.append((min(now.size[0], slim) / 2, min(now.size[2], slim) / 2))
        bases.append((low, high))
    leaves = [leaf for key, now in chosen.items() for leaf in _leaves(players[key], now)]
    every = [*chosen.values(), *(leaf for _, leaf in leaves)]
    return FloorBoxes(
        (*chosen, *(key for key, _ in leaves)),
        np.array([now.at for now in every]).reshape(-1, 2),
        np.array([direction(now.facing_deg) for now in every]).reshape(-1, 2),
        np.array([*sizes, *((n.size[0] / 2, n.size[2] / 2) for _, n in leaves)]).reshape(-1, 2),
        np.array([*bases, *((n.base_m, n.top_m) for _, n in leaves)]).reshape(-1, 2),
    )


def _leaves(player: Player, now: Standing) -> Iterator[tuple[str, Standing]]:
    """Stairs in pieces; the doors of what somebody opens in the shot, out from its front."""
    if player.model == "stairs":
        width, high, deep = now.size
        for k in range(_FLIGHT):
            own = 0.0, ((k + 0.5) / _FLIGHT - 0.5) * deep
            size = (width, (k + 0.5) / _FLIGHT * high, deep / _FLIGHT)
            at = own_to_plan(own, now.at, now.facing_deg)
            yield player.id, Standing(at, now.facing_deg, now.base_m, size)
    if not any(beat.gesture == "open" for beat in player.beats):
        return
    sides = _SWINGS.get(player.model, ())
    width, high, deep = now.size
    wide = width / max(1, len(sides))
    for side in sides:
        own = side * (width / 2 + 0.25 * wide), -(deep + 0.8 * wide) / 2
        size = (0.06, high, 0.9 * wide)
        turned = now.facing_deg + 28.0 * side
        at = own_to_plan(own, now.at, now.facing_deg)
        yield player.id, Standing(at, turned, now.base_m, size)
