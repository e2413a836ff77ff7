"""Merge an edited shot list into its board: cells that were edited, and nothing else.

Every cell is compared with what an export would write into it now. The changed board is loaded
before it is returned, and a change that the language rejects is left out and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shots.load import parse_shots
from shots.problem import ShotListErrors
from shots.schema import Shot, ShotList
from shots.vocabulary.values import decimal
from storyboard.interchange.board_edit import BoardFiles, FixedPlaceError, read_board
from storyboard.interchange.draft_text import shot_lines
from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.spreadsheet.cells import Edit, RefusedError, edit_cell, find_character
from storyboard.interchange.spreadsheet.row_draft import (
    ShotReader,
    extra_key,
    row_of,
    scene_number,
    shot_id,
)
from storyboard.interchange.spreadsheet.sheet_file import COLUMNS, SheetRow, Table, clean


@dataclass(frozen=True)
class MergeResult:
    """New bytes of the files that changed, and one line per change: "12B Duration: 3s, was 4s"."""

    contents: Mapping[Path, bytes]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class _Change:
    """One change of the text of a board, and its line for the user."""

    row: int
    shot: str
    column: str
    text: str
    line: str
    apply: Callable[[BoardFiles], None]


def merge_table(content: bytes, path: Path, table: Table, report: ImportReport) -> MergeResult:
    """Merge a shot list into a board; the files that it includes are read from disk.

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
    """A board as a shot list: the header, and a row for every shot.

    Raises:
        ShotListErrors: The board has errors.
    """
    board, contents = _read(content, path)
    files = BoardFiles(contents)
    rows = [row_of(board, shot, files.with_shot(shot.id).extras(shot.id)) for shot in board.shots]
    header = list(dict.fromkeys([*COLUMNS, *(column for row in rows for column in row)]))
    return [header, *([clean(row.get(column, "")) for column in header] for row in rows)]


def left_behind(board: ShotList) -> dict[str, int]:
    """Fields that a shot list has no column for, and the number of shots that set each."""
    tests: Mapping[str, Callable[[Shot], object]] = {
        "composition": lambda shot: shot.composition != "center",
        "dialogue": lambda shot: shot.dialogue,
        "transitions": lambda shot: shot.transition_in.kind != "cut" or shot.transition_out,
        "continuity": lambda shot: shot.continuity,
        "pictures": lambda shot: shot.references.first_frame or shot.references.last_frame,
        "blocking": lambda shot: shot.blocking,
        "wardrobe": lambda shot: shot.wardrobe,
        "set-ups": lambda shot: shot.setup,
        "priority": lambda shot: shot.priority,
        "loops and remixes": lambda shot: shot.loop or shot.take,
        "reviews": lambda shot: shot.review,
    }
    counts = {name: sum(bool(test(shot)) for shot in board.shots) for name, test in tests.items()}
    return {name: count for name, count in counts.items() if count}


