"""Who says that the engine is compiled: it takes about twenty seconds in which nothing happens."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Show = Callable[[str], AbstractContextManager[None]]
"""Shows that the engine is compiled for as long as a ``with`` block lasts; told how often it is."""


@contextmanager
def _on_standard_error(often: str) -> Iterator[None]:
    sys.stderr.write(f"sim: compiling the engine for this machine ({often}), about 20 s ...\n")
    sys.stderr.flush()
    yield


_shown_by: list[Show] = [_on_standard_error]


@contextmanager
def compiling_shown_by(show: Show) -> Iterator[None]:
    """Let ``show`` say that the engine is compiled, in place of a line on standard error."""
    _shown_by.append(show)
    try:
        yield
    finally:
        _shown_by.remove(show)


def compiling(*, kept: bool) -> AbstractContextManager[None]:
    """Say that the engine is compiled; ``kept``: whether its machine code can be kept."""
    often = "once" if kept else "in every process, as no cache directory can be written"
    return _shown_by[-1](often)
