"""Ablation: what each change between two scenarios does, alone and together with the others."""

from .changes import Change, changes_between, parse_groups
from .plan import AblationPlan
from .result import Ablation, Combination, Contribution
from .run import MAX_RUNS, TOLERANCE, ablate

__all__ = [
    "MAX_RUNS",
    "TOLERANCE",
    "Ablation",
    "AblationPlan",
    "Change",
    "Combination",
    "Contribution",
    "ablate",
    "changes_between",
    "parse_groups",
]
