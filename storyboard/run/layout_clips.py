"""What was asked, to be seen beside what was got: the layout of every shot in the cut.

A model's clip says little about what it should have been. The layout is just that: the figure in
its place, filmed along the same camera path. Called by `running`, for the contact sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from storyboard.film.assembly import Film, Footage
from storyboard.film.video import VIDEO
from storyboard.plan.plan import RenderPlan
from storyboard.plan.sizes import layout_size
from storyboard.run.deliver import ASKED, publish_clip, still_beside
from storyboard.run.manifest import TakeEntry
from storyboard.stages.conform_stage import Conform, Layout
from storyboard.store import Ref, Store
from storyboard.take.take import Take

FilmedAs = Mapping[str, tuple[str, Ref]]
"""Stem of a take → its layout's clip, relative to the folder, and where the store keeps it."""


def publish_asked(plan: RenderPlan, store: Store, folder: Path) -> FilmedAs:
    """Film the layouts of what is in the cut, and put clips and stills into the folder.

    Args:
        plan: The run; one that is all layout has nothing to add.
        store: Keeps what was filmed before.
        folder: Of the run; `asked` is made in it.
    """
    if plan.settings.preset is None:
        return {}
    size = layout_size(Fraction(*plan.size))
    layout = Layout(plan.settings.fps)
    conform = Conform(layout, size, plan.fps, stamp=True)
    film = Film(plan.cut, (), size, plan.fps)
    found = {}
    for shown in plan.shown:
        take = replace(shown, size=size, segments=())
        ref = conform.refs(take)[0]
        _film((layout, conform), take, store)
        footage = Footage(
            key=ref.key,
            num_frames=take.frames.clip,
            frames=partial(conform.frames, take, store),
            whole=store.path(ref),
        )
        clip = f"{ASKED}/{take.stem}{VIDEO}"
        publish_clip(footage, take, film, store, folder / clip, folder / still_beside(clip))
        found[take.stem] = clip, ref
    return found


def _film(stages: Sequence[Layout | Conform], take: Take, store: Store) -> None:
    """Run the stages of a take, unless its clip is there."""
    if not store.holds(stages[-1].refs(take)[0]):
        for stage in stages:
            if not store.holds(stage.refs(take)[0]):
                stage.run(None, take, store, lambda: None)


def with_asked(entry: TakeEntry, stem: str, filmed: FilmedAs) -> TakeEntry:
    """An entry of run.json with its layout, and with where the store keeps that."""
    if stem not in filmed:
        return entry
    clip, ref = filmed[stem]
    keys = {**entry.keys, ref.stage: [*entry.keys.get(ref.stage, ()), ref.key]}
    return replace(entry, asked=clip, keys=keys)
