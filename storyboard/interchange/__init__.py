"""Import and export of boards: Fountain, Final Draft, CSV and XLSX; and the campaign template.

A script or a table is read into a `Draft`, which `draft_text` writes as a board. An edited table
can also be merged into its board. An `ImportReport` lists what was not carried over.
"""
