"""`storyboard score`: what became of every directive, in a folder that was rendered.

Registered by `cli.py`. Renders nothing; run.json and the contact sheet are brought up to date.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from storyboard.manifest import Manifest


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def score(folder: Path, form: str) -> None:
    """Compare the clips of FOLDER with what their shots ask for, without rendering."""
    from storyboard.again import last_asked
    from storyboard.planning.preview import Options
    from storyboard.run import deliver_again

    board, request = last_asked(folder)
    outcome = deliver_again(board, request, folder, Options(animatic=False), lambda _: None)
    if form == "json":
        click.echo(json.dumps(_report(outcome.manifest), indent=2, ensure_ascii=False))
    else:
        for line in _lines(outcome.manifest):
            click.echo(line)


def _report(manifest: "Manifest") -> dict[str, object]:
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


def _lines(manifest: "Manifest") -> Iterator[str]:
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
