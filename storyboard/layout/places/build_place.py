"""Builds the set of a floor plan."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import join
from storyboard.layout.places.cabins import CABINS
from storyboard.layout.places.countryside import COUNTRYSIDE
from storyboard.layout.places.landscape import Random
from storyboard.layout.places.room_decor import DECOR
from storyboard.layout.places.rooms import FINISHES, outdoors, room_ground, room_shell, window_sides
from storyboard.layout.places.set_place import SetPlace
from storyboard.layout.places.streets import STREETS

_BUILDERS = {**CABINS, **STREETS, **COUNTRYSIDE}


def build_place(plan: SetPlan, name: str, seed: int) -> SetPlace:
    """The set of a plan, without its fixtures; the same name and seed build the same set."""
    random = np.random.default_rng([seed, crc32(name.encode())])
    return _BUILDERS.get(plan.shell, _room)(plan, random)


def _room(plan: SetPlan, random: Random) -> SetPlace:
    finish = FINISHES.get(plan.shell, FINISHES["room"])
    parts = [room_shell(plan, finish, random)]
    if plan.shell in DECOR:
        parts += DECOR[plan.shell](plan, random)
    sides = window_sides(plan)
    return SetPlace(
        ground=room_ground(plan, finish.floor, sides),
        shell=join(parts),
        backdrop=outdoors(plan, sides, random),
        is_interior=True,
        sky="open" if sides else "closed",
    )
