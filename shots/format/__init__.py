"""The canonical spelling of a board, and a board written out."""
