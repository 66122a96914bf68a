"""Replications: one scenario under several seeds, and how certain that makes each number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, variance
from typing import Any

from sim.budgets import Told
from sim.intervals import interval
from sim.json_text import json_text
from sim.lines import line
from sim.result import Result
from sim.scenario import Given, Scenario, as_scenario, as_scenarios
from sim.simulation import check_metrics, simulate

from .compare import MetricValues, metrics_of

FIRST = 5
"""Replications before a precision is judged: fewer say little about the spread."""
MOST = 100
"""Replications at most, by default, for a precision."""
HOPELESS = 2
"""A precision that needs more than this many times the allowed replications is given up at once."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One metric over replications: the mean and its 95% confidence interval (Student's t)."""

    name: str
    unit: str
    mean: float
    half_width: float
    """Infinite for one replication."""
    values: list[float]
    """In the order of the seeds."""
    in_the_run: float | None = None
    """The mean over the whole run, if the metric is a rate."""

    @property
    def precision(self) -> float:
        """The half-width as a share of the mean; zero if every replication says the same."""
        if self.half_width == 0:
            return 0.0
        return self.half_width / abs(self.mean) if self.mean else math.inf


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric's difference between two scenarios, replications paired by seed."""

    name: str
    unit: str
    mean: float
    half_width: float
    variance_saved: float | None
    """1 minus the variance of the paired difference divided by that of independent runs: what
    common random numbers save. None if neither scenario varies."""


@dataclass(frozen=True, slots=True)
class Replications:
    """A scenario's results under successive seeds."""

    scenario: Scenario
    results: list[Result]
    wanted: float | None = None
    """The precision that was asked for, as a share of the mean."""
    judged: tuple[str, ...] = ()
    """The metrics that have to reach it, by the names that budgets use; empty for all estimates."""
    most: int = MOST
    """Replications that were allowed for it."""

    @property
    def seeds(self) -> list[int]:
        """The seeds, in the order of the results."""
        return [result.scenario.seed for result in self.results]

    def estimates(self) -> list[Estimate]:
        """Every metric that a comparison shows, with its interval."""
        return [_estimate(metric) for metric in metrics_of(self.results)]

    def too_wide(self) -> list[Estimate]:
        """The metrics whose intervals are wider than was asked for, the widest first."""
        if self.wanted is None:
            return []
        judged = [self._judged(name) for name in self.judged] or self.estimates()
        wide = [each for each in judged if each.precision > self.wanted]
        return sorted(wide, key=lambda each: -each.precision)

    def needed(self, estimate: Estimate) -> float:
        """About how many replications the wanted precision of a metric takes.

        An interval narrows with the square root of their number. Infinite around a mean of zero.
        """
        assert self.wanted is not None
        return len(self.results) * (estimate.precision / self.wanted) ** 2

    @property
    def is_hopeless(self) -> bool:
        """Whether far more replications than are allowed would be needed."""
        return any(self.needed(each) > HOPELESS * self.most for each in self.too_wide())

    def _judged(self, name: str) -> Estimate:
        judged = line(name)
        values = [judged.value(result) for result in self.results]
        shown = f"{name} per {judged.per}" if judged.is_rate else name
        return _estimate(MetricValues(shown, values, judged.unit))

    def differences(self, other: Replications) -> list[Difference]:
        """``other`` minus this one, metric by metric; both must have run under the same seeds."""
        if self.seeds != other.seeds:
            raise ValueError("replications are paired by seed: run both under the same seeds")
        both = metrics_of([*self.results, *other.results])
        return [_difference(metric, len(self.results)) for metric in both]

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is infinite is null."""
        first = self.results[0].scenario
        return {
            "schema": "sim.replications/1",
            "scenario": {**asdict(first), "seed": None, "seeds": self.seeds},
            "engine": self.results[0].engine,
            "version": self.results[0].version,
            "confidence": 0.95,
            "precision": self.wanted,
            "metrics": [
                {
                    **asdict(each),
                    "half_width": each.half_width if math.isfinite(each.half_width) else None,
                }
                for each in self.estimates()
            ],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def replications(
    scenario: Given,
    number: int | None = None,
    *,
    precision: float | None = None,
    metrics: Sequence[str] = (),
    most: int = MOST,
    progress: Told | None = None,
) -> Replications:
    """Run a scenario under its own seed and the following ones.

    ``number``: how many runs. Without it, runs are added until the interval of every metric is
    within ``precision`` (a share) of its mean, or until there are ``most``. No run is added if a
    metric would need far more than that; see `Replications.too_wide`. ``metrics``: the ones that
    must reach the precision, by the names that budgets use; by default all.

    A sequence that stops when it looks precise enough is slightly overconfident, so it never stops
    before `FIRST` runs. Raises `ScenarioError` for an unknown metric.
    """
    scenario = as_scenario(scenario)
    if number is None and precision is None:
        raise ValueError("give a number of replications or a precision")
    if metrics:
        check_metrics(scenario, {name: f"--metric {name}" for name in metrics})
    least = number or FIRST
    results: list[Result] = []
    while True:
        seed = scenario.seed + len(results)
        told = None if progress is None else _named(progress, f"{scenario.name}, seed {seed}")
        results.append(simulate(scenario, seed=seed, progress=told))
        done = Replications(scenario, results, precision, tuple(metrics), most)
        if len(results) < least:
            continue
        if number is not None or len(results) >= most or not done.too_wide() or done.is_hopeless:
            return done


def _named(progress: Told, name: str) -> Callable[[float], None]:
    return lambda share: progress(name, share)


def _estimate(metric: MetricValues) -> Estimate:
    mean, half_width = interval(metric.values)
    whole = None if metric.in_the_run is None else fmean(metric.in_the_run)
    return Estimate(metric.name, metric.unit, mean, half_width, metric.values, whole)


def _difference(metric: MetricValues, number: int) -> Difference:
    ours, theirs = metric.values[:number], metric.values[number:]
    changes = [b - a for a, b in zip(ours, theirs, strict=True)]
    mean, half_width = interval(changes)
    return Difference(
        metric.name, metric.unit, mean, half_width, _variance_saved(ours, theirs, changes)
    )


def _variance_saved(
    ours: Sequence[float], theirs: Sequence[float], changes: Sequence[float]
) -> float | None:
    if len(changes) == 1:
        return None
    independent = variance(ours) + variance(theirs)
    return 1 - variance(changes) / independent if independent else None


@dataclass(frozen=True, slots=True)
class Paired:
    """Several scenarios under the same seeds."""

    runs: list[Replications]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: each scenario's metrics, and the differences to the first scenario."""
        first, *others = self.runs
        return {
            "schema": "sim.paired/1",
            "scenarios": [done.to_dict() for done in self.runs],
            "differences": [
                {
                    "scenario": other.results[0].scenario.name,
                    "minus": first.results[0].scenario.name,
                    "metrics": [asdict(each) for each in first.differences(other)],
                }
                for other in others
            ],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def compare_replications(
    scenarios: Given | Iterable[Given], number: int, *, progress: Told | None = None
) -> Paired:
    """Run every scenario under the same ``number`` of seeds, at least 2.

    The first seed is that of the first scenario. Scenarios can be given by their paths. Raises
    `ScenarioError` if there is none.
    """
    if number < 2:
        raise ValueError("the interval of a difference needs at least two replications")
    given = as_scenarios(scenarios)
    seed = given[0].seed
    return Paired([
        replications(scenario.with_(seed=seed), number, progress=progress)
        for scenario in given
    ])  # fmt: skip
