"""Renderer of the layout: depth buffer, light and shadow, lenses, weather."""

from __future__ import annotations
