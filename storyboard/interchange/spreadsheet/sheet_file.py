"""CSV and XLSX → rows of text, and back.

A cell that a spreadsheet would take for a formula is written behind an apostrophe in CSV and as
text in XLSX; reading takes the apostrophe off again. Called by the CLI.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shots.source.board_source import UNPRINTABLE
from storyboard.interchange.import_report import InterchangeError, Report
from storyboard.interchange.screenplay.screenplay import decode
from storyboard.interchange.spreadsheet.columns import find_column

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_BYTES = 64_000_000
"""Of a file, and of what an XLSX unpacks to."""
MAX_CELL = 32_000
"""Characters; Excel holds 32,767."""
HEADER_ROWS = 30
"""Rows above the header that are looked at."""

_DELIMITERS = ",;\t"
# What begins a formula in Excel, LibreOffice or Sheets, full-width signs among them.
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")  # noqa: RUF001
_GUARDED = re.compile(r"'(?='*\s*[=+\-@＝＋－＠]|'*[\t\r\n])")  # noqa: RUF001


Cells = list[str | None]
"""One row as read; None for a cell that cannot be."""


@dataclass(frozen=True)
class Row:
    """One line of a shot list.

    Attributes:
        number: In the file, from 1.
        cells: Column of the shot list → text; a cell that cannot be read is not in it.
        others: Columns that nobody knows, by their header.
    """

    number: int
    cells: dict[str, str]
    others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A shot list.

    Attributes:
        header: Number of the row with the names of the columns.
        columns: Those of a shot list that it has.
        units: Column → unit that its header names.
        rows: Those with anything in them.
    """

    header: int
    columns: tuple[str, ...]
    units: dict[str, str]
    rows: tuple[Row, ...]


def read_table(content: bytes, report: Report) -> Table:
    """Read a shot list; the name of its file says which kind it is.

    Raises:
        InterchangeError: It is no table, or not one of shots.
    """
    if len(content) > MAX_BYTES:
        raise InterchangeError(
            f"{report.path}: {len(content):,} bytes, {MAX_BYTES:,} are allowed. Split the table."
        )
    is_sheet = report.path.suffix.lower() in (".xlsx", ".xlsm")
    rows = _read_xlsx(content, report) if is_sheet else _read_csv(content, report)
    return _find_table(rows, report)


def _find_table(rows: Sequence[Cells], report: Report) -> Table:
    """Take the row that names the most columns as the header."""
    counts = [_known_columns(row) for row in rows[:HEADER_ROWS]]
    best = max(counts, default=0)
    if best < 2:
        raise InterchangeError(
            f"{report.path}: no row names two columns of a shot list, such as Scene, Shot, "
            "Description, Size. Put the names above the shots."
        )
    top = counts.index(best)
    for number, row in enumerate(rows[:top], start=1):
        if text := " ".join(filter(None, row)):
            report.lose(number, "row above the table", text)
    names, units = _names(rows[top][:MAX_COLUMNS], top + 1, report)
    found = []
    for number, cells in enumerate(rows[top + 1 :], start=top + 2):
        for text in filter(None, cells[len(names) :]):
            report.lose(number, "cell without a column", text)
        texts = {name: text for name, text in zip(names, cells, strict=False) if text is not None}
        known = {name: text for (name, is_known), text in texts.items() if is_known}
        others = {name: text for (name, is_known), text in texts.items() if not is_known and text}
        if any(known.values()) or others:
            found.append(Row(number, known, others))
    columns = tuple(name for name, is_known in names if is_known)
    return Table(top + 1, columns, units, tuple(found))


def _names(
    header: Cells, number: int, report: Report
) -> tuple[list[tuple[str, bool]], dict[str, str]]:
    """A name for every column, whether it is one of a shot list, and the units they say."""
    names: list[tuple[str, bool]] = []
    units: dict[str, str] = {}
    for k, text in enumerate(header):
        cell = text or ""
        found = find_column(cell)
        if found and (found[0], True) not in names:
            names.append((found[0], True))
            units[found[0]] = found[1]
            continue
        name = cell.strip() or f"column {k + 1}"
        if found:
            finding = f'column "{name}" is there twice, the second is kept as a column of its own'
            report.remark(number, finding)
        while (name, False) in names:
            name += " 2"
        names.append((name, False))
    return names, units


def _read_csv(content: bytes, report: Report) -> list[Cells]:
    text = decode(content, report)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[Cells] = []
    try:
        for row in reader:
            if len(rows) > MAX_ROWS:
                raise _too_long(report)
            rows.append([clean(unguarded(cell)) for cell in row[: MAX_COLUMNS + 1]])
    except csv.Error as error:
        report.remark(reader.line_num, f"the table breaks off here ({error}), read up to it")
    return rows


