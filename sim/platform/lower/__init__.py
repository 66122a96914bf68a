"""An app's functions, written once, into steps that the compiled engine runs.

Queries and mutations keep their shape; actions and scripts are split where they wait. What a name
stands for follows from what the app has declared on its `Backend`: tables, facts, counters, draws,
and settings that a deployment replaces. What cannot be lowered is refused with its file, line and
reason (`Refused`), and the reference engine runs the app.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.platform.reference import Backend

from .program import Program, Slot
from .source import Refused, Source, source_of

__all__ = ["Program", "Refused", "Slot", "Source", "lower", "source_of"]


def lower(backend: Backend) -> tuple[Program, dict[str, Callable[..., Any]]]:
    """Lower the app that is installed on a backend, and the pure functions that it calls.

    Raises `Refused` with file, line and reason if it cannot be compiled. What does it is imported
    here: an app whose machine code is kept does without.
    """
    from .lowering import lower as lower_app

    return lower_app(backend)
