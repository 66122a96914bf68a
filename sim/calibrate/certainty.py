"""How sure settings are: which values meet the figures, and what the figures leave open."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from .emulator import Points, Values
from .result import Pinned

MIDDLE = 0.9
"""The share of what meets the figures that an interval holds."""
_PINNED, _OPEN = 0.35, 0.75
"""An interval narrower than the first share of the range pins a setting down, one wider than the
second leaves it open."""
_RIDGE = 0.7
"""The least correlation of two settings that is said to be a ridge."""


def interval_of(column: Values, weights: Values) -> tuple[float, float]:
    """The middle of the values, as shares of the range."""
    order = np.argsort(column)
    reached = np.cumsum(weights[order]) / weights.sum()
    tail = (1 - MIDDLE) / 2
    low = column[order][np.searchsorted(reached, tail)]
    high = column[order][min(len(column) - 1, int(np.searchsorted(reached, 1 - tail)))]
    return float(low), float(high)


def pinned(low: float, high: float, best: float) -> Pinned:
    """What an interval of shares of the range says about a setting.

    The interval comes from the surface, the best value from a run. Where they contradict each
    other, neither can be trusted.
    """
    if not low <= best <= high:
        return "not settled"
    width = high - low
    if width <= _PINNED:
        return "pinned down"
    return "open" if width >= _OPEN else "narrowed"


def independent(spread: Values) -> int:
    """How many directions there are in which figures, in tolerances, move by one or more.

    ``spread``: a row for each run, a column for each figure, the mean taken off.
    """
    if not len(spread):
        return 0
    strengths = np.linalg.svd(spread, compute_uv=False) / np.sqrt(len(spread))
    return int((strengths >= 1).sum())


def ridges(points: Points, weights: Values) -> list[tuple[int, int, float]]:
    """Pairs of settings, by number, whose values that meet the figures move together."""
    if points.shape[1] < 2:
        return []
    covariance = np.cov(points.T, aweights=weights)
    spread = np.sqrt(np.diag(covariance))
    found = []
    for one, other in combinations(range(points.shape[1]), 2):
        both = spread[one] * spread[other]
        correlation = float(covariance[one, other] / both) if both > 0 else 0.0
        if abs(correlation) >= _RIDGE:
            found.append((one, other, correlation))
    return found
