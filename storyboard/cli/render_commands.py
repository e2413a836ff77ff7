"""Commands that render a board, or show what came of it: watch, render, plan, sheet, assemble.

`storyboard score`: what became of every directive, in a folder that was rendered.

Registered by `cli.py`. Renders nothing; run.json and the contact sheet are brought up to date.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storyboard.errors import EXIT_SHOT_FAILED, InputError

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.plan.request import Request
    from storyboard.run.manifest import Manifest
    from storyboard.run.preview import Options, Preview


PAGE_WIDTH = 160

BOARD = click.argument("board", type=click.Path(path_type=Path))
FOLDER = click.argument("folder", type=click.Path(path_type=Path))


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose the model and its numbers."""
    for option in (
        click.option("--set", "settings", multiple=True, metavar="KEY=VALUE",
                     help="Override a setting: style.seed, format.size, steps, guidance, ..."),
        click.option("--seed", type=int, help="Style seed; short for --set style.seed=N."),
        click.option("--device", default="auto", show_default=True,
                     type=click.Choice(["auto", "cpu", "cuda"]), help="Where to compute."),
        click.option("--weights", type=click.Path(path_type=Path), metavar="FOLDER",
                     help="Folder of a checkpoint, as it was published."),
        click.option("--lora", "loras", multiple=True, metavar="FILE[=STRENGTH]",
                     help="Merge a LoRA; FILE=HIGH,LOW for a strength per expert."),
        click.option("--quality", help="How hard to try: layout uses no model, lightning takes 4 "
                     "steps with its LoRAs, only final has full size.",
                     type=click.Choice(["layout", "lightning", "draft", "preview", "final"])),
        click.option("--extend", type=click.Path(path_type=Path), metavar="FOLDER",
                     help="Let the language model in FOLDER add visible detail to prompts."),
        click.option("--stills", is_flag=True,
                     help="One frame a shot: also writes a PNG of each, a storyboard panel."),
        click.option("--preset", help="Model; `storyboard presets` lists them."),
    ):  # fmt: skip
        command = option(command)
    return command


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose what is made beside the clips."""
    for option in (
        click.option("--title", default="0s", metavar="TIME", show_default=True,
                     help="Length of a title card before the first shot."),
        click.option("--burn-in", is_flag=True, help="Also write animatic_review.mp4."),
        click.option("--json", "as_json", is_flag=True, help="Print one event per line."),
    ):  # fmt: skip
        command = option(command)
    return command


OUT = click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="DIR",
    help="Folder to render into; out/<board> if left out.",
)  # fmt: skip


VARIANT = click.option(
    "--variant", metavar="VALUES",
    help="Deliver variants of the board: all, or values of its axes like 9:16,6s.",
)  # fmt: skip


@click.command()
@BOARD
@OUT
@model_options
@click.option("--no-animatic", is_flag=True, help="Render clips, cut nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one event per line.")
def watch(board: Path, out: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Check BOARD whenever it is saved, and render the shots that were edited, in draft.

    A save with errors prints them and leaves the last good render as it is.
    """
    from storyboard.cli.console import listening
    from storyboard.run.preview import Options
    from storyboard.run.watch import Watch

    if not board.is_file():
        raise InputError(f"{board}: no such file, must be a board. Check the path.")

    def request(shots: ShotList) -> Request:
        drafted = "layout" if shots.model.quality == "layout" else "draft"
        return _request(asked | {"quality": asked["quality"] or drafted})

    options = Options(animatic=not asked["no_animatic"])
    with listening(as_lines_of_json=asked["as_json"]) as listen:
        watched = Watch(board, out or _default_folder(board), request, options, listen)
        try:
            watched.run()
        except KeyboardInterrupt:
            if watched.is_rendering:
                raise
    click.echo("stopped watching", err=True)


