"""`sweep`: every cell of a grid or a sample under every seed; continues where it was stopped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.scenario import Scenario, ScenarioError, as_scenario, fault

from ..runs import Done, RunJob, Runner, Store
from .axis import Axis, Range, axes_of
from .design import Sample, grid, sampled
from .result import Cell, Sweep

MOST_RUNS = 1_000_000


def sweep(
    scenario: Scenario | str | Path,
    vary: Mapping[str, Any] | Sequence[Axis | Range],
    *,
    sample: Sample | None = None,
    replications: int = 1,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    done: Done | None = None,
) -> Sweep:
    """Run every combination of the values of some settings, all under the same seeds.

    ``vary``: path → values, as a list or as the command line spells them: ``{"app.refresh.limit":
    "10..200:10", "app.refresh.stagger": ["0s", "10s"]}``. ``sample``: this many points instead of
    the full grid.

    A run that the ``store`` has is not run again, and a finished run is added to it at once. So an
    interrupted sweep continues where it stopped. ``workers``: processes, by default one for each
    core; ``cluster``: the address of a Dask scheduler that runs them instead. The results depend on
    neither. Raises `ScenarioError` before anything runs if a combination is not a valid scenario.
    """
    scenario = as_scenario(scenario)
    axes = axes_of(vary)
    if not axes:
        raise fault(scenario.name, "a sweep varies at least one setting")
    if sample is None:
        _refuse_many(scenario, axes, replications)
    settings = grid(axes) if sample is None else sampled(axes, sample, scenario.seed)
    if len(settings) * replications > MOST_RUNS:
        raise _too_many(scenario, len(settings) * replications)
    seeds = tuple(range(scenario.seed, scenario.seed + replications))
    scenarios = [with_settings(scenario, each) for each in settings]
    with Runner(store=store, workers=workers, cluster=cluster, done=done) as runner:
        results = iter(runner.results([RunJob(each, seed) for each in scenarios for seed in seeds]))
    cells = [Cell(each, [next(results) for _ in seeds]) for each in settings]
    return Sweep(scenario, axes, seeds, cells)


def with_settings(scenario: Scenario, settings: Mapping[str, Any]) -> Scenario:
    """The scenario of a cell, without budgets and alerts: it is not judged."""
    try:
        return scenario.with_(**{**settings, "alerts": {}, "budgets": {}})
    except ScenarioError as error:
        spelled = ", ".join(f"{path}={value}" for path, value in settings.items())
        raise fault(f"--vary {spelled}", error.problems[0].message) from error


def _refuse_many(scenario: Scenario, axes: Sequence[Axis | Range], replications: int) -> None:
    """Refuse a grid that is too large to run, before it is laid out."""
    number = math.prod(len(axis.values) for axis in axes if isinstance(axis, Axis)) * replications
    if number > MOST_RUNS:
        raise _too_many(scenario, number)


def _too_many(scenario: Scenario, number: int) -> ScenarioError:
    return fault(scenario.name, f"{number:,} runs; a sweep has at most {MOST_RUNS:,}")
