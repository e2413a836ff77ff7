"""An edited cell → the keys of a shot that it changes.

A shorthand stays a shorthand and a mapping a mapping; what a shot inherits is not touched. Called
by `merging.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shots.schema import Shot, ShotList, Sound
from shots.vocabulary.values import decimal, length_text, read_time, whole_frames
from storyboard.interchange.board_edit import KeyPath, Value
from storyboard.interchange.shot_note import ITEM, camera_fields, is_time, lighting_fields
from storyboard.interchange.slates import is_id
from storyboard.interchange.spreadsheet.columns import (
    CAMERA_FIELDS,
    EXTRA,
    lighting_cell,
    read_sound,
)
from storyboard.interchange.spreadsheet.row_draft import extra_key, read_take, split_names

_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
# What a camera does that says nothing about it.
_ORDINARY = (None, "medium", False)


class RefusedError(Exception):
    """A cell that cannot be carried over, and why."""


@dataclass
class Edit:
    """A shot whose cells are being compared.

    Attributes:
        board: The board it is on.
        shot: As it is now.
        written: What the shot itself says. Edits of its camera add up here.
        units: Column → unit that its header names.
    """

    board: ShotList
    shot: Shot
    written: dict[str, object]
    units: Mapping[str, str] = field(default_factory=dict)


def edit_cell(edit: Edit, column: str, text: str) -> dict[KeyPath, Value]:
    """What to change for a cell that says something new.

    Args:
        edit: The shot.
        column: One of a shot list, or a key that begins with x-.
        text: What the cell says now; empty where it was cleared.

    Returns:
        Values of the shot by path, None for a key that goes; nothing where the cell means the same
        as before.

    Raises:
        RefusedError: It cannot be carried over.
    """
    if column in CAMERA_FIELDS:
        return _edit_camera(edit, column, text)
    if column in _EDITORS:
        key, change = _EDITORS[column]
        return change(edit, text) if text else _cleared(edit, key)
    return {(extra_key(EXTRA.get(column, column)),): text or None}


def find_character(board: ShotList, name: str) -> str | None:
    """Key of the character that a cell names, by key or name in any case."""
    folded = " ".join(name.split()).casefold()
    known = {who.name.casefold(): key for key, who in board.characters.items()}
    known |= {key.casefold(): key for key in board.characters}
    return known.get(folded)


def _cleared(edit: Edit, key: str) -> dict[KeyPath, Value]:
    if key not in edit.written:
        raise RefusedError("a level above the shot says it, clear it there")
    return {(key,): None}


def _edit_camera(edit: Edit, column: str, text: str) -> dict[KeyPath, Value]:
    own = CAMERA_FIELDS[column]
    text = f"{text}mm" if column == "Lens" and _NUMBER.fullmatch(text) else text
    fields = dict(camera_fields(text) or {}) if text else {}
    if text and not fields:
        raise RefusedError("no word for the camera, see `storyboard vocab`")
    if other := [name for name in fields if name not in own]:
        raise RefusedError(f"that is the {other[0]} of the camera")
    now = {name: getattr(edit.shot.camera, _attribute(name)) for name in own}
    if all(fields.get(name) == now[name] or _is_left(name, fields, now) for name in own):
        return {}
    camera = edit.written.get("camera")
    left = [name for name in own if name not in fields and now[name] not in _ORDINARY]
    is_reset = column == "Movement" and "movement" in fields
    if not is_reset and not all(_says(camera, name) for name in left):
        raise RefusedError("a level above the shot says it, clear it there")
    if isinstance(camera, dict):
        return _edit_mapping(edit, camera, own, _spelled(column, text, fields))
    edit.written["camera"] = terms = _replaced(str(camera or ""), own, text)
    return {("camera",): terms or None}


def _attribute(name: str) -> str:
    return "lens_mm" if name == "lens" else name


def _is_left(name: str, fields: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Whether a field that a cell leaves out has its ordinary value anyway."""
    return name not in fields and now[name] in _ORDINARY


def _says(camera: object, name: str) -> bool:
    """Whether the shot itself says a field of its camera."""
    if isinstance(camera, dict):
        return name in camera
    return name in (camera_fields(str(camera or "")) or {})


def _spelled(column: str, text: str, fields: Mapping[str, object]) -> dict[str, str]:
    """The keys of a camera mapping that a cell becomes."""
    if column == "Movement":
        return {"movement": text} if text else {}
    return {
        name: f"{value:g}mm" if name == "lens" else str(value) for name, value in fields.items()
    }


