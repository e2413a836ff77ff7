"""What a command line says against the board: preset, quality, weights, device, `--set`.

Called by the commands before `settings` and `plan`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from storyboard.errors import InputError

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.plan.loras import LoraRequest

SAMPLING = ("steps", "shift", "solver", "guidance", "frames", "size", "tile", "residency")
"""Settings that no board has; `settings` reads them."""

SECTIONS = ("style", "format", "model")
"""Blocks of a board whose fields may be set."""


@dataclass(frozen=True)
class Request:
    """What a command was asked for, before it is looked at.

    Attributes:
        preset: Name, or None for the board's.
        quality: One of LEVELS, or None for the board's.
        weights: Checkpoint folder, or None for the preset's own.
        device: "auto", "cpu" or "cuda".
        settings: (key, value) of `--set`, in order.
        loras: Of `--lora`, in order.
        stills: Whether every take is one frame.
        extend: Folder of a language model that makes prompts longer, or None.
    """

    preset: str | None = None
    quality: str | None = None
    weights: Path | None = None
    device: str = "auto"
    settings: tuple[tuple[str, str], ...] = ()
    loras: tuple[LoraRequest, ...] = ()
    stills: bool = False
    extend: Path | None = None


def effective_board(board: ShotList, request: Request) -> ShotList:
    """The board with the command line's word in it.

    Raises:
        InputError: A `--set` names no field, or a value that the field cannot have.
    """
    changes = {"use": request.preset, "quality": request.quality}
    chosen = {key: value for key, value in changes.items() if value is not None}
    board = board.model_copy(update={"model": board.model.model_copy(update=chosen)})
    for key, value in request.settings:
        section, _, name = key.partition(".")
        if section in SECTIONS and name:
            part = _with_field(getattr(board, section), key, name.replace("-", "_"), value)
            board = board.model_copy(update={section: part})
        elif key not in SAMPLING:
            raise _unknown_key(board, key)
    return board


def _with_field(part: BaseModel, key: str, name: str, value: str) -> BaseModel:
    if key == "format.fps":
        raise InputError(
            "--set format.fps: lengths in frames are counted when the board is read, must be "
            "set in the board. Change it there."
        )
    fields = type(part).model_fields
    if name not in fields:
        raise _unknown_field(key, sorted(fields))
    try:
        # One field alone, so that the others keep values that are already resolved.
        checked = type(part).model_validate({_written(part, name): value})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].splitlines()[0]
        raise InputError(f"--set {key}: {value!r}: {reason}.") from None
    changed = {name: getattr(checked, name)}
    if key == "format.size":  # the aspect follows
        changed["aspect"] = Fraction(*checked.size).as_integer_ratio()  # type: ignore[attr-defined]
    return part.model_copy(update=changed)


def _written(part: BaseModel, name: str) -> str:
    """A field as the board spells it."""
    alias = type(part).model_fields[name].alias
    return alias or name


def _unknown_key(board: ShotList, key: str) -> InputError:
    fields = [f"{s}.{name}" for s in SECTIONS for name in type(getattr(board, s)).model_fields]
    return _unknown_field(key, [*fields, *SAMPLING])


def _unknown_field(key: str, known: Sequence[str]) -> InputError:
    near = get_close_matches(key.rpartition(".")[2], known, n=1) or get_close_matches(key, known, 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Choose from {', '.join(known)}."
    return InputError(f"--set {key}: no such setting. {hint}")
