"""A plan as a person reads it: a table of takes, what would be rendered and why, and the cost.

Called by `storyboard plan`.
"""

from __future__ import annotations

from fractions import Fraction

from rich.console import Console
from rich.table import Table
from rich.text import Text

from storyboard.plan.cost import disk_bytes, expected_speed, loading_s, take_cost
from storyboard.run.manifest_rows import why
from storyboard.run.preview import Preview
from storyboard.take.frames import seconds, timecode
from storyboard.take.take import Take


def print_plan(seen: Preview, console: Console) -> None:
    """Print the plan, then its notices and its cost."""
    plan = seen.plan
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("at", "shot", "take", "length", "model", "held", "seed", "does", "why"):
        table.add_column(name, overflow="fold", no_wrap=name != "why")
    for take in plan.takes:
        table.add_row(*(Text(cell) for cell in _row(seen, take)))
    console.print(Text(_head(seen), style="bold"))
    console.print(table)
    for notice in plan.notices:
        console.print(Text(f"note: {notice}"))
    console.print(Text(_cost(seen)))


def _head(seen: Preview) -> str:
    plan = seen.plan
    length = seconds(Fraction(plan.cut.frames) / plan.fps)
    size = f"{plan.size[0]}x{plan.size[1]}"
    return (
        f"{plan.board.title or plan.board.path.stem}: {len(plan.board.shots)} shots, "
        f"{plan.cut.frames} frames = {length} s at {seconds(plan.fps)} fps, {size}; "
        f"{plan.settings.preset_name}, {plan.settings.quality}"
    )


def _row(seen: Preview, take: Take) -> tuple[str, ...]:
    plan, frames = seen.plan, take.frames
    low, high = frames.holds
    is_waiting = take in seen.waiting
    spare = f"+{frames.head + frames.tail}" if frames.head + frames.tail else ""
    return (
        timecode(plan.starts[take.shot.id], plan.fps) if take in plan.shown else "",
        take.shot.id,
        f"T{take.number:02}",
        f"{frames.shot}{spare} f",
        f"{_clips(take)}{frames.rendered} f {take.size[0]}x{take.size[1]}",
        f"{low} f" if low == high else f"{low}-{high} f",
        str(take.noise.seed),
        _work(seen, take) if is_waiting else "nothing",
        why(seen, take) if is_waiting else "",
    )


def _clips(take: Take) -> str:
    return f"{len(take.segments)} clips, " if take.segments else ""


def _work(seen: Preview, take: Take) -> str:
    """The first stage that would run; all after it follow."""
    parts = (*take.segments, take)
    names = [
        stage.name
        for stage in seen.plan.stages
        if any((stage.name, part) in seen.todo for part in parts)
    ]
    return f"from {names[0]}"


def _cost(seen: Preview) -> str:
    plan = seen.plan
    if not seen.waiting:
        return "nothing to render; no network is loaded"
    speed = expected_speed(plan, seen.store.root)
    work = sum(take_cost(plan, take).seconds(speed) for take in seen.jobs)
    load = loading_s(plan, speed) * len(seen.waves.waves)
    disk = sum(disk_bytes(plan, take) for take in seen.jobs)
    source = "as fast as the last run" if speed.is_measured else "a guess before the first run"
    lines = [
        f"{len(seen.waiting)} of {len(plan.takes)} takes to render, {seen.waves.reason}",
        f"about {_duration(work + load)} ({source}), {disk / 1e6:,.0f} MB of disk",
    ]
    for take in seen.waiting:
        if take.segments:
            alone = sum(take_cost(plan, part).seconds(speed) for part in take.segments)
            lines.append(
                f"{take.slate}: {len(take.segments)} clips one after the other, "
                f"about {_duration(alone)}"
            )
    if plan.settings.weights is not None:
        name, size = max(plan.settings.weights.bytes.items(), key=lambda item: item[1])
        lines.append(f"largest network: {name}, {size / 1e9:.2f} GB on disk")
        residency = plan.settings.residency
        lines.append(f"experts {residency.name}: {residency.reason}")
    return "\n".join(lines)


def _duration(seconds_: float) -> str:
    if seconds_ < 90:
        return f"{seconds_:.0f} s"
    return f"{seconds_ / 60:.0f} min" if seconds_ < 5400 else f"{seconds_ / 3600:.1f} h"
