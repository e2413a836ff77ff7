"""Executors run a stage over its takes: in this process, or in others."""

from __future__ import annotations

from storyboard.executors.local import Executor, LocalExecutor

__all__ = ["Executor", "LocalExecutor"]
