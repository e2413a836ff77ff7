"""What a run would do: its plan, compared with what the store and the last run hold."""

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
from storyboard.run.prompt_writer import write_about
from storyboard.schedule import unfinished
from storyboard.store import Store
from storyboard.take.take import Take

if TYPE_CHECKING:
    from shots.schema import ShotList

STORE = "store"


@dataclass(frozen=True)
class Options:
    """What a run produces beside the clips.

    Attributes:
        shots: Ids to render; None for all.
        shown_only: Leave takes that are not in the cut as they are.
        animatic: Cut the clips together.
        sheet: Write the contact sheet.
        burn_in: Also write the review copy.
        title_s: Length of the title card in seconds.
        wave: Takes per wave; None lets the plan choose.
        retakes: Most takes to add to a shot that disobeys.
        score: Compare the clips with the directives of their shots.
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
class RunSpec:
    """A board and everything that is chosen for a run of it.

    Attributes:
        request: Model, quality and settings.
        folder: Output folder.
        store: Folder of the store, if that is not in the output folder.
    """

    board: ShotList
    request: Request
    folder: Path
    options: Options = Options()
    store: Path | None = None

    @property
    def root(self) -> Path:
        """Folder of the store."""
        return self.store or self.folder / STORE


@dataclass(frozen=True)
class Preview:
    """A plan and what is left to do of it.

    Attributes:
        plan: All takes of the board.
        todo: (stage, take) pairs whose result is missing and needed.
        waves: Order of the work.
        before: run.json of the last run into the folder.
    """

    spec: RunSpec
    plan: RenderPlan
    store: Store
    todo: frozenset[tuple[str, Take]]
    waves: Waves
    before: Manifest | None

    @cached_property
    def waiting(self) -> tuple[Take, ...]:
        """Takes with work to do, on themselves or on their segments, in the order of the cut."""
        return tuple(
            take for take in self.plan.takes if not self._busy.isdisjoint((take, *take.segments))
        )

    @cached_property
    def jobs(self) -> tuple[Take, ...]:
        """Takes and segments with work to do, segments before the take they are parts of."""
        return tuple(take for take in self.plan.jobs if take in self._busy)

    @cached_property
    def _busy(self) -> frozenset[Take]:
        return frozenset(take for _, take in self.todo)


def preview(spec: RunSpec, listen: Listener) -> Preview:
    """Plan a run without doing any of it; `listen` receives warnings about damaged artefacts.

    Raises:
        InputError: The board or an option cannot be used.
    """
    request, options, root = spec.request, spec.options, spec.root
    store = Store(root, warn=lambda text: listen(Warned(text)))
    plan = make_plan(spec.board, request, root)
    if request.extend is not None and plan.settings.preset is not None:
        # Prompts are known only from a plan, so the run is planned again with the longer ones.
        written = write_about([take.prompt for take in plan.jobs], request.extend, root)
        plan = plan_render(plan.board, replace(plan.settings, written=written))
    takes = plan.shown if options.shown_only else plan.takes
    if options.shots is not None:
        ids = {plan.board.shot(shot).id for shot in options.shots}
        takes = tuple(take for take in takes if take.shot.id in ids)
    todo = frozenset(unfinished(plan.stages, plan.jobs, takes, store))
    busy = {take for _, take in todo}
    ordered = [take for take in plan.jobs if take in busy]
    waves = plan_waves(plan, ordered, expected_speed(plan, root), size=options.wave)
    return Preview(spec, plan, store, todo, waves, read_manifest(spec.folder))
