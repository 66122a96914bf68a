"""Experiments on top of `simulate`: comparisons, replications, sweeps, backfills, thresholds."""

from .backfill import BackfillReport, Edge, Effect, Plan, backfill
from .changes import parse_changes
from .compare import Comparison, Metric, compare
from .incident import Claim, incident_table
from .recover import Measure, RecoverReport, Recovery, recover
from .replications import (
    Difference,
    Estimate,
    Paired,
    Replications,
    compare_replications,
    replications,
)
from .sweeps import Axis, Cell, Store, Sweep, parse_axis, sweep
from .thresholds import AlertReport, Threshold, try_thresholds

__all__ = [
    "AlertReport",
    "Axis",
    "BackfillReport",
    "Cell",
    "Claim",
    "Comparison",
    "Difference",
    "Edge",
    "Effect",
    "Estimate",
    "Measure",
    "Metric",
    "Paired",
    "Plan",
    "RecoverReport",
    "Recovery",
    "Replications",
    "Store",
    "Sweep",
    "Threshold",
    "backfill",
    "compare",
    "compare_replications",
    "incident_table",
    "parse_axis",
    "parse_changes",
    "recover",
    "replications",
    "sweep",
    "try_thresholds",
]
