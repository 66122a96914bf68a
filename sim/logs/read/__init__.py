"""Files of logs as counts: every format and version, out of core, on all cores."""

from .columns import KINDS, REASONS, RETRIES, UNKNOWN, Rows, hashes
from .extract import of_v1
from .formats import FORMATS
from .names import function_name
from .read import Look, Reading, ReadProgress, read
from .tally import Tally

__all__ = [
    "FORMATS",
    "KINDS",
    "REASONS",
    "RETRIES",
    "UNKNOWN",
    "Look",
    "ReadProgress",
    "Reading",
    "Rows",
    "Tally",
    "function_name",
    "hashes",
    "of_v1",
    "read",
]
