"""Models of the lexicon as meshes at their size, and stand-ins for what has no model."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from shots.lexicon.colours import COLOURS, Colour
from shots.lexicon.things import MODELS, STAND_IN, Thing
from storyboard.layout.meshes import Array, Mesh, floats, join
from storyboard.layout.things.kinds import ThingLook
from storyboard.layout.things.lettering import letters
from storyboard.layout.things.part_format import assemble
from storyboard.layout.things.shapes import axis_turn, extrude, rounded

_STAND_IN = COLOURS["beige"]


@lru_cache(maxsize=256)
def build_thing(
    model: str,
    *,
    size: tuple[float, float, float] | None = None,
    colour: str = "",
    label: str = "",
    phase: float = 0.0,
    opened: float = 0.0,
    seed: int = 0,
    held: bool = False,
) -> Mesh:
    """A thing or an animal that stands on y = 0 at the origin, its front at -z.

    Args:
        model: Word of `MODELS`; of a stand-in, the label is what it stands for.
        size: Width, height, depth in metres as found (lying things lie); None for the usual size.
        colour: Word of `COLOURS` for its own parts, "" for the usual one.
        label: Text of signs, screens, packshots.
        phase: Radians: wheels, fans and rotors turn by it; 2 pi is a stride or a beat of wings.
        opened: 0 shut to 1 open: doors, lids, books.
        seed: Of irregular things.
        held: Turned as in a hand, with the grip at the origin.
    """
    thing = MODELS[model]
    full = size or thing.size
    shade = COLOURS[colour or thing.colour or "grey"]
    if held:
        found = build_thing(
            model, size=size, colour=colour, label=label, phase=phase, opened=opened, seed=seed
        )
        return _in_hand(found, thing, floats(full))
    if model == STAND_IN:
        return stand_in(label, full, shade)
    mesh = _as_found(model, ThingLook(shade, label, phase, opened, seed))
    low, high = _bounds(model, seed) if phase or opened else _corners(mesh)
    middle = (low + high) / 2
    scale = floats(full) / np.maximum(high - low, 1e-6)
    return mesh.moved((-middle[0], -high[1], -middle[2])).moved(scale=scale)


def _in_hand(found: Mesh, thing: Thing, size: Array) -> Mesh:
    """The thing turned from how it lies to how it is held, the grip at the origin."""
    turn = _HELD[thing.lies]
    upright = np.abs(turn @ size)
    usual = np.abs(turn @ floats(thing.size))
    x, height, z = floats(thing.grip or (0, 0, 0)) * upright / usual
    mesh = found.moved((0, size[1] / 2, 0)).turned(turn)
    return mesh.moved((-x, height - upright[1] / 2, -z))


# Turns a thing from how it lies to how it is held.
_HELD = {"": np.eye(3), "back": axis_turn("x", -90), "side": axis_turn("z", -90)}


def _as_found(model: str, look: ThingLook) -> Mesh:
    mesh = assemble(model, look)
    lies = MODELS[model].lies
    return mesh.turned(_HELD[lies].T) if lies else mesh


@lru_cache(maxsize=1024)
def _bounds(model: str, seed: int) -> tuple[Array, Array]:
    """Least and greatest corner of a model as written, shut and at rest."""
    return _corners(_as_found(model, ThingLook((0.5, 0.5, 0.5), seed=seed)))


def _corners(mesh: Mesh) -> tuple[Array, Array]:
    return mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)


def stand_in(label: str, size: tuple[float, float, float], colour: Colour = _STAND_IN) -> Mesh:
    """A block with rounded edges that carries its name on four sides and the top.

    Names in other scripts than Latin leave it blank.
    """
    width, height, depth = size
    edge, over = 0.06 * min(size), 0.004 * min(size)
    block = extrude(rounded(width, height, edge), depth, colour, bevel=edge).moved(
        (0, -height / 2, 0)
    )
    parts = [block]
    ink = (0.12, 0.10, 0.10)
    for yaw, across, away in (
        (0, width, depth),
        (180, width, depth),
        (90, depth, width),
        (-90, depth, width),
    ):
        text = letters(label, (0.84 * across, 0.8 * height), ink, lines=3)
        parts.append(text.moved((0, -height / 2, -away / 2 - over)).moved(yaw_deg=yaw))
    top = letters(label, (0.84 * width, 0.8 * depth), ink, lines=3)
    parts.append(top.turned(axis_turn("x", 90)).moved((0, -height - over, 0)))
    return join(parts)
