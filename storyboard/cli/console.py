"""How events look: bars with time left on a terminal, plain lines elsewhere, JSON for scripts.

Called by the CLI; nothing else knows what a terminal is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from storyboard.events import (
    BoardRefused,
    ClipReady,
    Event,
    FileWritten,
    Listener,
    NetworkLoaded,
    RetakesAsked,
    RunFinished,
    RunStarted,
    SceneDrifts,
    ShotsEdited,
    StageFinished,
    StageStarted,
    Stepped,
    TakeFailed,
    TakeKept,
    TakeScored,
    Warned,
    Watching,
    WaveStarted,
    as_json,
)

QUIET = ("Stepped", "TakeFinished", "StageFinished", "WaveStarted")
"""Events that plain lines leave out."""


@contextmanager
def listening(*, as_lines_of_json: bool) -> Iterator[Listener]:
    """Yield the listener that suits where output goes."""
    if as_lines_of_json:
        yield lambda event: click.echo(as_json(event))
    elif sys.stderr.isatty():
        with _bars() as listen:
            yield listen
    else:
        yield _print_line


def _print_line(event: Event) -> None:
    text = said(event)
    if text and event.name not in QUIET:
        click.echo(text, err=True)


def said(event: Event) -> str:
    """An event in words; empty for those without news."""
    match event:
        case RunStarted(title, takes, waves, frames):
            rest = f" in {waves} wave{'s' * (waves != 1)}" if waves else ", nothing to render"
            return f"{title}: {takes} take{'s' * (takes != 1)}, {frames} frames{rest}"
        case WaveStarted(wave, waves, takes):
            return f"wave {wave} of {waves}: {takes} take{'s' * (takes != 1)}"
        case StageStarted(stage, takes, _):
            return f"  {stage}: {takes} take{'s' * (takes != 1)}"
        case NetworkLoaded(network, seconds):
            return f"    {network} loaded in {seconds:.1f} s"
        case TakeFailed(stage, take, error):
            return f"  {take} failed at {stage}: {error}"
        case ClipReady(take, path):
            return f"    {take} is ready: {path}"
        case FileWritten(path):
            return f"wrote {path}"
        case Warned(text):
            return f"note: {text}"
        case RunFinished(rendered, cached, failed, networks, seconds, agrees, disagrees, unclear):
            failures = f", {failed} failed" if failed else ""
            told = f"{agrees} agree, {disagrees} disagree, {unclear} cannot be told"
            return (
                f"{rendered} rendered, {cached} as before{failures}; "
                f"{networks} network{'s' * (networks != 1)} loaded, {seconds:.1f} s"
                + (f"; directives: {told}" if agrees + disagrees + unclear else "")
            )
    return _said_of_watch(event) or _said_of_directions(event)


def _said_of_watch(event: Event) -> str:
    match event:
        case Watching(board, folder, without):
            rest = f"; {without} shots have no clip yet, `storyboard render` makes them"
            return f"watching {board} into {folder}{rest if without else ''}; Ctrl-C ends"
        case BoardRefused(problems):
            lines = [*problems, "the board has errors: the last good render stays"]
            return "\n".join(lines)
        case ShotsEdited(shots):
            return "\n".join(f"edited {shot}" for shot in shots) or "edited: no picture changed"
    return ""


def _said_of_directions(event: Event) -> str:
    """What became of directives, in words; shots that obey are no news."""
    match event:
        case TakeScored(take, _, disagrees, _) if disagrees:
            return "\n".join(f"    {take} disobeys: {text}" for text in disagrees)
        case SceneDrifts(scene, text):
            return f"    scene {scene} drifts: {text}"
        case RetakesAsked(shots, number, rounds):
            return f"retake {number} of at most {rounds}: {', '.join(shots)}"
        case TakeKept(shot, take, of, because):
            return f"{shot}: kept {take} of {of} takes, {because}; `use: {take}` keeps it for good"
    return ""


@contextmanager
def _bars() -> Iterator[Listener]:
    """One bar per stage, over all takes and steps of its wave, with the time that is left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    progress = Progress(
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[take]:<10}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bars: dict[str, TaskID] = {}

    def listen(event: Event) -> None:
        match event:
            case StageStarted(stage, _, units):
                bars[stage] = progress.add_task(stage, total=units, take="")
            case Stepped(stage, take, _, _) if stage in bars:
                progress.update(bars[stage], advance=1, take=take)
            case StageFinished(stage) if stage in bars:
                progress.remove_task(bars.pop(stage))
            case NetworkLoaded():
                pass
            case _:
                if text := said(event):
                    # As Text: a board's words are data, not markup.
                    progress.console.print(Text(text))

    with progress:
        yield listen
