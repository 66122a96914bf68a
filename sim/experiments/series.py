"""Time series of a run: when calls and backlog are back at a level, and stay there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sim.result import Result


@dataclass(frozen=True, slots=True)
class Level:
    """What still counts as normal."""

    calls: float
    """In a window."""
    backlog: float
    window: int
    """Time bins."""


def modelled_per_bin(result: Result) -> list[int]:
    """Calls per time bin without organic traffic, which is the same whatever the app does."""
    modelled = [use.per_bin for use in result.by_function.values() if "flow" not in use.by_trigger]
    return [sum(calls) for calls in zip(*modelled, strict=True)] or [0] * len(
        result.scheduler.backlog_per_bin
    )


def level_of(calls: Sequence[int], window: int) -> int:
    """Calls in the busiest window of so many bins; in all of them if they are fewer."""
    sums = _sums(calls, window)
    return max(sums, default=sum(calls))


def back_to(
    level: Level, calls: Sequence[int], backlog: Sequence[int], first: int
) -> int | None:  # fmt: skip
    """The bin, ``first`` at the earliest, from which on everything stays at the level.

    None if there is none, or fewer bins than a window are left after it.
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
    """The bin, from ``first`` on, in which the calls of the last window rise above the level.

    What was before ``first`` does not count. None if they never do.
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
