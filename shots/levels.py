"""Levels → one value per field: the nearest to the shot wins, and every value keeps its step.

Camera and lighting are merged field by field. Called by `resolve.py` for every shot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .camera import Camera
from .completion import said_by
from .lighting import Lighting
from .source import Loc
from .trail import Step
from .transition import Transition
from .vocabulary import find
from .written import Level

_PLAIN = (
    "composition", "duration", "subjects", "location", "wardrobe", "sound", "takes", "seed",
    "priority", "status",
)  # fmt: skip
# Speed and distance belong to the move they were written beside.
_MANNER = ("speed", "amount", "linear")


@dataclass(frozen=True)
class Rung:
    """One level over a shot."""

    level: str
    label: str
    loc: Loc
    block: Level


@dataclass
class Merged:
    """What the levels say about one shot, and where they said it."""

    values: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)


Rungs = tuple[Rung, ...]
"""Shot, what it extends, its set-up and what that extends, scene, defaults: nearest first."""

Chains = Mapping[str, Sequence[tuple[str, Lighting]]]
"""Lighting set-ups by name: each with its name, behind what it extends."""


def merge(rungs: Rungs, setups: Chains, *, scene_time: str, fps: Fraction) -> Merged:
    """Merge everything the levels may say about a shot.

    Args:
        rungs: Every level, the nearest first; the last but one is the scene's.
        setups: The lighting set-ups of the board.
        scene_time: The time in the scene's heading; used where no lighting says one.
        fps: Frame rate that transitions are counted at.
    """
    merged = Merged()
    _merge_plain(rungs, merged)
    _merge_camera(rungs, merged)
    _merge_lighting(rungs, setups, merged)
    _take_scene_time(scene_time, rungs[-2], merged)
    _merge_transition(rungs, fps, merged)
    return merged


def _merge_plain(rungs: Rungs, merged: Merged) -> None:
    for name in _PLAIN:
        for rung in rungs:
            value = getattr(rung.block, name)
            if value is not None:
                merged.values[name] = value
                merged.steps[name] = Step(rung.level, rung.label, (*rung.loc, name))
                break


def _merge_camera(rungs: Rungs, merged: Merged) -> None:
    """Field by field, from the defaults up to the shot."""
    said: dict[str, tuple[Any, Step]] = {}
    for rung in reversed(rungs):
        camera = rung.block.camera
        if camera is None:
            continue
        if "movement" in camera.model_fields_set and "movement" in said:
            beside = said["movement"][1].level
            for name in _MANNER:
                if name in said and said[name][1].level == beside:
                    del said[name]
        for name in camera.model_fields_set:
            key = "lens" if name == "lens_mm" else name
            step = Step(rung.level, rung.label, (*rung.loc, "camera", key))
            said[name] = (getattr(camera, name), step)
    merged.values["camera"] = Camera(**{name: value for name, (value, _) in said.items()})
    for name, (_, step) in said.items():
        merged.steps[f"camera.{'lens' if name == 'lens_mm' else name}"] = step


def _merge_lighting(rungs: Rungs, setups: Chains, merged: Merged) -> None:
    """Field by field; naming a set-up begins afresh, since a set-up is a whole."""
    said: dict[str, tuple[str, Step]] = {}
    for rung in reversed(rungs):
        choice = rung.block.lighting
        if choice is None:
            continue
        if choice.setup is not None and choice.setup in setups:
            merged.values["lighting_setup"] = choice.setup
            loc = (*rung.loc, "lighting", "setup")
            merged.steps["lighting.setup"] = Step(rung.level, rung.label, loc)
            said = {
                name: (value, Step(rung.level, rung.label, ("lighting", key, name), choice.setup))
                for name, (key, value) in said_by(setups[choice.setup]).items()
            }
        fields = choice.model_fields_set - {"setup"}
        if "direction" in fields:
            said.pop("side", None)
        for name in fields:
            step = Step(rung.level, rung.label, (*rung.loc, "lighting", name))
            said[name] = (getattr(choice, name), step)
    merged.values["lighting"] = {name: value for name, (value, _) in said.items()}
    merged.steps |= {f"lighting.{name}": step for name, (_, step) in said.items()}


def _take_scene_time(time: str, rung: Rung, merged: Merged) -> None:
    """The scene's NIGHT is the light's where no lighting says a time."""
    known = find("time", time) if time else None
    if known and "time" not in merged.values["lighting"]:
        merged.values["lighting"]["time"] = known.word
        merged.steps["lighting.time"] = Step(rung.level, rung.label, (*rung.loc, "time"))
    merged.values["lighting"] = Lighting(**merged.values["lighting"])


def _merge_transition(rungs: Rungs, fps: Fraction, merged: Merged) -> None:
    sides = [(rung, rung.block.transition) for rung in rungs if rung.block.transition]
    merged.values |= {"transition_in": Transition(), "transition_out": None}
    for key, name in (("in", "in_"), ("out", "out")):
        for rung, written in sides:
            side = getattr(written, name)
            if side is not None:
                merged.values[f"transition_{key}"] = side.at(fps)
                loc = (*rung.loc, "transition", key)
                merged.steps[f"transition.{key}"] = Step(rung.level, rung.label, loc)
                break
