"""What the series of time bins say: the busiest bin, the bursts, how fast a queue drains."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.result import FunctionUse, Result

BURST = 0.1
"""A bin is part of a burst if it has at least this share of the busiest bin's calls."""


def summed(series: Iterable[Sequence[int]]) -> list[int]:
    """Several series, bin by bin."""
    return [sum(column) for column in zip(*series, strict=True)]


def busiest(calls: Sequence[int]) -> int:
    """The calls of the busiest bin."""
    return max(calls, default=0)


def bursts(calls: Sequence[int]) -> int:
    """How many bursts: stretches of bins that are not quiet; one for calls that come evenly."""
    return sum(is_busy for is_busy, _ in groupby(_busy(calls)))


def bins_in_bursts(calls: Sequence[int]) -> int:
    """How many bins belong to a burst."""
    return sum(_busy(calls))


def _busy(calls: Sequence[int]) -> list[bool]:
    least = BURST * busiest(calls)
    return [each > 0 and each >= least for each in calls]


def while_draining(calls: Sequence[int], backlog: Sequence[int]) -> float:
    """The calls of a bin in which a queue drained: the median; zero if there was none.

    ``backlog``: jobs waiting at the end of each bin. A queue drains in a bin that begins and ends
    with jobs waiting, with fewer at its end.
    """
    within = zip(calls[1:], backlog[:-1], backlog[1:], strict=True)
    return float(median([each for each, before, after in within if before > after > 0] or [0]))


def during(result: Result, first_s: float, last_s: float) -> Result:
    """A result of the time between two ends of bins; what is not counted in bins is the run's.

    The outcomes are those at its end, the peak of the backlog the highest at the end of a bin.
    """
    first, last = round(first_s / result.bin_s), math.ceil(last_s / result.bin_s)
    scheduler = result.scheduler
    backlog = scheduler.backlog_per_bin[first:last]
    slots = scheduler.slot_use_per_bin[first:last]
    functions = {name: _use_during(use, first, last) for name, use in result.by_function.items()}
    outcomes = {
        name: levels[min(last, len(levels)) - 1] if levels else 0.0
        for name, levels in result.outcomes_per_bin.items()
    }
    return replace(
        result,
        scenario=replace(result.scenario, horizon_s=last_s - first_s),
        calls=replace(result.calls, total=sum(use.calls for use in functions.values())),
        by_function=functions,
        scheduler=replace(
            scheduler, backlog_per_bin=backlog, slot_use_per_bin=slots,
            peak_backlog=max(backlog, default=0), final_backlog=backlog[-1] if backlog else 0,
            slot_use=fmean(slots) if slots else 0.0,
        ),
        outcomes=outcomes,
    )  # fmt: skip


def _use_during(use: FunctionUse, first: int, last: int) -> FunctionUse:
    calls, retried, failed = (
        series[first:last] for series in (use.per_bin, use.retried_per_bin, use.failed_per_bin)
    )
    return replace(
        use, calls=sum(calls), conflicts_retried=sum(retried), conflicts_failed=sum(failed),
        per_bin=calls, retried_per_bin=retried, failed_per_bin=failed,
    )  # fmt: skip
