"""How many takes go through the stages together.

A wave loads every network once. A long wave loads seldom, a short one shows its first clips
early: so a wave is as short as keeps loading under a twentieth of its work. Which take is in
which wave changes no bit of any clip. Called by the commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from storyboard.plan.cost import Speed, loading_s, take_cost
from storyboard.plan.plan import RenderPlan
from storyboard.take.take import Take

LOADING_SHARE = 0.05


@dataclass(frozen=True)
class Waves:
    """Takes in the order they are rendered, and why.

    Attributes:
        waves: At least one take each.
        size: Takes that a wave may have.
        reason: One line for people.
    """

    waves: tuple[tuple[Take, ...], ...]
    size: int
    reason: str


def plan_waves(
    plan: RenderPlan, takes: Sequence[Take], speed: Speed, *, size: int | None = None
) -> Waves:
    """Put takes into waves.

    Args:
        plan: The run.
        takes: Those with work to do, in the order of the cut.
        speed: Of the machine.
        size: Takes per wave; None chooses.
    """
    if not takes:
        return Waves((), 0, "nothing to render")
    if plan.settings.weights is None:
        size, reason = 1, "waves of 1 take: a layout loads no network"
    elif size is not None:
        reason = f"waves of {size}: as asked"
    else:
        loading = loading_s(plan, speed)
        work = sum(take_cost(plan, take).seconds(speed) for take in takes) / len(takes)
        size = max(ceil(loading / (LOADING_SHARE * work)), 1)
        share = loading / (loading + size * work)
        what = "1 take" if size == 1 else f"{size} takes"
        reason = (
            f"waves of {what}: loading all networks takes {loading:.1f} s and a take "
            f"{work:.1f} s, so loading is {share:.0%} of a wave"
        )
    waves: list[tuple[Take, ...]] = []
    for level in _levels(plan, takes):
        waves += [tuple(level[i : i + size]) for i in range(0, len(level), size)]
    return Waves(tuple(waves), size, reason)


def _levels(plan: RenderPlan, takes: Sequence[Take]) -> list[list[Take]]:
    """Takes that start from another's last frame or latent come in a later wave than it."""
    clips = plan.stages[-2]
    makers = {ref: take for take in takes for ref in (*clips.refs(take), *clips.needs(take))}
    depths: dict[Take, int] = {}

    def before(take: Take) -> list[tuple[Take, int]]:
        """Takes that come first, and how many levels earlier.

        A chain is put together in the wave of its last segment.
        """
        found = [(makers[ref], 1) for ref in take.sources if ref in makers]
        return found + [(segment, 0) for segment in take.segments if segment in known]

    known = set(takes)
    levels: list[list[Take]] = []
    for take in takes:
        # Not recursive: a chain may be longer than Python's stack is deep.
        stack = [take]
        while stack:
            here = stack[-1]
            missing = [source for source, _ in before(here) if source not in depths]
            if not missing:
                depths[here] = max((depths[s] + more for s, more in before(here)), default=0)
                stack.pop()
            stack += missing
        while len(levels) <= depths[take]:
            levels.append([])
        levels[depths[take]].append(take)
    return levels
