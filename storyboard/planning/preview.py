"""What a run would do: the plan beside what is there already.

`storyboard plan` prints it and `run` does it. Called by both.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from storyboard.manifest import Manifest, read_manifest
from storyboard.planning.cost import known_speed
from storyboard.planning.overrides import Request, effective_board
from storyboard.planning.plan import RenderPlan, plan_render
from storyboard.planning.settings import settle
from storyboard.planning.takes import Take
from storyboard.planning.waves import Waves, plan_waves
from storyboard.progress import Listener, Warned
from storyboard.render import unfinished
from storyboard.store import Store

if TYPE_CHECKING:
    from shots.schema import ShotList


@dataclass(frozen=True)
class Options:
    """What to make, beside the clips.

    Attributes:
        shots: Ids to render; None for all.
        animatic: Whether to cut the clips together.
        sheet: Whether to write the contact sheet.
        burn_in: Whether to write the review copy too.
        title_s: Seconds of title card.
        wave: Takes per wave; None chooses.
        retakes: Most takes that are added to a shot that disobeys.
    """

    shots: frozenset[str] | None = None
    animatic: bool = True
    sheet: bool = True
    burn_in: bool = False
    title_s: Fraction = Fraction(0)
    wave: int | None = None
    retakes: int = 0


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
        """Takes with work to do, in the order of the cut."""
        takes = {take for _, take in self.todo}
        return tuple(take for take in self.plan.takes if take in takes)


def preview(
    board: "ShotList", request: Request, root: Path, options: Options, listen: Listener
) -> Preview:
    """Plan a run without doing any of it.

    Args:
        board: As loaded.
        request: Model and numbers.
        root: Of the store; the folder around it is the one rendered into.
        options: What to make.
        listen: Told of damaged artefacts.

    Raises:
        InputError: The board or an option cannot be used.
    """
    store = Store(root, warn=lambda text: listen(Warned(text)))
    chosen = effective_board(board, request)
    settings = settle(chosen, request, root)
    plan = plan_render(chosen, settings)
    if request.extend is not None and settings.preset is not None:
        from storyboard.writing import write_about

        written = write_about([take.prompt for take in plan.takes], request.extend, root)
        plan = plan_render(chosen, replace(settings, written=written))
    wanted = _chosen_takes(plan, options)
    todo = frozenset(unfinished(plan.stages, plan.takes, wanted, store))
    waiting = {take for _, take in todo}
    speed = known_speed(plan, root)
    ordered = [take for take in plan.takes if take in waiting]
    waves = plan_waves(plan, ordered, speed, size=options.wave)
    return Preview(plan, store, todo, waves, read_manifest(root.parent))


def _chosen_takes(plan: RenderPlan, options: Options) -> list[Take]:
    """Takes of the shots that were named; all without a name."""
    if options.shots is None:
        return list(plan.takes)
    wanted = {plan.board.shot(shot).id for shot in options.shots}
    return [take for take in plan.takes if take.shot.id in wanted]
