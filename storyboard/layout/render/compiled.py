"""Compiled loops: numba functions, run on bands of rows by several threads.

They are compiled once per machine and kept beside their module, or in the user's cache
folder.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


# Without fast-math, so that bits are stable; without counts of references to arrays (_nrt), which
# would cost more than the arithmetic, so a loop allocates none.
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """Decorator of a loop."""
    return cast("Function", njit(**_OPTIONS)(function))


def part(function: Function) -> Function:
    """Decorator of a function that becomes part of the loops that call it."""
    return cast("Function", njit(forceinline=True, **_OPTIONS)(function))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="layout")


def in_bands(work: Callable[[int, int], object], rows: int, threads: int, band: int = 30) -> None:
    """Call `work(first, last)` for each band of rows; bands share nothing, so order is free."""
    bands = [(first, min(first + band, rows)) for first in range(0, rows, band)]
    if threads <= 1:
        for first, last in bands:
            work(first, last)
        return
    list(_pool(threads).map(lambda each: work(*each), bands))
