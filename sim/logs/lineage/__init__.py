"""Who scheduled what, inferred from logs, and what follows for roots and cycles."""

from .forest import OUTSIDE, Forest, drawn
from .parents import Parents, infer
from .units import MOST, Collector, Job, Schedulers, Units, load_jobs

__all__ = [
    "MOST",
    "OUTSIDE",
    "Collector",
    "Forest",
    "Job",
    "Parents",
    "Schedulers",
    "Units",
    "drawn",
    "infer",
    "load_jobs",
]
