"""Overrides of the command line: preset, quality, weights, device, `--set` and `--lora`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from model.presets import Preset
from model.weights.lora import LoraChoice
from model.weights.rename import noise_in_name
from storyboard.errors import InputError

if TYPE_CHECKING:
    from shots.schema import ShotList

SAMPLING = ("steps", "shift", "solver", "guidance", "frames", "size", "tile", "residency")
"""Keys of `--set` that are not fields of a board; they are read in `settings`."""

SECTIONS = ("style", "format", "model")
"""Blocks of a board whose fields `--set` may override."""


@dataclass(frozen=True)
class LoraRequest:
    """One `--lora` option."""

    file: Path
    strengths: tuple[float, ...] = (1.0,)  # one, or one per expert, noisiest first


@dataclass(frozen=True)
class Request:
    """Options of a command, unchecked; None leaves the choice to the board."""

    preset: str | None = None
    quality: str | None = None  # one of LEVELS
    weights: Path | None = None  # checkpoint folder; None for that of the preset
    device: str = "auto"  # or "cpu", "cuda", "cuda:N"
    settings: tuple[tuple[str, str], ...] = ()  # key and value of each `--set`
    loras: tuple[LoraRequest, ...] = ()
    stills: bool = False  # whether every take is a single frame
    extend: Path | None = None  # folder of a language model that extends prompts


def effective_board(board: ShotList, request: Request) -> ShotList:
    """Override fields of a board with the options of a command.

    Raises:
        InputError: A `--set` key does not exist, or its value is not valid for the field.
    """
    changes = {"use": request.preset, "quality": request.quality}
    overrides = {key: value for key, value in changes.items() if value is not None}
    board = board.model_copy(update={"model": board.model.model_copy(update=overrides)})
    for key, value in request.settings:
        section, _, name = key.partition(".")
        if section in SECTIONS and name:
            block = _override(getattr(board, section), key, name.replace("-", "_"), value)
            board = board.model_copy(update={section: block})
        elif key not in SAMPLING:
            fields = [f"{s}.{n}" for s in SECTIONS for n in type(getattr(board, s)).model_fields]
            raise _unknown_key(key, [*fields, *SAMPLING])
    return board


def _override(block: BaseModel, key: str, name: str, value: str) -> BaseModel:
    """A block of a board with one field changed."""
    if key == "format.fps":
        raise InputError(
            "--set format.fps: lengths in frames are counted when the board is read, must be "
            "set in the board. Change it there."
        )
    fields = type(block).model_fields
    if name not in fields:
        raise _unknown_key(key, sorted(fields))
    try:
        # Only this field is validated: the values of the others are already resolved.
        checked = type(block).model_validate({fields[name].alias or name: value})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].splitlines()[0]
        raise InputError(f"--set {key}: {value!r}: {reason}.") from None
    changed = {name: getattr(checked, name)}
    if key == "format.size":  # the aspect ratio follows from the size
        changed["aspect"] = Fraction(*checked.size).as_integer_ratio()  # type: ignore[attr-defined]
    return block.model_copy(update=changed)


def _unknown_key(key: str, keys: Sequence[str]) -> InputError:
    near = get_close_matches(key.rpartition(".")[2], keys, n=1) or get_close_matches(key, keys, 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Choose from {', '.join(keys)}."
    return InputError(f"--set {key}: no such setting. {hint}")


def parse_lora(text: str) -> LoraRequest:
    """Parse FILE, FILE=STRENGTH or FILE=HIGH,LOW.

    Raises:
        InputError: A strength is not a number.
    """
    name, sign, strengths = text.rpartition("=")
    if not sign or Path(text).is_file():
        return LoraRequest(Path(text))
    try:
        return LoraRequest(Path(name), tuple(float(part) for part in strengths.split(",")))
    except ValueError:
        raise InputError(
            f"--lora {text!r}: {strengths!r} is not a strength, must be like FILE=0.8 or "
            "FILE=1,0.5."
        ) from None


def choose_loras(requests: Sequence[LoraRequest], preset: Preset) -> tuple[LoraChoice, ...]:
    """Assign each LoRA a strength per expert; a file named high or low is for that expert alone.

    Raises:
        InputError: A file does not exist, or has the wrong number of strengths.
    """
    names, choices = [expert.name for expert in preset.experts], []
    for request in requests:
        file, strengths = request.file.resolve(), request.strengths
        if not file.is_file():
            raise InputError(f"--lora {request.file}: no such file, must be a LoRA.")
        if len(strengths) not in (1, len(names)):
            raise InputError(
                f"--lora {request.file}: {len(strengths)} strengths, must be 1 or {len(names)}, "
                "noisiest expert first."
            )
        if len(strengths) == 1:
            noise = noise_in_name(file.parent.parent, file)
            is_shared = noise not in names
            strengths = tuple(strengths[0] if is_shared or noise == n else 0.0 for n in names)
        choices.append(LoraChoice(file, strengths))
    return tuple(choices)
