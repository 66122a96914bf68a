"""Experiments on top of `simulate`: comparisons, backfills, thresholds."""

from .backfill import BackfillReport, Edge, Effect, Plan, backfill
from .compare import Comparison, Metric, compare
from .incident import Claim, incident_table
from .thresholds import AlertReport, Threshold, try_thresholds

__all__ = [
    "AlertReport",
    "BackfillReport",
    "Claim",
    "Comparison",
    "Edge",
    "Effect",
    "Metric",
    "Plan",
    "Threshold",
    "backfill",
    "compare",
    "incident_table",
    "try_thresholds",
]
