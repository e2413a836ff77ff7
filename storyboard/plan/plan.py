"""The plan of a render: request, settings, cut, takes and cache keys, without loading a tensor.

Planning loads no network, so `storyboard plan` is a fast dry run of `storyboard render`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from model.flow import Schedule, expert_steps, schedule
from model.presets import Preset
from storyboard.errors import InputError
from storyboard.film.cut import Cut, CutShot, Effect, Spare, plan_cut
from storyboard.plan.notices import plan_notices
from storyboard.plan.request import Request, effective_board
from storyboard.plan.settings import Settings, settle
from storyboard.plan.sizes import delivery_size, picture_size
from storyboard.plan.take_plan import PlanContext, plan_takes
from storyboard.stages.conform_stage import Conform, Layout
from storyboard.stages.control_stage import EncodeControl, Passes, control_strengths
from storyboard.stages.denoise_stage import Decode, Denoise
from storyboard.stages.encode_stage import EncodePicture, EncodeText
from storyboard.stages.stage import Stage
from storyboard.store import Ref
from storyboard.take.frames import shot_frames
from storyboard.take.take import Take, take_number

if TYPE_CHECKING:
    from shots.schema import Shot, ShotList
    from shots.variants import Variant
    from shots.vocabulary.transition import Transition


END_CARD = "end card"


def board_cut(board: ShotList) -> Cut:
    """Plan the cut of all shots.

    Raises:
        InputError: A duration is not a whole number of frames, or transitions do not fit.
    """
    return plan_cut([_cut_shot(shot, board.format.fps) for shot in board.shots])


def variant_cut(board: ShotList, variant: Variant) -> Cut:
    """Plan the cut of a variant: its shots, then its end card.

    Raises:
        InputError: As `board_cut`; the message names the variant.
    """
    fps = board.format.fps
    try:
        shots = [_cut_shot(board.shot(name), fps) for name in variant.shots]
        if variant.end_card is not None:
            frames = shot_frames(variant.end_card.duration_s, fps, where=END_CARD)
            shots.append(CutShot(END_CARD, frames))
        return plan_cut(shots)
    except InputError as error:
        raise InputError(f"variant {variant.label}: {error}") from None


def widest_spares(board: ShotList, cut: Cut) -> tuple[Spare, ...]:
    """Spare frames per shot that suffice for the cut of the board and for those of its variants.

    Args:
        board: Board with its variants.
        cut: Cut of the board.
    """
    # A shot is rendered once for all cuts it appears in.
    spares = {shot.id: spare for shot, spare in zip(cut.shots, cut.spares, strict=True)}
    for variant in {(v.shots, v.end_card is None): v for v in board.variants}.values():
        own = variant_cut(board, variant)
        for shot, spare in zip(own.shots, own.spares, strict=True):
            if shot.id in spares:
                widest = spares[shot.id]
                spares[shot.id] = Spare(max(widest.head, spare.head), max(widest.tail, spare.tail))
    return tuple(spares[shot.id] for shot in cut.shots)


def _cut_shot(shot: Shot, fps: Fraction) -> CutShot:
    frames = shot_frames(shot.duration_s, fps, where=f"shot {shot.id!r}")
    return CutShot(shot.id, frames, _effect(shot.transition_in), _effect(shot.transition_out))


def _effect(transition: Transition | None) -> Effect:
    if transition is None:
        return Effect()
    return Effect(
        transition.kind,
        transition.frames,
        transition.colour or "black",
        transition.direction or "left",
    )


@dataclass(frozen=True)
class RenderPlan:
    """Everything that is decided before a render starts."""

    board: ShotList  # with the overrides of the command
    settings: Settings
    takes: tuple[Take, ...]  # every take of every shot, in the order of the board
    stages: tuple[Stage, ...]  # from prompt to conformed clip
    cut: Cut
    size: tuple[int, int]  # of the delivery
    fps: Fraction  # of the delivery
    notices: tuple[str, ...]  # warnings for the user

    @cached_property
    def shown(self) -> tuple[Take, ...]:
        """The take of each shot that is in the cut, in order."""
        by_shot = {(take.shot.id, take.number): take for take in self.takes}
        return tuple(by_shot[shot.id, take_number(shot)] for shot in self.board.shots)

    @cached_property
    def starts(self) -> Mapping[str, int]:
        """First frame of each shot in the cut, by shot id."""
        lengths = [shot.frames for shot in self.cut.shots]
        ids = [shot.id for shot in self.cut.shots]
        return dict(zip(ids, accumulate(lengths[:-1], initial=0), strict=True))

    @cached_property
    def jobs(self) -> tuple[Take, ...]:
        """Everything that is rendered: every take, with its segments before it."""
        return tuple(part for take in self.takes for part in (*take.segments, take))

    def strengths(self, take: Take) -> tuple[float, ...]:
        """Strength of the control film of a take at every step of its schedule."""
        experts = (stage for stage in self.stages if isinstance(stage, Denoise))
        return next(experts).strengths_of(take)

    def final(self, take: Take) -> Ref:
        """The conformed clip of a take."""
        return self.stages[-1].refs(take)[0]

    def clip(self, take: Take) -> Ref:
        """The rendered clip of a take without segments."""
        return self.stages[-2].refs(take)[0]

    def clips(self, take: Take) -> tuple[Ref, ...]:
        """The rendered clips of a take: one, or one per segment."""
        return tuple(ref for part in take.segments or (take,) for ref in self.stages[-2].refs(part))

    def keys(self, take: Take) -> dict[str, list[str]]:
        """Cache keys of a take and of its segments, by stage."""
        parts = (*take.segments, take)
        pairs = (
            (stage.name, list(dict.fromkeys(r.key for part in parts for r in stage.refs(part))))
            for stage in self.stages
        )
        return {name: keys for name, keys in pairs if keys}


def make_plan(board: ShotList, request: Request, cache: Path | None) -> RenderPlan:
    """Plan the render of a board with the options of a command.

    Args:
        board: Board as loaded.
        request: Options of the command.
        cache: Folder of cached checkpoint metadata, or None.

    Raises:
        InputError: The board or an option cannot be used.
        PresetError: The preset does not exist.
        WeightsError: The checkpoint cannot be read.
    """
    board = effective_board(board, request)
    return plan_render(board, settle(board, request, cache))


def plan_render(board: ShotList, settings: Settings) -> RenderPlan:
    """Plan the render of an `effective_board` with settled settings.

    Raises:
        InputError: A duration is not a whole number of frames, transitions do not fit, or a
            picture is missing.
        GeometryError: The requested size does not fit the model.
    """
    cut = board_cut(board)
    size = delivery_size(board.format.size, is_final=settings.quality == "final")
    stages = _make_stages(settings, board.shots, size, board.format.fps)
    context = PlanContext(
        board=board,
        settings=settings,
        cut=cut,
        spares=widest_spares(board, cut),
        size=picture_size(
            settings.preset, settings.level, settings.size, Fraction(*board.format.size)
        ),
        clip_stage=stages[-2],
    )
    takes, notices = plan_takes(context)
    notices = (*cut.notices, *notices, *plan_notices(board, settings, takes))
    return RenderPlan(board, settings, takes, stages, cut, size, board.format.fps, notices)


def _make_stages(
    settings: Settings, shots: Sequence[Shot], size: tuple[int, int], fps: Fraction
) -> tuple[Stage, ...]:
    """Encode, one denoise per expert that owns a step, decode, conform; or layout and conform."""
    preset, weights, hardware = settings.preset, settings.weights, settings.hardware
    has_remix = any(shot.take for shot in shots)
    if preset is None or weights is None:
        layout = Layout(settings.fps)
        return layout, Conform(layout, size, fps, stamp=True)
    text, picture = EncodeText(weights, hardware), EncodePicture(weights, hardware)
    passes = Passes(weights)
    control = EncodeControl(weights, hardware, passes)
    grid = schedule(settings.level.steps, settings.shift, settings.solver)
    experts: list[Denoise] = []
    for index, owned in enumerate(expert_steps(grid, preset.experts)):
        # The schedule of a remix is its own: any expert may own a step of it.
        if owned or has_remix:
            before = experts[-1] if experts else None
            expert = Denoise(
                weights, hardware, schedule=grid, shift=settings.shift, experts=preset.experts,
                index=index, steps=(owned.start, owned.stop), guidance=settings.guidance[index],
                text=text, picture=picture, control=control, before=before,
                is_steered=_reads_film(shots, preset, grid, owned, has_remix=has_remix),
                residency=settings.residency.name,
            )  # fmt: skip
            experts.append(expert)
    decode = Decode(weights, hardware, experts[-1], settings.tiles)
    steering = () if preset.control == "none" else (passes, control)
    return text, picture, *steering, *experts, decode, Conform(decode, size, fps)


def _reads_film(
    shots: Sequence[Shot], preset: Preset, grid: Schedule, owned: range, *, has_remix: bool
) -> bool:
    """Whether the VACE part of the expert that owns some steps counts in a shot."""
    if preset.control != "vace":
        return False
    counts = [control_strengths(shot.control, preset, grid, preset.experts) for shot in shots]
    return has_remix or any(strengths[step] for strengths in counts for step in owned)