@click.command()
@BOARD
@OUT
@model_options
@click.option("--shots", help="Render only these, like 12A,13; the others stay as they are.")
@VARIANT
@click.option(
    "--retake",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Up to N more takes of a shot that disobeys; the best goes into the cut.",
)
@click.option("--no-score", is_flag=True, help="Measure nothing in the clips.")
@click.option("--no-animatic", is_flag=True, help="Render clips, cut nothing.")
@click.option("--wave", type=click.IntRange(min=1), help="Takes per wave instead of the plan's.")
@output_options
@click.pass_context
def render(context: click.Context, /, board: Path, out: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Render BOARD: clips, animatic, contact sheet."""
    from storyboard.cli.console import listening
    from storyboard.run.commands import render_board

    shots = _load(board)
    with listening(as_lines_of_json=asked["as_json"]) as listen:
        folder, options = out or _default_folder(board), _options(asked, shots)
        if asked["variant"] and asked["retake"]:
            raise InputError(
                "--retake: not together with --variant. Retake on the board first; `use:` keeps a "
                "take for every variant."
            )
        if asked["no_score"] and asked["retake"]:
            raise InputError(
                "--retake: not together with --no-score. What is not measured cannot disobey."
            )
        if asked["variant"]:
            from storyboard.campaign.deliverables import choose_variants
            from storyboard.campaign.render_campaign import render_campaign

            variants = choose_variants(shots, asked["variant"])
            delivery = render_campaign(shots, _request(asked), variants, folder, options, listen)
            failed = delivery.failed
        else:
            failed = len(render_board(shots, _request(asked), folder, options, listen).failures)
    if failed:
        context.exit(EXIT_SHOT_FAILED)


@click.command()
@BOARD
@OUT
@model_options
@click.option("--shots", help="Plan only these, like 12A,13.")
@VARIANT
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(board: Path, out: Path | None, **asked: Any) -> None:  # noqa: ANN401
    """Show what would be rendered, and why, without rendering."""
    import json
    from contextlib import ExitStack
    from functools import partial
    from tempfile import TemporaryDirectory

    from rich.console import Console

    from storyboard.campaign.deliverables import (
        campaign_as_json,
        choose_variants,
        plan_campaign,
        print_campaign,
    )
    from storyboard.run.folder import STORE
    from storyboard.run.plan_table import print_plan
    from storyboard.run.preview import preview

    shots = _load(board)
    root = (out or _default_folder(board)) / STORE
    with ExitStack() as stack:
        if not root.is_dir():  # a dry run leaves no folder behind
            root = Path(stack.enter_context(TemporaryDirectory())) / STORE
            root.mkdir()
        request, options = _request(asked), _options(asked, shots)
        if asked["variant"]:
            variants = choose_variants(shots, asked["variant"])
            folder = out or _default_folder(board)
            planned = plan_campaign(shots, request, variants, folder, root, options, _unheard)
            told, show = campaign_as_json(planned), partial(print_campaign, planned)
        else:
            seen = preview(shots, request, root, options, _unheard)
            told, show = _plan_as_json(seen), partial(print_plan, seen)
        if asked["as_json"]:
            click.echo(json.dumps(told, ensure_ascii=False, default=str))
        else:
            width = None if sys.stdout.isatty() else PAGE_WIDTH
            show(Console(highlight=False, width=width))


def _unheard(event: object) -> None:
    """A dry run mends nothing."""


def _plan_as_json(seen: Preview) -> dict[str, object]:
    from dataclasses import asdict

    from storyboard.run.manifest_rows import take_entries

    return {
        "notices": seen.plan.notices,
        "waves": seen.waves.reason,
        "residency": asdict(seen.plan.settings.residency),
        "takes": [asdict(entry) for entry in take_entries(seen, {})],
    }


@click.command()
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="Print one event per line.")
def sheet(folder: Path, as_json: bool) -> None:
    """Write the contact sheet of FOLDER again, without rendering."""
    _again(folder, {"animatic": False, "as_json": as_json})


@click.command()
@FOLDER
@output_options
def assemble(folder: Path, **asked: Any) -> None:  # noqa: ANN401
    """Cut the clips of FOLDER together again, without rendering."""
    _again(folder, asked)


def _again(folder: Path, asked: dict[str, Any]) -> None:
    from storyboard.cli.console import listening
    from storyboard.run.commands import deliver_again, load_last_render

    shots, request = load_last_render(folder)
    with listening(as_lines_of_json=asked["as_json"]) as listen:
        deliver_again(shots, request, folder, _options(asked, shots), listen)


def _load(board: Path) -> ShotList:
    from shots import load_shots

    return load_shots(board)


def _default_folder(board: Path) -> Path:
    return Path("out") / board.stem


def _request(asked: dict[str, Any]) -> Request:
    from storyboard.plan.request import Request, parse_lora

    settings = []
    for text in asked["settings"]:
        key, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"--set {text!r}: no value, must be like style.seed=7.")
        settings.append((key.strip(), value.strip()))
    if asked["seed"] is not None:
        settings.append(("style.seed", str(asked["seed"])))
    return Request(
        preset=asked["preset"],
        quality=asked["quality"],
        weights=asked["weights"],
        device=asked["device"],
        settings=tuple(settings),
        loras=tuple(parse_lora(text) for text in asked["loras"]),
        stills=asked["stills"],
        extend=asked["extend"],
    )


def _options(asked: dict[str, Any], board: ShotList) -> Options:
    from pydantic_core import PydanticCustomError

    from shots.vocabulary.values import read_time
    from storyboard.run.preview import Options

    named = asked.get("shots")
    text = asked.get("title", "0s")
    try:
        title_s = read_time(text).at(board.format.fps)
    except PydanticCustomError:
        raise InputError(f"--title {text!r}: no length of time, must be like 2s or 48f.") from None
    return Options(
        shots=frozenset(part.strip() for part in named.split(",")) if named else None,
        animatic=not asked.get("no_animatic", False) and asked.get("animatic", True),
        burn_in=asked.get("burn_in", False),
        title_s=title_s,
        wave=asked.get("wave"),
        retakes=asked.get("retake", 0),
        score=not asked.get("no_score", False),
    )


COMMANDS = (watch, render, plan, sheet, assemble)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def score(folder: Path, form: str) -> None:
    """Compare the clips of FOLDER with what their shots ask for, without rendering."""
    from storyboard.run.commands import deliver_again, load_last_render
    from storyboard.run.preview import Options

    board, request = load_last_render(folder)
    outcome = deliver_again(board, request, folder, Options(animatic=False), lambda _: None)
    if form == "json":
        click.echo(json.dumps(_report(outcome.manifest), indent=2, ensure_ascii=False))
    else:
        for line in _lines(outcome.manifest):
            click.echo(line)


def _report(manifest: Manifest) -> dict[str, object]:
    return {
        "shots": [
            {"shot": entry.shot, "take": entry.take, "findings": list(entry.findings)}
            for entry in manifest.takes
            if entry.shown
        ],
        "scenes": list(manifest.drift),
        "retakes": manifest.retakes,
        **manifest.verdicts,
    }


def _lines(manifest: Manifest) -> Iterator[str]:
    for entry in manifest.takes:
        if entry.shown:
            state = "" if entry.findings else f": {entry.status}, nothing to measure"
            yield f"{entry.shot} T{entry.take:02}{state}"
            yield from (_line(found) for found in entry.findings)
    for scene in dict.fromkeys(found["scene"] for found in manifest.drift):
        yield f"scene {scene}, its worst pair"
        yield from (_line(found) for found in manifest.drift if found["scene"] == scene)
    for shot, kept in manifest.retakes.items():
        yield f"{shot}: kept {kept['kept']} of {len(kept['of'])} takes, {kept['because']}"
    count = manifest.verdicts
    yield (
        f"{count['agrees']} agree, {count['disagrees']} disagree, "
        f"{count['cannot tell']} cannot be told"
    )


def _line(found: Mapping[str, Any]) -> str:
    confidence = f" ({found['confidence']:.2f})" if found["confidence"] else ""
    return (
        f"  {found['verdict']:12}{found['directive']:12}asked {found['asked']}; "
        f"got {found['measured']}{confidence}"
    )
