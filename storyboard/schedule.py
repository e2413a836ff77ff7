"""THE SCHEDULE: every stage over all takes of a wave, then its network goes.

An expert weighs 28 GB and a latent 20 MB. So networks are loaded once per wave and the latents
wait on disk, one network is in memory at a time, and whoever wants to know what a run does reads
this page. Interrupted at any point, the same call goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storyboard.events import Listener, WaveStarted
from storyboard.executors import Executor
from storyboard.stages.stage import Stage
from storyboard.store import Store
from storyboard.take.take import Take

Job = tuple[str, Take]
"""A stage by name, and a take that lacks its result."""

Wave = Sequence[Take]


def render(
    stages: Sequence[Stage],
    waves: Sequence[Wave],
    store: Store,
    executor: Executor,
    listen: Listener,
) -> Mapping[Take, str]:
    """Make what is missing of every take's clip; returns the takes that failed, and why."""
    takes = [take for wave in waves for take in wave]
    todo = unfinished(stages, takes, takes, store)
    failures: dict[Take, str] = {}
    for number, wave in enumerate(waves, start=1):
        listen(WaveStarted(number, len(waves), len(wave)))
        for stage in stages:
            jobs = [take for take in wave if (stage.name, take) in todo and take not in failures]
            if jobs:  # a finished stage never loads its network
                failures |= executor.map(stage, jobs, store)
    return failures


def unfinished(
    stages: Sequence[Stage], takes: Sequence[Take], wanted: Sequence[Take], store: Store
) -> set[Job]:
    """Find the work that is left: from each clip backwards, as far as results are missing.

    Results that nothing missing needs are not asked for, so a store may forget latents whose
    clips are done.

    Args:
        stages: In order.
        takes: All there are; a wanted one may start from the clip of another.
        wanted: Those whose clips are asked for.
        store: What is there.
    """
    own = {(take, ref): stage for take in takes for stage in stages for ref in stage.refs(take)}
    makers = {ref: take for take, ref in own}
    asked = [(take, ref) for take in wanted for ref in stages[-1].refs(take)]
    jobs: set[Job] = set()
    while asked:
        take, ref = asked.pop()
        if store.holds(ref):
            continue
        # A context that takes share is made by the one that asks; a clip by the take it is of.
        maker = take if (take, ref) in own else makers.get(ref)
        if maker is None:
            continue
        stage = own[maker, ref]
        if (stage.name, maker) not in jobs:
            jobs.add((stage.name, maker))
            asked += [(maker, needed) for needed in stage.needs(maker)]
    return jobs
