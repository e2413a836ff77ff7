"""Outline of a floor plan for drawing: walls, doors, windows, furniture, lanes, as polylines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shots.lexicon.places import Fixture, Point, SetPlan
from shots.lexicon.things import MODELS

OutlineKind = Literal["wall", "door", "window", "fixture", "overhead", "lane", "bounds"]


@dataclass(frozen=True)
class PlanShape:
    """One shape of a floor plan.

    Attributes:
        kind: What it is; overhead hangs from the ceiling or on a wall, bounds is the edge of the
            staged part of an exterior.
        name: Of the fixture, "" of walls and lanes.
        points: x, z on the plan, metres; a rectangle has its four corners, the front ones first.
        is_closed: Whether the last point joins the first.
    """

    kind: OutlineKind
    name: str
    points: tuple[Point, ...]
    is_closed: bool = True


def _fixture_shape(fixture: Fixture) -> PlanShape:
    width, _, depth = fixture.extent
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    points = tuple(fixture.point(a * width / 2, b * depth / 2) for a, b in corners)
    place = MODELS[fixture.model].place
    kind: OutlineKind = "fixture"
    if "window" in fixture.model:
        kind = "window"
    elif fixture.model.endswith("door"):
        kind = "door"
    elif place in {"ceiling", "wall", "sky"}:
        kind = "overhead"
    return PlanShape(kind, fixture.name, points)


def plan_outline(plan: SetPlan) -> list[PlanShape]:
    """Shapes in drawing order: walls, lanes, furniture from the floor up, doors and windows."""
    x0, z0, x1, z1 = plan.bounds
    edge: OutlineKind = "wall" if plan.is_interior else "bounds"
    shapes = [PlanShape(edge, "", ((x0, z0), (x1, z0), (x1, z1), (x0, z1)))]
    shapes += [PlanShape("lane", "", lane, is_closed=False) for lane in plan.lanes]
    placed = map(_fixture_shape, sorted(plan.fixtures, key=lambda each: each.base_m))
    return shapes + sorted(placed, key=lambda each: each.kind in {"door", "window"})
