"""A campaign as a person reads it: the files, how many pictures they share, and each set's plan.

Called by `storyboard plan --variant`.
"""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction

from rich.console import Console
from rich.table import Table
from rich.text import Text

from storyboard.campaign.deliverables import Campaign, Deliverable
from storyboard.cli.plan_table import print_plan
from storyboard.run.manifest_rows import take_entries
from storyboard.take.frames import seconds

NEXT_VERSION = 1
"""Shown in names; which version it will be is known when files are compared with those there."""


def print_campaign(campaign: Campaign, console: Console) -> None:
    """Print the deliverables, what they share, and the plan of every picture set."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("file", "size", "length", "pictures", "shots"):
        table.add_column(name, overflow="fold", no_wrap=name != "shots")
    for each in campaign.deliverables:
        table.add_row(*(Text(cell) for cell in _row(each)))
    console.print(table)
    for notice in campaign.notices:
        console.print(Text(f"note: {notice}"))
    console.print(Text(summary(campaign), style="bold"))
    for pictures, seen in campaign.sets:
        console.print()
        if pictures.name:
            console.print(Text(f"{pictures.name}:", style="bold"))
        print_plan(seen, console)


def summary(campaign: Campaign) -> str:
    """How much of the deliverables is shared, in one line."""
    files, clips = len(campaign.deliverables), campaign.num_rendered
    return (
        f"{files} deliverable{'s' * (files != 1)} show {campaign.num_shown} shots, "
        f"made from {clips} clip{'s' * (clips != 1)}"
    )


def campaign_as_json(campaign: Campaign) -> dict[str, object]:
    """The same as data."""
    return {
        "deliverables": [
            {
                "name": each.variant.name(NEXT_VERSION),
                "variant": dict(each.variant.values),
                "size": list(each.size),
                "frames": each.cut.frames,
                "reframed": each.variant.is_reframed,
                "shots": list(each.variant.shots),
            }
            for each in campaign.deliverables
        ],
        "shown": campaign.num_shown,
        "clips": campaign.num_rendered,
        "notices": campaign.notices,
        "sets": [
            {
                "name": pictures.name,
                "waiting": [take.slate for take in seen.waiting],
                "notices": seen.plan.notices,
                "waves": seen.waves.reason,
                "takes": [asdict(entry) for entry in take_entries(seen, {})],
            }
            for pictures, seen in campaign.sets
        ],
    }


def _row(each: Deliverable) -> tuple[str, ...]:
    plan, variant = each.source.plan, each.variant
    own = "x".join(map(str, plan.size))
    length = seconds(Fraction(each.cut.frames) / plan.fps)
    card = " + end card" if variant.end_card else ""
    return (
        variant.name(NEXT_VERSION),
        "x".join(map(str, each.size)),
        f"{each.cut.frames} f = {length} s",
        f"cropped from {own}" if variant.is_reframed else f"rendered {own}",
        ", ".join(variant.shots) + card,
    )
