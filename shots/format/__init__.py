"""Canonical spelling of a board, and boards and shots as YAML."""
