"""Passes of a layout: depth, normals, ids, lines, skeletons and clay, as pictures for other tools."""

from __future__ import annotations
