"""Problems of a board that depend on the preset: clip length, frame rate, size, negative prompt."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from model.presets import PRESETS, QUALITIES, Preset
from shots import Problem, ShotList
from shots.lint.rules import lint_render
from shots.lint.staging_rules import lint_staging
from shots.source.board_source import in_order
from shots.vocabulary.terms import Fault, did_you_mean
from storyboard.errors import InputError
from storyboard.plan.sizes import render_size


@dataclass(frozen=True)
class _Limits:
    fps: Fraction
    max_frames: int


def preset_problems(board: ShotList, preset_name: str | None) -> tuple[Problem, ...]:
    """All problems of a board for its preset, or for another one, in the order of its files.

    Raises:
        InputError: No preset has that name.
    """
    preset = preset_of(board, preset_name)
    if preset is None:
        name = board.model.use
        fault = Fault("SB011", f'preset "{name}" does not exist', preset_remedy(name), name)
        problems = [board.problem(fault, field="model.use")]
    else:
        # The quality `layout` has no limits.
        quality = QUALITIES.get(preset.name, {}).get(board.model.quality)
        limits = _Limits(preset.fps, quality.max_frames) if quality else None
        problems = [*lint_render(board, limits, preset.negative), *_size_problems(board, preset)]
    found = [*board.notices, *lint_staging(board), *problems]
    return tuple(in_order(found, board.path))


def _size_problems(board: ShotList, preset: Preset) -> list[Problem]:
    """SB304: the render size of the board is none that the model was trained on."""
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
    has_aspect = board.origin(board.shots[0].id, aspect).level != "model" if board.shots else True
    return [board.problem(fault, field=aspect if has_aspect else "format.size")]


def preset_of(board: ShotList, name: str | None) -> Preset | None:
    """The preset with a name, or the one of the board; None if the board's does not exist.

    Raises:
        InputError: No preset has the name.
    """
    if name is not None and name not in PRESETS:
        raise InputError(f'preset "{name}" does not exist: {preset_remedy(name)}')
    return PRESETS.get(name or board.model.use)


def preset_remedy(name: str) -> str:
    """What to write instead of the name of a preset that does not exist."""
    return did_you_mean(name, PRESETS) or f"use one of {', '.join(PRESETS)}"
