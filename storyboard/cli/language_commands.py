"""Commands about the language alone: explain, schema, vocab, init. No network, no frames.

Bad input leaves with exit code 2.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

import click

from storyboard.cli.user_input import PATH, BadInput, write_file

if TYPE_CHECKING:
    from shots import Prompt, TraceRow
    from shots.staging.staged import StagedShot

BOARD_NAME = "shots.yaml"
SCHEMA_NAME = Path(".storyboard") / "shotlist.schema.json"
_TEXT_WIDTH = 96


@click.command()
@click.argument("board", metavar="BOARD|CODE")
@click.argument("shot", required=False)
@click.option("--preset", help="Use this preset's negative prompt instead of the board's.")
@click.option("--extend", type=PATH, metavar="FOLDER",
              help="Show what the language model in FOLDER adds to the prompt.")  # fmt: skip
@click.option("--all", "all_values", is_flag=True,
              help="Show every value of the shot and its line instead of the prompt.")  # fmt: skip
def explain(
    board: str, shot: str | None, preset: str | None, extend: Path | None, all_values: bool
) -> None:
    """Show the prompt of SHOT, and the line of BOARD that each phrase comes from.

    `storyboard explain SB205` shows what a problem code means, with an example.
    """
    if shot is None:
        _explain_code(board)
        return
    from shots import ShotsError, compile_prompt, load_shots
    from shots.format.dump import annotated_shot
    from shots.staging.stage_shot import stage_board
    from storyboard.plan.preset_check import preset_of

    try:
        shots = load_shots(Path(board))
        found = shots.shot(shot)
    except ShotsError as error:
        raise BadInput(str(error)) from None
    if all_values:
        click.echo(annotated_shot(shots, shot), nl=False)
        return
    model = preset_of(shots, preset)
    base = model.negative if model else ""
    prompt = compile_prompt(shots, found, mode="text", negative_base=base)
    _show_prompt(f"shot {found.id}, text-to-video", prompt)
    if found.starts_from_picture:
        from_picture = compile_prompt(shots, found, mode="image", negative_base=base)
        _show_prompt(f"shot {found.id}, image-to-video", from_picture)
    if extend is not None:
        _show_extension(prompt.positive, extend)
    _show_negative(prompt, is_default=model is None)
    _show_trace(prompt.trace)
    _show_staging(stage_board(shots)[found.id])


def _explain_code(name: str) -> None:
    from shots.problem import CODES
    from shots.vocabulary.terms import did_you_mean

    found = CODES.get(name.upper())
    if found is None and not name.upper().startswith("SB"):
        raise BadInput(f"{name}: no shot is named. Write storyboard explain {name} SHOT.")
    if found is None:
        hint = did_you_mean(name, CODES) or f"codes are {min(CODES)} to {max(CODES)}"
        raise BadInput(f'no code "{name}": {hint}')
    click.echo(found.page.rstrip())


def _show_prompt(title: str, prompt: Prompt) -> None:
    click.echo(f"{title}, {prompt.num_words} words")
    click.echo(_indented(prompt.positive) + "\n")


def _show_extension(prompt: str, folder: Path) -> None:
    """Show the text that a language model adds, and the sentences that are left out."""
    from shots.prompt.extension import extend
    from storyboard.run.prompt_writer import write_about

    extension = extend(prompt, write_about([prompt], folder, None)[prompt])
    click.echo(f"extended by {len(extension.added.split())} words of {folder}")
    rows = [("  + ", extension.added)] if extension.added else []
    rows += [("  - ", f"{sentence} ({reason})") for sentence, reason in extension.refused]
    for sign, text in rows:
        click.echo(fill(text, _TEXT_WIDTH, initial_indent=sign, subsequent_indent=sign))
    click.echo()


def _show_negative(prompt: Prompt, *, is_default: bool) -> None:
    click.echo("negative" + (", of an unknown preset" if is_default else ""))
    click.echo(_indented(prompt.negative or "(none)"))
    for row in prompt.trace:
        if row.field == "negative":
            click.echo(f"  removed {row.words}: {row.dropped} ({row.value}, {_where(row)})")
    click.echo()


def _indented(text: str) -> str:
    return fill(text, _TEXT_WIDTH, initial_indent="  ", subsequent_indent="  ")


def _show_trace(trace: Sequence[TraceRow]) -> None:
    rows = [("words", "from", "where")]
    for row in trace:
        if row.field != "negative":
            words = f"(dropped: {row.words})" if row.dropped else row.words
            words = words if len(words) <= 48 else f"{words[:45].rstrip()}..."
            because = f", because {row.dropped}" if row.dropped else ""
            via = f" through {row.via}" if row.via else ""
            source = f"{row.field} {row.value}".strip() + via
            rows.append((words, source, _where(row) + because))
    first, second = (max(len(row[k]) for row in rows) for k in (0, 1))
    for words, source, where in rows:
        click.echo(f"{words:{first}}  {source:{second}}  {where}".rstrip())


def _show_staging(staged: StagedShot) -> None:
    """Show what stands in front of the camera, from which words, and what does not."""
    rows = [("staged", "from"), *((row.what, row.words) for row in staged.staged)]
    width = max(len(what) for what, _ in rows)
    click.echo()
    for what, words in rows:
        click.echo(f"{what:{width}}  {words}".rstrip())
    for row in staged.not_staged:
        nearest = f"; nearest: {row.nearest}" if row.nearest else ""
        click.echo(f"not staged: {row.words} ({row.why}{nearest})")
    if staged.prompt_only:
        click.echo(f"only in the prompt: {', '.join(staged.prompt_only)}")
    for warning in staged.warnings:
        click.echo(f"picture: {warning}")


def _where(row: TraceRow) -> str:
    from shots.origins import place_text

    return place_text(row.label, row.line, row.file)


@click.command()
@click.option("-o", "--output", type=PATH, help="File to write instead.")
def schema(output: Path | None) -> None:
    """Print the JSON Schema of shot lists, for editors."""
    text = _schema_text()
    if output is None:
        click.echo(text, nl=False)
        return
    write_file(output, text.encode())


def _schema_text() -> str:
    from shots.board.raw_board import board_schema

    return json.dumps(board_schema(), indent=1, ensure_ascii=False) + "\n"


@click.command()
@click.argument("field", required=False)
def vocab(field: str | None) -> None:
    """List the vocabulary of FIELD, or of every field, with aliases and prompt phrases.

    Poses, gestures, things, sets and colours are words of blocking and sets; none is sent.
    """
    from shots.dressing import place_names
    from shots.lexicon.find_word import KINDS, words_of
    from shots.lexicon.places import SETS
    from shots.vocabulary.terms import did_you_mean
    from shots.vocabulary.words import FIELDS

    fields = [*FIELDS, *KINDS]
    if field is not None and field.lower() not in fields:
        hint = did_you_mean(field, fields) or f"use one of {', '.join(fields)}"
        raise BadInput(f'no field "{field}": {hint}')
    for name in [field.lower()] if field else fields:
        click.echo(name)
        if name in KINDS:
            for word, others in words_of(name).items():
                click.echo(f"  {word:15} {'also ' if others else ''}{', '.join(others)}".rstrip())
                if name == "set":
                    click.echo(f"  {'':15} places: {', '.join(place_names(SETS[word]))}")
            continue
        for entry in FIELDS[name]:
            phrase = entry.phrase or "(nothing is sent)"
            click.echo(f"  {entry.word:15} {phrase} [{entry.source}]")
            if entry.aliases:
                click.echo(f"  {'':15} also {', '.join(entry.aliases)}")


@click.command()
@click.argument("folder", type=PATH, default=Path())
def init(folder: Path) -> None:
    """Write a starter board and its JSON Schema for editors into FOLDER."""
    board = folder / BOARD_NAME
    if board.exists():
        raise BadInput(f"{board}: exists already. Name another folder.")
    write_file(folder / SCHEMA_NAME, _schema_text().encode())
    write_file(board, files("shots").joinpath("starter.yaml").read_bytes())
    click.echo(f"wrote {board} and {folder / SCHEMA_NAME}")
    click.echo(f"next: storyboard check {board}")


COMMANDS: tuple[click.Command, ...] = (explain, schema, vocab, init)
