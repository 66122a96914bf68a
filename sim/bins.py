"""What the series of time bins say: the busiest bin, the bursts, how fast a queue drains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from statistics import median

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
