"""What `result.plot` and `sweep.plot` are."""

from __future__ import annotations

from dataclasses import dataclass

from sim.experiments import Sweep
from sim.result import Result

from .callgraph import call_graph_chart
from .canvas import Chart
from .run import backlog_chart, calls_chart, conflicts_chart, cost_chart, outcomes_chart
from .sweep import CALLS, heatmap


@dataclass(frozen=True, slots=True)
class ResultPlots:
    """The charts of a result: they show themselves in a notebook, and can `save` themselves."""

    result: Result

    def calls(self) -> Chart:
        """Calls per hour by function, stacked."""
        return calls_chart(self.result)

    def backlog(self) -> Chart:
        """Jobs waiting, and the share of the slots in use."""
        return backlog_chart(self.result)

    def conflicts(self) -> Chart:
        """Conflicts by function."""
        return conflicts_chart(self.result)

    def cost(self) -> Chart:
        """A month at this rate, by line of the bill."""
        return cost_chart(self.result)

    def outcomes(self) -> Chart:
        """What the app is for, over time."""
        return outcomes_chart(self.result)

    def call_graph(self) -> Chart:
        """Who calls and schedules whom."""
        return call_graph_chart(self.result)


@dataclass(frozen=True, slots=True)
class SweepPlots:
    """The charts of a sweep."""

    sweep: Sweep

    def heatmap(self, metric: str = CALLS) -> Chart:
        """A metric over the grid of two settings; names as in `Sweep.table`."""
        return heatmap(self.sweep, metric)
