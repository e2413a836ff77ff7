"""A shot list back into the board it came from: what was edited in a cell, and nothing else.

Every cell is compared with what the board would write into it now. The result is read again before
it is handed back, and a change that the language refuses is left out and told. Called by the CLI.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from shots.errors import ShotListErrors
from shots.load import parse_shots
from shots.schema import Shot, ShotList
from shots.source import open_source
from shots.timing import decimal

from .board_file import BoardFile, FixedPlaceError
from .board_text import shot_lines
from .cells import Edit, RefusedError, edit_cell, find_character
from .columns import COLUMNS, row_of
from .report import Report
from .rows import ShotReader, extra_key, scene_number, shot_id
from .table import Row, Table, clean


@dataclass(frozen=True)
class Merged:
    """A board with a shot list merged into it.

    Attributes:
        content: The file, as the board was encoded.
        changes: What is different, for people: "12B Duration: 3s, was 4s".
    """

    content: bytes
    changes: tuple[str, ...]


@dataclass(frozen=True)
class _Change:
    """One thing to do to the text of a board, and what it is for people."""

    row: int
    shot: str
    column: str
    text: str
    told: str
    do: Callable[[BoardFile], None]


def merge_table(content: bytes, path: Path, table: Table, report: Report) -> Merged:
    """Merge a shot list into a board.

    Args:
        content: The board as it is on disk.
        path: Where it is.
        table: The shot list.
        report: Told of what could not be carried over.

    Raises:
        ShotListErrors: The board has errors.
    """
    board = parse_shots(content, path)
    return _Merger(board, content, table, report).merge()


def shot_list(content: bytes, path: Path) -> list[list[str]]:
    """A board as a shot list: the names of the columns, and a row for every shot.

    Raises:
        ShotListErrors: The board has errors.
    """
    board = parse_shots(content, path)
    file = BoardFile(open_source(content, path)[1])
    rows = [row_of(board, shot, file.extras(shot.id)) for shot in board.shots]
    header = list(dict.fromkeys([*COLUMNS, *(column for row in rows for column in row)]))
    return [header, *([clean(row.get(column, "")) for column in header] for row in rows)]


def left_behind(board: ShotList) -> dict[str, int]:
    """What a shot list has no column for, and in how many shots it is; the board keeps it."""
    has: dict[str, Callable[[Shot], object]] = {
        "composition": lambda shot: shot.composition != "center",
        "dialogue": lambda shot: shot.dialogue,
        "transitions": lambda shot: shot.transition_in.kind != "cut" or shot.transition_out,
        "continuity": lambda shot: shot.continuity,
        "pictures": lambda shot: shot.references.first_frame or shot.references.last_frame,
        "wardrobe": lambda shot: shot.wardrobe,
        "priority": lambda shot: shot.priority,
        "loops and remixes": lambda shot: shot.loop or shot.take,
        "reviews": lambda shot: shot.review,
    }
    counts = {name: sum(bool(test(k)) for k in board.shots) for name, test in has.items()}
    return {name: count for name, count in counts.items() if count}


@dataclass
class _Merger:
    board: ShotList
    content: bytes
    table: Table
    report: Report
    changes: list[_Change] = field(default_factory=list)

    def merge(self) -> Merged:
        text = open_source(self.content, self.board.path)[1]
        file = BoardFile(text)
        found = self._match()
        self._note_missing([shot for _, shot in found if shot])
        before: Shot | None = None
        for k, (row, shot) in enumerate(found):
            if shot is None:
                behind = next((other for _, other in found[k:] if other), None)
                self._insert(row, before, behind)
            else:
                self._compare(row, shot, file)
                before = shot
        # An id is what every other change goes by, so it changes last.
        ordered = sorted(self.changes, key=lambda change: change.column == "Shot")
        accepted, text = self._accepted(text, [], ordered)
        return Merged(self._encoded(text), tuple(change.told for change in accepted))

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

    def _compare(self, row: Row, shot: Shot, file: BoardFile) -> None:
        """Every cell that says something else than the board."""
        now = row_of(self.board, shot, file.extras(shot.id))
        edit = Edit(self.board, shot, file.written(shot.id), self.table.units)
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

        def do(file: BoardFile) -> None:
            if column == "Shot":
                file.rename_shot(shot, text)
            else:
                file.change_shot(shot, values)

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

        def do(file: BoardFile) -> None:
            file.insert_shot(lines, scene.number, place)

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
        self, text: str, done: Sequence[_Change], changes: Sequence[_Change]
    ) -> tuple[list[_Change], str]:
        """The changes that the language takes, halving those that it does not, and the text."""
        if not changes:
            return [], text
        changed, reason = self._applied(text, done, changes)
        if not reason:
            return list(changes), changed
        if len(changes) == 1:
            change = changes[0]
            what = f"{change.shot} {change.column} ({reason})"
            self.report.lose(change.row, what, change.text)
            return [], text
        half = len(changes) // 2
        first, text = self._accepted(text, done, changes[:half])
        second, text = self._accepted(text, [*done, *first], changes[half:])
        return first + second, text

    def _applied(
        self, text: str, done: Sequence[_Change], changes: Sequence[_Change]
    ) -> tuple[str, str]:
        """A text with changes in it, and why it cannot be used; nothing where it can."""
        file = BoardFile(text)
        try:
            for change in changes:
                change.do(file)
            changed = file.text()
            board = parse_shots(changed, self.board.path)
        except FixedPlaceError as error:
            return text, str(error)
        except KeyError as error:
            return text, f"shot {error} is not there any more"
        except ShotListErrors as errors:
            return text, errors.errors[0].finding
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

    def _encoded(self, text: str) -> bytes:
        """A text as the board was written: UTF-8 or UTF-16, with its byte order mark."""
        if self.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return text.encode("utf-16")
        return text.encode("utf-8-sig" if self.content.startswith(b"\xef\xbb\xbf") else "utf-8")


def _is_same_number(first: str, second: str) -> bool:
    """Whether a spreadsheet makes the same number of two names, as of 12E1 and 1.2E+02."""
    try:
        numbers = float(first), float(second)
    except ValueError:
        return False
    return numbers[0] == numbers[1]
