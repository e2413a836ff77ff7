"""Prompts of the footage and their labels, both from the product's own readers.

Usage: python -m training.prompts. Writes one line for each clip, wording and mirror image.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import yaml

from shots import Shot, ShotList, compile_prompt, parse_shots
from shots.lexicon.place_words import find_place
from shots.lexicon.things import find_thing
from shots.staging.stage_shot import stage_shot
from shots.staging.staged import Player
from training.films.boards import PHRASES, sample_board
from training.films.footage import Footage, training_folder
from training.films.wording import mirrored, reworded

WORDINGS = 2


_FIGURE_OF = {
    found[0]: figure
    for figure, nouns in PHRASES["things"].items()
    for noun in nouns
    if (found := find_thing(noun.split()))
}
_PLACE_OF = {
    find_place(f"{'INT' if place in PHRASES['indoors'] else 'EXT'}. {place}", looks)[0]: place
    for place, phrases in PHRASES["places"].items()
    for looks in (*phrases, *PHRASES["more"]["places"][place])
}
"""Models and sets that the boards stage, and the class of `phrases.yaml` that each belongs to."""


def read_prompts(folder: Path) -> list[dict[str, Any]]:
    """Read the lines that `main` writes, in order."""
    with (folder / "prompts.jsonl").open() as lines:
        return [json.loads(line) for line in lines]


def read_wording(
    seed: int, wording: int, is_mirrored: bool, moves: dict[str, float] | None = None
) -> tuple[ShotList, Shot]:
    """The board of a seed in one of its wordings, parsed like a user's file."""
    board = reworded(sample_board(seed, moves=moves), wording)
    text = yaml.safe_dump(board, sort_keys=False, allow_unicode=True)
    shot_list = parse_shots(mirrored(text) if is_mirrored else text, Path(f"footage_{seed}.yaml"))
    return shot_list, shot_list.shots[0]


def meaning(board: ShotList, shot: Shot) -> dict[str, str]:
    """Labels of a prompt: every field that the text encoder is trained to recover."""
    staged = stage_shot(board, shot)
    subjects = [p for p in staged.players if p.id in staged.camera.subjects]
    lead = subjects[0]
    moves = [beat for beat in lead.beats if len(beat.path) > 1]
    camera, light = shot.camera, shot.lighting
    fields = {
        "figure": _FIGURE_OF.get(lead.model, lead.model),
        "colour": _colour(lead),
        "count": str(len(subjects)),
        "place": _PLACE_OF.get(staged.place.set, staged.place.set),
        "pace": moves[0].posture if moves else "none",
        "heading": moves[0].to or "none" if moves else "none",
        "size": camera.size,
        "angle": camera.angle,
        "movement": camera.movement[0],
        "speed": camera.speed,
        "lens": str(sum(camera.lens_mm >= edge for edge in (16, 28, 45, 70, 135))),
        "composition": shot.composition or "none",
        "side": f"{light.direction} {light.side}",
    }
    for field in ("source", "quality", "contrast", "time", "tone"):
        fields[field] = getattr(light, field) or "none"
    if board.model.tags == "lean":  # a lean prompt leaves tags out: they cannot be recovered
        names = ("figure", "colour", "count", "place", "pace", "heading", "movement", "speed")
        fields = {name: fields[name] for name in names}
    return fields


def _colour(player: Player) -> str:
    """Colour of a thing, or of what a person wears over the rest."""
    if player.look is None:
        return player.colour or "none"
    return next((piece.colour for piece in player.look.garments if piece.colour), "none")


@click.command()
def main() -> None:
    """Compile the missing prompts of the footage."""
    target = training_folder() / "prompts.jsonl"
    done = {json.loads(line)["seed"] for line in target.open()} if target.exists() else set()
    for seed in map(int, Footage().seeds):
        if seed in done:
            continue
        lines = []
        for is_mirrored in (False, True):
            for wording in range(WORDINGS):
                board, shot = read_wording(seed, wording, is_mirrored)
                prompt = compile_prompt(board, shot).positive
                row = {"seed": seed, "mirrored": is_mirrored, "prompt": prompt}
                lines.append(json.dumps(row | {"meaning": meaning(board, shot)}) + "\n")
        with target.open("a") as file:  # one write a clip, so that none is incomplete
            file.write("".join(lines))


if __name__ == "__main__":
    main()
