"""Errors of `storyboard` and the exit codes of its commands.

    StoryboardError            1
    ├── AssemblyError          1   a film whose frames are not those of the plan
    ├── InputError             2   a board, a folder or an option that cannot be used
    ├── ResourceError          3   not enough disk or memory; finished work is kept
    └── BoardLockedError       4   another process renders into the same folder

Grammar of messages: `where: what was found, what is allowed. What to do.`
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_SHOT_FAILED = 1
EXIT_INPUT = 2
EXIT_RESOURCE = 3
EXIT_LOCKED = 4
EXIT_INTERRUPTED = 130


class StoryboardError(Exception):
    """Base of every error that a user of `storyboard` can cause."""

    exit_code = EXIT_SHOT_FAILED


class AssemblyError(StoryboardError):
    """A film whose frames are not those of the plan."""


class InputError(StoryboardError):
    """A board, folder or option that cannot be used."""

    exit_code = EXIT_INPUT


class ResourceError(StoryboardError):
    """Not enough disk or memory; finished work stays valid."""

    exit_code = EXIT_RESOURCE


class BoardLockedError(StoryboardError):
    """The folder is locked by another running process."""

    exit_code = EXIT_LOCKED