def _delimiter(text: str) -> str:
    """The sign between columns, from the line that has the most of one."""
    lines = text.splitlines()[:HEADER_ROWS]
    return max(_DELIMITERS, key=lambda sign: max((line.count(sign) for line in lines), default=0))


def _read_xlsx(content: bytes, report: Report) -> list[Cells]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _no_sheet(report, error) from None
    if size > 4 * MAX_BYTES:
        raise InterchangeError(
            f"{report.path}: unpacks to {size:,} bytes, {4 * MAX_BYTES:,} are allowed. "
            "Save only the shot list."
        )
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = [(sheet.title, _sheet_rows(sheet, report)) for sheet in book.worksheets]
    except InterchangeError:
        raise
    # openpyxl lets through whatever its parts raise on a damaged file.
    except Exception as error:
        raise _no_sheet(report, error) from None
    chosen = max(range(len(sheets)), key=lambda k: _fitness(sheets[k][1]), default=-1)
    for k, (title, rows) in enumerate(sheets):
        if k != chosen and any(any(row) for row in rows):
            report.lose(1, "sheet", title)
    return sheets[chosen][1] if chosen >= 0 else []


def _fitness(rows: Sequence[Cells]) -> int:
    """How many columns of a shot list the best row of a sheet names."""
    return max(map(_known_columns, rows[:HEADER_ROWS]), default=0)


def _known_columns(row: Cells) -> int:
    return sum(find_column(cell or "") is not None for cell in row)


def _sheet_rows(sheet: object, report: Report) -> list[Cells]:
    rows: list[Cells] = []
    last = 0
    cells_of = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS + 1)  # type: ignore[attr-defined]
    for number, cells in enumerate(cells_of, start=1):
        texts: list[str | None] = []
        for cell in cells:
            if cell.data_type == "f":
                report.lose(number, "formula", str(cell.value))
                texts.append(None)
            else:
                texts.append(clean(_cell_text(cell.value)))
        rows.append(texts)
        last = number if any(texts) else last
    if last > MAX_ROWS:
        raise _too_long(report)
    return rows[:last]


def _cell_text(value: object) -> str:
    """What the cell shows; a time was typed as minutes and seconds."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value)
    if isinstance(value, datetime.time):
        form = (
            "{0.hour}:{0.minute:02}" if not value.second else "{0.hour}:{0.minute:02}:{0.second:02}"
        )
        return form.format(value)
    return str(value)


def clean(text: str) -> str:
    """A text as a table keeps it: single spaces, its lines, nothing that cannot be printed."""
    lines = (" ".join(line.split()) for line in re.split("\r\n|[\r\n\x85\u2028\u2029]", text))
    return UNPRINTABLE.sub("", "\n".join(lines).strip())


def _too_long(report: Report) -> InterchangeError:
    return InterchangeError(
        f"{report.path}: more than {MAX_ROWS:,} rows, which are allowed. Split the table."
    )


def _no_sheet(report: Report, error: Exception) -> InterchangeError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return InterchangeError(
        f"{report.path}: no spreadsheet ({reason}), must be the .xlsx that Excel or LibreOffice "
        "saves. Save it again, or as CSV."
    )


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Undo `guarded`."""
    return _GUARDED.sub("", text, count=1) if _GUARDED.match(text) else text


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as Excel reads them without asking: UTF-8 with a mark, commas, quotes where needed."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Sequence[Sequence[str]], title: str) -> bytes:
    """Rows as a sheet whose cells are all texts, so that nothing is turned into a date or sum.

    Raises:
        InterchangeError: A text is longer than a cell.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = re.sub(r"[\\/*?:\[\]]", " ", title)[:31].strip("' ") or "Shots"
    for k, row in enumerate(rows, start=1):
        for n, text in enumerate(row, start=1):
            if len(text) > MAX_CELL:
                raise InterchangeError(
                    f"row {k}, {rows[0][n - 1]}: {len(text):,} characters, a cell holds "
                    f"{MAX_CELL:,}. Write CSV instead."
                )
            cell = sheet.cell(k, n)
            cell.value = text or None
            # "=1+1" is a text here, whatever openpyxl takes it for.
            cell.data_type = "s"
            cell.number_format = "@"
            cell.quotePrefix = bool(_FORMULA.match(text))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=k == 1)
    for n in range(1, len(rows[0]) + 1):
        widest = max(len(row[n - 1]) for row in rows)
        sheet.column_dimensions[get_column_letter(n)].width = min(60, max(8, widest + 2))
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def suffix_of(path: Path) -> str:
    """The kind of a file by its name: "csv"."""
    return path.suffix.lower().lstrip(".")
