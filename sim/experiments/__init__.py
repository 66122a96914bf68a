"""Experiments on top of `simulate`: comparisons, replications, sweeps, backfills, thresholds."""

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
from .runs import Job, Runner, Store
from .sweeps import Axis, Cell, Range, Sample, Sweep, parse_axis, parse_sample, sweep
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
    "Job",
    "Metric",
    "Paired",
    "Plan",
    "Range",
    "Replications",
    "Runner",
    "Sample",
    "Store",
    "Sweep",
    "Threshold",
    "backfill",
    "compare",
    "compare_replications",
    "incident_table",
    "parse_axis",
    "parse_sample",
    "replications",
    "sweep",
    "try_thresholds",
]
