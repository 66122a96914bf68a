"""How the engine's functions are compiled: into one function, with the app's and the draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any, Final, TypeVar

import llvmlite.binding as llvm
import numba as _numba
from numba import types as _types
from numba.core.codegen import CPUCodeLibrary as _CPUCodeLibrary
from numba.core.codegen import JITCPUCodegen as _JITCPUCodegen
from numba.extending import register_jitable

from sim.draws import advance, exponential, mix, sample_table, scale
from sim.platform import rules

from .native import MachineCode

# Numba's own types are incomplete.
numba: Any = _numba
types: Any = _types
CPUCodeLibrary: Any = _CPUCodeLibrary
JITCPUCodegen: Any = _JITCPUCodegen

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: Final = {
    "no_rewrites": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}

INLINED: Final = {**_OPTIONS, "forceinline": True}

_shared: set[FunctionType] = set()


def share(function: Callable[..., Any], *, inlined: bool = False) -> None:
    """Let compiled code call a pure function, and those of its module that it calls.

    It is the same source as the reference engine's: compiled here, not copied. ``inlined``: into
    each of its callers.
    """
    if not isinstance(function, FunctionType) or function in _shared:
        return
    _shared.add(function)
    if inlined:
        register_jitable(**INLINED)(function)
    else:
        register_jitable(function)
    for name in function.__code__.co_names:
        share(function.__globals__.get(name))  # type: ignore[arg-type]


for _each in (advance, mix, sample_table, scale, exponential):
    share(_each)
for _each in vars(rules).values():
    share(_each, inlined=True)


def jit(function: F) -> F:
    """Compile a function of the engine; it is called like any other."""
    compiled: F = _once(numba.njit(**_OPTIONS)(function))
    return compiled


def hot(function: F) -> F:
    """Compile a function into each of its callers: those that run for every event."""
    compiled: F = _once(numba.njit(**INLINED)(function))
    return compiled


def _once(dispatcher: Any) -> Any:
    """Have Numba compile a function once, not anew for every constant or width of an integer."""
    resolve = dispatcher.get_call_template

    def resolve_type(arguments: Any, keywords: Any) -> Any:
        return resolve(tuple(_widened(types.unliteral(a)) for a in arguments), keywords)

    dispatcher.get_call_template = resolve_type
    return dispatcher


def _widened(type_: Any) -> Any:
    """The type of an argument: records keep small integers in less than a word."""
    return types.int64 if type_ is types.int32 else type_


@contextmanager
def _linked_once(last: str) -> Iterator[None]:
    """Let LLVM link, optimize and translate the whole engine once, with the function compiled last.

    Numba links a function with all that it calls, directly or not, and optimizes and translates the
    lot for every function anew: the innermost ones dozens of times. Nothing of that is left but the
    last time.
    """
    finalize = CPUCodeLibrary.finalize
    set_environment = JITCPUCodegen.set_env  # for calls from Python, of which there are none

    def finalize_the_last(library: Any) -> None:
        if last in library.name:
            library._linking_libraries = _all_below(library)
            finalize(library)
        else:
            library._finalize_dynamic_globals()
            library._finalized = True

    JITCPUCodegen.set_env = lambda *_: None
    CPUCodeLibrary.finalize = finalize_the_last
    try:
        yield
    finally:
        CPUCodeLibrary.finalize = finalize
        JITCPUCodegen.set_env = set_environment


def _all_below(library: Any) -> list[Any]:
    """Every library that one needs, directly or not, each once and after all that need it.

    LLVM takes of a library only what something asks for that has been linked before.
    """
    found: dict[Any, None] = {}
    entered: set[Any] = set()
    left = [(library, False)]
    while left:
        each, is_done = left.pop()
        if is_done:
            found[each] = None
        elif each not in entered:
            entered.add(each)
            left.append((each, True))
            left += [(below, False) for below in each._linking_libraries]
    del found[library]
    return list(reversed(found))


def compiled(function: Callable[..., int], words: int, program: str) -> MachineCode:
    """The machine code of a function of so many integers that gives an integer."""
    signature = types.int64(*[types.int64] * words)
    with _linked_once(function.__qualname__):
        compiled = numba.cfunc(signature, error_model="numpy", no_rewrites=True)(function)
    library = compiled._library
    _, _, (code, bitcode) = library.serialize_using_object_code()
    module = llvm.parse_bitcode(bitcode)
    symbols = tuple(sorted(f.name for f in module.functions if f.is_declaration))
    return MachineCode(compiled._wrapper_name, symbols, code, program)
