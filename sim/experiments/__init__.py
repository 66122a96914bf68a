"""Experiments on top of `simulate`: comparisons, ablations, sweeps, backfills, thresholds."""

from .ablation import (
    MAX_RUNS,
    TOLERANCE,
    Ablation,
    Change,
    Combination,
    Contribution,
    ablate,
    parse_groups,
    period_of,
)
from .ablation import (
    Plan as AblationPlan,
)
from .backfill import BackfillReport, Edge, Effect, Plan, backfill
from .changes import parse_changes
from .compare import Comparison, Metric, compare, metrics_of
from .envelope import FIRST_SEEDS, Envelope, Probe, Region, envelope
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
    "AlertReport",
    "Axis",
    "BackfillReport",
    "Candidate",
    "Cell",
    "Change",
    "Combination",
    "Comparison",
    "Contribution",
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
    "ablate",
    "axes_of",
    "backfill",
    "compare",
    "compare_replications",
    "envelope",
    "metrics_of",
    "parse_axis",
    "parse_changes",
    "parse_groups",
    "parse_sample",
    "period_of",
    "recover",
    "replications",
    "sweep",
    "try_thresholds",
    "tune",
    "with_settings",
]
