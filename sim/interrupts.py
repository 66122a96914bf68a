"""Interrupts (Ctrl-C) that do not get lost on their way.

Python tells of an interrupt by raising `KeyboardInterrupt` wherever the code happens to be. Code in
C that calls back into Python may drop what is raised there, or raise an error of its own instead.
So the command line also notes that there was one, and long work looks at the note.
"""

from __future__ import annotations

import signal
from types import FrameType

_noted = False


def note_interrupts() -> None:
    """Note each interrupt from now on, unless this process ignores them."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)


def was_interrupted() -> bool:
    """Whether there was an interrupt."""
    return _noted


def raise_if_interrupted() -> None:
    """Raise `KeyboardInterrupt` if there was one: whoever calls this should not be running."""
    if _noted:
        raise KeyboardInterrupt


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    global _noted
    _noted = True
    raise KeyboardInterrupt
