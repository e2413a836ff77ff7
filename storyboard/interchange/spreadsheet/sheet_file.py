"""Read CSV and XLSX files as shot lists, and write them.

The columns are StudioBinder's and five more. A cell that a spreadsheet would run as a formula is
written with an apostrophe in front in CSV, and as text in XLSX; reading removes the apostrophe.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from shots.source.board_source import UNPRINTABLE
from storyboard.interchange.import_report import ImportReport, InterchangeError
from storyboard.interchange.screenplay.screenplay import decode

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_BYTES = 64_000_000
"""Of a file; an XLSX may unpack to four times as much."""
MAX_CELL = 32_000
"""Characters; Excel holds 32,767."""
HEADER_ROWS = 30
"""Rows in which the header is searched."""

COLUMNS = (
    "Scene", "Shot", "Location", "Description", "Size", "Type", "Angle", "Movement", "Lens",
    "Equipment", "Frame rate", "Cast", "Sound", "Notes", "Duration", "Lighting", "Status", "Take",
    "id",
)  # fmt: skip
"""In the order in which they are written."""

# Columns and other headers for them; those of a scene heading (from Heading on) are never written.
_COLUMNS = files("storyboard.interchange.spreadsheet") / "columns.words"
_ALIASES: Mapping[str, str] = dict(
    line.split(": ", 1) for line in _COLUMNS.read_text(encoding="utf-8").splitlines()
)
_UNITS = {"sec": "s", "secs": "s", "seconds": "s", "s": "s", "frames": "f", "f": "f", "mm": "mm"}
_DELIMITERS = ",;\t"
# Characters that begin a formula in Excel, LibreOffice or Sheets, including full-width forms.
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")  # noqa: RUF001
_GUARDED = re.compile(r"'(?='*\s*[=+\-@＝＋－＠]|'*[\t\r\n])")  # noqa: RUF001


Cells = list[str | None]
"""One row as read; None for a cell that cannot be read."""


@dataclass(frozen=True)
class SheetRow:
    """One row of a shot list, by its number in the file from 1.

    `cells` has texts by known column, `others` by the header of any other column. Cells that
    cannot be read are left out.
    """

    number: int
    cells: dict[str, str]
    others: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A shot list: number of its header row, units in the header by column, rows with text."""

    header: int
    units: dict[str, str]
    rows: tuple[SheetRow, ...]


def _folded(header: str) -> str:
    return re.sub(r"[\W_]+", "", header.casefold())


_NAMES = {
    _folded(name): column
    for column, aliases in _ALIASES.items()
    for name in (column, *aliases.split(", "))
}


def find_column(header: str) -> tuple[str, str] | None:
    """The column of a header and the unit in it: "Duration (sec)" is in seconds."""
    bare = re.sub(r"\(([^()]*)\)|#", " ", header)
    unit = re.search(r"\(\s*(\w+)\.?\s*\)", header)
    column = _NAMES.get(_folded(bare)) or _NAMES.get(_folded(header))
    return (column, _UNITS.get(unit[1].lower(), "") if unit else "") if column else None


def read_table(content: bytes, report: ImportReport) -> Table:
    """Read a shot list; the suffix of the report's path decides the format.

    Raises:
        InterchangeError: It is too large, cannot be read, or has no header of a shot list.
    """
    if len(content) > MAX_BYTES:
        raise InterchangeError(
            f"{report.path}: {len(content):,} bytes, {MAX_BYTES:,} are allowed. Split the table."
        )
    is_sheet = report.path.suffix.lower() in (".xlsx", ".xlsm")
    rows = _read_xlsx(content, report) if is_sheet else _read_csv(content, report)
    # The header is the row with the most known columns.
    best = _known_columns(rows)
    if best < 2:
        raise InterchangeError(
            f"{report.path}: no header row, must have two columns of a shot list such as Scene, "
            "Shot, Description, Size. Add a header row above the shots."
        )
    top = next(k for k, row in enumerate(rows) if _known_columns([row]) == best)
    for number, row in enumerate(rows[:top], start=1):
        if text := " ".join(filter(None, row)):
            report.lose(number, "row above the table", text)
    names, units = _column_names(rows[top][:MAX_COLUMNS], top + 1, report)
    found = []
    for number, cells in enumerate(rows[top + 1 :], start=top + 2):
        for text in filter(None, cells[len(names) :]):
            report.lose(number, "cell without a column", text)
        texts = {name: text for name, text in zip(names, cells, strict=False) if text is not None}
        ours = {name: text for (name, is_ours), text in texts.items() if is_ours}
        others = {name: text for (name, is_ours), text in texts.items() if not is_ours and text}
        if any(ours.values()) or others:
            found.append(SheetRow(number, ours, others))
    return Table(top + 1, units, tuple(found))


