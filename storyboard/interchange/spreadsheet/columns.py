"""The columns of a shot list as a spreadsheet has it, and a shot as a row of them.

StudioBinder's columns, and five of ours. Read by `rows.py` and `merging.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from shots.schema import Shot, ShotList, Sound
from shots.vocabulary.camera import Camera
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.values import decimal, length_text

COLUMNS = (
    "Scene", "Shot", "Location", "Description", "Size", "Type", "Angle", "Movement", "Lens",
    "Equipment", "Frame rate", "Cast", "Sound", "Notes", "Duration", "Lighting", "Status", "Take",
    "id",
)  # fmt: skip
"""In the order in which they are written."""

READ_ONLY = ("Heading", "Side", "Time of day")
"""Columns of other people's tables, for the heading of a scene."""

CAMERA_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Size": ("size",),
        "Type": ("people", "view"),
        "Angle": ("angle",),
        "Movement": ("movement", "speed", "amount", "linear"),
        "Lens": ("lens", "focus"),
    }
)
"""The fields of the camera that a column holds."""

EXTRA: Mapping[str, str] = MappingProxyType(
    {"Equipment": "x-equipment", "Frame rate": "x-frame-rate"}
)
"""Columns that the language has no word for; a shot keeps them under these keys."""

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "Scene": "sc, scn, scene no, scene number",
        "Shot": "shot no, shot number, setup, slate, shot name",
        "Location": "set, place, set name, scene location",
        "Description": "action, shot description, details, content, what happens",
        "Size": "shot size, framing, frame size",
        "Type": "shot type, framing type, composition type",
        "Angle": "camera angle, shot angle",
        "Movement": "move, moves, motion, camera movement, camera move",
        "Lens": "focal length, lens mm, lenses",
        "Equipment": "gear, rig, support, camera equipment",
        "Frame rate": "fps, camera speed, frames per second",
        "Cast": "characters, character, actors, talent, subjects, subject, cast members",
        "Sound": "audio, sound design",
        "Notes": "note, comments, comment, remarks, shot notes",
        "Duration": "length, time, est duration, estimated duration, screen time, ert, est time",
        "Lighting": "light, lights, lighting setup",
        "Status": "state, shot status",
        "Take": "use, circled take, best take",
        "id": "shot id, storyboard id, uid",
        "Heading": "scene heading, slugline, slug, scene name, scene title",
        "Side": "int ext, i e, interior exterior",
        "Time of day": "day night, d n, scene time",
    }
)
_UNITS = {"sec": "s", "secs": "s", "seconds": "s", "s": "s", "frames": "f", "f": "f", "mm": "mm"}


def _folded(header: str) -> str:
    return re.sub(r"[\W_]+", "", header.casefold())


_NAMES = {
    _folded(name): column
    for column, aliases in _ALIASES.items()
    for name in (column, *aliases.split(", "))
}


def find_column(header: str) -> tuple[str, str] | None:
    """The column that a header means, and the unit it says: "Duration (sec)" is in seconds."""
    bare = re.sub(r"\(([^()]*)\)|#", " ", header)
    unit = re.search(r"\(\s*(\w+)\.?\s*\)", header)
    column = _NAMES.get(_folded(bare)) or _NAMES.get(_folded(header))
    return (column, _UNITS.get(unit[1].lower(), "") if unit else "") if column else None


def row_of(board: ShotList, shot: Shot, extra: Mapping[str, str]) -> dict[str, str]:
    """A shot as a row.

    Args:
        board: The board it is on.
        shot: The shot.
        extra: Its keys that begin with x-, as written.

    Returns:
        Column → text, in the order of `COLUMNS`, and after them the other extra keys.
    """
    camera, place = shot.camera, shot.location
    values = {
        "Scene": shot.scene,
        "Shot": shot.id,
        "Location": (place.heading or place.id) if place else "",
        "Description": shot.action,
        "Size": camera.size,
        "Type": ", ".join(filter(None, (camera.people, camera.view))),
        "Angle": camera.angle,
        "Movement": movement_cell(camera),
        "Lens": ", ".join(filter(None, (f"{camera.lens_mm:g}mm", camera.focus))),
        "Equipment": extra.get("x-equipment", ""),
        "Frame rate": extra.get("x-frame-rate") or decimal(board.format.fps),
        "Cast": ", ".join(_name(board, key) for key in shot.subjects),
        "Sound": sound_cell(shot.sound),
        "Notes": shot.notes.strip(),
        "Duration": length_text(shot.duration_s, board.format.fps),
        "Lighting": lighting_cell(board, shot),
        "Status": shot.status or "",
        "Take": shot.use or "",
        "id": shot.id,
    }
    return values | {key: text for key, text in extra.items() if key not in EXTRA.values()}


def _name(board: ShotList, key: str) -> str:
    name = board.characters[key].name if key in board.characters else key
    return key if "," in name else name


def movement_cell(camera: Camera) -> str:
    """How the camera moves: push-in slow 1.5m."""
    manner = [
        camera.speed if camera.speed != "medium" else "",
        f"{camera.amount.value:g}{camera.amount.unit}" if camera.amount else "",
        "linear" if camera.linear else "",
    ]
    first, *rest = camera.movement
    return " then ".join([" ".join(filter(None, (first, *manner))), *rest])


def sound_cell(sound: Sound | None) -> str:
    """What is heard: heavy rain; sfx: bell, door; music: a waltz."""
    if sound is None:
        return ""
    parts = [
        "MOS" if sound.is_mos else "",
        sound.ambience or "",
        f"sfx: {', '.join(sound.sfx)}" if sound.sfx else "",
        f"music: {sound.music}" if sound.music else "",
    ]
    return "; ".join(filter(None, parts))


def read_sound(cell: str) -> str | dict[str, object]:
    """Read what `sound_cell` writes; any other text is the ambience."""
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if len(parts) == 1 and not re.match(r"(?:sfx|music)\s*:", parts[0], re.IGNORECASE):
        return parts[0]
    said: dict[str, object] = {}
    ambience: list[str] = []
    for part in parts:
        key, colon, text = part.partition(":")
        if colon and key.strip().lower() == "sfx":
            said["sfx"] = [item.strip() for item in text.split(",") if item.strip()]
        elif colon and key.strip().lower() == "music":
            said["music"] = text.strip()
        elif part.upper() == "MOS":
            said["mos"] = "true"
        else:
            ambience.append(part)
    return ({"ambience": "; ".join(ambience)} if ambience else {}) | said


def lighting_cell(board: ShotList, shot: Shot) -> str:
    """The lighting set-up, and where the shot differs from it: night-rain, firelight, warm."""
    setup = board.lighting.get(shot.lighting_setup or "")
    names = Lighting.model_fields
    light = {name: getattr(shot.lighting, name) for name in names}
    base = {name: getattr(setup, name) if setup else None for name in names}
    differs = [name for name in names if light[name] and light[name] != base[name]]
    if "side" in differs:
        # A hand is told with its direction: side left.
        differs = [name for name in differs if name != "side"]
        differs += ["direction"] * ("direction" not in differs)
    hand = {"direction": f" {light['side']}" if light["side"] else ""}
    terms = [f"{light[name]}{hand.get(name, '')}" for name in differs]
    return ", ".join([*([shot.lighting_setup] if setup and shot.lighting_setup else []), *terms])
