"""`sweep`: every cell of a grid under every seed, on all cores, taken up where it was left."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from typing import Any

from sim.budgets import interval
from sim.kernel import prepare
from sim.result import Result, result_from
from sim.scenario import Scenario, ScenarioError, fault, scenario_from
from sim.simulation import simulate

from ..compare import metrics_of
from .grid import Axis, cells
from .store import Store

MOST_RUNS = 1_000_000
Done = Callable[[int, int], None]
"""Told how many runs are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of settings, over its replications."""

    settings: dict[str, Any]
    results: list[Result]


@dataclass(frozen=True, slots=True)
class Sweep:
    """All cells, in the order of the grid."""

    scenario: Scenario
    axes: list[Axis]
    seeds: tuple[int, ...]
    cells: list[Cell]

    def table(self) -> list[dict[str, tuple[float, float]]]:
        """By cell: metric → mean and half-width of its 95% interval (infinite for one seed)."""
        number = len(self.seeds)
        everything = metrics_of([result for cell in self.cells for result in cell.results])
        return [
            {
                metric.name: interval(metric.values[index * number : (index + 1) * number])
                for metric in everything
            }
            for index in range(len(self.cells))
        ]

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the axes, and every cell's metrics; what is infinite is null."""
        return {
            "schema": "sim.sweep/1",
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seeds": list(self.seeds),
            "axes": [asdict(axis) for axis in self.axes],
            "cells": [
                {
                    "settings": cell.settings,
                    "hash": cell.results[0].scenario.hash,
                    "metrics": {
                        name: {"mean": mean, "half_width": half if math.isfinite(half) else None}
                        for name, (mean, half) in row.items()
                    },
                }
                for cell, row in zip(self.cells, self.table(), strict=True)
            ],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


@dataclass(frozen=True, slots=True)
class _Run:
    cell: int
    scenario: Scenario
    seed: int


def sweep(
    scenario: Scenario,
    axes: Sequence[Axis],
    *,
    replications: int = 1,
    store: Store | None = None,
    workers: int | None = None,
    done: Done | None = None,
) -> Sweep:
    """Run every combination of the axes' values under the same seeds.

    A run that the ``store`` has is not run again; one that ends is kept in it at once, so a sweep
    that was interrupted goes on where it was. ``workers``: processes, all cores unless given; the
    results do not depend on it. Raises `ScenarioError` before anything runs if a combination is no
    scenario.
    """
    seeds = tuple(range(scenario.seed, scenario.seed + replications))
    number = math.prod(len(axis.values) for axis in axes) * replications
    if number > MOST_RUNS:
        raise fault(scenario.name, f"{number:,} runs; a sweep has at most {MOST_RUNS:,}")
    settings = list(cells(axes))
    scenarios = [_cell(scenario, cell) for cell in settings]
    found: dict[tuple[int, int], Result] = {}
    missing = []
    for index, each in enumerate(scenarios):
        for seed in seeds:
            kept = None if store is None else store.find(each.hash, seed)
            if kept is None:
                missing.append(_Run(index, each, seed))
            else:
                found[index, seed] = _named(result_from(kept), each.name)
    if done is not None:
        done(len(found), number)
    for run, result in _simulated(missing, workers or os.cpu_count() or 1):
        if store is not None:
            store.keep(run.scenario.hash, run.seed, result.to_dict())
        found[run.cell, run.seed] = result
        if done is not None:
            done(len(found), number)
    return Sweep(
        scenario, list(axes), seeds,
        [Cell(cell, [found[index, seed] for seed in seeds])
         for index, cell in enumerate(settings)],
    )  # fmt: skip


def _named(result: Result, name: str) -> Result:
    """The result under the scenario's present name, which is not part of what was simulated."""
    return replace(result, scenario=replace(result.scenario, name=name))


def _cell(scenario: Scenario, settings: dict[str, Any]) -> Scenario:
    try:
        return scenario.with_(**{**settings, "alerts": {}, "budgets": {}})  # neither is judged
    except ScenarioError as error:
        spelled = ", ".join(f"{path}={value}" for path, value in settings.items())
        raise fault(f"--vary {spelled}", error.problems[0].message) from error


def _simulated(runs: Sequence[_Run], workers: int) -> Iterator[tuple[_Run, Result]]:
    """Every run with its result, as they end."""
    if min(workers, len(runs)) <= 1:
        for run in runs:
            yield run, simulate(run.scenario, seed=run.seed)
        return
    prepare(runs[0].scenario)  # compiled once, here, not in every worker
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        min(workers, len(runs)), context, initializer=_begin_worker, initargs=(list(sys.path),)
    )
    waiting = iter(runs)
    pending: dict[Future[Result], _Run] = {}
    try:
        while True:
            for run in waiting:
                settings = run.scenario.resolved()
                pending[pool.submit(_simulate, settings, run.seed)] = run
                if len(pending) >= 2 * workers:
                    break
            if not pending:
                return
            ended, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in ended:
                yield pending.pop(future), future.result()
    except BrokenProcessPool as error:
        message = "a worker process was killed; the runs that had ended are kept: start again"
        raise OSError(message) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker(path: list[str]) -> None:
    """In a worker: modules of users' apps are found, and the parent alone is interrupted."""
    sys.path.extend(path)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _simulate(settings: dict[str, Any], seed: int) -> Result:
    """In a worker: the scenario comes as plain data."""
    return simulate(scenario_from(settings), seed=seed)
