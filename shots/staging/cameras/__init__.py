"""Cameras on the floor plan: set-ups by view, and tests of their pictures."""
