"""How the engine's functions are compiled, and where the result is kept.

Numba's own cache looks only at the file of the function it stores. This engine is one function,
compiled together with the guards, the draws and everything in this package, so it is kept in a
directory named after a hash of all of their sources: a changed guard never runs from an old cache.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, TypeVar

import numba as _numba
from numba import types as _types
from numba.core import config as _config
from numba.core import event as _event
from numba.extending import register_jitable

from sim.draws import advance, exponential, mix, sample_table, scale
from sim.guards import (
    apply_patch,
    breaker_after,
    decide_catalog_sync,
    decide_setlist,
    is_recent,
    needs_seeding,
    on_finish,
    on_scheduled,
    on_start,
    setlist_size,
)

# Numba's own types are incomplete.
numba: Any = _numba
types: Any = _types
config: Any = _config
event: Any = _event

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: Final = {
    "no_rewrites": True,
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}

for _shared in (
    advance, mix, sample_table, scale, exponential,
    is_recent, decide_catalog_sync, decide_setlist, needs_seeding,
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


def entry(function: F) -> F:
    """Compile a function that Python calls: on its first call, or loaded from the cache."""
    compiled: F = _Entry(function)  # type: ignore[assignment]
    return compiled


class _Entry:
    """A compiled function with everything it calls, kept from one process to the next."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._compiled: Any = None

    def __call__(self, *arguments: Any) -> Any:
        if self._compiled is None:
            self._compiled = self._load(tuple(numba.typeof(argument) for argument in arguments))
        return self._compiled(*arguments)

    def _load(self, signature: tuple[Any, ...]) -> Any:
        directory = cache_directory()
        with _Announcement(kept=directory is not None):
            if directory is not None:
                with suppress(*_CACHE_ERRORS):
                    return _compiled(self._function, signature, directory)
                # A damaged file: an interrupted write of a full disk, or another's work.
                shutil.rmtree(directory, ignore_errors=True)
                with suppress(*_CACHE_ERRORS):
                    return _compiled(self._function, signature, directory)
            return _compiled(self._function, signature, None)


_CACHE_ERRORS: Final = (
    OSError, EOFError, pickle.UnpicklingError, ValueError, KeyError, AttributeError, ImportError,
    IndexError, TypeError, RuntimeError,
)  # fmt: skip
"""What reading or writing a damaged or vanished cache may raise; compiling anew settles it."""


def _compiled(
    function: Callable[..., Any], signature: tuple[Any, ...], directory: Path | None
) -> Any:
    dispatcher = numba.njit(error_model="numpy")(function)
    if directory is not None:
        before, config.CACHE_DIR = config.CACHE_DIR, str(directory)
        try:
            dispatcher.enable_caching()
        finally:
            config.CACHE_DIR = before
    dispatcher.compile(signature)
    return dispatcher


def cache_directory() -> Path | None:
    """Where the compiled engine is kept: the first place that can be written, if any.

    ``NUMBA_CACHE_DIR``; beside this file, as Python keeps its own; the user's cache directory. A
    subdirectory carries the hash of the sources.
    """
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    places = [Path(__file__).parent / "__pycache__"]
    if os.environ.get("NUMBA_CACHE_DIR"):
        places.insert(0, Path(os.environ["NUMBA_CACHE_DIR"]))
    with suppress(RuntimeError):  # there may be no home
        places.append((Path(home) if home else Path.home() / ".cache") / "sim")
    for place in places:
        directory = place / f"kernel-{source_hash()}"
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=directory):
                return directory
    return None


def source_hash() -> str:
    """A hash of every source whose functions or constants are compiled into the engine."""
    digest = hashlib.sha256(numba.__version__.encode())
    package = Path(__file__).parent.parent
    for pattern in ("*.py", "app/*.py", "backend/*.py", "kernel/*.py"):
        for source in sorted(package.glob(pattern)):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


class _Announcement(_event.Listener):
    """Says on stderr that the engine is being compiled, if it is: it takes longer than a moment."""

    def __init__(self, *, kept: bool) -> None:
        self._kept = kept
        self._said = False

    def __enter__(self) -> None:
        event.register("numba:compile", self)

    def __exit__(self, *_: object) -> None:
        event.unregister("numba:compile", self)

    def on_start(self, event: Any) -> None:
        """The compiler has started."""
        if not self._said:
            self._said = True
            again = "once" if self._kept else "in every process: no cache directory can be written"
            sys.stderr.write(f"sim: compiling the engine for this machine ({again}) ...\n")
            sys.stderr.flush()

    def on_end(self, event: Any) -> None:
        """Nothing to say."""
