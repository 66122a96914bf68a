"""Comparing scenarios: one run of each under the same seed (common random numbers)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.metrics import outcome_unit
from sim.result import Result
from sim.scenario import Given, Scenario, as_scenarios, diff
from sim.simulation import simulate


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of a comparison."""

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

    def metrics(self) -> list[Metric]:
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


def metrics_of(results: Sequence[Result]) -> list[Metric]:
    """The metrics of several results: totals first, then functions, then outcomes."""
    lines = [
        Metric(name, [read(result) for result in results], unit,
               None if whole is None else [whole(result) for result in results])
        for name, unit, read, whole in _METRICS
    ]  # fmt: skip
    lines += [
        Metric(
            name,
            [_per_day(result, name) for result in results],
            "calls/day",
            [_calls(result, name) for result in results],
        )
        for name in _functions(results)
    ]
    outcomes = dict.fromkeys(name for result in results for name in result.outcomes)
    lines += [
        Metric(
            name.replace("_", " "),
            [result.outcomes.get(name, 0) for result in results],
            outcome_unit(name),
        )
        for name in outcomes
    ]
    return lines


def _per_day(result: Result, name: str) -> float:
    use = result.by_function.get(name)
    return use.per_day if use else 0.0


def _calls(result: Result, name: str) -> float:
    use = result.by_function.get(name)
    return use.calls if use else 0


def _functions(results: Sequence[Result]) -> list[str]:
    """The functions that make up most of the calls of any result."""
    names: dict[str, None] = {}
    for result in results:
        large = (name for name, use in result.by_function.items()
                 if use.calls >= 0.002 * result.calls.total)  # fmt: skip
        names |= dict.fromkeys(large)
    return list(names)


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


def _days(result: Result) -> float:
    return result.scenario.horizon_s / 86_400


_METRICS: tuple[
    tuple[str, str, Callable[[Result], float], Callable[[Result], float] | None], ...
] = (
    ("function calls in the run", "", lambda r: r.calls.total, None),
    ("function calls per day", "", lambda r: r.calls.per_day, lambda r: r.calls.total),
    ("queries per day", "", lambda r: r.calls.query / _days(r), lambda r: r.calls.query),
    ("mutations per day", "", lambda r: r.calls.mutation / _days(r), lambda r: r.calls.mutation),
    ("actions per day", "", lambda r: r.calls.action / _days(r), lambda r: r.calls.action),
    ("conflicts retried per day", "", lambda r: r.conflicts.retried / _days(r),
     lambda r: r.conflicts.retried),
    ("conflicts failed per day", "", lambda r: r.conflicts.failed / _days(r),
     lambda r: r.conflicts.failed),
    ("peak backlog", "jobs", lambda r: r.scheduler.peak_backlog, None),
    ("action compute per day", "GB-hours", lambda r: r.compute.action_gb_hours_per_day,
     lambda r: r.compute.action_gb_hours),
    ("database I/O per day", "MB", lambda r: r.database.bandwidth_mb_per_day,
     lambda r: r.database.bandwidth_mb),
    ("cost of the run", "$", lambda r: r.cost.horizon_usd, None),
    ("cost per month at this rate", "$", lambda r: r.cost.projected_monthly_usd,
     lambda r: r.cost.horizon_usd),
)  # fmt: skip
"""Name, unit, how it is read and, for a rate, its amount over the whole run."""
