"""Variants of a board: planned, rendered and delivered together."""
