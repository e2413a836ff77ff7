"""Who runs a stage over its takes: this process, or workers elsewhere."""

from .base import Executor
from .local import LocalExecutor

__all__ = ["Executor", "LocalExecutor"]
