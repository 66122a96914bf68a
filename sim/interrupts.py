"""Interrupts (Ctrl-C) that do not get lost on their way.

Python tells of an interrupt by raising `KeyboardInterrupt` wherever the code happens to be. Code in
C that calls back into Python may drop what is raised there, or raise an error of its own instead.
So the command line also notes that there was one: long work looks at the note, and an error that
comes after it is one that was made of it.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SAME = 1.0
"""Seconds after an interrupt in which another one means the same, and disturbs nobody who ends."""

_noted_at: float | None = None


def note_interrupts() -> None:
    """Note each interrupt from now on, unless this process ignores them."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


@contextmanager
def errors_are_interrupts() -> Iterator[None]:
    """Raise `KeyboardInterrupt` instead of any error that comes after an interrupt."""
    try:
        yield
    except Exception:
        raise_if_interrupted()
        raise


def raise_if_interrupted() -> None:
    """Raise `KeyboardInterrupt` if there was one: whoever calls this should not be running."""
    if _noted_at is not None:
        raise KeyboardInterrupt


def ignore_interrupts() -> None:
    """Let no interrupt disturb the end of this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    global _noted_at
    before, _noted_at = _noted_at, time.monotonic()
    if before is None or _noted_at - before > _SAME:
        raise KeyboardInterrupt
