"""Turn an edited cell of a shot list into changes of the keys of its shot.

A shorthand stays a shorthand and a mapping stays a mapping; values that a shot inherits are not
changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shots.schema import Shot, ShotList, Sound
from shots.vocabulary.values import decimal, length_text, read_time, whole_frames
from storyboard.interchange.board_edit import KeyPath, Value
from storyboard.interchange.draft import is_id
from storyboard.interchange.shot_note import camera_fields, is_time, lighting_fields, split_terms
from storyboard.interchange.spreadsheet.row_draft import (
    CAMERA_FIELDS,
    EXTRA,
    NUMBER,
    extra_key,
    lighting_cell,
    read_sound,
    read_take,
    split_names,
)

_KEYS: Mapping[str, str] = {
    "Location": "location", "Description": "action", "Cast": "subjects", "Sound": "sound",
    "Notes": "notes", "Duration": "duration", "Lighting": "lighting", "Status": "status",
    "Take": "use",
}  # fmt: skip
"""The key of each column that is not part of the camera."""

# A field with one of these values may be left out of a cell: it has no effect.
_NEUTRAL = (None, "medium", False)


class RefusedError(Exception):
    """A cell that cannot be carried over, with the reason."""


@dataclass
class Edit:
    """A shot whose cells are being compared.

    `written` has the keys that the shot itself sets; edits of its camera add up there. `units` has
    the units in the headers by column.
    """

    board: ShotList
    shot: Shot
    written: dict[str, object]
    units: Mapping[str, str] = field(default_factory=dict)


def edit_cell(  # noqa: C901 - one case per column
    edit: Edit, column: str, text: str
) -> dict[KeyPath, Value]:
    """Values of a shot by path that the new text of a cell changes, None for a removed key.

    Raises:
        RefusedError: The cell cannot be carried over.
    """
    shot = edit.shot
    if column in CAMERA_FIELDS:
        return _edit_camera(edit, column, text)
    if column in _KEYS and not text:
        _require(_KEYS[column] in edit.written, "set above the shot, clear it there")
        return {(_KEYS[column],): None}
    match column:
        case "Scene":
            raise RefusedError("move the shot on the board")
        case "Shot":
            _require(is_id(text), "it cannot be a file name")
            return {("id",): text}
        case "Location":
            return _edit_location(edit, text)
        case "Cast":
            return _edit_cast(edit, text)
        case "Duration":
            return _edit_duration(edit, text)
        case "Lighting":
            return _edit_lighting(edit, text)
        case "Sound":
            sound = read_sound(text)
            return {} if Sound.model_validate(sound) == shot.sound else {("sound",): sound}
        case "Take":
            take = read_take(text)
            _require(bool(take), "write it like T02")
            return {} if take == read_take(shot.use or "") else {("use",): take}
        case "Description" | "Notes" | "Status":
            return {(_KEYS[column],): text}
    return {(extra_key(EXTRA.get(column, column)),): text or None}


def find_character(board: ShotList, name: str) -> str | None:
    """Key of the character in a cell, by key or name in any case; None if there is none."""
    keys = {who.name.casefold(): key for key, who in board.characters.items()}
    keys |= {key.casefold(): key for key in board.characters}
    return keys.get(" ".join(name.split()).casefold())


def _require(is_allowed: bool, reason: str) -> None:
    if not is_allowed:
        raise RefusedError(reason)


def _edit_camera(edit: Edit, column: str, text: str) -> dict[KeyPath, Value]:
    own = CAMERA_FIELDS[column]
    text = f"{text}mm" if column == "Lens" and NUMBER.fullmatch(text) else text
    fields = dict(camera_fields(text) or {}) if text else {}
    _require(not text or bool(fields), "not a camera term, see `storyboard vocab`")
    if other := [name for name in fields if name not in own]:
        raise RefusedError(f"that is the {other[0]} of the camera")
    now = {name: getattr(edit.shot.camera, "lens_mm" if name == "lens" else name) for name in own}
    left_out = [name for name in own if name not in fields and now[name] not in _NEUTRAL]
    if not left_out and all(fields[name] == now[name] for name in own if name in fields):
        return {}
    camera = edit.written.get("camera")
    written = camera if isinstance(camera, dict) else camera_fields(str(camera or "")) or {}
    # A new movement replaces the manner of the old one as well.
    is_reset = column == "Movement" and "movement" in fields
    if not is_reset:
        is_own = all(name in written for name in left_out)
        _require(is_own, "set above the shot, clear it there")
    if not isinstance(camera, dict):
        edit.written["camera"] = terms = _replace_terms(str(camera or ""), own, text)
        return {("camera",): terms or None}
    new = {name: f"{k:g}mm" if name == "lens" else str(k) for name, k in fields.items()}
    if column == "Movement":
        new = {"movement": text} if text else {}
    edit.written["camera"] = {k: value for k, value in camera.items() if k not in own} | new
    gone = [name for name in own if name in camera and name not in new]
    return {("camera", name): None for name in gone} | {("camera", k): v for k, v in new.items()}


def _replace_terms(shorthand: str, names: tuple[str, ...], text: str) -> str:
    """A shorthand with the terms of some fields replaced by a text."""
    terms = split_terms(shorthand)
    old = [k for k, term in enumerate(terms) if set(camera_fields(term) or {}) & set(names)]
    if old:
        terms[old[0]] = text
        terms = [term for k, term in enumerate(terms) if k not in old[1:] and term]
    elif text:
        terms.append(text)
    return ", ".join(terms)


def _edit_duration(edit: Edit, text: str) -> dict[KeyPath, Value]:
    if NUMBER.fullmatch(text):
        text += edit.units.get("Duration", "")
    _require(is_time(text), "write it like 4s or 96f")
    fps = edit.board.format.fps
    seconds = read_time(text).at(fps)
    is_exact = whole_frames(seconds, fps) is not None
    _require(is_exact, f"not a whole number of frames at {decimal(fps)} fps")
    is_same = length_text(seconds, fps) == length_text(edit.shot.duration_s, fps)
    return {} if is_same else {("duration",): text}


def _edit_lighting(edit: Edit, text: str) -> dict[KeyPath, Value]:
    terms = split_terms(text)
    if set(terms) == set(split_terms(lighting_cell(edit.board, edit.shot))):
        return {}
    for term in terms:
        is_term = term in edit.board.lighting or bool(lighting_fields(term))
        _require(is_term, f'"{term}" is neither a lighting set-up of the board nor a term')
    return {("lighting",): ", ".join(terms)}


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
    raise RefusedError("the location is not on the board, define it there first")
