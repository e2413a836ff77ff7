"""The schedule of a run: each stage over all takes of a wave, then the next stage.

An expert weighs 28 GB and a latent 20 MB. So each network is loaded once per wave, only one is in
memory at a time, and latents wait on disk. An interrupted run continues where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storyboard.events import Listener, WaveStarted
from storyboard.executors import Executor
from storyboard.stages.stage import Stage
from storyboard.store import Store
from storyboard.take.take import Take

Job = tuple[str, Take]
"""Name of a stage, and a take that lacks a result of it."""


def render(
    stages: Sequence[Stage],
    waves: Sequence[Sequence[Take]],
    store: Store,
    executor: Executor,
    listen: Listener,
) -> Mapping[Take, str]:
    """Compute the missing results of every take; returns the error message of each that failed."""
    takes = [take for wave in waves for take in wave]
    todo = unfinished(stages, takes, takes, store)
    failures: dict[Take, str] = {}
    for number, wave in enumerate(waves, start=1):
        listen(WaveStarted(number, len(waves), len(wave)))
        for stage in stages:
            jobs = [take for take in wave if (stage.name, take) in todo and take not in failures]
            if jobs:  # a finished stage does not load its network
                failures |= executor.map(stage, jobs, store)
    return failures


def unfinished(
    stages: Sequence[Stage], takes: Sequence[Take], requested: Sequence[Take], store: Store
) -> set[Job]:
    """Find the missing work, from the clip of each take back to the first missing result.

    Results that no missing one needs are left out, so latents of finished clips may be deleted.

    Args:
        stages: Stages in order.
        takes: All takes; a requested one may start from the clip of another.
        requested: Takes whose clips are to be rendered.
        store: Store of the results.
    """
    own = {(take, ref): stage for take in takes for stage in stages for ref in stage.refs(take)}
    makers = {ref: take for take, ref in own}
    pending = [(take, ref) for take in requested for ref in stages[-1].refs(take)]
    jobs: set[Job] = set()
    while pending:
        take, ref = pending.pop()
        if store.holds(ref):
            continue
        # Takes may share a context: each makes it for itself. A clip is made by its own take.
        maker = take if (take, ref) in own else makers.get(ref)
        if maker is None:
            continue
        stage = own[maker, ref]
        if (stage.name, maker) not in jobs:
            jobs.add((stage.name, maker))
            pending += [(maker, needed) for needed in stage.needs(maker)]
    return jobs
