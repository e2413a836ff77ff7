"""A plan printed as a table: takes, what would be rendered and why, notices, and the cost."""

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


def print_plan(planned: Preview, console: Console) -> None:
    """Print the plan, then its notices and its cost."""
    plan = planned.plan
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("at", "shot", "take", "length", "model", "held", "seed", "does", "why"):
        table.add_column(name, overflow="fold", no_wrap=name != "why")
    for take in plan.takes:
        table.add_row(*(Text(cell) for cell in _row(planned, take)))
    length = seconds(Fraction(plan.cut.frames) / plan.fps)
    title = (
        f"{plan.board.title or plan.board.path.stem}: {len(plan.board.shots)} shots, "
        f"{plan.cut.frames} frames = {length} s at {seconds(plan.fps)} fps, "
        f"{plan.size[0]}x{plan.size[1]}; {plan.settings.preset_name}, {plan.settings.quality}"
    )
    console.print(Text(title, style="bold"))
    console.print(table)
    for notice in plan.notices:
        console.print(Text(f"note: {notice}"))
    console.print(Text(_cost(planned)))


def _row(planned: Preview, take: Take) -> tuple[str, ...]:
    plan, frames = planned.plan, take.frames
    low, high = frames.holds
    spare = f"+{frames.head + frames.tail}" if frames.head + frames.tail else ""
    clips = f"{len(take.segments)} clips, " if take.segments else ""
    work, cause = "nothing", ""
    if take in planned.waiting:
        parts = (*take.segments, take)
        # The first stage that would run; all after it follow.
        first = next(
            stage.name
            for stage in plan.stages
            if any((stage.name, part) in planned.todo for part in parts)
        )
        work, cause = f"from {first}", why(planned, take)
    return (
        timecode(plan.starts[take.shot.id], plan.fps) if take in plan.shown else "",
        take.shot.id,
        f"T{take.number:02}",
        f"{frames.shot}{spare} f",
        f"{clips}{frames.rendered} f {take.size[0]}x{take.size[1]}",
        f"{low} f" if low == high else f"{low}-{high} f",
        str(take.noise.seed),
        work,
        cause,
    )


def _cost(planned: Preview) -> str:
    plan = planned.plan
    if not planned.waiting:
        return "nothing to render; no network is loaded"
    speed = expected_speed(plan, planned.store.root)
    work_s = sum(take_cost(plan, take).seconds(speed) for take in planned.jobs)
    load_s = loading_s(plan, speed) * len(planned.waves.waves)
    disk = sum(disk_bytes(plan, take) for take in planned.jobs)
    source = "as fast as the last run" if speed.is_measured else "a guess before the first run"
    lines = [
        f"{len(planned.waiting)} of {len(plan.takes)} takes to render, {planned.waves.reason}",
        f"about {_duration(work_s + load_s)} ({source}), {disk / 1e6:,.0f} MB of disk",
    ]
    for take in planned.waiting:
        if take.segments:
            chain_s = sum(take_cost(plan, part).seconds(speed) for part in take.segments)
            lines.append(
                f"{take.slate}: {len(take.segments)} clips one after the other, "
                f"about {_duration(chain_s)}"
            )
    if plan.settings.weights is not None:
        name, size = max(plan.settings.weights.bytes.items(), key=lambda item: item[1])
        lines.append(f"largest network: {name}, {size / 1e9:.2f} GB on disk")
        residency = plan.settings.residency
        lines.append(f"experts {residency.name}: {residency.reason}")
    return "\n".join(lines)


def _duration(duration_s: float) -> str:
    if duration_s < 90:
        return f"{duration_s:.0f} s"
    return f"{duration_s / 60:.0f} min" if duration_s < 5400 else f"{duration_s / 3600:.1f} h"
