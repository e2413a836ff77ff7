"""What can go wrong in `model`, as a caller meets it.

    ModelError
    ├── GeometryError   a size or frame count that no latent has
    ├── PresetError     a preset, solver or option that does not exist or does not fit together
    └── WeightsError    a checkpoint that is not what it says it is

Messages follow one grammar: where: what was found, what is allowed. What to do.
"""

from __future__ import annotations


class ModelError(Exception):
    """Base of every error that a user of `model` can cause."""


class GeometryError(ModelError):
    """A picture size or frame count that the latent grid cannot hold."""


class PresetError(ModelError):
    """A preset, solver or option that does not exist, or does not fit the checkpoint."""


class WeightsError(ModelError):
    """A file of a checkpoint that is missing, damaged or of another shape."""
