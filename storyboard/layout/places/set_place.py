"""A set as it is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storyboard.layout.meshes import GroundPaint, Mesh

Sky = Literal["open", "closed", "stars"]


@dataclass(frozen=True, eq=False)
class SetPlace:
    """A set without its fixtures.

    Attributes:
        ground: Colours of the plane y = 0, in and outside.
        shell: Walls, ceilings, facades, trees and what else stands round the fixtures.
        backdrop: Far scenery, without shadows: hills, skylines, houses outside a window.
        is_interior: Whether a ceiling keeps the light of the sky out.
        has_ground: Whether the plane y = 0 is there; a cliff or a balcony stands over an abyss.
        sky: What is where nothing stands: the sky, the dark (closed), or the stars.
    """

    ground: GroundPaint
    shell: Mesh
    backdrop: Mesh
    is_interior: bool = False
    has_ground: bool = True
    sky: Sky = "open"
