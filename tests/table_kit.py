"""Boards whose tables are edited, and the way from a board to a table and back."""

from __future__ import annotations

import difflib
from pathlib import Path

from hypothesis import HealthCheck, settings

from storyboard.interchange.import_report import ImportReport
from storyboard.interchange.spreadsheet.merge import merge_table, shot_list
from storyboard.interchange.spreadsheet.sheet_file import read_table, write_csv, write_xlsx

HERE = Path(__file__).parent
BOARDS = [HERE / "boards" / "worked_board.yaml", *sorted((HERE.parent / "examples").glob("*.yaml"))]
WORKED = BOARDS[0].read_bytes()
BOARD = Path("board.yaml")

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)

NASTY = """\
# A board with everything that makes an edit hard.
style: &style {seed: 3}
characters: {mara: {looks: a woman}, ilya: {looks: a man}}
locations:
  stop: {heading: EXT. STOP}
  tram: {heading: INT. TRAM}
lighting: {rain: "night, practical"}
x-coverage: &coverage               # x- keys are yours
  takes: 2
defaults: {<<: *coverage, duration: 4s, camera: 'MS, static, 35mm, shallow'}
scenes:
- number: 12
  location: stop
  lighting: rain
  shots:
  - id: 12    # the master
    camera: &wide {size: WS, lens: 24mm}   # shared below
    action: |
      Rain falls.

      Harder.

    # between two keys
    notes: >
      Hold the look,
      and hold it.
  # about 12A
  - {id: 12A, camera: *wide, action: "He says: \\"no\\".", x-props: 'a cup'}

  - id: 12B
    subjects:
      - mara     # first
      - ilya
    camera:
      size: CU
      movement: push in   # slowly
      speed: slow
    lighting: {source: neon}
    action: Mara runs along the
      kerb and stops.
    duration:
    continuity: {after: 12A, from: style-only}
    # the end of 12B

- number: 13
  location: tram
  shots:
    - id: 13
      action: 日本 😀 walks.
      continuity: {from: style-only}
    - id: 12E1
      camera: MCU, push in, then tilt up, 85mm
      action: He goes.
# the end
"""


def rows_of(content, path=BOARD):
    return shot_list(content, path)


def merge(content, rows, kind="csv"):
    """Merge rows, the first of them the header; returns the new content, changes and report."""
    report = ImportReport(Path(f"t.{kind}"))
    written = write_csv(rows) if kind == "csv" else write_xlsx(rows, "t")
    merged = merge_table(content, BOARD, read_table(written, report), report)
    return merged.contents.get(BOARD, content), merged.changes, report


def edited(content, cells, kind="csv"):
    """Merge a table in which some cells are edited: (shot, column) → text."""
    rows = rows_of(content)
    header = rows[0]
    for (shot, column), text in cells.items():
        row = next(row for row in rows if row[header.index("id")] == shot)
        row[header.index(column)] = text
    return merge(content, rows, kind)


def diff(old, new):
    """Lines that went and came, without the diff's heads."""
    lines = difflib.unified_diff(
        old.decode().split("\n"), new.decode().split("\n"), n=0, lineterm=""
    )
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
