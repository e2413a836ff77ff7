"""Rows of a shot list: a shot as a row of cells, and rows as a draft.

A cell that the language does not understand is kept on the shot under an x- key such as `x-size`,
with a remark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shots.schema import Shot, ShotList, Sound
from shots.vocabulary.lighting import Lighting
from shots.vocabulary.values import decimal, length_text
from shots.vocabulary.words import find_in_group
from storyboard.interchange.draft import (
    Draft,
    DraftScene,
    DraftShot,
    ScriptLocation,
    correct_durations,
    is_id,
    is_scene_number,
    make_key,
    name_shots,
    split_heading,
)
from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.shot_note import ShotTerms, is_time, lighting_fields
from storyboard.interchange.spreadsheet.sheet_file import SheetRow, Table

CAMERA_FIELDS: Mapping[str, tuple[str, ...]] = {
    "Size": ("size",),
    "Type": ("people", "view"),
    "Angle": ("angle",),
    "Movement": ("movement", "speed", "amount", "linear"),
    "Lens": ("lens", "focus"),
}
"""The camera fields in each column."""

EXTRA: Mapping[str, str] = {"Equipment": "x-equipment", "Frame rate": "x-frame-rate"}
"""Columns without a field in the language, and the keys under which a shot keeps them."""

NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
_PARTS = re.compile(r"\s*(?:[,;](?!\s*then\b)|\n|\s/\s)\s*")
_NAMES = re.compile(r"\s*[,;\n]\s*|\s+[/&]\s+")
_MILLIMETRES = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d)?)\s*mm\b", re.IGNORECASE)
_TAKE = re.compile(r"[Tt]?(?:ake\s*)?0*([1-9]\d{0,2})")


def row_of(board: ShotList, shot: Shot, extra: Mapping[str, str]) -> dict[str, str]:
    """A shot as a row of cells, column → text: the columns in their order, then other x- keys."""
    camera, place = shot.camera, shot.location
    people = board.characters
    names = {key: people[key].name if key in people else key for key in shot.subjects}
    manner = [
        camera.speed if camera.speed != "medium" else "",
        f"{camera.amount.value:g}{camera.amount.unit}" if camera.amount else "",
        "linear" if camera.linear else "",
    ]
    first, *rest = camera.movement
    values = {
        "Scene": shot.scene,
        "Shot": shot.id,
        "Location": (place.heading or place.id) if place else "",
        "Description": shot.action,
        "Size": camera.size,
        "Type": ", ".join(filter(None, (camera.people, camera.view))),
        "Angle": camera.angle,
        "Movement": " then ".join([" ".join(filter(None, (first, *manner))), *rest]),
        "Lens": ", ".join(filter(None, (f"{camera.lens_mm:g}mm", camera.focus))),
        "Equipment": extra.get("x-equipment", ""),
        "Frame rate": extra.get("x-frame-rate") or decimal(board.format.fps),
        # A name with a comma would be read as two names, so the key is written instead.
        "Cast": ", ".join(key if "," in names[key] else names[key] for key in shot.subjects),
        "Sound": sound_cell(shot.sound),
        "Notes": shot.notes.strip(),
        "Duration": length_text(shot.duration_s, board.format.fps),
        "Lighting": lighting_cell(board, shot),
        "Status": shot.status or "",
        "Take": shot.use or "",
        "id": shot.id,
    }
    return values | {key: text for key, text in extra.items() if key not in EXTRA.values()}


def sound_cell(sound: Sound | None) -> str:
    """The sound of a shot: heavy rain; sfx: bell, door; music: a waltz."""
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
    sound: dict[str, object] = {}
    ambience: list[str] = []
    for part in parts:
        key, colon, text = part.partition(":")
        if colon and key.strip().lower() == "sfx":
            sound["sfx"] = [item.strip() for item in text.split(",") if item.strip()]
        elif colon and key.strip().lower() == "music":
            sound["music"] = text.strip()
        elif part.upper() == "MOS":
            sound["mos"] = "true"
        else:
            ambience.append(part)
    return ({"ambience": "; ".join(ambience)} if ambience else {}) | sound


def lighting_cell(board: ShotList, shot: Shot) -> str:
    """The lighting set-up, and the fields that the shot overrides: night-rain, firelight, warm."""
    setup = board.lighting.get(shot.lighting_setup or "")
    names = Lighting.model_fields
    light = {name: getattr(shot.lighting, name) for name in names}
    base = {name: getattr(setup, name) if setup else None for name in names}
    differs = [name for name in names if light[name] and light[name] != base[name]]
    if "side" in differs:
        # The side is written together with its direction: side left.
        differs = [name for name in differs if name != "side"]
        differs += ["direction"] * ("direction" not in differs)
    side = {"direction": f" {light['side']}" if light["side"] else ""}
    terms = [f"{light[name]}{side.get(name, '')}" for name in differs]
    return ", ".join([*([shot.lighting_setup] if setup and shot.lighting_setup else []), *terms])


def draft_table(table: Table, report: ImportReport) -> Draft:
    """Build a draft from a shot list; the report gets what was interpreted or not carried over."""
    draft = Draft(report.path)
    rates = Counter(filter(None, (_rate(row.cells.get("Frame rate", "")) for row in table.rows)))
    rate = rates.most_common(1)[0][0] if rates else ""
    draft.fps = "" if rate == "24" else rate
    grouped: dict[str, list[SheetRow]] = {}
    for row in table.rows:
        grouped.setdefault(scene_number(row).casefold(), []).append(row)
    given: list[str | None] = []
    for rows in grouped.values():
        number = scene_number(rows[0])
        if number and not is_scene_number(number):
            finding = f'scene number "{number}" cannot be part of a file name, renumbered'
            report.remark(rows[0].number, finding)
            number = ""
        given.append(number or None)
        draft.scenes.append(_scene(draft, rows, number, table, report))
    if not draft.scenes:
        report.remark(table.header, "the table has no shot, an empty one was added")
        draft.scenes.append(DraftScene("", shots=[DraftShot("")]))
        given = [None]
    name_shots(draft, given, report)
    correct_durations(draft, report)
    return draft


def scene_number(row: SheetRow) -> str:
    """The scene of a row, or the number that its slate begins with."""
    cell = row.cells.get("Scene", "")
    number = re.sub(r"^(?:scene|sc\.?)\s*", "", cell.split("\n")[0], flags=re.IGNORECASE).strip()
    if number:
        return number
    slate = re.match(r"\d+", row.cells.get("Shot", "") or row.cells.get("id", ""))
    return slate[0] if slate and "Scene" not in row.cells else ""


def _scene(
    draft: Draft, rows: Sequence[SheetRow], number: str, table: Table, report: ImportReport
) -> DraftScene:
    scene = DraftScene(number)
    places = [_place(row) for row in rows]
    first = next(filter(None, places), None)
    if first is not None:
        scene.location, scene.time = draft.location(first), first.time
    reader = ShotReader(table.units, report, draft.character, draft.fps or "24")
    for row, place in zip(rows, places, strict=True):
        shot = reader.read(row)
        shot.id = shot_id(row, number, report)
        if place is not None and draft.location(place) != scene.location:
            shot.location = draft.location(place)
        if place is not None and place.time and place.time != scene.time:
            shot.extra["x-time-of-day"] = place.time
        scene.shots.append(shot)
    return scene


def _place(row: SheetRow) -> ScriptLocation | None:
    """The location of a row, from its heading or its location, side and time."""
    heading, location = row.cells.get("Heading", ""), row.cells.get("Location", "")
    place = split_heading(heading or location)
    if not place.name:
        return None
    side, time = row.cells.get("Side", ""), row.cells.get("Time of day", "").upper()
    if side and not place.side:
        dot = "" if "." in side else "."
        place = split_heading(f"{side}{dot} {place.name}")
    return replace(place, time=time or place.time)


def shot_id(row: SheetRow, scene: str, report: ImportReport) -> str:
    """The id of a row, or its shot number within the scene; empty if neither is an id."""
    slate = row.cells.get("id", "") or row.cells.get("Shot", "")
    if not slate:
        return ""
    is_short = scene and not slate.casefold().startswith(scene.casefold())
    if is_short and not row.cells.get("id"):
        slate = f"{scene}-{slate}" if slate[:1].isdigit() else f"{scene}{slate}"
    slate = re.sub(r"\s+", "-", slate)
    if is_id(slate):
        return slate
    report.remark(row.number, f'shot "{slate}" cannot be a file name, renamed')
    return ""


def _rate(cell: str) -> str:
    number = NUMBER.fullmatch(re.sub(r"\s*fps$", "", cell.strip(), flags=re.IGNORECASE))
    return number[0] if number and 1 <= float(number[0]) <= 240 else ""


@dataclass(frozen=True)
class ShotReader:
    """Reads rows into shots; the report gets a remark for every cell that is not understood.

    `units` are those in the headers by column. `character` gives the key of a character by name,
    None for one that the board does not have. A cell may name the lighting `setups`.
    """

    units: Mapping[str, str]
    report: ImportReport
    character: Callable[[str], str | None]
    fps: str
    setups: Sequence[str] = ()

    def read(self, row: SheetRow) -> DraftShot:
        """The shot of a row, without its id and location."""
        shot, cells = DraftShot("", row.number), row.cells
        shot.action = " ".join(cells.get("Description", "").split())
        self._read_camera(shot, cells)
        self._read_duration(shot, cells.get("Duration", ""))
        self._read_lighting(shot, cells.get("Lighting", ""))
        for name in split_names(cells.get("Cast", "")):
            key = self.character(name)
            if key is None:
                self._keep(shot, "Cast", name, "define the character on the board first")
            elif key not in shot.subjects:
                shot.subjects.append(key)
        take = cells.get("Take", "")
        shot.use = read_take(take)
        if take and not shot.use:
            self._keep(shot, "Take", take, "write it like T02")
        if cells.get("Sound"):
            shot.sound = read_sound(cells["Sound"])
        shot.status = " ".join(cells.get("Status", "").split())
        shot.notes = [cells["Notes"]] if cells.get("Notes") else []
        if cells.get("Equipment"):
            shot.extra["x-equipment"] = cells["Equipment"]
        rate = cells.get("Frame rate", "")
        if rate and _rate(rate) != self.fps:
            shot.extra["x-frame-rate"] = rate
        for header, text in row.others.items():
            _add_extra(shot, extra_key(header), text)
        return shot

    def _keep(self, shot: DraftShot, column: str, text: str, remedy: str) -> None:
        """Keep a text that is not understood under an x- key."""
        key = extra_key(column)
        _add_extra(shot, key, text)
        self.report.remark(shot.line, f'{column}: "{text}" is kept as {key}', remedy)

    def _read_camera(self, shot: DraftShot, cells: Mapping[str, str]) -> None:
        terms = ShotTerms()
        for column in CAMERA_FIELDS:
            for part in filter(None, _PARTS.split(cells.get(column, ""))):
                text = f"{part}mm" if column == "Lens" and NUMBER.fullmatch(part) else part
                probe = ShotTerms()
                probe.add(text)
                if probe.camera:
                    self._add_term(shot, column, terms, _spelled(text))
                    continue
                if column == "Lens" and (length := _MILLIMETRES.search(text)):
                    terms.add(f"{length[1]}mm")
                remedy = probe.unknown[0][1] if probe.unknown else "it is not a camera term"
                self._keep(shot, column, text, remedy)
        equipment = cells.get("Equipment", "")
        if equipment and not cells.get("Movement"):
            # Equipment such as a Steadicam is also a movement.
            probe = ShotTerms()
            probe.add(equipment)
            if probe.camera:
                terms.add(_spelled(equipment))
        shot.camera = ", ".join(terms.camera)

    def _read_duration(self, shot: DraftShot, cell: str) -> None:
        number = cell.replace(",", ".")
        text = f"{number}{self.units.get('Duration', '')}" if NUMBER.fullmatch(number) else cell
        if is_time(text):
            shot.duration = text
        elif cell:
            self._keep(shot, "Duration", cell, "write it like 4s or 96f")

    def _read_lighting(self, shot: DraftShot, cell: str) -> None:
        setups = []
        terms = ShotTerms()
        for text in filter(None, _PARTS.split(cell)):
            if text in self.setups:
                setups.append(text)
            elif lighting_fields(text):
                self._add_term(shot, "Lighting", terms, text)
            else:
                self._keep(shot, "Lighting", text, "`storyboard vocab` lists every term")
        shot.lighting = ", ".join([*setups[:1], *terms.lighting])

    def _add_term(self, shot: DraftShot, column: str, terms: ShotTerms, text: str) -> None:
        """Add a known term; one that contradicts an earlier term is kept under an x- key."""
        before = len(terms.unknown)
        terms.add(text)
        for term, remedy in terms.unknown[before:]:
            self._keep(shot, column, term, remedy)


def _add_extra(shot: DraftShot, key: str, text: str) -> None:
    shot.extra[key] = f"{shot.extra[key]}, {text}" if key in shot.extra else text


def _spelled(term: str) -> str:
    """A camera term as boards spell it: "Close Up" is CU, "Push In" is push in."""
    entry = find_in_group("camera", term)
    return entry[1].word if entry and entry[0] != "movement" else term.lower()


def split_names(cell: str) -> Iterator[str]:
    """The names in a cell: MARA, ILYA."""
    return (" ".join(name.split()) for name in _NAMES.split(cell) if name.strip())


def read_take(cell: str) -> str:
    """A take as slates spell it: 2 is T02; empty for any other text."""
    found = _TAKE.fullmatch(cell.strip())
    return f"T{int(found[1]):02}" if found else ""


def extra_key(header: str) -> str:
    """The x- key under which a shot keeps a column that is not known."""
    key = make_key(header.removeprefix("x-").removeprefix("X-"))
    return f"x-{key or 'column'}"
