"""Errors that callers of `model` can cause.

Grammar of the messages: `where: what was found, what is allowed. What to do.`
"""

from __future__ import annotations


class ModelError(Exception):
    """Base of the errors below."""


class GeometryError(ModelError):
    """A picture size or frame count that the latent grid cannot hold."""


class PresetError(ModelError):
    """A preset, solver or option that does not exist, or does not fit the checkpoint."""


class WeightsError(ModelError):
    """A file of a checkpoint that is missing, damaged or of another shape."""
