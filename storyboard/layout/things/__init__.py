"""Parametric models of things and animals."""
