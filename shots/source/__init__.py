"""The source of a board: files, YAML nodes, and plain data with positions."""
