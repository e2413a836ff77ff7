"""A shot list back into the board it came from: what was edited in a cell, and nothing else.

Every cell is compared with what the board would write into it now. The result is read again before
it is handed back, and a change that the language refuses is left out and told. Called by the CLI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from shots.load import parse_shots
from shots.problem import ShotListErrors
from shots.schema import Shot, ShotList
from shots.vocabulary.values import decimal
from storyboard.interchange.board_edit import BoardFiles, FixedPlaceError, read_board
from storyboard.interchange.draft_text import shot_lines
from storyboard.interchange.import_report import Report
from storyboard.interchange.spreadsheet.cells import Edit, RefusedError, edit_cell, find_character
from storyboard.interchange.spreadsheet.columns import COLUMNS, row_of
from storyboard.interchange.spreadsheet.row_draft import (
    ShotReader,
    extra_key,
    scene_number,
    shot_id,
)
from storyboard.interchange.spreadsheet.sheet_file import Row, Table, clean


@dataclass(frozen=True)
class Merged:
    """A board with a shot list merged into it.

    Attributes:
        contents: Files that are different, by their path: the board, or what it includes.
        changes: What is different, for people: "12B Duration: 3s, was 4s".
    """

    contents: Mapping[Path, bytes]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class _Change:
    """One thing to do to the text of a board, and what it is for people."""

    row: int
    shot: str
    column: str
    text: str
    told: str
    do: Callable[[BoardFiles], None]


def merge_table(content: bytes, path: Path, table: Table, report: Report) -> Merged:
    """Merge a shot list into a board.

    Args:
        content: The board as it is on disk.
        path: Where it is; what it includes is read from beside it.
        table: The shot list.
        report: Told of what could not be carried over.

    Raises:
        ShotListErrors: The board has errors.
    """
    board, contents = _read(content, path)
    return _Merger(board, contents, table, report).merge()


def _read(content: bytes, path: Path) -> tuple[ShotList, dict[Path, bytes]]:
    """A board, and the content of all of its files."""
    board = parse_shots(content, path)
    return board, {file: content if file == path else file.read_bytes() for file in board.files}


def shot_list(content: bytes, path: Path) -> list[list[str]]:
    """A board as a shot list: the names of the columns, and a row for every shot.

    Raises:
        ShotListErrors: The board has errors.
    """
    board, contents = _read(content, path)
    files = BoardFiles(contents)
    rows = [row_of(board, shot, files.extras(shot.id)) for shot in board.shots]
    header = list(dict.fromkeys([*COLUMNS, *(column for row in rows for column in row)]))
    return [header, *([clean(row.get(column, "")) for column in header] for row in rows)]


def left_behind(board: ShotList) -> dict[str, int]:
    """What a shot list has no column for, and in how many shots it is; the board keeps it."""
    has: Mapping[str, Callable[[Shot], object]] = {
        "composition": lambda shot: shot.composition != "center",
        "dialogue": lambda shot: shot.dialogue,
        "transitions": lambda shot: shot.transition_in.kind != "cut" or shot.transition_out,
        "continuity": lambda shot: shot.continuity,
        "pictures": lambda shot: shot.references.first_frame or shot.references.last_frame,
        "wardrobe": lambda shot: shot.wardrobe,
        "set-ups": lambda shot: shot.setup,
        "priority": lambda shot: shot.priority,
        "loops and remixes": lambda shot: shot.loop or shot.take,
        "reviews": lambda shot: shot.review,
    }
    counts = {name: sum(bool(test(k)) for k in board.shots) for name, test in has.items()}
    return {name: count for name, count in counts.items() if count}


@dataclass
class _Merger:
    board: ShotList
    contents: dict[Path, bytes]
    table: Table
    report: Report
    changes: list[_Change] = field(default_factory=list)

    def merge(self) -> Merged:
        files = BoardFiles(self.contents)
        found = self._match()
        self._note_missing([shot for _, shot in found if shot])
        before: Shot | None = None
        for k, (row, shot) in enumerate(found):
            if shot is None:
                behind = next((other for _, other in found[k:] if other), None)
                self._insert(row, before, behind)
            else:
                self._compare(row, shot, files)
                before = shot
        # An id is what every other change goes by, so it changes last.
        ordered = sorted(self.changes, key=lambda change: change.column == "Shot")
        accepted, contents = self._accepted(self.contents, [], ordered)
        different = {k: new for k, new in contents.items() if new != self.contents[k]}
        return Merged(different, tuple(change.told for change in accepted))

    def _match(self) -> list[tuple[Row, Shot | None]]:
        """The shot of every row; None for a row that is a new one."""
        shots = {shot.id.casefold(): shot for shot in self.board.shots}
        taken: dict[str, int] = {}
        found: list[tuple[Row, Shot | None]] = []
        for row in self.table.rows:
            name = self._named(row, shots)
            if name in taken:
                # A row that was copied to make a new one keeps the id of the old.
                copy = Row(row.number, {**row.cells, "id": ""}, row.others)
                first, name, row = taken[name], self._named(copy, shots), copy
                if name in taken or name in shots:
                    self.report.lose(row.number, "row", f"the same shot as in row {first}")
                    continue
            if name:
                taken[name] = row.number
            found.append((row, shots.get(name)))
        return found

    def _named(self, row: Row, shots: dict[str, Shot]) -> str:
        """The id of a row in lower case; a spreadsheet makes numbers of 12E1 and 0010."""
        name = row.cells.get("id", "") or row.cells.get("Shot", "")
        if name.casefold() in shots:
            return name.casefold()
        same = [known for known in shots if _is_same_number(known, name)]
        if len(same) == 1:
            return same[0]
        return shot_id(row, scene_number(row), Report(self.report.path)).casefold()

    def _note_missing(self, there: Sequence[Shot]) -> None:
        ids = {shot.id for shot in there}
        missing = [shot.id for shot in self.board.shots if shot.id not in ids]
        if missing:
            finding = f"not in the table, kept on the board: {', '.join(missing)}"
            self.report.remark(self.table.header, finding)
        if [shot for shot in self.board.shots if shot.id in ids] != list(there):
            order = ", ".join(shot.id for shot in there)
            self.report.lose(self.table.header, "order of shots", order)

    def _compare(self, row: Row, shot: Shot, files: BoardFiles) -> None:
        """Every cell that says something else than the board."""
        now = row_of(self.board, shot, files.extras(shot.id))
        edit = Edit(self.board, shot, files.written(shot.id), self.table.units)
        said = {column: row.cells[column] for column in COLUMNS if column in row.cells}
        said.pop("id", None)
        said |= {extra_key(header): text for header, text in row.others.items()}
        for column, text in said.items():
            old = clean(now.get(column, ""))
            is_number = column in ("Scene", "Shot") and _is_same_number(text, old)
            if text != old and not is_number:
                self._edit(row, column, text, old, edit)

    def _edit(self, row: Row, column: str, text: str, old: str, edit: Edit) -> None:
        shot = edit.shot.id
        try:
            values = edit_cell(edit, column, text)
        except RefusedError as refusal:
            self.report.lose(row.number, f"{shot} {column} ({refusal})", text)
            return

        def do(files: BoardFiles) -> None:
            if column == "Shot":
                files.rename_shot(shot, text)
            else:
                files.change_shot(shot, values)

        if values:
            told = f"{shot} {column}: {text or 'nothing'}, was {old or 'nothing'}"
            self.changes.append(_Change(row.number, shot, column, text, told, do))

    def _insert(self, row: Row, before: Shot | None, behind: Shot | None) -> None:
        """A new shot, between the ones that the table has around it."""
        number = scene_number(row) or (before.scene if before else "")
        scenes = {scene.number.casefold(): scene for scene in self.board.scenes}
        scene = scenes.get(number.casefold())
        name = shot_id(row, number, self.report)
        if scene is None or not name:
            reason = "no scene of the board" if scene is None else "no id"
            self.report.lose(row.number, f"row ({reason})", " ".join(row.cells.values()))
            return
        ids = [shot.id for shot in scene.shots]
        place = before.id if before and before.id in ids else None
        if place is None and (behind is None or behind.id not in ids):
            place = ids[-1]
        shot = self._reader.read(row)
        shot.id = name
        lines = list(shot_lines(shot))

        def do(files: BoardFiles) -> None:
            files.insert_shot(lines, scene.number, place)

        told = f"{name}: new, {f'behind {place}' if place else f'first of scene {number}'}"
        self.changes.append(_Change(row.number, name, "row", name, told, do))

    @cached_property
    def _reader(self) -> ShotReader:
        return ShotReader(
            self.table.units,
            self.report,
            lambda name: find_character(self.board, name),
            decimal(self.board.format.fps),
            tuple(self.board.lighting),
        )

    def _accepted(
        self, contents: Mapping[Path, bytes], done: Sequence[_Change], changes: Sequence[_Change]
    ) -> tuple[list[_Change], Mapping[Path, bytes]]:
        """The changes that the language takes, halving those that it does not, and the files."""
        if not changes:
            return [], contents
        changed, reason = self._applied(contents, done, changes)
        if not reason:
            return list(changes), changed
        if len(changes) == 1:
            change = changes[0]
            what = f"{change.shot} {change.column} ({reason})"
            self.report.lose(change.row, what, change.text)
            return [], contents
        half = len(changes) // 2
        first, contents = self._accepted(contents, done, changes[:half])
        second, contents = self._accepted(contents, [*done, *first], changes[half:])
        return first + second, contents

    def _applied(
        self, contents: Mapping[Path, bytes], done: Sequence[_Change], changes: Sequence[_Change]
    ) -> tuple[Mapping[Path, bytes], str]:
        """Files with changes in them, and why they cannot be used; nothing where they can."""
        files = BoardFiles(contents)
        try:
            for change in changes:
                change.do(files)
            changed = files.contents()
            board = read_board(changed, self.board.path)
        except FixedPlaceError as error:
            return contents, str(error)
        except KeyError as error:
            return contents, f"shot {error} is not there any more"
        except ShotListErrors as errors:
            return contents, errors.errors[0].finding
        return changed, self._spilled(board, [*done, *changes])

    def _spilled(self, board: ShotList, changes: Sequence[_Change]) -> str:
        """What else became different, such as a shot that shares an anchor."""
        touched: dict[str, set[str]] = {}
        for change in changes:
            touched.setdefault(change.shot, set()).add(change.column)
        for shot in self.board.shots:
            columns = touched.get(shot.id, set())
            if "Shot" in columns:
                continue
            old, new = (row_of(k, k.shot(shot.id), {}) for k in (self.board, board))
            for column in COLUMNS:
                if old[column] != new[column] and column not in columns:
                    return f"it would change {column} of {shot.id} too"
        return ""


def _is_same_number(first: str, second: str) -> bool:
    """Whether a spreadsheet makes the same number of two names, as of 12E1 and 1.2E+02."""
    try:
        numbers = float(first), float(second)
    except ValueError:
        return False
    return numbers[0] == numbers[1]
