"""Several replications, one number: the statistic that is compared with a bound."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Literal

from sim.intervals import CONFIDENCE, half_width

Statistic = Literal["bound", "mean", "worst"]
STATISTICS: tuple[Statistic, ...] = ("bound", "mean", "worst")


def pessimistic(values: Sequence[float], statistic: Statistic, *, high_is_bad: bool) -> float:
    """The value that is compared with a bound.

    ``bound``: the one-sided confidence bound of the mean (Student's t), the upper one if high is
    bad. The mean lies beyond it with a probability of 5%. A single replication has no spread: its
    value is compared as it is.
    """
    if len(values) == 1:
        return values[0]
    if statistic == "worst":
        return max(values) if high_is_bad else min(values)
    mean = fmean(values)
    if statistic == "mean":
        return mean
    margin = half_width(values, CONFIDENCE)
    return mean + margin if high_is_bad else mean - margin


def described(statistic: Statistic, replications: int) -> str:
    """The statistic in words."""
    if replications == 1:
        return "the value of a single run"
    if statistic == "bound":
        return (
            f"the {CONFIDENCE:.0%} confidence bound of the mean of {replications} replications, "
            "on the pessimistic side"
        )
    return f"the {'mean' if statistic == 'mean' else 'worst'} of {replications} replications"
