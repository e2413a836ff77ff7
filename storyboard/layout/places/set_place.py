"""A set as it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from shots.lexicon.places import SetPlan
from storyboard.layout.meshes import GroundPaint, Mesh, join
from storyboard.layout.places.landscape import Random

Sky = Literal["open", "closed", "stars"]


@dataclass(frozen=True, eq=False)
class SetPlace:
    """A set without its fixtures.

    Attributes:
        ground: Colours of the plane y = 0, in and outside.
        shell: Walls, ceilings, facades, trees and what else stands round the fixtures.
        backdrop: Far scenery, without shadows: hills, skylines.
        is_interior: Whether a ceiling keeps the light of the sky out.
        sky: What is where nothing stands: the sky, the dark (closed), or the stars.
    """

    ground: GroundPaint
    shell: Mesh
    backdrop: Mesh = join([])
    is_interior: bool = False
    sky: Sky = "open"


PlaceBuilder = Callable[[SetPlan, Random], SetPlace]
