"""Comparing scenarios: one run of each under the same seed (common random numbers)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.lines import line, lines_of
from sim.result import Result
from sim.scenario import Given, Scenario, as_scenarios, diff
from sim.simulation import simulate


@dataclass(frozen=True, slots=True)
class MetricValues:
    """One line of a comparison: a metric of several results."""

    name: str
    values: list[float]
    unit: str = ""
    in_the_run: list[float] | None = None
    """The same over the whole run; None if the values are not rates."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scenarios and their results, side by side."""

    scenarios: list[Scenario]
    results: list[Result]

    def metrics(self) -> list[MetricValues]:
        """The metrics: totals first, then functions, then outcomes."""
        return metrics_of(self.results)

    def settings(self) -> dict[str, list[Any]]:
        """Dotted path → its value in each scenario, for the settings that differ."""
        first = self.scenarios[0]
        paths = dict.fromkeys(path for other in self.scenarios[1:] for path in diff(first, other))
        values: dict[str, list[Any]] = {}
        for path in paths:
            differing = [diff(first, other).get(path) for other in self.scenarios[1:]]
            base = next(pair[0] for pair in differing if pair is not None)
            values[path] = [base, *(base if pair is None else pair[1] for pair in differing)]
        return values

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the results, and the settings that differ."""
        return {
            "schema": "sim.comparison/2",
            "results": [result.to_dict() for result in self.results],
            "settings": self.settings(),
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"


def metrics_of(results: Sequence[Result], also: Iterable[str] = ()) -> list[MetricValues]:
    """The metrics of several results: totals first, then functions, then outcomes.

    ``also``: more metrics, by the names that budgets use. Raises `KeyError` for an unknown one.
    """
    shown = lines_of(results)
    names = {line.name for line in shown}
    more = [replace(line(name), name=name) for name in dict.fromkeys(also) if name not in names]
    return [
        MetricValues(
            line.name, [line.value(result) for result in results], line.unit,
            [line.in_the_run(result) for result in results] if line.is_rate else None,
        )
        for line in (*shown, *more)
    ]  # fmt: skip


def compare(
    scenarios: Given | Iterable[Given],
    progress: Callable[[str, float], None] | None = None,
) -> Comparison:
    """Run every scenario once, all of them under the seed of the first.

    Scenarios can be given by their paths. ``progress`` is called with a scenario's name and the
    share of its run that is done. Raises `ScenarioError` if there is no scenario.
    """
    given = as_scenarios(scenarios)
    seed = given[0].seed
    seeded = [s if s.seed == seed else s.with_(seed=seed) for s in given]
    results = []
    for scenario in seeded:
        name = scenario.name
        told = None if progress is None else lambda share, name=name: progress(name, share)
        results.append(simulate(scenario, progress=told))
    return Comparison(seeded, results)
