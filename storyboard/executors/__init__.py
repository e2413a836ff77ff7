"""Who runs a stage over its takes: this process, or workers elsewhere."""

from __future__ import annotations

from storyboard.executors.executor import Executor
from storyboard.executors.local import LocalExecutor

__all__ = ["Executor", "LocalExecutor"]
