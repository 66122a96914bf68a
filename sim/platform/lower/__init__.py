"""An app's functions, written once, into steps that the compiled engine runs.

Queries and mutations keep their shape; actions and scripts are split where they wait. What a name
stands for follows from what the app has declared on its `Backend`: tables, facts, counters, draws,
and settings that a deployment replaces. What cannot be lowered is refused with its file, line and
reason (`Refused`), and the reference engine runs the app.
"""

from .app import Slot
from .program import Program, lower
from .source import Refused, Source, source_of

__all__ = ["Program", "Refused", "Slot", "Source", "lower", "source_of"]
