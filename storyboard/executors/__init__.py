"""Who runs a stage over its takes: this process, or workers elsewhere."""

from storyboard.executors.base import Executor
from storyboard.executors.local import LocalExecutor

__all__ = ["Executor", "LocalExecutor"]
