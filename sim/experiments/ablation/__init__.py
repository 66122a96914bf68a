"""Ablation: what each change between two scenarios does, alone and together with the others."""

from .changes import Change, changes_between, parse_groups
from .plan import Plan
from .result import Ablation, Combination, Contribution
from .run import MAX_RUNS, TOLERANCE, ablate
from .table import period_of

__all__ = [
    "MAX_RUNS",
    "TOLERANCE",
    "Ablation",
    "Change",
    "Combination",
    "Contribution",
    "Plan",
    "ablate",
    "changes_between",
    "parse_groups",
    "period_of",
]
