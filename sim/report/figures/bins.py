"""Time bins as charts draw them: few enough, and none so short that its rate says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_STEPS = 240
"""Steps of a line at most: finer bins are put together."""
_SHORT = 2.0
"""Hours below which the time axis counts minutes."""
_STEPS_H = (1 / 60, 1 / 12, 1 / 6, 0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 72, 168)
"""Hours between two marks of the time axis."""


class Bins:
    """The time bins of a result, put together into steps.

    The last bin of a run may be shorter than the others. What is shown as a rate or a mean is
    therefore divided by how long each step really is; and where the last step would be shorter than
    half of the others, its bins belong to the step before.
    """

    def __init__(self, result: Result) -> None:
        bins, horizon_s = len(result.scheduler.backlog_per_bin), result.scenario.horizon_s
        ends = [min(n * result.bin_s, horizon_s) / 3600 for n in range(bins + 1)]
        size = max(1, -(-bins // MOST_STEPS))
        places = [*range(0, bins, size), bins]
        if len(places) > 2 and 2 * (ends[bins] - ends[places[-2]]) < size * result.bin_s / 3600:
            del places[-2]
        self._ends = ends
        self._steps = list(pairwise(places))
        self.edges = [ends[place] for place in places]
        """Where the steps begin and end, in hours since the start."""

    def rate(self, counts: Sequence[float]) -> list[float]:
        """Per hour, of what was counted in every bin."""
        return [sum(counts[first:end]) / (self._ends[end] - self._ends[first])
                for first, end in self._steps]  # fmt: skip

    def mean(self, shares: Sequence[float]) -> list[float]:
        """Means over time of what every bin has a mean of."""
        return self.rate([share * (end - begin) for share, (begin, end)
                          in zip(shares, pairwise(self._ends), strict=True)])  # fmt: skip

    def level(self, values: Sequence[float]) -> list[float]:
        """At the end of every step, of what every bin has at its end."""
        return [values[end - 1] for _, end in self._steps]


def calls_per_bin(result: Result) -> list[int]:
    """Calls of all functions in every bin, which is none if nothing was called."""
    columns = zip(*(use.per_bin for use in result.by_function.values()), strict=True)
    return [sum(calls) for calls in columns] or [0] * len(result.scheduler.backlog_per_bin)


def stepped(axes: Axes, edges: Sequence[float], values: Sequence[float], **style: object) -> None:
    """A line that keeps each value for the whole of its step; it ends where the last step does."""
    axes.plot(edges, [*values, values[-1]], drawstyle="steps-post", **style)  # type: ignore[arg-type]


def time_axis(axes: Axes, end: float) -> None:
    """Hours from the start of the run to its end; minutes if these are fewer than two."""
    unit, factor = ("minutes", 60) if end < _SHORT else ("hours", 1)
    step = next((step for step in _STEPS_H if end / step <= 8), end)
    axes.set_xlim(0, end)
    axes.set_xticks([n * step for n in range(int(end / step + 1e-9) + 1)])
    axes.xaxis.set_major_formatter(lambda hours, _: f"{hours * factor:.3g}")
    axes.set_xlabel(f"{unit} since the start")
