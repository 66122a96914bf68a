"""The best trade-offs between metrics: the combinations of settings that no other one beats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.budgets import judge, value_of
from sim.intervals import interval
from sim.json_text import json_text
from sim.metrics import metric
from sim.scenario import Scenario, as_scenario, fault
from sim.simulation import check_metrics, check_names

from .runs import Done, Store
from .sweeps import Axis, Cell, Range, Sample, Sweep, sweep


@dataclass(frozen=True, slots=True)
class Candidate:
    """One combination of settings."""

    settings: dict[str, Any]
    values: dict[str, list[float]]
    """By objective, its value in each replication."""
    beaten_by: int | None
    """The index of a combination that is better beyond doubt; None on the front."""
    broken: tuple[str, ...]
    """The scenario's budgets (of level error) that it breaks."""

    def estimate(self, objective: str) -> tuple[float, float]:
        """Mean and half-width of the 95% interval; infinite for one replication."""
        return interval(self.values[objective])


@dataclass(frozen=True, slots=True)
class Tuning:
    """All combinations, and which of them form the front."""

    sweep: Sweep
    objectives: tuple[str, ...]
    """The metrics compared, those to minimise first."""
    maximised: frozenset[str]
    """The objectives that are maximised."""
    candidates: list[Candidate]

    @property
    def front(self) -> list[Candidate]:
        """The combinations that no other one beats, the best by the first objective first."""
        first = self.objectives[0]
        sign = _sign(first, self.maximised)
        best = [each for each in self.candidates if each.beaten_by is None]
        return sorted(best, key=lambda each: sign * each.estimate(first)[0])

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is infinite is null."""
        return {
            "schema": "sim.tuning/1",
            "scenario": self.sweep.scenario.name,
            "hash": self.sweep.scenario.hash,
            "seeds": list(self.sweep.seeds),
            "objectives": list(self.objectives),
            "maximised": [name for name in self.objectives if name in self.maximised],
            "candidates": [
                {
                    "settings": each.settings,
                    "front": each.beaten_by is None,
                    "beaten_by": each.beaten_by,
                    "broken": list(each.broken),
                    "objectives": {
                        name: {"mean": mean, "half_width": half if math.isfinite(half) else None}
                        for name in self.objectives
                        for mean, half in [each.estimate(name)]
                    },
                }
                for each in self.candidates
            ],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def tune(
    scenario: Scenario | str | Path,
    vary: Mapping[str, Any] | Sequence[Axis | Range],
    minimise: Sequence[str] = (),
    *,
    maximise: Sequence[str] = (),
    sample: Sample | None = None,
    replications: int = 5,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    done: Done | None = None,
) -> Tuning:
    """Find the Pareto front of metrics to minimise and to maximise, over a grid or a sample.

    Without any metric, the app's own are minimised (`OBJECTIVES` of its module), or else calls and
    conflicts.

    One combination beats another if its mean is nowhere worse and, for at least one metric, the 95%
    interval of the difference (paired by seed) lies entirely on the better side. A difference that
    may be noise beats nothing. With one replication the values are compared as they are.

    Raises `ScenarioError` for an unknown metric, for an outcome that the app does not count, and
    for a metric that is both minimised and maximised.
    """
    scenario = as_scenario(scenario)
    objectives = _objectives(scenario, minimise, maximise)
    maximised = frozenset(maximise)
    check_names(scenario)
    swept = sweep(
        scenario, vary, sample=sample, replications=replications, store=store, workers=workers,
        cluster=cluster, done=done,
    )  # fmt: skip
    values = [{name: _values(cell, name) for name in objectives} for cell in swept.cells]
    costs = [
        {name: [_sign(name, maximised) * value for value in own[name]] for name in objectives}
        for own in values
    ]
    return Tuning(
        swept,
        objectives,
        maximised,
        [
            Candidate(cell.settings, own, _beaten_by(place, costs), _broken(scenario, cell))
            for place, (cell, own) in enumerate(zip(swept.cells, values, strict=True))
        ],
    )


def _objectives(
    scenario: Scenario, minimise: Sequence[str], maximise: Sequence[str]
) -> tuple[str, ...]:
    """The metrics to compare, each of them once; those to minimise first."""
    if minimise or maximise:
        named = {name: f"--minimise {name}" for name in minimise}
        named |= {name: f"--maximise {name}" for name in maximise}
    else:
        source = f"OBJECTIVES of the app {scenario.app_name}"
        named = dict.fromkeys(scenario.objectives, source)
    for name in minimise:
        if name in maximise:
            raise fault(f"--minimise {name}", "is maximised as well: choose one")
    check_metrics(scenario, named)
    return tuple(named)


def _sign(name: str, maximised: frozenset[str]) -> float:
    """The sign that makes less of a metric better."""
    return -1.0 if name in maximised else 1.0


def _values(cell: Cell, name: str) -> list[float]:
    return [metric(name).value(result) for result in cell.results]


def _beaten_by(place: int, costs: Sequence[Mapping[str, list[float]]]) -> int | None:
    own = costs[place]
    return next((n for n, other in enumerate(costs) if _beats(other, own)), None)


def _beats(one: Mapping[str, list[float]], other: Mapping[str, list[float]]) -> bool:
    surely = False
    for name, values in one.items():
        mean, half = interval([a - b for a, b in zip(values, other[name], strict=True)])
        if mean > 0:
            return False
        surely |= mean + (half if len(values) > 1 else 0) < 0
    return surely


def _broken(scenario: Scenario, cell: Cell) -> tuple[str, ...]:
    values = {name: [value_of(budget, result) for result in cell.results]
              for name, budget in scenario.budgets.items()}  # fmt: skip
    checks = judge(scenario.budgets, values, {})
    return tuple(dict.fromkeys(check.budget for check in checks if check.verdict == "fail"))
