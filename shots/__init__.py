"""The shot-list language: YAML in, frozen shots, prompts and camera paths out. No network here.

`load_shots` reads a board, `compile_prompt` turns a shot into words and `camera_path` into
geometry; `lint` says what looks odd. `camera_path` arrives with numpy on first use.
"""

from typing import TYPE_CHECKING

from .camera import Amount, Camera
from .errors import Problem, ShotListErrors, ShotsError, UnknownShotError
from .lighting import Lighting
from .lint import ClipLimits, lint
from .load import load_shots, parse_shots
from .negative import WAN_NEGATIVE
from .prompt import Prompt, TraceRow, compile_prompt
from .schema import (
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
    Transition,
)
from .trail import Origin

if TYPE_CHECKING:
    from .path import CameraPath, camera_path

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
        from . import path

        return getattr(path, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
