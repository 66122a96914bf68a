"""Means and how sure they are: Student's t intervals of independent values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Self

CONFIDENCE = 0.95
"""Of every interval and bound that the toolkit shows."""

_ROUNDING = 1e-9
"""A sum or product of floating-point numbers is exact to far more digits than this."""


def at_most(value: float, bound: float) -> bool:
    """Whether a value is a bound or less: one that misses it by rounding alone is the bound."""
    return value <= bound or math.isclose(value, bound, rel_tol=_ROUNDING)


def half_width(values: Sequence[float], quantile: float) -> float:
    """So many standard errors of the mean as Student's t has at a quantile; two values or more."""
    from scipy.special import stdtrit  # imported late: a tenth of a second

    return float(stdtrit(len(values) - 1, quantile)) * stdev(values) / math.sqrt(len(values))


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
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
    return fmean(values), half_width(values, 0.5 + CONFIDENCE / 2)
