"""Files of logs as counts: every format and version, out of core, on all cores."""

from .columns import KINDS, REASONS, UNKNOWN, Rows
from .extract import of_v1
from .formats import FORMATS
from .read import Look, Reading, Told, read
from .tally import Tally, quantile

__all__ = [
    "FORMATS",
    "KINDS",
    "REASONS",
    "UNKNOWN",
    "Look",
    "Reading",
    "Rows",
    "Tally",
    "Told",
    "of_v1",
    "quantile",
    "read",
]
