"""`explain`: where a scenario's calls come from, over several seeds."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.experiments import Done, RunJob, Runner, Store
from sim.intervals import ConfidenceInterval
from sim.json_text import json_text
from sim.loops import Loop
from sim.result import Result
from sim.scenario import Scenario, as_scenario

from .cycles import Cycle, cycles_of
from .static import possible_loops

REPLICATIONS = 5
"""Runs by default: the fewest that say something about the spread."""


@dataclass(frozen=True, slots=True)
class RootShare:
    """The calls that descend from one root."""

    name: str
    calls: float
    """Calls a day, on average over the replications."""
    share: ConfidenceInterval
    """Of all calls."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Lineage and cycles of a scenario."""

    scenario: Scenario
    loops: list[Loop]
    """The cycles that the settings allow."""
    results: list[Result]
    """Under successive seeds, the scenario's own first."""
    cycles: list[Cycle]
    """The cycles that repeated."""
    roots: list[RootShare]
    """Most calls first."""

    @property
    def result(self) -> Result:
        """The result for the scenario's own seed."""
        return self.results[0]

    def feeding(self, cycle: Cycle) -> list[RootShare]:
        """The roots whose lineages enter a cycle."""
        feeding = {
            root
            for result in self.results
            for name in cycle.path
            if name in result.by_function
            for root in result.by_function[name].by_root
        }
        return [root for root in self.roots if root.name in feeding]

    @property
    def rounds(self) -> ConfidenceInterval:
        """The share of all calls that are made by repeated executions, in any cycle."""
        return ConfidenceInterval.of([
            sum(use.rounds for use in result.by_function.values()) / max(1, result.calls.total)
            for result in self.results
        ])  # fmt: skip

    def leaders(self, cycle: Cycle) -> Counter[str]:
        """Of the roots that enter a cycle, the one with most calls → in how many replications."""
        feeding = {root.name for root in self.feeding(cycle)}
        led: Counter[str] = Counter()
        for result in self.results:
            calls = {name: n for name, n in result.by_root.items() if name in feeding}
            if calls:
                led[max(calls, key=lambda name: (calls[name], name))] += 1
        return led

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is infinite is null."""
        return {
            "schema": "sim.explanation/1",
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "seeds": [result.scenario.seed for result in self.results],
            "loops": [{**asdict(loop), "is_open": loop.is_open} for loop in self.loops],
            "cycles": [
                {
                    **asdict(cycle),
                    "reproduction": _plain(cycle.reproduction),
                    "trend": cycle.trend,
                    "doubling_s": cycle.doubling_s,
                    "component": _plain(cycle.component),
                    "leaders": dict(self.leaders(cycle)),
                    "roots": [root.name for root in self.feeding(cycle)],
                }
                for cycle in self.cycles
            ],
            "share_that_came_round": _plain(self.rounds),
            "roots": [{**asdict(root), "share": _plain(root.share)} for root in self.roots],
            "bounds": [asdict(bound) for bound in self.result.bounds],
            "guards": [asdict(answer) for answer in self.result.guards],
            "call_graph": [asdict(edge) for edge in self.result.call_graph],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def explain(
    scenario: Scenario | str | Path,
    *,
    replications: int = REPLICATIONS,
    store: Store | None = None,
    workers: int | None = None,
    done: Done | None = None,
) -> Explanation:
    """Run a scenario under successive seeds and explain where its calls come from.

    ``replications``: with only one, figures have no intervals.
    """
    scenario = as_scenario(scenario)
    loops = possible_loops(scenario)
    with Runner(store=store, workers=workers, done=done) as runner:
        seeds = range(scenario.seed, scenario.seed + replications)
        results = runner.results([RunJob(scenario, seed) for seed in seeds])
    return Explanation(scenario, loops, results, cycles_of(results), _roots(results))


def _roots(results: list[Result]) -> list[RootShare]:
    by_root = [result.by_root for result in results]
    days = results[0].scenario.horizon_s / 86_400
    shares = [
        RootShare(
            name=name,
            calls=sum(roots.get(name, 0) for roots in by_root) / len(results) / days,
            share=ConfidenceInterval.of([
                roots.get(name, 0) / result.calls.total if result.calls.total else 0.0
                for roots, result in zip(by_root, results, strict=True)
            ]),
        )
        for name in sorted({name for roots in by_root for name in roots})
    ]  # fmt: skip
    return sorted(shares, key=lambda root: -root.calls)


def _plain(estimate: ConfidenceInterval) -> dict[str, float | None]:
    half = estimate.half_width
    return {"mean": estimate.mean, "half_width": half if math.isfinite(half) else None}
