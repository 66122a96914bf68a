"""How the engine's functions are compiled, and where the result is kept.

Numba's own cache looks only at the file of the function it stores. This engine is one function,
compiled together with the guards, the draws and everything in this package, so it is kept in a
directory named after a hash of all of their sources: a changed guard never runs from an old cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numba
from numba.extending import register_jitable

from sim import draws, guards

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: Final = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

for _shared in (
    draws.advance, draws.mix, draws.sample_table, draws.scale, draws.exponential,
    guards.is_recent, guards.decide_catalog_sync, guards.decide_setlist, guards.needs_seeding,
    guards.setlist_size, guards.breaker_after, guards.on_scheduled, guards.on_start,
    guards.on_finish, guards.apply_patch,
):  # fmt: skip
    register_jitable(_shared)
"""The same source as the reference engine's: compiled here, not copied."""


def jit(function: F) -> F:
    """Compile a function of the engine; it is called like any other."""
    compiled: F = numba.njit(**_OPTIONS)(function)
    return compiled


def hot(function: F) -> F:
    """Compile a function into each of its callers: those that run for every event."""
    compiled: F = numba.njit(**_OPTIONS, forceinline=True)(function)
    return compiled


def entry(function: F) -> F:
    """Compile a function that Python calls."""
    compiled: F = numba.njit(error_model="numpy")(function)
    return compiled
