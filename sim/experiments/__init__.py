"""Experiments on top of `simulate`: comparisons, ablations, sweeps, backfills, thresholds."""

from .ablation import (
    MAX_RUNS,
    TOLERANCE,
    Ablation,
    AblationPlan,
    Change,
    Combination,
    Contribution,
    ablate,
    parse_groups,
)
from .backfill import AddedUse, BackfillPlan, BackfillReport, SafeLimit, backfill
from .changes import parse_changes
from .compare import Comparison, MetricValues, compare, metrics_of
from .envelope import FIRST_SEEDS, Envelope, Probe, Region, envelope
from .recover import Countermeasure, RecoverReport, Recovery, recover
from .replications import (
    Difference,
    Estimate,
    Paired,
    Replications,
    compare_replications,
    replications,
)
from .runs import Done, RunJob, Runner, Store, cluster_threads
from .sweeps import (
    Axis,
    Cell,
    Range,
    Sample,
    Sweep,
    axes_of,
    parse_axis,
    parse_sample,
    sweep,
    with_settings,
)
from .thresholds import AlertReport, Threshold, try_thresholds
from .tune import Candidate, Tuning, tune

__all__ = [
    "FIRST_SEEDS",
    "MAX_RUNS",
    "TOLERANCE",
    "Ablation",
    "AblationPlan",
    "AddedUse",
    "AlertReport",
    "Axis",
    "BackfillPlan",
    "BackfillReport",
    "Candidate",
    "Cell",
    "Change",
    "Combination",
    "Comparison",
    "Contribution",
    "Countermeasure",
    "Difference",
    "Done",
    "Envelope",
    "Estimate",
    "MetricValues",
    "Paired",
    "Probe",
    "Range",
    "RecoverReport",
    "Recovery",
    "Region",
    "Replications",
    "RunJob",
    "Runner",
    "SafeLimit",
    "Sample",
    "Store",
    "Sweep",
    "Threshold",
    "Tuning",
    "ablate",
    "axes_of",
    "backfill",
    "cluster_threads",
    "compare",
    "compare_replications",
    "envelope",
    "metrics_of",
    "parse_axis",
    "parse_changes",
    "parse_groups",
    "parse_sample",
    "recover",
    "replications",
    "sweep",
    "try_thresholds",
    "tune",
    "with_settings",
]
