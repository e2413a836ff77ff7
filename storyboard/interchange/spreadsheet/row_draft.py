"""Rows of a shot list → Draft: scenes, places and people are gathered from the shots.

A cell that the language does not understand is kept on the shot under a key of the author's,
`x-size`, and said. Called by the CLI, and for new rows by `merging.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shots.vocabulary.words import find_in_group
from storyboard.interchange.draft import Draft, DraftScene, DraftShot, make_key
from storyboard.interchange.import_report import Report
from storyboard.interchange.screenplay.screenplay import Place, split_heading
from storyboard.interchange.shot_note import Said, is_time, lighting_fields
from storyboard.interchange.slates import MAX_NUMBER, is_id, name_shots, settle
from storyboard.interchange.spreadsheet.columns import CAMERA_FIELDS, read_sound
from storyboard.interchange.spreadsheet.sheet_file import Row, Table

_PARTS = re.compile(r"\s*(?:[,;](?!\s*then\b)|\n|\s/\s)\s*")
_NAMES = re.compile(r"\s*[,;\n]\s*|\s+[/&]\s+")
_MILLIMETRES = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d)?)\s*mm\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
_TAKE = re.compile(r"[Tt]?(?:ake\s*)?0*([1-9]\d{0,2})")


def draft_table(table: Table, report: Report) -> Draft:
    """Make a board of a shot list.

    Args:
        table: As read.
        report: Told what had to be guessed and what is left behind.
    """
    draft = Draft(report.path)
    draft.fps = _frame_rate(table.rows)
    grouped: dict[str, list[Row]] = {}
    for row in table.rows:
        grouped.setdefault(scene_number(row).casefold(), []).append(row)
    given = [_given_number(rows, report) for rows in grouped.values()]
    for number, rows in zip(given, grouped.values(), strict=True):
        draft.scenes.append(_scene(draft, rows, number or "", table, report))
    if not draft.scenes:
        report.remark(table.header, "no shot in it, made one")
        draft.scenes.append(DraftScene("", shots=[DraftShot("")]))
        given = [None]
    name_shots(draft, given, report)
    settle(draft, report)
    return draft


def scene_number(row: Row) -> str:
    """The scene that a row says, or that its slate begins with."""
    cell = row.cells.get("Scene", "")
    number = re.sub(r"^(?:scene|sc\.?)\s*", "", cell.split("\n")[0], flags=re.IGNORECASE).strip()
    if number:
        return number
    slate = re.match(r"\d+", row.cells.get("Shot", "") or row.cells.get("id", ""))
    return slate[0] if slate and "Scene" not in row.cells else ""


def _given_number(rows: Sequence[Row], report: Report) -> str | None:
    number = scene_number(rows[0])
    if number and (not is_id(number) or len(number) > MAX_NUMBER):
        finding = f'scene number "{number}" cannot name a file, numbered anew'
        report.remark(rows[0].number, finding)
        return None
    return number or None


def _scene(
    draft: Draft, rows: Sequence[Row], number: str, table: Table, report: Report
) -> DraftScene:
    scene = DraftScene(number)
    places = [_place(row) for row in rows]
    first = next(filter(None, places), None)
    if first is not None:
        scene.location, scene.time = draft.place(first), first.time
    for row, place in zip(rows, places, strict=True):
        shot = ShotReader(table.units, report, draft.character, draft.fps or "24").read(row)
        shot.id = shot_id(row, number, report)
        if place is not None and draft.place(place) != scene.location:
            shot.location = draft.place(place)
        if place is not None and place.time and place.time != scene.time:
            shot.extra["x-time-of-day"] = place.time
        scene.shots.append(shot)
    return scene


def _place(row: Row) -> Place | None:
    """The place that the columns of a row make up."""
    heading, location = row.cells.get("Heading", ""), row.cells.get("Location", "")
    place = split_heading(heading or location)
    if not place.name:
        return None
    side, time = row.cells.get("Side", ""), row.cells.get("Time of day", "").upper()
    if side and not place.side:
        place = split_heading(
            f"{side}. {place.name}" if "." not in side else f"{side} {place.name}"
        )
    return Place(place.heading, place.name, place.side, time or place.time)


def shot_id(row: Row, scene: str, report: Report) -> str:
    """The slate of a row: its id, or its shot within the scene; empty where neither is one."""
    slate = row.cells.get("id", "") or row.cells.get("Shot", "")
    if not slate:
        return ""
    is_short = scene and not slate.casefold().startswith(scene.casefold())
    if is_short and not row.cells.get("id"):
        slate = f"{scene}-{slate}" if slate[:1].isdigit() else f"{scene}{slate}"
    slate = re.sub(r"\s+", "-", slate)
    if is_id(slate):
        return slate
    report.remark(row.number, f'shot "{slate}" cannot name a file, named anew')
    return ""


def _frame_rate(rows: Sequence[Row]) -> str:
    """The frame rate that most shots have; empty for 24."""
    rates = Counter(filter(None, (_rate(row.cells.get("Frame rate", "")) for row in rows)))
    rate = rates.most_common(1)[0][0] if rates else ""
    return "" if rate == "24" else rate


def _rate(cell: str) -> str:
    number = _NUMBER.fullmatch(re.sub(r"\s*fps$", "", cell.strip(), flags=re.IGNORECASE))
    return number[0] if number and 1 <= float(number[0]) <= 240 else ""


@dataclass
class ShotReader:
    """Reads a row into a shot.

    Attributes:
        units: Column → unit that its header names.
        report: Told of cells that are not understood.
        character: Key of a character by name; None for one that the board does not have.
        fps: Frame rate of the board.
        setups: Lighting set-ups that a cell may name.
    """

    units: Mapping[str, str]
    report: Report
    character: Callable[[str], str | None]
    fps: str
    setups: Sequence[str] = ()
    _shot: DraftShot = field(default_factory=lambda: DraftShot(""))
    _row: Row = field(default_factory=lambda: Row(0, {}))

    def read(self, row: Row) -> DraftShot:
        """The shot of a row, without id and place."""
        self._row, self._shot = row, DraftShot("", row.number)
        shot, cells = self._shot, row.cells
        shot.action = " ".join(cells.get("Description", "").split())
        self._camera()
        self._duration(cells.get("Duration", ""))
        self._light(cells.get("Lighting", ""))
        self._cast(cells.get("Cast", ""))
        self._take(cells.get("Take", ""))
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
            self._add_extra(extra_key(header), text)
        return shot

    def _keep(self, column: str, text: str, remedy: str) -> None:
        """Keep what is not understood under a key of the author's."""
        key = extra_key(column)
        self._add_extra(key, text)
        finding = f'{column}: "{text}" is kept as {key}'
        self.report.remark(self._row.number, finding, remedy)

    def _add_extra(self, key: str, text: str) -> None:
        extra = self._shot.extra
        extra[key] = f"{extra[key]}, {text}" if key in extra else text

    def _camera(self) -> None:
        said = Said()
        cells = self._row.cells
        for column in CAMERA_FIELDS:
            for text in _PARTS.split(cells.get(column, "")):
                if text:
                    self._camera_term(said, column, text)
        equipment = cells.get("Equipment", "")
        if equipment and not cells.get("Movement"):
            probe = Said()
            probe.add(equipment)
            if probe.camera:
                said.add(_spelled(equipment))
        self._shot.camera = ", ".join(said.camera)

    def _camera_term(self, said: Said, column: str, text: str) -> None:
        if column == "Lens" and _NUMBER.fullmatch(text):
            text += "mm"
        probe = Said()
        probe.add(text)
        if probe.camera:
            before = len(said.unknown)
            said.add(_spelled(text))
            for term, remedy in said.unknown[before:]:
                self._keep(column, term, remedy)
            return
        remedy = probe.unknown[0][1] if probe.unknown else "it is no word for the camera"
        if column == "Lens" and (length := _MILLIMETRES.search(text)):
            said.add(f"{length[1]}mm")
        self._keep(column, text, remedy)

    def _duration(self, cell: str) -> None:
        unit = self.units.get("Duration", "")
        number = cell.replace(",", ".")
        text = f"{number}{unit}" if _NUMBER.fullmatch(number) else cell
        if is_time(text):
            self._shot.duration = text
        elif cell:
            self._keep("Duration", cell, "write it like 4s or 96f")

    def _light(self, cell: str) -> None:
        terms = []
        said = Said()
        for text in filter(None, _PARTS.split(cell)):
            if text in self.setups:
                terms.append(text)
            elif lighting_fields(text):
                before = len(said.unknown)
                said.add(text)
                for term, remedy in said.unknown[before:]:
                    self._keep("Lighting", term, remedy)
            else:
                self._keep("Lighting", text, "`storyboard vocab` lists every term")
        self._shot.lighting = ", ".join([*terms[:1], *said.lighting])

    def _cast(self, cell: str) -> None:
        for name in split_names(cell):
            key = self.character(name)
            if key is None:
                self._keep("Cast", name, "define the character on the board first")
            elif key not in self._shot.subjects:
                self._shot.subjects.append(key)

    def _take(self, cell: str) -> None:
        self._shot.use = read_take(cell)
        if cell and not self._shot.use:
            self._keep("Take", cell, "write it like T02")


def _spelled(term: str) -> str:
    """A camera term as boards spell it: "Close Up" is CU, "Push In" is push in."""
    known = find_in_group("camera", term)
    return known[1].word if known and known[0] != "movement" else term.lower()


def split_names(cell: str) -> Iterator[str]:
    """The names in a cell: MARA, ILYA."""
    return (" ".join(name.split()) for name in _NAMES.split(cell) if name.strip())


def read_take(cell: str) -> str:
    """A take as a slate has it: 2 is T02; empty where it is none."""
    found = _TAKE.fullmatch(cell.strip())
    return f"T{int(found[1]):02}" if found else ""


def extra_key(header: str) -> str:
    """The key of the author's that a column without a word in the language goes to."""
    key = make_key(header.removeprefix("x-").removeprefix("X-"))
    return f"x-{key or 'column'}"
