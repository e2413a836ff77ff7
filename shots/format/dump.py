"""Boards and shots as explicit YAML: no levels, no inheritance, every value written out.

`dump_shots` writes a board for scripts that build or change one in Python; a board that a person
wrote is edited in place instead (`format_board.py`, `storyboard.interchange`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import yaml

from shots.blocking import Position
from shots.origins import place_text
from shots.schema import Shot, ShotList
from shots.variants import Point
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.terms import StrictModel
from shots.vocabulary.transition import LASTING, Transition
from shots.vocabulary.values import Time, length_text

_SHOT_TEXTS = ("notes", "review", "use", "status", "wardrobe", "setup", "action", "composition")
_WITHOUT_QUOTES = re.compile(r"[\w.]+")
_MAX_ALIGNED = 60
"""Columns of `annotated_shot`: comments behind longer lines are not aligned with the others."""


def dump_shots(board: ShotList) -> str:
    """Write a board as YAML that `parse_shots` reads as an equal board."""
    form = board.format
    setups = sorted({shot.setup for shot in board.shots if shot.setup})
    data: dict[str, Any] = {
        "storyboard": str(board.version),
        "title": board.title,
        "code": board.code or None,
        "author": board.author,
        "format": {
            "aspect": ":".join(map(str, form.aspect)),
            "fps": str(form.fps),
            "size": "x".join(map(str, form.size)),
            "loudness": f"{form.loudness!r} LUFS",
            "sensor": form.sensor,
        },
        "model": board.model.model_dump(by_alias=True),
        "style": board.style.model_dump(by_alias=True),
        "characters": {
            key: character.model_dump(by_alias=True, exclude={"id", "extends"})
            for key, character in board.characters.items()
        },
        "locations": {
            key: {
                **location.model_dump(exclude={"id", "extends", "set"}),
                "set": _written(location.set, form.fps),
            }
            for key, location in board.locations.items()
        },
        "lighting": {key: _lighting(light) for key, light in board.lighting.items()},
        "setups": {name: {} for name in setups},
        "scenes": [
            {
                **scene.model_dump(exclude={"shots"}),
                "shots": [written_shot(board, shot) for shot in scene.shots],
            }
            for scene in board.scenes
        ],
        "variants": _variants(board),
    }
    # `_plain` copies every list and mapping, so that nothing is written as an alias.
    return yaml.dump(
        _plain(data), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=96
    )


def annotated_shot(board: ShotList, shot_id: str) -> str:
    """A shot as a YAML mapping of its merged values, the origin of each as a comment.

    Raises:
        ShotsError: The board has no such shot.
    """
    shot = board.shot(shot_id)
    rows = list(_rows(written_shot(board, shot)))
    width = max((len(text) for text, _ in rows if len(text) <= _MAX_ALIGNED), default=0)
    lines = []
    for text, field in rows:
        if field:
            origin = board.origin(shot.id, field)
            via = f" through {origin.via}" if origin.via else ""
            place = place_text(origin.label, origin.line, origin.file)
            text = f"{text:{width}}  # {place}{via}"
        lines.append(f"{text}\n")
    return "".join(lines)


def _rows(values: Mapping[str, Any], block: str = "") -> Iterator[tuple[str, str]]:
    """Lines of YAML with the field of each; the line that opens a block has no field."""
    indent = "  " * bool(block) * (1 + block.count("."))
    for key, value in values.items():
        field = f"{block}.{key}" if block else key
        if isinstance(value, Mapping) and block in ("", "blocking"):
            if value:
                yield f"{indent}{key}:", ""
                yield from _rows(value, field)
        elif value not in ("", []):
            text = value
            # The language reads every scalar as text, so plain words need no quotes.
            if not (isinstance(value, str) and _WITHOUT_QUOTES.fullmatch(value)):
                text = yaml.safe_dump(
                    value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
                )
                text = text.removesuffix("\n").removesuffix("\n...")
            yield f"{indent}{key}: {text}", field


def written_shot(board: ShotList, shot: Shot) -> dict[str, Any]:
    """A shot as the mapping of its YAML, without values that are None."""
    fps = board.format.fps
    written: dict[str, Any] = {
        "id": shot.id,
        "location": (shot.location and shot.location.id) or None,
        "blocking": _written(shot.blocking, fps),
        "subjects": shot.subjects or None,
        "camera": _camera(board, shot),
        "lighting": {"setup": shot.lighting_setup, **_lighting(shot.lighting)},
        "control": shot.control.model_dump(exclude_defaults=True) or None,
        "duration": length_text(shot.duration_s, fps),
        "focus": _point(shot.focus),
        **{name: getattr(shot, name) for name in _SHOT_TEXTS},
        "dialogue": [
            {
                "who": line.who,
                "line": line.line,
                "at": None if line.at_s is None else length_text(line.at_s, fps),
                "locale": line.locale or None,
            }
            for line in shot.dialogue
        ],
    }
    for name in ("sound", "continuity", "references", "take"):
        value = getattr(shot, name)
        written[name] = value and value.model_dump(by_alias=True)
    joins = (shot.transition_in, shot.transition_out)
    written["transition"] = dict(zip(("in", "out"), map(_transition, joins), strict=True))
    written |= {name: getattr(shot, name) for name in ("loop", "takes", "seed", "priority")}
    plain: dict[str, Any] = _plain(written)
    return plain


def _written(value: Any, fps: Fraction) -> Any:  # noqa: ANN401 - whatever a model holds
    """Blocking or a set as the mapping of its YAML: names, places and times as texts."""
    match value:
        case StrictModel():
            fields = {
                info.alias or n: getattr(value, n) for n, info in type(value).model_fields.items()
            }
            return {key: _written(part, fps) for key, part in fields.items() if part is not False}
        case Mapping():
            return {key: _written(part, fps) for key, part in value.items()}
        case (("" | "left" | "right" | "both") as hand, str(thing)):
            return f"{thing} in {hand} hand" if hand else thing
        case (float(width), float(depth)):
            return f"{width:g} x {depth:g} m"
        case ():
            return "nothing"  # in the hands
        case tuple():
            return [_written(part, fps) for part in value]
        case Position():
            return str(value)
        case Time():
            return length_text(value.seconds, fps)
        case float():
            return f"{value:g}"
    return value


def _camera(board: ShotList, shot: Shot) -> dict[str, Any]:
    camera, amount = shot.camera, shot.camera.amount
    values = camera.model_dump(by_alias=True)
    values["amount"] = f"{_number(amount.value)}{amount.unit}" if amount else None
    values["lens"] = f"{_number(camera.lens_mm)}mm"
    # Eye level reaches the prompt only where the shot itself writes it, so only then it is written.
    if camera.angle == "eye-level" and board.origin(shot.id, "camera.angle").level != "shot":
        values["angle"] = None
    return values


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _lighting(light: Lighting) -> dict[str, Any]:
    return {name: getattr(light, name) for name in Lighting.model_fields}


def _transition(join: Transition | None) -> dict[str, Any] | None:
    if join is None:
        return None
    frames = f"{join.frames}f" if join.kind in LASTING else None
    parts = {"colour": join.colour, "direction": join.direction}
    return {"kind": join.kind, "frames": frames, **parts}


def _point(point: Point | None) -> str | None:
    """A position in the picture; thirds by name, because no decimal percentage is a third."""
    if point is None:
        return None
    across, down = point
    if down == 0.5 and across in (1 / 3, 2 / 3):
        return "left" if across < 0.5 else "right"
    return f"{across * 100:.10g}% {down * 100:.10g}%"


def _variants(board: ShotList) -> dict[str, Any] | None:
    written, fps = board.written_variants, board.format.fps
    if written is None:
        return None
    rules = []
    for rule in written.rules:
        values = rule.model_dump(by_alias=True) | {"focus": _point(rule.focus)}
        if rule.end_card:
            length = length_text(rule.end_card.duration.at(fps), fps)
            values["end-card"] = {"text": rule.end_card.text, "duration": length}
        rules.append(values)
    name = written.name or None
    return {"axes": written.axes, "exclude": written.exclude, "rules": rules, "name": name}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a model dumps
    """Copy a value for YAML: numbers and booleans as the texts that the language reads, no None."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)
