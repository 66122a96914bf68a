"""How the engine's functions are compiled: into one function, with the guards and the draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import llvmlite.binding as llvm
import numba as _numba
from numba import types as _types
from numba.extending import register_jitable

from sim.draws import advance, exponential, mix, sample_table, scale
from sim.guards import (
    apply_patch,
    breaker_after,
    decide_catalog_sync,
    decide_setlist,
    held_back_by,
    is_recent,
    needs_seeding,
    on_finish,
    on_scheduled,
    on_start,
    setlist_size,
)

from .native import MachineCode

# Numba's own types are incomplete.
numba: Any = _numba
types: Any = _types

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: Final = {
    "no_rewrites": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}

for _shared in (
    advance, mix, sample_table, scale, exponential,
    is_recent, decide_catalog_sync, held_back_by, decide_setlist, needs_seeding,
    setlist_size, breaker_after, on_scheduled, on_start,
    on_finish, apply_patch,
):  # fmt: skip
    register_jitable(_shared)
"""The same source as the reference engine's: compiled here, not copied."""


def jit(function: F) -> F:
    """Compile a function of the engine; it is called like any other."""
    compiled: F = _once(numba.njit(**_OPTIONS)(function))
    return compiled


def hot(function: F) -> F:
    """Compile a function into each of its callers: those that run for every event."""
    compiled: F = _once(numba.njit(**_OPTIONS, forceinline=True)(function))
    return compiled


def _once(dispatcher: Any) -> Any:
    """Have Numba compile a function once, not anew for every constant that it is called with."""
    resolve = dispatcher.get_call_template

    def resolve_type(arguments: Any, keywords: Any) -> Any:
        return resolve(tuple(types.unliteral(a) for a in arguments), keywords)

    dispatcher.get_call_template = resolve_type
    return dispatcher


def compiled(function: Callable[..., int], words: int) -> MachineCode:
    """The machine code of a function of so many integers that gives an integer."""
    signature = types.int64(*[types.int64] * words)
    compiled = numba.cfunc(signature, error_model="numpy", no_rewrites=True)(function)
    library = compiled._library
    _, _, (code, bitcode) = library.serialize_using_object_code()
    module = llvm.parse_bitcode(bitcode)
    symbols = tuple(sorted(f.name for f in module.functions if f.is_declaration))
    return MachineCode(compiled._wrapper_name, symbols, code)
