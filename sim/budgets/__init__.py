"""Budgets: scenarios compared with bounds, with baselines, explanations and reports for CI."""

from .baseline import Baseline, load_baseline
from .check import CheckReport, How, ScenarioCheck, check
from .explain import Carrier, SwitchedBack, WhyBroken
from .github import summary, to_annotations
from .judge import Base, Check, judge, surely_broken, value_of
from .junit import to_junit
from .observed import check_observed
from .replications import BudgetRuns, Told, replicate
from .statistic import STATISTICS, Statistic

__all__ = [
    "STATISTICS",
    "Base",
    "Baseline",
    "BudgetRuns",
    "Carrier",
    "Check",
    "CheckReport",
    "How",
    "ScenarioCheck",
    "Statistic",
    "SwitchedBack",
    "Told",
    "WhyBroken",
    "check",
    "check_observed",
    "judge",
    "load_baseline",
    "replicate",
    "summary",
    "surely_broken",
    "to_annotations",
    "to_junit",
    "value_of",
]
