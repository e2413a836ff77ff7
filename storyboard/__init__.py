"""From a shot list to an animatic: plan, render stage by stage, assemble, lay out.

`render` and `check` do what the commands of that name do. They are loaded when they are first used,
so that importing this package stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from storyboard.errors import (
    AssemblyError,
    BoardLockedError,
    InputError,
    ResourceError,
    StoryboardError,
)

if TYPE_CHECKING:
    from storyboard.api import RenderResult, TakeResult, check, render

__version__ = "0.1.0"

__all__ = [
    "AssemblyError",
    "BoardLockedError",
    "InputError",
    "RenderResult",
    "ResourceError",
    "StoryboardError",
    "TakeResult",
    "__version__",
    "check",
    "render",
]


def __getattr__(name: str) -> object:
    if name in ("RenderResult", "TakeResult", "check", "render"):
        return getattr(import_module("storyboard.api"), name)
    raise AttributeError(f"module 'storyboard' has no attribute {name!r}")
