"""Experiments on top of `simulate`: comparisons, replications, backfills, thresholds."""

from .backfill import BackfillReport, Edge, Effect, Plan, backfill
from .compare import Comparison, Metric, compare
from .incident import Claim, incident_table
from .replications import (
    Difference,
    Estimate,
    Paired,
    Replications,
    compare_replications,
    replications,
)
from .thresholds import AlertReport, Threshold, try_thresholds

__all__ = [
    "AlertReport",
    "BackfillReport",
    "Claim",
    "Comparison",
    "Difference",
    "Edge",
    "Effect",
    "Estimate",
    "Metric",
    "Paired",
    "Plan",
    "Replications",
    "Threshold",
    "backfill",
    "compare",
    "compare_replications",
    "incident_table",
    "replications",
    "try_thresholds",
]
