"""The commands that render a board or show a finished render.

`watch`, `render` and `plan` take a board; `sheet`, `assemble` and `score` take the folder of a run
and render nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from storyboard.cli.console import listening
from storyboard.cli.user_input import PATH
from storyboard.errors import EXIT_SHOT_FAILED, InputError

if TYPE_CHECKING:
    from shots.schema import ShotList
    from storyboard.plan.request import Request
    from storyboard.run.manifest import Manifest
    from storyboard.run.preview import Options

PAGE_WIDTH = 160
"""Columns of a table that is not printed to a terminal."""

BOARD = click.argument("board", type=PATH)
FOLDER = click.argument("folder", type=PATH)
OUT = click.option("-o", "--out", type=PATH, metavar="DIR",
                   help="Folder to render into; out/BOARD by default.")  # fmt: skip
SHOTS = click.option("--shots", help="Only these shots, like 12A,13.")
VARIANT = click.option(
    "--variant", metavar="VALUES",
    help="Variants of the board: all, or values of its axes like 9:16,6s.",
)  # fmt: skip
NO_ANIMATIC = click.option("--no-animatic", is_flag=True, help="Do not cut an animatic.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one event per line.")


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose the model and its settings."""
    for option in (
        click.option("--set", "settings", multiple=True, metavar="KEY=VALUE",
                     help="Override a setting: style.seed, format.size, steps, guidance, ..."),
        click.option("--seed", type=int, help="Style seed, the same as --set style.seed=N."),
        click.option("--device", default="auto", show_default=True,
                     type=click.Choice(["auto", "cpu", "cuda"]), help="Device to render on."),
        click.option("--weights", type=PATH, metavar="FOLDER",
                     help="Folder of a published checkpoint."),
        click.option("--lora", "loras", multiple=True, metavar="FILE[=STRENGTH]",
                     help="Merge a LoRA; FILE=HIGH,LOW sets a strength for each expert."),
        click.option("--quality", help="Quality: layout uses no model, lightning takes 4 steps "
                     "with its LoRAs, only final has full size.",
                     type=click.Choice(["layout", "lightning", "draft", "preview", "final"])),
        click.option("--extend", type=PATH, metavar="FOLDER",
                     help="Let the language model in FOLDER add visible detail to prompts."),
        click.option("--stills", is_flag=True,
                     help="Render one frame of each shot, and write it as a PNG."),
        click.option("--preset", help="Preset; `storyboard presets` lists them."),
    ):  # fmt: skip
        command = option(command)
    return command


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that choose the outputs beside the clips."""
    for option in (
        click.option("--title", default="0s", metavar="TIME", show_default=True,
                     help="Duration of a title card before the first shot."),
        click.option("--burn-in", is_flag=True, help="Also write animatic_review.mp4."),
        JSON,
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@BOARD
@OUT
@model_options
@NO_ANIMATIC
@JSON
def watch(board: Path, out: Path | None, **values: Any) -> None:  # noqa: ANN401
    """Check BOARD whenever it is saved, and render the edited shots in draft quality.

    If the board has errors, they are printed and the last good render is kept.
    """
    from storyboard.run.preview import Options
    from storyboard.run.watch import Watch

    if not board.is_file():
        raise InputError(f"{board}: no such file, must be a board. Check the path.")

    def request(shots: ShotList) -> Request:
        quality = "layout" if shots.model.quality == "layout" else "draft"
        return _request(values | {"quality": values["quality"] or quality})

    options = Options(animatic=not values["no_animatic"])
    with listening(as_lines_of_json=values["as_json"]) as listen:
        watcher = Watch(board, out or Path("out") / board.stem, request, options, listen)
        try:
            watcher.run()
        except KeyboardInterrupt:
            if watcher.is_rendering:
                raise
    click.echo("stopped watching", err=True)


@click.command()
@BOARD
@OUT
@model_options
@SHOTS
@VARIANT
@click.option("--retake", type=click.IntRange(min=0), default=0, metavar="N",
              help="Up to N more takes of a shot that misses its directives; the best goes into "
              "the cut.")  # fmt: skip
@click.option("--no-score", is_flag=True, help="Do not measure the clips.")
@NO_ANIMATIC
@click.option("--wave", type=click.IntRange(min=1), help="Takes per wave.")
@output_options
@click.pass_context
def render(context: click.Context, /, board: Path, out: Path | None, **values: Any) -> None:  # noqa: ANN401
    """Render the clips, the animatic and the contact sheet of BOARD."""
    from shots import load_shots
    from storyboard.campaign.deliverables import choose_variants
    from storyboard.campaign.render_campaign import render_campaign
    from storyboard.run.commands import render_board
    from storyboard.run.preview import RunSpec

    shots = load_shots(board)
    folder = out or Path("out") / board.stem
    spec = RunSpec(shots, _request(values), folder, _options(values, shots))
    if values["variant"] and values["retake"]:
        raise InputError(
            "--retake: cannot be used with --variant. Retake shots of the board first; `use:` then "
            "selects a take for every variant."
        )
    if values["no_score"] and values["retake"]:
        raise InputError(
            "--retake: cannot be used with --no-score, because it compares scores. Leave "
            "--no-score out."
        )
    with listening(as_lines_of_json=values["as_json"]) as listen:
        if values["variant"]:
            variants = choose_variants(shots, values["variant"])
            failed = render_campaign(spec, variants, listen).failed
        else:
            failed = len(render_board(spec, listen).failures)
    if failed:
        context.exit(EXIT_SHOT_FAILED)


@click.command()
@BOARD
@OUT
@model_options
@SHOTS
@VARIANT
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(board: Path, out: Path | None, **values: Any) -> None:  # noqa: ANN401
    """Show which takes of BOARD would be rendered, and why, without rendering."""
    from rich.console import Console

    from shots import load_shots
    from storyboard.campaign.deliverables import (
        campaign_as_json,
        choose_variants,
        plan_campaign,
        print_campaign,
    )
    from storyboard.run.commands import existing_store
    from storyboard.run.manifest_rows import print_plan, take_entries
    from storyboard.run.preview import RunSpec, preview

    shots = load_shots(board)
    folder = out or Path("out") / board.stem
    with existing_store(folder) as root:
        request, options = _request(values), _options(values, shots)
        if values["variant"]:
            variants = choose_variants(shots, values["variant"])
            spec = RunSpec(shots, request, folder, options, root)
            files = plan_campaign(spec, variants, lambda _: None)
            data, show = campaign_as_json(files), partial(print_campaign, files)
        else:
            takes = preview(RunSpec(shots, request, root.parent, options), lambda _: None)
            show = partial(print_plan, takes)
            data = {
                "notices": takes.plan.notices,
                "waves": takes.waves.reason,
                "residency": asdict(takes.plan.settings.residency),
                "takes": [asdict(entry) for entry in take_entries(takes, {})],
            }
        if values["as_json"]:
            click.echo(json.dumps(data, ensure_ascii=False, default=str))
        else:
            width = None if sys.stdout.isatty() else PAGE_WIDTH
            show(Console(highlight=False, width=width))


@click.command()
@FOLDER
@JSON
def sheet(folder: Path, as_json: bool) -> None:
    """Write the contact sheet of the run in FOLDER again, without rendering."""
    _deliver(folder, {"animatic": False, "as_json": as_json})


@click.command()
@FOLDER
@output_options
def assemble(folder: Path, **values: Any) -> None:  # noqa: ANN401
    """Cut the animatic of the run in FOLDER again, without rendering."""
    _deliver(folder, values)


def _deliver(folder: Path, values: dict[str, Any]) -> None:
    from storyboard.run.commands import deliver_again, load_last_render
    from storyboard.run.preview import RunSpec

    shots, request = load_last_render(folder)
    with listening(as_lines_of_json=values["as_json"]) as listen:
        deliver_again(RunSpec(shots, request, folder, _options(values, shots)), listen)


def _request(values: dict[str, Any]) -> Request:
    from storyboard.plan.request import Request, parse_lora

    settings = []
    for text in values["settings"]:
        key, sign, value = text.partition("=")
        if not sign:
            raise InputError(f"--set {text!r}: no value, must be like style.seed=7.")
        settings.append((key.strip(), value.strip()))
    if values["seed"] is not None:
        settings.append(("style.seed", str(values["seed"])))
    return Request(
        preset=values["preset"],
        quality=values["quality"],
        weights=values["weights"],
        device=values["device"],
        settings=tuple(settings),
        loras=tuple(parse_lora(text) for text in values["loras"]),
        stills=values["stills"],
        extend=values["extend"],
    )


def _options(values: dict[str, Any], board: ShotList) -> Options:
    from pydantic_core import PydanticCustomError

    from shots.vocabulary.values import read_time
    from storyboard.run.preview import Options

    shots = values.get("shots")
    text = values.get("title", "0s")
    try:
        title_s = read_time(text).at(board.format.fps)
    except PydanticCustomError:
        raise InputError(f"--title {text!r}: not a time, must be like 2s or 48f.") from None
    return Options(
        shots=frozenset(part.strip() for part in shots.split(",")) if shots else None,
        animatic=not values.get("no_animatic", False) and values.get("animatic", True),
        burn_in=values.get("burn_in", False),
        title_s=title_s,
        wave=values.get("wave"),
        retakes=values.get("retake", 0),
        score=not values.get("no_score", False),
    )


@click.command()
@FOLDER
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="Output format.")  # fmt: skip
def score(folder: Path, form: str) -> None:
    """Compare the clips of the run in FOLDER with the directives of their shots."""
    from storyboard.run.commands import deliver_again, load_last_render
    from storyboard.run.preview import Options, RunSpec

    board, request = load_last_render(folder)
    spec = RunSpec(board, request, folder, Options(animatic=False))
    outcome = deliver_again(spec, lambda _: None)
    manifest = outcome.manifest
    if form == "text":
        click.echo("\n".join(_score_lines(manifest)))
        return
    data = {
        "shots": [
            {"shot": entry.shot, "take": entry.take, "findings": list(entry.findings)}
            for entry in manifest.takes
            if entry.shown
        ],
        "scenes": list(manifest.drift),
        "retakes": manifest.retakes,
        **manifest.verdicts,
    }
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _score_lines(manifest: Manifest) -> Iterator[str]:
    for entry in manifest.takes:
        if entry.shown:
            state = "" if entry.findings else f": {entry.status}, nothing to measure"
            yield f"{entry.shot} T{entry.take:02}{state}"
            yield from map(_finding_line, entry.findings)
    for scene in dict.fromkeys(finding["scene"] for finding in manifest.drift):
        yield f"scene {scene}, its worst pair"
        yield from (_finding_line(each) for each in manifest.drift if each["scene"] == scene)
    for shot, kept in manifest.retakes.items():
        yield f"{shot}: kept {kept['kept']} of {len(kept['of'])} takes, {kept['because']}"
    count = manifest.verdicts
    yield (
        f"{count['agrees']} agree, {count['disagrees']} disagree, "
        f"{count['cannot tell']} cannot be measured"
    )


def _finding_line(finding: Mapping[str, Any]) -> str:
    confidence = f" ({finding['confidence']:.2f})" if finding["confidence"] else ""
    return (
        f"  {finding['verdict']:12}{finding['directive']:12}requested {finding['asked']}; "
        f"measured {finding['measured']}{confidence}"
    )


COMMANDS: tuple[click.Command, ...] = (watch, render, plan, sheet, assemble, score)
