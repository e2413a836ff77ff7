"""What a run would do: the plan beside what is there already.

`storyboard plan` prints it and `run` does it. Called by both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.events import Listener, Warned
from storyboard.plan.cost import Waves, expected_speed, plan_waves
from storyboard.plan.plan import RenderPlan, make_plan, plan_render
from storyboard.plan.request import Request
from storyboard.run.manifest import Manifest, read_manifest
from storyboard.schedule import unfinished
from storyboard.store import Store
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList


@dataclass(frozen=True)
class Options:
    """What to make, beside the clips.

    Attributes:
        shots: Ids to render; None for all.
        shown_only: Whether takes that are not in the cut are left as they are.
        animatic: Whether to cut the clips together.
        sheet: Whether to write the contact sheet.
        burn_in: Whether to write the review copy too.
        title_s: Seconds of title card.
        wave: Takes per wave; None chooses.
        retakes: Most takes that are added to a shot that disobeys.
        score: Whether to measure what became of the directives.
    """

    shots: frozenset[str] | None = None
    shown_only: bool = False
    animatic: bool = True
    sheet: bool = True
    burn_in: bool = False
    title_s: Fraction = Fraction(0)
    wave: int | None = None
    retakes: int = 0
    score: bool = True


@dataclass(frozen=True)
class Preview:
    """A plan beside what is there already: what would be done."""

    plan: RenderPlan
    store: Store
    todo: frozenset[tuple[str, Take]]
    waves: Waves
    before: Manifest | None

    @cached_property
    def waiting(self) -> tuple[Take, ...]:
        """Takes with work to do, they or segments of theirs, in the order of the cut."""
        return tuple(
            take for take in self.plan.takes if not self._busy.isdisjoint((take, *take.segments))
        )

    @cached_property
    def jobs(self) -> tuple[Take, ...]:
        """All that has work to do: takes, and segments before the take they are parts of."""
        return tuple(take for take in self.plan.jobs if take in self._busy)

    @cached_property
    def _busy(self) -> frozenset[Take]:
        return frozenset(take for _, take in self.todo)


def preview(
    board: ShotList,
    request: Request,
    root: Path,
    options: Options,
    listen: Listener,
    *,
    folder: Path | None = None,
) -> Preview:
    """Plan a run without doing any of it.

    Args:
        board: As loaded.
        request: Model and numbers.
        root: Of the store.
        options: What to make.
        listen: Told of damaged artefacts.
        folder: The one rendered into; None for the folder around the store.

    Raises:
        InputError: The board or an option cannot be used.
    """
    store = Store(root, warn=lambda text: listen(Warned(text)))
    plan = make_plan(board, request, root)
    if request.extend is not None and plan.settings.preset is not None:
        from storyboard.run.prompt_writer import write_about

        written = write_about([take.prompt for take in plan.jobs], request.extend, root)
        plan = plan_render(plan.board, replace(plan.settings, written=written))
    wanted = _chosen_takes(plan, options)
    todo = frozenset(unfinished(plan.stages, plan.jobs, wanted, store))
    waiting = {take for _, take in todo}
    speed = expected_speed(plan, root)
    ordered = [take for take in plan.jobs if take in waiting]
    waves = plan_waves(plan, ordered, speed, size=options.wave)
    return Preview(plan, store, todo, waves, read_manifest(folder or root.parent))


def _chosen_takes(plan: RenderPlan, options: Options) -> list[Take]:
    """Takes of the shots that were named; all without a name."""
    takes = plan.shown if options.shown_only else plan.takes
    if options.shots is None:
        return list(takes)
    wanted = {plan.board.shot(shot).id for shot in options.shots}
    return [take for take in takes if take.shot.id in wanted]
