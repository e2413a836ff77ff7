"""What a preset makes of a board, beside what the language says about it.

Called by the commands `check` and `explain`; loads no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from storyboard.errors import EXIT_INPUT

if TYPE_CHECKING:
    from model.presets import Preset
    from shots import Problem, ShotList


class BadInput(click.ClickException):
    """Something the user named that cannot be used."""

    exit_code = EXIT_INPUT


@dataclass(frozen=True)
class _Limits:
    fps: Fraction
    max_frames: int


def judge(board: ShotList, preset_name: str | None) -> tuple[Problem, ...]:
    """Everything there is to say about a board that can be read, in the order of its files.

    Args:
        board: As loaded, with what the language says about it.
        preset_name: Judges for this preset instead of the one that the board names.

    Raises:
        BadInput: There is no preset of that name.
    """
    from shots.lint.rules import lint_render
    from shots.source.board_source import in_order

    preset = preset_of(board, preset_name)
    found = [_unknown_preset(board)] if preset is None else []
    if preset is not None:
        found += lint_render(board, _limits(board, preset), preset.negative)
        found += _shape(board, preset)
    return tuple(in_order([*board.notices, *found], board.path))


def preset_of(board: ShotList, name: str | None) -> Preset | None:
    """The preset that a user or a board names; None where the board's does not exist.

    Raises:
        BadInput: The user's does not exist.
    """
    from model.presets import PRESETS
    from shots.vocabulary.terms import did_you_mean

    if name is not None and name not in PRESETS:
        hint = did_you_mean(name, PRESETS) or f"use one of {', '.join(PRESETS)}"
        raise BadInput(f'preset "{name}" does not exist: {hint}')
    return PRESETS.get(name or board.model.use)


def _unknown_preset(board: ShotList) -> Problem:
    from model.presets import PRESETS
    from shots.vocabulary.terms import Fault, did_you_mean

    name = board.model.use
    remedy = did_you_mean(name, PRESETS) or f"use one of {', '.join(PRESETS)}"
    fault = Fault("SB011", f'preset "{name}" does not exist', remedy, name)
    return board.problem(fault, field="model.use")


def _limits(board: ShotList, preset: Preset) -> _Limits | None:
    """Longest clip at the board's quality; the layout has no limit."""
    from model.presets import QUALITIES

    quality = QUALITIES.get(preset.name, {}).get(board.model.quality)
    return _Limits(preset.fps, quality.max_frames) if quality else None


def _shape(board: ShotList, preset: Preset) -> list[Problem]:
    """SB304: the size that a render would choose is none that the model was trained on."""
    from model.presets import QUALITIES
    from shots.vocabulary.terms import Fault
    from storyboard.plan.sizes import render_size

    quality = QUALITIES.get(preset.name, {}).get(board.model.quality)
    if quality is None:
        return []
    size = render_size(preset, quality, Fraction(*board.format.size))
    if size in preset.sizes or size[::-1] in preset.sizes:
        return []
    trained = ", ".join(f"{width}x{height}" for width, height in preset.sizes)
    finding = f"{size[0]}x{size[1]}, which suits the cut, is no size {preset.name} was trained on"
    fault = Fault("SB304", finding, f"use an aspect of {trained}, or expect it to be less sure")
    aspect = "format.aspect"
    is_said = board.origin(board.shots[0].id, aspect).level != "model" if board.shots else True
    return [board.problem(fault, field=aspect if is_said else "format.size")]
