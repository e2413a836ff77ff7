"""Passes of a layout: depth, normals, ids, lines, skeletons, clay, for other tools."""

from __future__ import annotations
