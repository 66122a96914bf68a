"""Time series of a run: when calls and backlog are back at a level for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sim.result import Result


@dataclass(frozen=True, slots=True)
class Level:
    """The most that still counts as normal."""

    calls: float
    """In a window."""
    backlog: float
    window: int
    """Length of a window in time bins."""


def modelled_per_bin(result: Result) -> list[int]:
    """Calls per time bin without organic traffic, which does not depend on the app."""
    modelled = [use.per_bin for use in result.by_function.values() if "flow" not in use.by_trigger]
    return [sum(calls) for calls in zip(*modelled, strict=True)] or [0] * len(
        result.scheduler.backlog_per_bin
    )


def level_of(calls: Sequence[int], window: int) -> int:
    """Calls in the busiest window of this many bins; in all bins if there are fewer."""
    sums = _sums(calls, window)
    return max(sums, default=sum(calls))


def back_to(
    level: Level, calls: Sequence[int], backlog: Sequence[int], first: int
) -> int | None:  # fmt: skip
    """The first bin, not before ``first``, from which everything stays at the level.

    None if there is none, or if fewer bins than a window follow it.
    """
    back = first
    for start, within in enumerate(_sums(calls, level.window)):
        if start >= back and within > level.calls:
            back = start + 1
    for end, waiting in enumerate(backlog):
        if end >= back and waiting > level.backlog:
            back = end + 1
    return back if back + level.window <= len(calls) else None


def relapse(level: Level, calls: Sequence[int], first: int) -> int | None:
    """The first bin, not before ``first``, in which a window's calls are above the level.

    Calls before ``first`` do not count. None if there is no such bin.
    """
    for number in range(first, len(calls)):
        within = sum(calls[max(first, number + 1 - level.window) : number + 1])
        if within > level.calls:
            return number
    return None


def _sums(calls: Sequence[int], window: int) -> list[int]:
    """Calls in every window, by its first bin."""
    total = [0, *accumulate(calls)]
    return [total[end] - total[end - window] for end in range(window, len(total))]
