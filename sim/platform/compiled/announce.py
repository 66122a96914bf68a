"""Who says that the engine is compiled: it takes about twenty seconds in which nothing happens."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sim.escaping import visible

Show = Callable[[str], AbstractContextManager[None]]
"""Shows that something is compiled for as long as a ``with`` block lasts; told what it is."""


@contextmanager
def _on_standard_error(what: str) -> Iterator[None]:
    sys.stderr.write(f"sim: compiling {what}, about 20 s ...\n")
    sys.stderr.flush()
    yield


_shown_by: list[Show] = [_on_standard_error]


@contextmanager
def compiling_shown_by(show: Show) -> Iterator[None]:
    """Let ``show`` say what is compiled, in place of a line on standard error."""
    _shown_by.append(show)
    try:
        yield
    finally:
        _shown_by.remove(show)


def compiling(app: str = "", *, kept: bool) -> AbstractContextManager[None]:
    """Say what is compiled: an ``app`` of a user's own, or the engine if it is empty.

    ``kept``: whether the machine code can be kept.
    """
    once = "once per app" if app else "once"
    often = once if kept else "in every process, as no cache directory can be written"
    return _shown_by[-1](f"{visible(app) or 'the engine for this machine'} ({often})")
