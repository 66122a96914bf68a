"""Several replications, one number: the statistic that a bound is tested at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal, Self

Statistic = Literal["bound", "mean", "worst"]
STATISTICS: tuple[Statistic, ...] = ("bound", "mean", "worst")
CONFIDENCE = 0.95
"""One-sided: the mean lies beyond the bound with a probability of 5%."""


def pessimistic(values: Sequence[float], statistic: Statistic, *, high_is_bad: bool) -> float:
    """The value that is held against a bound.

    ``bound``: the one-sided confidence bound of the mean (Student's t), the upper one if high is
    bad. One replication has no spread: its value is tested as it is.
    """
    if len(values) == 1:
        return values[0]
    if statistic == "worst":
        return max(values) if high_is_bad else min(values)
    mean = fmean(values)
    if statistic == "mean":
        return mean
    from scipy.special import stdtrit  # imported late: a tenth of a second

    half_width = float(stdtrit(len(values) - 1, CONFIDENCE)) * stdev(values)
    half_width /= math.sqrt(len(values))
    return mean + half_width if high_is_bad else mean - half_width


def described(statistic: Statistic, replications: int) -> str:
    """How a report says what was tested."""
    if replications == 1:
        return "the value of a single run"
    if statistic == "bound":
        return (
            f"the {CONFIDENCE:.0%} confidence bound of the mean of {replications} replications, "
            "on the pessimistic side"
        )
    return f"the {'mean' if statistic == 'mean' else 'worst'} of {replications} replications"


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the half-width of its two-sided 95% confidence interval (Student's t)."""

    mean: float
    half_width: float
    """Infinite for a single value, which says nothing of the spread."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Of independent values, such as one from each replication."""
        return cls(*interval(values))

    @property
    def low(self) -> float:
        """The lower end; the mean itself where there is no interval."""
        return self.mean - self._half

    @property
    def high(self) -> float:
        """The upper end; the mean itself where there is no interval."""
        return self.mean + self._half

    @property
    def leaves_zero_out(self) -> bool:
        """Whether zero lies outside; true where there is no interval."""
        return math.isinf(self.half_width) or abs(self.mean) > self.half_width

    @property
    def _half(self) -> float:
        return self.half_width if math.isfinite(self.half_width) else 0.0


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean and the half-width of its two-sided 95% confidence interval (Student's t).

    The half-width of a single value is infinite: it says nothing of the spread.
    """
    if len(values) == 1:
        return values[0], math.inf
    from scipy.special import stdtrit

    half_width = float(stdtrit(len(values) - 1, 0.5 + CONFIDENCE / 2)) * stdev(values)
    return fmean(values), half_width / math.sqrt(len(values))