def _known_columns(rows: Sequence[Cells]) -> int:
    """The most columns of a shot list that any of the first rows names."""
    counts = (
        sum(find_column(cell or "") is not None for cell in row) for row in rows[:HEADER_ROWS]
    )
    return max(counts, default=0)


def _column_names(
    header: Cells, number: int, report: ImportReport
) -> tuple[list[tuple[str, bool]], dict[str, str]]:
    """For every column its name and whether it is one of a shot list; and the units."""
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
            finding = f'column "{name}" appears twice, the second is kept as a separate column'
            report.remark(number, finding)
        while (name, False) in names:
            name += " 2"
        names.append((name, False))
    return names, units


def _read_csv(content: bytes, report: ImportReport) -> list[Cells]:
    text = decode(content, report)
    # The delimiter is the one that a single line has most of.
    lines = text.splitlines()[:HEADER_ROWS]
    sign = max(_DELIMITERS, key=lambda sign: max((line.count(sign) for line in lines), default=0))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    rows: list[Cells] = []
    try:
        for row in reader:
            if len(rows) > MAX_ROWS:
                raise _too_long(report)
            rows.append([clean(unguarded(cell)) for cell in row[: MAX_COLUMNS + 1]])
    except csv.Error as error:
        finding = f"the table is damaged here ({error}), read up to this line"
        report.remark(reader.line_num, finding)
    return rows


def _read_xlsx(content: bytes, report: ImportReport) -> list[Cells]:
    """The rows of the sheet with the most known columns; the other sheets are reported as lost."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size > 4 * MAX_BYTES:
            raise InterchangeError(
                f"{report.path}: unpacks to {size:,} bytes, {4 * MAX_BYTES:,} are allowed. "
                "Save only the shot list."
            )
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = [(sheet.title, _sheet_rows(sheet, report)) for sheet in book.worksheets]
    except InterchangeError:
        raise
    # openpyxl does not wrap the exceptions of its parsers, so a damaged file can raise any.
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InterchangeError(
            f"{report.path}: not a spreadsheet ({reason}), must be an .xlsx file. Save it again "
            "from Excel or LibreOffice, or as CSV."
        ) from None
    chosen = max(range(len(sheets)), key=lambda k: _known_columns(sheets[k][1]), default=-1)
    for k, (title, rows) in enumerate(sheets):
        if k != chosen and any(any(row) for row in rows):
            report.lose(1, "sheet", title)
    return sheets[chosen][1] if chosen >= 0 else []


def _sheet_rows(sheet: object, report: ImportReport) -> list[Cells]:
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
    """The value of a cell as the spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value)
    if isinstance(value, datetime.time):
        # A spreadsheet reads a typed duration, 0:04, as a time of day.
        seconds = f":{value.second:02}" if value.second else ""
        return f"{value.hour}:{value.minute:02}{seconds}"
    return str(value)


def clean(text: str) -> str:
    """A text as a cell holds it: printable, with single spaces and its line breaks."""
    lines = (" ".join(line.split()) for line in re.split("\r\n|[\r\n\x85\u2028\u2029]", text))
    return UNPRINTABLE.sub("", "\n".join(lines).strip())


def _too_long(report: ImportReport) -> InterchangeError:
    return InterchangeError(
        f"{report.path}: more than {MAX_ROWS:,} rows, {MAX_ROWS:,} are allowed. Split the table."
    )


def guarded(text: str) -> str:
    """A cell that no spreadsheet reads as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Undo `guarded`."""
    return _GUARDED.sub("", text, count=1) if _GUARDED.match(text) else text


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV: UTF-8 with a byte order mark, so that Excel detects the encoding."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Sequence[Sequence[str]], title: str) -> bytes:
    """Rows as a sheet of text cells, which a spreadsheet does not turn into dates or numbers.

    Raises:
        InterchangeError: A text has more than `MAX_CELL` characters.
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
                    f"row {k}, {rows[0][n - 1]}: {len(text):,} characters, {MAX_CELL:,} are "
                    "allowed. Write CSV instead."
                )
            cell = sheet.cell(k, n)
            cell.value = text or None
            # openpyxl would set the type of "=1+1" to formula.
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