@dataclass
class _Merger:
    board: ShotList
    contents: dict[Path, bytes]
    table: Table
    report: ImportReport
    changes: list[_Change] = field(default_factory=list)

    def merge(self) -> MergeResult:
        files = BoardFiles(self.contents)
        matches = self._match()
        matched = [shot.id for _, shot in matches if shot]
        ids = set(matched)
        if missing := [shot.id for shot in self.board.shots if shot.id not in ids]:
            finding = f"not in the table, kept on the board: {', '.join(missing)}"
            self.report.remark(self.table.header, finding)
        if [shot.id for shot in self.board.shots if shot.id in ids] != matched:
            self.report.lose(self.table.header, "order of shots", ", ".join(matched))
        before: Shot | None = None
        for k, (row, shot) in enumerate(matches):
            if shot is None:
                after = next((other for _, other in matches[k:] if other), None)
                self._insert(row, before, after)
            else:
                self._compare(row, shot, files)
                before = shot
        # Ids change last, because every other change refers to its shot by the old id.
        ordered = sorted(self.changes, key=lambda change: change.column == "Shot")
        accepted, contents = self._accepted(self.contents, [], ordered)
        different = {k: new for k, new in contents.items() if new != self.contents[k]}
        return MergeResult(different, tuple(change.line for change in accepted))

    def _match(self) -> list[tuple[SheetRow, Shot | None]]:
        """The shot of every row; None for a new row."""
        shots = {shot.id.casefold(): shot for shot in self.board.shots}
        taken: dict[str, int] = {}
        matches: list[tuple[SheetRow, Shot | None]] = []
        for row in self.table.rows:
            name = self._named(row, shots)
            if name in taken:
                # A row that was copied to make a new one still has the id of the old.
                copy = SheetRow(row.number, {**row.cells, "id": ""}, row.others)
                first, name, row = taken[name], self._named(copy, shots), copy
                if name in taken or name in shots:
                    self.report.lose(row.number, "row", f"the same shot as in row {first}")
                    continue
            if name:
                taken[name] = row.number
            matches.append((row, shots.get(name)))
        return matches

    def _named(self, row: SheetRow, shots: dict[str, Shot]) -> str:
        """The id of a row in lower case."""
        name = row.cells.get("id", "") or row.cells.get("Shot", "")
        if name.casefold() in shots:
            return name.casefold()
        # A spreadsheet reads 12E1 and 0010 as numbers.
        same = [other for other in shots if _is_same_number(other, name)]
        if len(same) == 1:
            return same[0]
        return shot_id(row, scene_number(row), ImportReport(self.report.path)).casefold()

    def _compare(self, row: SheetRow, shot: Shot, files: BoardFiles) -> None:
        """Add a change for every cell that differs from the board."""
        file = files.with_shot(shot.id)
        now = row_of(self.board, shot, file.extras(shot.id))
        edit = Edit(self.board, shot, file.written(shot.id), self.table.units)
        cells = {name: row.cells[name] for name in COLUMNS if name in row.cells and name != "id"}
        cells |= {extra_key(header): text for header, text in row.others.items()}
        for column, text in cells.items():
            old = clean(now.get(column, ""))
            is_number = column in ("Scene", "Shot") and _is_same_number(text, old)
            if text != old and not is_number:
                self._edit(row, column, text, old, edit)

    def _edit(self, row: SheetRow, column: str, text: str, old: str, edit: Edit) -> None:
        shot = edit.shot.id
        try:
            values = edit_cell(edit, column, text)
        except RefusedError as refusal:
            self.report.lose(row.number, f"{shot} {column} ({refusal})", text)
            return

        def apply(files: BoardFiles) -> None:
            if column == "Shot":
                files.rename_shot(shot, text)
            else:
                files.with_shot(shot).change_shot(shot, values)

        if values:
            line = f"{shot} {column}: {text or 'nothing'}, was {old or 'nothing'}"
            self.changes.append(_Change(row.number, shot, column, text, line, apply))

    def _insert(self, row: SheetRow, before: Shot | None, after: Shot | None) -> None:
        """Add a new shot between the shots of the rows around it."""
        number = scene_number(row) or (before.scene if before else "")
        scenes = {scene.number.casefold(): scene for scene in self.board.scenes}
        scene = scenes.get(number.casefold())
        name = shot_id(row, number, self.report)
        if scene is None or not name:
            reason = "its scene is not on the board" if scene is None else "no id"
            self.report.lose(row.number, f"row ({reason})", " ".join(row.cells.values()))
            return
        ids = [shot.id for shot in scene.shots]
        previous = before.id if before and before.id in ids else None
        if previous is None and (after is None or after.id not in ids):
            previous = ids[-1]
        reader = ShotReader(
            self.table.units,
            self.report,
            lambda name: find_character(self.board, name),
            decimal(self.board.format.fps),
            tuple(self.board.lighting),
        )
        shot = reader.read(row)
        shot.id = name
        lines = list(shot_lines(shot))

        def apply(files: BoardFiles) -> None:
            files.with_scene(scene.number).insert_shot(lines, scene.number, previous)

        line = f"{name}: new, {f'after {previous}' if previous else f'first of scene {number}'}"
        self.changes.append(_Change(row.number, name, "row", name, line, apply))

    def _accepted(
        self, contents: Mapping[Path, bytes], done: Sequence[_Change], changes: Sequence[_Change]
    ) -> tuple[list[_Change], Mapping[Path, bytes]]:
        """The changes that the language accepts, and the files with them.

        A set with a rejected change is halved until the change stands alone.
        """
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
        """The files with some changes, and why they are rejected; empty if they are accepted."""
        files = BoardFiles(contents)
        try:
            for change in changes:
                change.apply(files)
            changed = files.contents()
            board = read_board(changed, self.board.path)
        except FixedPlaceError as error:
            return contents, str(error)
        except KeyError as error:
            return contents, f"shot {error} does not exist any more"
        except ShotListErrors as errors:
            return contents, errors.errors[0].finding
        return changed, self._side_effect(board, [*done, *changes])

    def _side_effect(self, board: ShotList, changes: Sequence[_Change]) -> str:
        """A value that changed without an edit of its cell, such as one that shares an anchor."""
        edited: dict[str, set[str]] = {}
        for change in changes:
            edited.setdefault(change.shot, set()).add(change.column)
        for shot in self.board.shots:
            columns = edited.get(shot.id, set())
            if "Shot" in columns:
                continue
            old, new = (row_of(k, k.shot(shot.id), {}) for k in (self.board, board))
            for column in COLUMNS:
                if old[column] != new[column] and column not in columns:
                    return f"it would change {column} of {shot.id} too"
        return ""


def _is_same_number(first: str, second: str) -> bool:
    """Whether two names are the same number for a spreadsheet, such as 12E1 and 1.2E+02."""
    try:
        return float(first) == float(second)
    except ValueError:
        return False
