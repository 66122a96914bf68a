"""What a sweep found: every cell with its replications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from sim.intervals import interval
from sim.json_text import json_text
from sim.metrics import METRICS, OUTCOME
from sim.result import Result
from sim.scenario import Scenario, fault, unknown
from sim.views import Viewed

from ..compare import MetricValues, metrics_of
from .axis import Axis, Range
from .front import nondominated

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.figures import SweepPlots

SPREAD = " ±"
"""End of the name of a column that holds half-widths of intervals."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of settings, over its replications."""

    settings: dict[str, Any]
    results: list[Result]


@dataclass(frozen=True, slots=True)
class Sweep(Viewed):
    """All cells, in the order of the grid or the sample."""

    scenario: Scenario
    axes: list[Axis | Range]
    seeds: tuple[int, ...]
    cells: list[Cell]

    def __repr__(self) -> str:
        paths = ", ".join(axis.path for axis in self.axes)
        return f"<Sweep of {self.scenario.name} over {paths}: {len(self.cells):,} cells>"

    def table(self, also: Sequence[str] = ()) -> list[dict[str, tuple[float, float]]]:
        """By cell: metric → mean and half-width of its 95% interval (infinite for one seed).

        ``also``: more metrics, by the names that budgets use. Raises `ScenarioError` for an
        unknown metric.
        """
        everything = self._metrics(also)
        return [
            {metric.name: interval(metric.values[seeds]) for metric in everything}
            for seeds in self._by_cell()
        ]

    def in_the_run(self) -> list[dict[str, float]]:
        """By cell: metric → its mean over the whole run, for metrics that are rates."""
        rates = {each.name: each.in_the_run for each in self._metrics() if each.in_the_run}
        return [
            {name: fmean(whole[seeds]) for name, whole in rates.items()}
            for seeds in self._by_cell()
        ]

    def _metrics(self, also: Sequence[str] = ()) -> list[MetricValues]:
        results = [result for cell in self.cells for result in cell.results]
        known = [each.name for each in metrics_of(results)]
        known += [*METRICS, *(OUTCOME + name for name in results[0].outcomes)]
        for name in also:
            if name not in known:
                raise fault(name, unknown(name, "metric", tuple(known)))
        return metrics_of(results, also)

    def units(self, also: Sequence[str] = ()) -> dict[str, str]:
        """Metric → its unit."""
        return {each.name: each.unit for each in self._metrics(also)}

    def _by_cell(self) -> list[slice]:
        """The indices of each cell's replications among all of them."""
        number = len(self.seeds)
        return [slice(index * number, (index + 1) * number) for index in range(len(self.cells))]

    def to_frame(self, also: Sequence[str] = ()) -> pd.DataFrame:
        """A row for every cell: its settings, then mean and half-width (``… ±``) of each metric.

        A half-width is that of the 95% interval (Student's t), infinite for one replication.
        ``also``: more metrics, by the names that budgets use.
        """
        import pandas as pd

        rows = []
        for cell, row in zip(self.cells, self.table(also), strict=True):
            line = dict(cell.settings)
            for name, (mean, half_width) in row.items():
                line |= {name: mean, name + SPREAD: half_width}
            rows.append(line)
        return pd.DataFrame(rows)

    def pareto(self, minimise: Sequence[str] = (), maximise: Sequence[str] = ()) -> pd.DataFrame:
        """The cells that no other beats: at least as good in all these metrics, and better in one.

        Metrics are named as in the table, or as budgets name them. Means are compared. The rows
        keep their intervals, and their index in `cells`. Raises `ScenarioError` for an unknown
        metric.
        """
        if not minimise and not maximise:
            raise fault("pareto", "give metrics to minimise or to maximise")
        named = (*minimise, *maximise)
        table = self.table(named)
        points = [
            [*(row[name][0] for name in minimise), *(-row[name][0] for name in maximise)]
            for row in table
        ]
        return self.to_frame(named).iloc[nondominated(points)]

    if TYPE_CHECKING:  # registered by the package, computed by the reports

        @property
        def plot(self) -> SweepPlots:
            """The charts: ``swept.plot.heatmap()``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the axes, and every cell's metrics; what is infinite is null."""
        return {
            "schema": "sim.sweep/1",
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seeds": list(self.seeds),
            "axes": [_plain(axis) for axis in self.axes],
            "cells": [
                {
                    "settings": cell.settings,
                    "hash": cell.results[0].scenario.hash,
                    "metrics": {
                        name: {
                            "mean": mean,
                            "half_width": half if math.isfinite(half) else None,
                            **({"in_the_run": whole[name]} if name in whole else {}),
                        }
                        for name, (mean, half) in row.items()
                    },
                }
                for cell, row, whole in zip(
                    self.cells, self.table(), self.in_the_run(), strict=True
                )
            ],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())

    def _repr_html_(self) -> str:
        shown: str = self.to_frame().to_html(index=False, max_cols=12, max_rows=40)
        return shown


def _plain(axis: Axis | Range) -> dict[str, Any]:
    if isinstance(axis, Range):
        return {"path": axis.path, "low": axis.at(0.0), "high": axis.at(math.nextafter(1.0, 0.0))}
    return asdict(axis)
