"""From a shot list to an animatic: plan, render stage by stage, assemble, lay out.

The command line is in `cli`; `render_board` does the same for people who script. Importing this
package loads nothing heavy.
"""

from __future__ import annotations

from storyboard.errors import (
    AssemblyError,
    BoardLockedError,
    InputError,
    ResourceError,
    StoryboardError,
)

__version__ = "0.1.0"

__all__ = [
    "AssemblyError",
    "BoardLockedError",
    "InputError",
    "ResourceError",
    "StoryboardError",
    "__version__",
]
