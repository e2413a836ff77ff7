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

from shots.origins import place_text
from shots.schema import Shot, ShotList
from shots.variants import Point, Rule
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.transition import LASTING, Transition
from shots.vocabulary.values import length_text

_SHOT_TEXTS = ("notes", "review", "use", "status", "wardrobe", "setup", "action", "composition")
_WITHOUT_QUOTES = re.compile(r"[\w.]+")
_MAX_ALIGNED = 60
"""Columns of `annotated_shot`: comments behind longer lines are not aligned with the others."""


def dump_shots(board: ShotList) -> str:
    """Write a board as YAML that `parse_shots` reads as an equal board."""
    form = board.format
    setups = sorted({shot.setup for shot in board.shots if shot.setup})
    data = {
        "storyboard": str(board.version),
        "title": board.title,
        "code": board.code or None,
        "author": board.author,
        "format": {
            "aspect": ":".join(map(str, form.aspect)),
            "fps": str(form.fps),
            "size": "x".join(map(str, form.size)),
            "loudness": f"{form.loudness!r} LUFS",
        },
        "model": _as_text(board.model.model_dump(by_alias=True)),
        "style": _as_text(board.style.model_dump(by_alias=True)),
        "characters": {
            key: {
                "name": character.name,
                "as": character.as_,
                "looks": character.looks,
                "wardrobe": dict(character.wardrobe),
                "references": list(character.references),
            }
            for key, character in board.characters.items()
        },
        "locations": {
            key: {"heading": location.heading, "looks": location.looks}
            for key, location in board.locations.items()
        },
        "lighting": {key: _lighting(light) for key, light in board.lighting.items()},
        "setups": {name: {} for name in setups},
        "scenes": [
            {
                "number": scene.number,
                "location": scene.location,
                "heading": scene.heading,
                "time": scene.time,
                "synopsis": scene.synopsis,
                "wardrobe": scene.wardrobe,
                "shots": [written_shot(board, shot) for shot in scene.shots],
            }
            for scene in board.scenes
        ],
        "variants": _variants(board),
    }
    return yaml.dump(
        _without_none(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96
    )


class _Dumper(yaml.CSafeDumper):
    """Writes values that occur twice in full, without an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def annotated_shot(board: ShotList, shot_id: str) -> str:
    """A shot as a YAML mapping of its merged values, the origin of each as a comment.

    Args:
        board: A board, as loaded.
        shot_id: The id of the shot, in any case.

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
    for key, value in values.items():
        if isinstance(value, Mapping) and not block:
            if value:
                yield f"{key}:", ""
                yield from _rows(value, block=key)
        elif value not in ("", []):
            text = value
            # The language reads every scalar as text, so plain words need no quotes.
            if not (isinstance(value, str) and _WITHOUT_QUOTES.fullmatch(value)):
                text = yaml.safe_dump(
                    value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
                )
                text = text.removesuffix("\n").removesuffix("\n...")
            yield (f"  {key}: {text}", f"{block}.{key}") if block else (f"{key}: {text}", key)


def written_shot(board: ShotList, shot: Shot) -> dict[str, Any]:
    """A shot as the mapping of its YAML, without values that are None."""
    fps = board.format.fps
    written: dict[str, Any] = {"id": shot.id}
    written["location"] = shot.location.id if shot.location else None
    written["subjects"] = list(shot.subjects) if shot.subjects else None
    written["camera"] = _camera(board, shot)
    written["lighting"] = {"setup": shot.lighting_setup, **_lighting(shot.lighting)}
    written["duration"] = length_text(shot.duration_s, fps)
    written["focus"] = _point(shot.focus)
    written |= {name: getattr(shot, name) for name in _SHOT_TEXTS}
    written["dialogue"] = [
        {
            "who": line.who,
            "line": line.line,
            "at": None if line.at_s is None else length_text(line.at_s, fps),
            "locale": dict(line.locale) or None,
        }
        for line in shot.dialogue
    ]
    for name in ("sound", "continuity", "references", "take"):
        value = getattr(shot, name)
        written[name] = None if value is None else _as_text(value.model_dump(by_alias=True))
    written["transition"] = {
        "in": _transition(shot.transition_in),
        "out": _transition(shot.transition_out),
    }
    for name in ("loop", "takes", "seed", "priority"):
        written[name] = _as_text(getattr(shot, name))
    kept: dict[str, Any] = _without_none(written)
    return kept


def _camera(board: ShotList, shot: Shot) -> dict[str, Any]:
    camera = shot.camera
    amount = camera.amount
    # Eye level reaches the prompt only where the shot itself writes it, so only then it is written.
    is_explicit = board.origin(shot.id, "camera.angle").level == "shot"
    return {
        "size": camera.size,
        "people": camera.people,
        "view": camera.view,
        "angle": camera.angle if camera.angle != "eye-level" or is_explicit else None,
        "movement": list(camera.movement),
        "speed": camera.speed,
        "amount": f"{_number(amount.value)}{amount.unit}" if amount else None,
        "lens": f"{_number(camera.lens_mm)}mm",
        "focus": camera.focus,
        "linear": _as_text(camera.linear),
    }


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
    written = board.written_variants
    if written is None:
        return None
    return {
        "axes": _as_text(written.axes),
        "exclude": _as_text(written.exclude),
        "rules": [_rule(rule, board.format.fps) for rule in written.rules],
        "name": written.name or None,
    }


def _rule(rule: Rule, fps: Fraction) -> dict[str, Any]:
    card = rule.end_card
    return {
        "when": _as_text(rule.when),
        "keep": _as_text(rule.keep),
        "render": rule.render,
        "focus": _point(rule.focus),
        "replace": {"dialogue": rule.replace.dialogue},
        "end-card": card
        and {"text": card.text, "duration": length_text(card.duration.at(fps), fps)},
    }


def _as_text(value: Any) -> Any:  # noqa: ANN401 - whatever a model dumps
    """Replace numbers and booleans by the texts that the language reads."""
    if isinstance(value, Mapping):
        return {key: _as_text(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


def _without_none(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value
