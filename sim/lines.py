"""The metrics as comparisons, replications and sweeps show them: lines, each with its name.

Which metrics they show, and how each line is called, the metrics say themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .metrics import ALL, METRICS, OUTCOME, Measurable, Metric, Selection, metric
from .result import Result

_TYPES = {"query": "queries", "mutation": "mutations", "action": "actions"}
_TOLD = ("calls", "conflicts", "errors")
"""Units that the name of a line tells."""
_LARGE = 0.002
"""The share of a run's calls from which on a function has a line of its own."""


@dataclass(frozen=True, slots=True)
class MetricLine:
    """A metric as comparisons and sweeps show it: of some calls, over a period."""

    name: str
    """In words, such as ``function calls per day``."""
    metric: Metric
    per: str = "run"
    selection: Selection = ALL
    unit: str = ""
    """What the name does not tell."""

    def value(self, result: Measurable) -> float:
        """The metric of a run."""
        return self.metric.value(result, self.selection, self.per)

    @property
    def is_rate(self) -> bool:
        """Whether the value over the whole run is another one."""
        return self.per != "run"

    def in_the_run(self, result: Measurable) -> float:
        """The metric over the whole run."""
        return self.metric.read(result, self.selection)


def lines_of(results: Sequence[Result]) -> list[MetricLine]:
    """What is shown of several results: totals first, then large functions, then outcomes."""
    found = []
    for each in METRICS.values():
        unit = "" if each.unit in _TOLD else each.unit
        found += [MetricLine(name, each, per, unit=unit) for name, per in each.compared]
        if each.name == "calls":
            found += [MetricLine(f"{name} per day", each, "day", Selection(type=type_))
                      for type_, name in _TYPES.items()]  # fmt: skip
    found += [
        MetricLine(name, METRICS["calls"], "day", Selection(function=name), "calls/day")
        for name in _large(results)
    ]
    outcomes = dict.fromkeys(name for result in results for name in result.outcomes)
    return [*found, *(line(OUTCOME + name) for name in outcomes)]


def _large(results: Sequence[Result]) -> list[str]:
    """The functions that make up most of the calls of any result."""
    return list(dict.fromkeys(
        name for result in results for name, use in result.by_function.items()
        if use.calls >= _LARGE * result.calls.total
    ))  # fmt: skip


def line(name: str) -> MetricLine:
    """Any metric by the name that budgets use, over its usual period; raises `KeyError`."""
    counted, per = metric(name), period_of(name)
    words = name.removeprefix(OUTCOME).replace("_", " ")
    return MetricLine(words if per == "run" else f"{words}/{per}", counted, per, unit=counted.unit)


def period_of(name: str) -> str:
    """The usual period of a metric: a day if it has a rate, a month if only months make sense."""
    periods = metric(name).periods
    return next((period for period in ("day", "month") if period in periods), "run")
