"""Real executions: read from production's logs into a result, and written by a run.

`observe` reads; `sim.logs.emit` writes the executions of a run in the same formats.
"""

from .facts import Completeness, Observed, Pressure
from .known import is_logged
from .observe import ENGINE, NOT_IN_LOGS, Logs, observe
from .read import ReadProgress
from .slices import Counted, Slices, Times

__all__ = [
    "ENGINE",
    "NOT_IN_LOGS",
    "Completeness",
    "Counted",
    "Logs",
    "Observed",
    "Pressure",
    "ReadProgress",
    "Slices",
    "Times",
    "is_logged",
    "observe",
]
