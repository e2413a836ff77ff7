"""Practical lights: lamps, screens, flames and headlights that light what is round them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from shots.lexicon.things import MODELS
from shots.staging.staged import Player, Point
from storyboard.layout.meshes import Array, Colour
from storyboard.layout.motion.held import HeldThing
from storyboard.layout.motion.world import Spot
from storyboard.layout.render.lights import TUBES, WARM, Lamp


class Practical(NamedTuple):
    """Where the light of a model is, and what it is like.

    Attributes:
        share, over: Its height: in parts of the model's, and metres above that.
        ahead: Metres before its front.
        colour, reach_m: As of a `Lamp`.
    """

    share: float = 0.9
    over: float = 0.0
    ahead: float = 0.0
    colour: Colour = (0.9, 0.66, 0.38)
    reach_m: float = 3.5


_HEADLIGHTS: Colour = (1.6, 1.5, 1.25)
_ROWS = csv.reader((files("storyboard.layout") / "practicals.csv").read_text().splitlines()[1:])
PRACTICALS: Mapping[str, Practical] = {
    model: Practical(share, over, ahead, (red, green, blue), reach_m)
    for model, *row in _ROWS
    for share, over, ahead, red, green, blue, reach_m in [map(float, row)]
}
_SWITCHED = frozenset({
    "floor-lamp", "table-lamp", "desk-lamp", "ceiling-lamp", "chandelier", "neon-tube", "lantern",
    "neon-sign", "spotlight",
})  # fmt: skip
_OUTDOOR_LAMPS = frozenset({"street-lamp", "lantern", "spotlight", "burning-torch", "campfire"})
_CARRIED_FLAMES = frozenset({
    "candle", "torch", "burning-torch", "lantern", "campfire", "fire", "match", "lighter",
    "birthday-cake",
})  # fmt: skip


def is_unlit(players: Iterable[Player], weather: Iterable[str]) -> bool:
    """Whether the lamps of a room are off: the words say dark, or name a flame or a torch."""
    flames = (p.model in _CARRIED_FLAMES and not p.is_fixture for p in players)
    return "dark" in weather or any(flames)


def is_switched_off(player: Player) -> bool:
    """Whether a light of the set is one that an unlit room has off."""
    return player.is_fixture and player.model in _SWITCHED


def tint_of_room(players: Iterable[Player]) -> Colour:
    """Tint of the light of a room's lamps: that of tubes, or warm."""
    return TUBES if any(player.model == "neon-tube" for player in players) else WARM


def outdoor_lamp(players: Iterable[Player], subject: Point, side_deg: float) -> Lamp:
    """What lights the face of a subject outdoors when it is dark: a lamp, or the moon."""
    has_lamps = any(player.model in _OUTDOOR_LAMPS for player in players)
    x, z = np.sin(np.radians(side_deg)), -np.cos(np.radians(side_deg))
    at = (float(subject[0] + 1.7 * x), -2.2, float(subject[1] + 1.7 * z))
    return Lamp(at, (0.75, 0.62, 0.44) if has_lamps else (0.50, 0.54, 0.58), 4.5)


def practical_of(player: Player) -> Practical | None:
    """The light of a thing; vehicles that are parked have theirs off."""
    thing = MODELS.get(player.model)
    is_driven = thing and thing.kind == "vehicle" and not player.is_fixture and thing.seats
    if thing and is_driven and player.state not in PRACTICALS:
        return Practical(0.35, 0.0, 1.6 + thing.size[2] / 2, _HEADLIGHTS, 8.0)
    return PRACTICALS.get(player.state or player.model)


def lamp_of(player: Player, spot: Spot, held: HeldThing | None = None) -> Lamp | None:
    """The lamp of a thing where it stands or is held; None if it has none."""
    light = practical_of(player)
    if light is None:
        return None
    width, height, depth = player.size or MODELS[player.model].size
    if held is None:
        up = height * light.share + light.over
        at: Array = spot.at((0.0, -up, -light.ahead))
    else:  # as held, a thing is upright, whatever it does on a table
        up = max(width, height, depth) * light.share + light.over
        at = held.turn @ np.array([0.0, -up, -light.ahead]) + held.at
    return Lamp((float(at[0]), float(at[1]), float(at[2])), light.colour, light.reach_m)