def _edit_mapping(
    edit: Edit, camera: Mapping[str, object], own: tuple[str, ...], new: Mapping[str, str]
) -> dict[KeyPath, Value]:
    edit.written["camera"] = {k: value for k, value in camera.items() if k not in own} | dict(new)
    gone = [name for name in own if name in camera and name not in new]
    return {("camera", name): None for name in gone} | {("camera", k): v for k, v in new.items()}


def _replaced(shorthand: str, names: tuple[str, ...], text: str) -> str:
    """A shorthand with the terms of some fields replaced, the others in their place."""
    terms = [item.strip() for item in ITEM.findall(shorthand) if item.strip()]
    old = [k for k, term in enumerate(terms) if set(camera_fields(term) or {}) & set(names)]
    if old:
        terms[old[0]] = text
        terms = [term for k, term in enumerate(terms) if k not in old[1:] and term]
    elif text:
        terms.append(text)
    return ", ".join(terms)


def _edit_duration(edit: Edit, text: str) -> dict[KeyPath, Value]:
    if _NUMBER.fullmatch(text):
        text += edit.units.get("Duration", "")
    if not is_time(text):
        raise RefusedError("write it like 4s or 96f")
    fps = edit.board.format.fps
    seconds = read_time(text).at(fps)
    if whole_frames(seconds, fps) is None:
        raise RefusedError(f"no whole number of frames at {decimal(fps)} fps")
    is_same = length_text(seconds, fps) == length_text(edit.shot.duration_s, fps)
    return {} if is_same else {("duration",): text}


def _edit_lighting(edit: Edit, text: str) -> dict[KeyPath, Value]:
    terms = _terms(text)
    if set(terms) == set(_terms(lighting_cell(edit.board, edit.shot))):
        return {}
    unknown = [k for k in terms if k not in edit.board.lighting and not lighting_fields(k)]
    if unknown:
        raise RefusedError(f'"{unknown[0]}" is neither a set-up of the board nor a term')
    return {("lighting",): ", ".join(terms)}


def _terms(text: str) -> list[str]:
    return [item.strip() for item in ITEM.findall(text) if item.strip()]


def _edit_cast(edit: Edit, text: str) -> dict[KeyPath, Value]:
    keys: list[str] = []
    for name in split_names(text):
        key = find_character(edit.board, name)
        if key is None:
            raise RefusedError(f'character "{name}" is not on the board, define it there first')
        keys.append(key)
    return {} if tuple(keys) == edit.shot.subjects else {("subjects",): keys}


def _edit_location(edit: Edit, text: str) -> dict[KeyPath, Value]:
    folded = " ".join(text.split()).casefold()
    for key, place in edit.board.locations.items():
        if folded in (key.casefold(), place.heading.casefold()):
            is_same = edit.shot.location is not None and edit.shot.location.id == key
            return {} if is_same else {("location",): key}
    raise RefusedError("no location of the board, define it there first")


def _edit_sound(edit: Edit, text: str) -> dict[KeyPath, Value]:
    said = read_sound(text)
    return {} if Sound.model_validate(said) == edit.shot.sound else {("sound",): said}


def _edit_take(edit: Edit, text: str) -> dict[KeyPath, Value]:
    take = read_take(text)
    if not take:
        raise RefusedError("write it like T02")
    return {} if take == read_take(edit.shot.use or "") else {("use",): take}


def _refuse_scene(edit: Edit, text: str) -> dict[KeyPath, Value]:
    raise RefusedError("move the shot on the board")


def _plain(key: str) -> tuple[str, Callable[[Edit, str], dict[KeyPath, Value]]]:
    return key, lambda edit, text: {(key,): text}


def _edit_id(edit: Edit, text: str) -> dict[KeyPath, Value]:
    if not is_id(text):
        raise RefusedError("it cannot name a file")
    return {("id",): text}


_EDITORS: Mapping[str, tuple[str, Callable[[Edit, str], dict[KeyPath, Value]]]] = MappingProxyType(
    {
        "Scene": ("", _refuse_scene),
        "Shot": ("", _edit_id),
        "Location": ("location", _edit_location),
        "Description": _plain("action"),
        "Cast": ("subjects", _edit_cast),
        "Sound": ("sound", _edit_sound),
        "Notes": _plain("notes"),
        "Duration": ("duration", _edit_duration),
        "Lighting": ("lighting", _edit_lighting),
        "Status": _plain("status"),
        "Take": ("use", _edit_take),
    }
)
