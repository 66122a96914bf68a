"""Results as pandas frames, for notebooks; pandas is imported on first use (a second)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sim.counters import TIMES, FunctionUse

if TYPE_CHECKING:
    import pandas as pd

    from sim.result import Result

TRIGGERS = ("cron", "scheduler", "action", "client", "dataChange", "flow")
_NOT_FIGURES = (
    "attempts", "by_trigger", "by_caller", "by_root", "per_bin", "retried_per_bin",
    "failed_per_bin", "thrown", *TIMES,
)  # fmt: skip


def functions_frame(result: Result) -> pd.DataFrame:
    """A row for every function, in the result's order (most calls first).

    Columns are `FunctionUse`'s single figures, with their units in their names; the calls by
    trigger are ``by_cron``, ``by_scheduler``, ``by_action``, ``by_client``, ``by_dataChange`` and
    ``by_flow``. Quantiles of its times are such as ``latency_p95_s``: empty if it has none.
    """
    import pandas as pd

    rows = []
    for use in result.by_function.values():
        row = {name: value for name, value in asdict(use).items() if name not in _NOT_FIGURES}
        row |= {f"by_{name}": use.by_trigger.get(name, 0) for name in TRIGGERS}
        rows.append(row | _quantiles(use))
    return pd.DataFrame(rows, index=pd.Index(list(result.by_function), name="function"))


def _quantiles(use: FunctionUse) -> dict[str, float | None]:
    return {
        f"{kind}_{quantile}": getattr(getattr(use, kind), quantile, None)
        for kind in TIMES
        for quantile in ("p50_s", "p95_s", "p99_s")
    }


def series_frame(result: Result) -> pd.DataFrame:
    """Calls of every function by time bin: a row for every bin, named by its start.

    The index is the time since the scenario's start.
    """
    import pandas as pd

    calls = {name: use.per_bin for name, use in result.by_function.items()}
    starts = pd.to_timedelta([index * result.bin_s for index in range(bins_of(result))], unit="s")
    return pd.DataFrame(calls, index=pd.Index(starts, name="start"))


def bins_of(result: Result) -> int:
    """How many time bins the series have."""
    return len(result.scheduler.backlog_per_bin)
