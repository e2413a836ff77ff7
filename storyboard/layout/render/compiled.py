"""Compiled loops: numba kernels with fixed signatures, run on bands of rows by several threads.

A kernel is compiled once per machine and kept beside the module, or in the user's cache folder.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(signature: str) -> Callable[[Function], Function]:
    """Decorator: compile a loop for these types; without fast-math, so that bits are stable.

    A function that returns a value is made part of those that call it. Arrays are not counted
    references to, which would cost more than the arithmetic, so a loop allocates none.
    """
    options = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    is_part = not signature.startswith("void")
    return cast("Callable[[Function], Function]", njit(signature, forceinline=is_part, **options))


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
