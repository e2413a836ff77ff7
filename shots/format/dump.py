"""A board → YAML that says everything itself: no levels, no inheritance, nothing left out.

Loaded again it is the same board. For scripts that change a board in Python and want it back as a
file; a file that a person wrote is changed in place by `formatting.py` and `interchange`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import yaml

from shots.schema import Character, Format, Shot, ShotList
from shots.variants import Point, Rule
from shots.vocabulary.camera import Camera
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.transition import LASTING, Transition
from shots.vocabulary.values import length_text

_TEXTS = ("notes", "review", "use", "status", "wardrobe", "setup", "action", "composition")


def dump_shots(board: ShotList) -> str:
    """Write a board as YAML.

    Returns:
        A text that `parse_shots` takes, for a board that it has made.
    """
    setups = sorted({shot.setup for shot in board.shots if shot.setup})
    data = {
        "storyboard": str(board.version),
        "title": board.title,
        "code": board.code or None,
        "author": board.author,
        "format": _format(board.format),
        "model": _plain(board.model.model_dump(by_alias=True)),
        "style": _plain(board.style.model_dump(by_alias=True)),
        "characters": {key: _character(who) for key, who in board.characters.items()},
        "locations": {
            key: {"heading": place.heading, "looks": place.looks}
            for key, place in board.locations.items()
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
        _without_nothing(data), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=96
    )


class _Dumper(yaml.CSafeDumper):
    """Writes what stands in two places twice, without an alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def written_shot(board: ShotList, shot: Shot) -> dict[str, Any]:
    """A shot as the mapping that its YAML would hold; what nobody says and nothing sets is out."""
    fps = board.format.fps
    written: dict[str, Any] = {"id": shot.id}
    written["location"] = shot.location.id if shot.location else None
    written["subjects"] = list(shot.subjects) if shot.subjects else None
    written["camera"] = _camera(board, shot)
    written["lighting"] = {"setup": shot.lighting_setup, **_lighting(shot.lighting)}
    written["duration"] = length_text(shot.duration_s, fps)
    written["focus"] = _point(shot.focus)
    written |= {name: getattr(shot, name) for name in _TEXTS}
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
        written[name] = None if value is None else _plain(value.model_dump(by_alias=True))
    written["transition"] = {
        "in": _transition(shot.transition_in),
        "out": _transition(shot.transition_out),
    }
    written |= {"loop": _plain(shot.loop), "takes": str(shot.takes)}
    written |= {"seed": _plain(shot.seed), "priority": _plain(shot.priority)}
    kept: dict[str, Any] = _without_nothing(written)
    return kept


def _variants(board: ShotList) -> dict[str, Any] | None:
    written = board.written_variants
    if written is None:
        return None
    return {
        "axes": _plain(written.axes),
        "exclude": _plain(written.exclude),
        "rules": [_rule(rule, board.format.fps) for rule in written.rules],
        "name": written.name or None,
    }


def _rule(rule: Rule, fps: Fraction) -> dict[str, Any]:
    card = rule.end_card
    return {
        "when": _plain(rule.when),
        "keep": _plain(rule.keep),
        "render": rule.render,
        "focus": _point(rule.focus),
        "replace": {"dialogue": rule.replace.dialogue},
        "end-card": card
        and {"text": card.text, "duration": length_text(card.duration.at(fps), fps)},
    }


def _point(point: Point | None) -> str | None:
    """A place in the picture; thirds by their names, since no percentage is a third."""
    if point is None:
        return None
    across, down = point
    if down == 0.5 and across in (1 / 3, 2 / 3):
        return "left" if across < 0.5 else "right"
    return f"{across * 100:.10g}% {down * 100:.10g}%"


def _format(form: Format) -> dict[str, str]:
    return {
        "aspect": ":".join(map(str, form.aspect)),
        "fps": str(form.fps),
        "size": "x".join(map(str, form.size)),
        "loudness": f"{form.loudness!r} LUFS",
    }


def _character(who: Character) -> dict[str, Any]:
    return {
        "name": who.name,
        "as": who.as_,
        "looks": who.looks,
        "wardrobe": dict(who.wardrobe),
        "references": list(who.references),
    }


def _camera(board: ShotList, shot: Shot) -> dict[str, Any]:
    camera: Camera = shot.camera
    # Eye level is told to the model where the shot itself says it, and nowhere else.
    is_said = board.origin(shot.id, "camera.angle").level == "shot"
    return {
        "size": camera.size,
        "people": camera.people,
        "view": camera.view,
        "angle": camera.angle if camera.angle != "eye-level" or is_said else None,
        "movement": list(camera.movement),
        "speed": camera.speed,
        "amount": f"{_number(camera.amount.value)}{camera.amount.unit}" if camera.amount else None,
        "lens": f"{_number(camera.lens_mm)}mm",
        "focus": camera.focus,
        "linear": _plain(camera.linear),
    }


def _lighting(light: Lighting) -> dict[str, Any]:
    return {name: getattr(light, name) for name in Lighting.model_fields}


def _transition(join: Transition | None) -> dict[str, Any] | None:
    if join is None:
        return None
    frames = f"{join.frames}f" if join.kind in LASTING else None
    parts = {"colour": join.colour, "direction": join.direction}
    return {"kind": join.kind, "frames": frames, **parts}


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a model dumps
    """Values as the texts that the language reads."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None or isinstance(value, str) else str(value)


def _without_nothing(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, dict):
        return {k: _without_nothing(v) for k, v in value.items() if v is not None}
    return [_without_nothing(v) for v in value] if isinstance(value, list) else value
