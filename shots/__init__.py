"""The shot-list language: parses a YAML board into shots, prompts and camera paths.

`load_shots` loads a board, `compile_prompt` builds the prompt of a shot, `camera_path` its camera
poses, and `lint` reports warnings. `camera_path` is imported on first use, because it needs numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shots.lint.rules import ClipLimits, lint
from shots.load import load_shots, parse_shots
from shots.origins import Origin
from shots.problem import Problem, ShotListErrors, ShotsError, UnknownShotError
from shots.prompt.compile import Prompt, TraceRow, compile_prompt
from shots.prompt.negative import WAN_NEGATIVE
from shots.schema import (
    Character,
    Continuity,
    Dialogue,
    Experts,
    Format,
    Guidance,
    Location,
    ModelChoice,
    References,
    Scene,
    Shot,
    ShotList,
    Sound,
    Style,
)
from shots.vocabulary.camera import Amount, Camera
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.transition import Transition

if TYPE_CHECKING:
    from shots.path.camera_path import CameraPath, camera_path

__all__ = [
    "WAN_NEGATIVE",
    "Amount",
    "Camera",
    "CameraPath",
    "Character",
    "ClipLimits",
    "Continuity",
    "Dialogue",
    "Experts",
    "Format",
    "Guidance",
    "Lighting",
    "Location",
    "ModelChoice",
    "Origin",
    "Problem",
    "Prompt",
    "References",
    "Scene",
    "Shot",
    "ShotList",
    "ShotListErrors",
    "ShotsError",
    "Sound",
    "Style",
    "TraceRow",
    "Transition",
    "UnknownShotError",
    "camera_path",
    "compile_prompt",
    "lint",
    "load_shots",
    "parse_shots",
]


def __getattr__(name: str) -> object:
    if name in ("CameraPath", "camera_path"):
        from shots.path import camera_path as path

        return getattr(path, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
