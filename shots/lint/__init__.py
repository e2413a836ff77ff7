"""Warnings about a board that can be read."""
