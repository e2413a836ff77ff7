"""Builds the set of a floor plan."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import join
from storyboard.layout.places.rooms import outdoors, room_ground, room_walls, window_sides
from storyboard.layout.places.scenery import set_up
from storyboard.layout.places.set_place import SetPlace, Sky
from storyboard.layout.places.solids import SOLIDS


def build_place(plan: SetPlan, name: str, seed: int) -> SetPlace:
    """The set of a plan, without its fixtures; the same name and seed build the same set."""
    random = np.random.default_rng([seed, crc32(name.encode())])
    stage = set_up(plan, random, SOLIDS)
    ground = stage.painted()
    is_interior = plan.is_interior and "daylight" not in stage.options
    if stage.bands:
        sides = window_sides(plan)
        stage.solids.append(room_walls(stage))
        stage.far.append(outdoors(plan, sides, random))
        ground = room_ground(plan, ground, sides)
        sky: Sky = "open" if sides else "closed"
    else:
        sky = "closed" if is_interior else "open"
    if "sky" in stage.options:
        sky = "stars" if stage.options["sky"][0] == "stars" else "open"
    return SetPlace(
        ground=ground,
        shell=join(stage.solids),
        backdrop=join(stage.far),
        is_interior=is_interior,
        has_ground="abyss" not in stage.options,
        sky=sky,
    )
