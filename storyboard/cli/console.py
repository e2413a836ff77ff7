"""Print events: progress bars on a terminal, plain lines elsewhere, JSON lines for scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from storyboard import events
from storyboard.events import Event, Listener

QUIET = ("Stepped", "TakeFinished", "StageFinished", "WaveStarted")
"""Events that plain lines leave out."""


def count_of(number: int, noun: str) -> str:
    """A number with its noun: "3 shots", "1 shot"."""
    return f"{number} {noun}{'s' * (number != 1)}"


@contextmanager
def listening(*, as_lines_of_json: bool) -> Iterator[Listener]:
    """Yield a listener that prints events in the form that suits the output."""
    if as_lines_of_json:
        yield lambda event: click.echo(events.as_json(event))
    elif sys.stderr.isatty():
        with _bars() as listen:
            yield listen
    else:
        yield _print_line


def _print_line(event: Event) -> None:
    text = event_text(event)
    if text and event.name not in QUIET:
        click.echo(text, err=True)


def event_text(event: Event) -> str:  # noqa: C901 - one case per event
    """An event as text; empty for events that are not printed."""
    match event:
        case events.RunStarted(title, takes, waves, frames):
            rest = f" in {count_of(waves, 'wave')}" if waves else ", nothing to render"
            return f"{title}: {count_of(takes, 'take')}, {frames} frames{rest}"
        case events.WaveStarted(wave, waves, takes):
            return f"wave {wave} of {waves}: {count_of(takes, 'take')}"
        case events.StageStarted(stage, takes, _):
            return f"  {stage}: {count_of(takes, 'take')}"
        case events.NetworkLoaded(network, seconds):
            return f"    {network} loaded in {seconds:.1f} s"
        case events.TakeFailed(stage, take, error):
            return f"  {take} failed at {stage}: {error}"
        case events.ClipReady(take, path):
            return f"    {take} is ready: {path}"
        case events.FileWritten(path):
            return f"wrote {path}"
        case events.Warned(text):
            return f"note: {text}"
        case events.RunFinished(rendered, cached, failed, networks, seconds, yes, no, unclear):
            failures = f", {failed} failed" if failed else ""
            verdicts = f"; directives: {yes} agree, {no} disagree, {unclear} cannot be measured"
            return (
                f"{rendered} rendered, {cached} cached{failures}; "
                f"{count_of(networks, 'network')} loaded, {seconds:.1f} s"
                + (verdicts if yes + no + unclear else "")
            )
        case events.Watching(board, folder, without):
            rest = f"; {without} shots have no clip yet, `storyboard render` renders them"
            return f"watching {board} into {folder}{rest if without else ''}; Ctrl-C stops"
        case events.BoardRefused(problems):
            return "\n".join([*problems, "the board has errors: the last good render is kept"])
        case events.ShotsEdited(shots):
            return "\n".join(f"edited {shot}" for shot in shots) or "edited: no picture changed"
        # Shots that follow their directives are not reported.
        case events.TakeScored(take, _, disagrees, _) if disagrees:
            return "\n".join(f"    {take} disagrees: {text}" for text in disagrees)
        case events.SceneDrifts(scene, text):
            return f"    scene {scene} drifts: {text}"
        case events.RetakesAsked(shots, number, rounds):
            return f"retake {number} of at most {rounds}: {', '.join(shots)}"
        case events.TakeKept(shot, take, of, because):
            kept = f"{shot}: kept {take} of {count_of(of, 'take')}, {because}"
            return f"{kept}; `use: {take}` makes it permanent"
    return ""


@contextmanager
def _bars() -> Iterator[Listener]:
    """One bar per stage, over all takes and steps of its wave, with the remaining time."""
    from rich import progress as rich_progress
    from rich.console import Console
    from rich.text import Text

    progress = rich_progress.Progress(
        rich_progress.TextColumn("{task.description:<16}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TextColumn("{task.fields[take]:<10}"),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bars: dict[str, rich_progress.TaskID] = {}

    def listen(event: Event) -> None:
        match event:
            case events.StageStarted(stage, _, units):
                bars[stage] = progress.add_task(stage, total=units, take="")
            case events.Stepped(stage, take, _, _) if stage in bars:
                progress.update(bars[stage], advance=1, take=take)
            case events.StageFinished(stage) if stage in bars:
                progress.remove_task(bars.pop(stage))
            case events.NetworkLoaded():
                pass
            case _:
                if text := event_text(event):
                    # As Text, because words of a board are not markup.
                    progress.console.print(Text(text))

    with progress:
        yield listen
