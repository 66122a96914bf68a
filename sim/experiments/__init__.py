"""Experiments on top of `simulate`: comparisons, replications, sweeps, backfills, thresholds."""

from .backfill import BackfillReport, Edge, Effect, Plan, backfill
from .changes import parse_changes
from .compare import Comparison, Metric, compare
from .envelope import Envelope, Probe, Region, envelope
from .recover import Measure, RecoverReport, Recovery, recover
from .replications import (
    Difference,
    Estimate,
    Paired,
    Replications,
    compare_replications,
    replications,
)
from .runs import Done, Job, Runner, Store
from .sweeps import Axis, Cell, Range, Sample, Sweep, parse_axis, parse_sample, sweep
from .thresholds import AlertReport, Threshold, try_thresholds
from .tune import OBJECTIVES, Candidate, Tuning, tune

__all__ = [
    "OBJECTIVES",
    "AlertReport",
    "Axis",
    "BackfillReport",
    "Candidate",
    "Cell",
    "Comparison",
    "Difference",
    "Done",
    "Edge",
    "Effect",
    "Envelope",
    "Estimate",
    "Job",
    "Measure",
    "Metric",
    "Paired",
    "Plan",
    "Probe",
    "Range",
    "RecoverReport",
    "Recovery",
    "Region",
    "Replications",
    "Runner",
    "Sample",
    "Store",
    "Sweep",
    "Threshold",
    "Tuning",
    "backfill",
    "compare",
    "compare_replications",
    "envelope",
    "parse_axis",
    "parse_changes",
    "parse_sample",
    "recover",
    "replications",
    "sweep",
    "try_thresholds",
    "tune",
]
