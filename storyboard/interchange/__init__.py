"""Boards from what people have, and back: Fountain, Final Draft, shot lists as CSV and XLSX.

A script or a table is read into a `Draft`, which is written as a board that a person goes on with
(`board_text`). A table may also be merged into a board, which changes what was edited and nothing
else (`merging`). Whatever could not be carried over is in a `Report`, with its line. Called by
the CLI; libraries for the formats are imported when they are needed.
"""
