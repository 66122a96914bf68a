"""The settings worth choosing from: those that no other combination surely beats."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.budgets import judge, value_of
from sim.intervals import interval
from sim.metrics import METRICS, OUTCOME, metric
from sim.scenario import Scenario, as_scenario, fault, unknown
from sim.simulation import Deployed, check_names

from .runs import Done, Store
from .sweeps import Axis, Cell, Range, Sample, Sweep, sweep


@dataclass(frozen=True, slots=True)
class Candidate:
    """One combination of settings."""

    settings: dict[str, Any]
    values: dict[str, list[float]]
    """By objective, its value in each replication."""
    beaten_by: int | None
    """The place of a combination that surely beats it; None on the front."""
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
    candidates: list[Candidate]

    @property
    def front(self) -> list[Candidate]:
        """The combinations that nothing surely beats, lowest first objective first."""
        first = self.objectives[0]
        best = [each for each in self.candidates if each.beaten_by is None]
        return sorted(best, key=lambda each: each.estimate(first)[0])

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is infinite is null."""
        return {
            "schema": "sim.tuning/1",
            "scenario": self.sweep.scenario.name,
            "hash": self.sweep.scenario.hash,
            "seeds": list(self.sweep.seeds),
            "objectives": list(self.objectives),
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
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def tune(
    scenario: Scenario | str | Path,
    vary: Mapping[str, Any] | Sequence[Axis | Range],
    objectives: Sequence[str] = (),
    *,
    sample: Sample | None = None,
    replications: int = 5,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    done: Done | None = None,
) -> Tuning:
    """Find the Pareto front of objectives, all to be minimised, over a grid or a sample.

    Without ``objectives`` they are those that the app names (`OBJECTIVES` of its module), else the
    calls and the conflicts.

    One combination surely beats another if its mean is nowhere higher and the 95% interval of at
    least one difference, paired by seed, lies below zero. So what noise cannot tell apart stays on
    the front. With one replication the values are compared as they are. Raises `ScenarioError` for
    an unknown metric, and for an outcome that the app does not count.
    """
    scenario = as_scenario(scenario)
    objectives = _objectives(scenario, objectives)
    check_names(scenario)
    swept = sweep(
        scenario, vary, sample=sample, replications=replications, store=store, workers=workers,
        cluster=cluster, done=done,
    )  # fmt: skip
    values = [{name: _values(cell, name) for name in objectives} for cell in swept.cells]
    return Tuning(
        swept,
        tuple(objectives),
        [
            Candidate(cell.settings, own, _beaten_by(place, values), _broken(scenario, cell))
            for place, (cell, own) in enumerate(zip(swept.cells, values, strict=True))
        ],
    )


def _objectives(scenario: Scenario, given: Sequence[str]) -> tuple[str, ...]:
    """The metrics to minimise, each of them once."""
    names = tuple(dict.fromkeys(given or scenario.objectives))
    outcomes = tuple(OUTCOME + name for name in Deployed.of(scenario).outcomes)
    for name in names:
        if name not in METRICS and name not in outcomes:
            known = outcomes if name.startswith(OUTCOME) else (*METRICS, *outcomes)
            what = "outcome" if name.startswith(OUTCOME) else "metric"
            where = f"--minimise {name}" if given else f"OBJECTIVES of the app {scenario.app_name}"
            raise fault(where, unknown(name, what, known))
    return names


def _values(cell: Cell, name: str) -> list[float]:
    return [metric(name).value(result) for result in cell.results]


def _beaten_by(place: int, values: Sequence[Mapping[str, list[float]]]) -> int | None:
    own = values[place]
    return next((n for n, other in enumerate(values) if _surely_beats(other, own)), None)


def _surely_beats(one: Mapping[str, list[float]], other: Mapping[str, list[float]]) -> bool:
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
