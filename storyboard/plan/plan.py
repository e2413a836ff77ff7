"""ShotList + Settings → RenderPlan: every take, frame, size, seed and key, and no tensor.

The only place where a shot becomes model input. Making a plan touches no network, so
`storyboard plan` is a dry run of `render` that takes no time. Called by the commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from model.flow import expert_steps, schedule
from model.geometry import check_size
from storyboard.errors import InputError
from storyboard.film.cut import Cut
from storyboard.plan.cuts import board_cut, widest_spares
from storyboard.plan.notices import plan_notices
from storyboard.plan.settings import LAYOUT_SIZE, Settings
from storyboard.plan.sizes import delivery_size, render_size
from storyboard.plan.take_plan import TakePlanner
from storyboard.stages.conform_stage import Conform, Layout
from storyboard.stages.denoise_stage import Decode, Denoise
from storyboard.stages.encode_stage import EncodePicture, EncodeText
from storyboard.stages.stage import Stage
from storyboard.store import Ref
from storyboard.take.file_names import take_number
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList


@dataclass(frozen=True)
class RenderPlan:
    """Everything that will be, decided.

    Attributes:
        board: The board, with the command line's word in it.
        settings: Model, quality and numbers.
        takes: Every take of every shot, in the order of the cut.
        stages: From prompt to conformed clip.
        cut: The film.
        size: Of the delivery.
        fps: Of the delivery.
        notices: What is done differently from what somebody might expect.
    """

    board: ShotList
    settings: Settings
    takes: tuple[Take, ...]
    stages: tuple[Stage, ...]
    cut: Cut
    size: tuple[int, int]
    fps: Fraction
    notices: tuple[str, ...]

    @cached_property
    def shown(self) -> tuple[Take, ...]:
        """The take of each shot that is in the cut, in order."""
        by_shot = {(take.shot.id, take.number): take for take in self.takes}
        return tuple(by_shot[shot.id, take_number(shot)] for shot in self.board.shots)

    @cached_property
    def starts(self) -> Mapping[str, int]:
        """Frame of the film at which each shot begins, by id."""
        lengths = [shot.frames for shot in self.cut.shots]
        ids = [shot.id for shot in self.cut.shots]
        return dict(zip(ids, accumulate(lengths[:-1], initial=0), strict=True))

    def final(self, take: Take) -> Ref:
        """Its finished clip."""
        return self.stages[-1].refs(take)[0]

    def clip(self, take: Take) -> Ref:
        """Its clip as the model made it, of a take that is not a chain."""
        return self.stages[-2].refs(take)[0]

    def clips(self, take: Take) -> tuple[Ref, ...]:
        """Its clips as the model made them: one, or one a segment."""
        return tuple(ref for part in take.segments or (take,) for ref in self.stages[-2].refs(part))

    @cached_property
    def jobs(self) -> tuple[Take, ...]:
        """All that is rendered: every take, its segments before it."""
        return tuple(part for take in self.takes for part in (*take.segments, take))

    def keys(self, take: Take) -> dict[str, list[str]]:
        """Every key of a take and of its segments, by stage."""
        parts = (*take.segments, take)
        pairs = (
            (stage.name, list(dict.fromkeys(r.key for part in parts for r in stage.refs(part))))
            for stage in self.stages
        )
        return {name: keys for name, keys in pairs if keys}


def plan_render(board: ShotList, settings: Settings) -> RenderPlan:
    """Decide everything about a run.

    Args:
        board: From `effective_board`.
        settings: From `settle`.

    Raises:
        InputError: A duration is no whole number of frames, transitions do not fit, or a size
            is impossible.
    """
    if not board.shots:
        raise InputError(f"{board.path}: no shots, must be at least one. Add one under scenes.")
    fps, cut = board.format.fps, board_cut(board)
    size = delivery_size(board.format.size, is_final=settings.quality == "final")
    picture_size = _picture_size(board, settings)
    stages = _stages(settings, size, fps, has_remix=any(shot.take for shot in board.shots))
    planner = TakePlanner(board, settings, cut, widest_spares(board, cut), picture_size, stages[-2])
    takes = tuple(planner.takes())
    notices = (*cut.notices, *planner.notices, *plan_notices(board, settings, takes))
    return RenderPlan(board, settings, takes, stages, cut, size, fps, notices)


def _picture_size(board: ShotList, settings: Settings) -> tuple[int, int]:
    aspect = Fraction(*board.format.size)
    if settings.preset is None:
        return settings.size or layout_size(aspect)
    if settings.size is not None:
        check_size(settings.preset, settings.size)
        return settings.size
    return render_size(settings.preset, settings.level, aspect)


def layout_size(aspect: Fraction) -> tuple[int, int]:
    """The layout's own area at exactly the aspect, as far as even pixels allow."""
    area = LAYOUT_SIZE[0] * LAYOUT_SIZE[1]
    height = round((area / aspect) ** 0.5 / 2) * 2
    return round(height * aspect / 2) * 2, height


def _stages(
    settings: Settings, size: tuple[int, int], fps: Fraction, *, has_remix: bool
) -> tuple[Stage, ...]:
    """Encode, one denoise per expert that owns a step, decode, conform; or layout, conform.

    A remix has a schedule of its own, in which any expert may own a step.
    """
    preset, weights, hardware = settings.preset, settings.weights, settings.hardware
    if preset is None or weights is None:
        layout = Layout(settings.fps)
        return layout, Conform(layout, size, fps, stamp=True)
    text, picture = EncodeText(weights, hardware), EncodePicture(weights, hardware)
    grid = schedule(settings.level.steps, settings.shift, settings.solver)
    experts: list[Denoise] = []
    for index, owned in enumerate(expert_steps(grid, preset.experts)):
        if owned or has_remix:
            experts.append(
                Denoise(
                    weights=weights,
                    hardware=hardware,
                    schedule=grid,
                    shift=settings.shift,
                    experts=preset.experts,
                    index=index,
                    steps=(owned.start, owned.stop),
                    guidance=settings.guidance[index],
                    text=text,
                    picture=picture,
                    before=experts[-1] if experts else None,
                    residency=settings.residency.name,
                )
            )
    decode = Decode(weights, hardware, experts[-1], settings.tiles)
    return text, picture, *experts, decode, Conform(decode, size, fps)
