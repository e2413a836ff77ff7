"""Warnings and notices about a board that can be read."""
