"""Cycles of a run and their reproduction numbers, as branching processes have them.

A pass is an execution of a cycle's scheduled function that has come round: an ancestor ran the same
function. The **reproduction number** R is how many passes a pass starts on average (the type
reproduction number of Roberts and Heesterbeek, Proc. R. Soc. B 270, 2003): above 1 the cycle
grows, at 1 each pass replaces itself, below 1 it fades. Passes that a root has started itself do
not count: how a lineage begins says nothing of how it goes on.

Cycles that share a scheduled function feed each other: each may fade alone and all of them grow.
So a cycle also has the number of its whole component, the spectral radius of the matrix of jobs
that an execution of each function schedules of each other one; to 1 it compares the same.

Where limits hold a cycle down, most passes end early and start nothing. Those that get through say
how it would go on without: R = (share that gets through) × (passes that each of those starts).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sim.intervals import ConfidenceInterval
from sim.result import HopUse, Result

from .graph import call_graph

Trend = Literal["grows", "holds", "fades", "closed", "unsure"]
FEW_PASSES = 10
"""Fewer passes than that say nothing of what the next ones would do."""
NEAR_ONE = 0.005
"""How near to 1 a reproduction number is taken for 1: a run of a few hundred passes that replace
each other ends with a pass or two under way."""
LONGEST = 8
"""Functions of a cycle at most; calls are no deeper (platform.md, Concurrency and limits)."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle of the call graph that work went round in."""

    path: tuple[str, ...]
    """Functions in their order, the first one again at the end."""
    passes: int
    """Executions that had come round, over all replications; of the leg that has most."""
    reproduction: ConfidenceInterval
    """Passes that each of those starts."""
    through: float
    """Share of them that starts any."""
    unhindered: float
    """Passes that one which gets through starts."""
    interval_s: float
    """Mean time from a pass to the one that it starts, waiting for a slot left out (s)."""
    seeds: int
    """Replications in which work went round in it; the figures are of these."""
    held_down: bool
    """Whether a limit of the platform or the API was met in any of them."""
    ways: int
    """Cycles through the same scheduled functions, this one included."""
    component: ConfidenceInterval
    """The number of all of these together, for a scheduled step instead of a pass."""

    @property
    def trend(self) -> Trend:
        """What the reproduction number means, its interval considered."""
        decisive = self.reproduction if self.ways == 1 else self.component
        if self.passes < FEW_PASSES:
            return "unsure"
        if decisive.mean == 0:
            return "closed"
        if decisive.low > 1 + NEAR_ONE:
            return "grows"
        return "fades" if decisive.high < 1 - NEAR_ONE else "holds"

    @property
    def doubling_s(self) -> float | None:
        """How long the number of passes under way takes to double: ln 2 · T / ln R.

        That is the equation of Euler and Lotka for a fixed interval T. Where a limit held the cycle
        down, of the passes that got through: how it would grow if all did. None if it would not.
        """
        number = self.unhindered if self.held_down else self.reproduction.mean
        if number <= 1 + NEAR_ONE or self.reproduction.mean == 0 or self.ways > 1:
            return None
        return math.log(2) * self.interval_s / math.log(number)


def cycles_of(results: Sequence[Result]) -> list[Cycle]:
    """The cycles that work went round in, most passes first."""
    found: dict[tuple[str, ...], list[tuple[Result, list[HopUse]]]] = {}
    paths: dict[tuple[str, ...], tuple[str, ...]] = {}
    for result in results:
        for jobs, path in _closed_paths(result).items():
            uses = _uses(result, jobs)
            if uses is not None:
                found.setdefault(jobs, []).append((result, uses))
                paths.setdefault(jobs, path)
    cycles = [_cycle(jobs, paths[jobs], each, list(found)) for jobs, each in found.items()]
    return sorted(cycles, key=lambda cycle: (-cycle.passes, cycle.path))


def _closed_paths(result: Result) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Cycles of the call graph: which functions are scheduled, and all of them.

    Of cycles that only differ in what is awaited on the way, the one with the most jobs: they have
    one reproduction number, as executions are counted with all that they await.
    """
    import networkx as nx

    graph = call_graph(result)
    found: dict[tuple[str, ...], tuple[int, tuple[str, ...]]] = {}
    for nodes in nx.simple_cycles(nx.DiGraph(graph), length_bound=LONGEST):
        path = _turned(nodes, result)
        scheduled = {
            function: jobs
            for caller, function in pairwise(path)
            if (jobs := graph.get_edge_data(caller, function, "scheduler", {"jobs": 0})["jobs"])
        }
        if scheduled:
            legs = from_the_first(list(scheduled))
            found[legs] = max(found.get(legs, (0, ())), (sum(scheduled.values()), path))
    return {legs: path for legs, (_, path) in sorted(found.items())}


def from_the_first(names: list[str]) -> tuple[str, ...]:
    """A round of names, turned so that it does not depend on where it was entered."""
    place = names.index(min(names))
    return (*names[place:], *names[:place])


def _turned(nodes: list[str], result: Result) -> tuple[str, ...]:
    """The cycle from where lineages enter it: at the function that most calls from outside reach.

    Ties go to the name, so that the path does not depend on the library's order.
    """
    inside = set(nodes)
    entered = {
        name: sum(
            edge.calls for edge in result.call_graph
            if edge.function == name and edge.caller not in inside
        )
        for name in nodes
    }  # fmt: skip
    first = min(nodes, key=lambda name: (-entered[name], name))
    place = nodes.index(first)
    return (*nodes[place:], *nodes[:place], first)


def _uses(result: Result, jobs: Sequence[str]) -> list[HopUse] | None:
    """What executions of each scheduled function started of the next one; None if none came round.

    A function that is awaited is part of the execution that awaits it.
    """
    ended = {use.caller: use.executions for use in result.hops}
    if not any(ended.get(name) for name in jobs):
        return None
    hops = {(use.caller, use.function): use for use in result.hops}
    following = [*jobs[1:], jobs[0]]
    return [
        hops.get((name, then), HopUse(name, then, ended.get(name, 0), 0, 0, 0.0))
        for name, then in zip(jobs, following, strict=True)
    ]


def _cycle(
    jobs: tuple[str, ...],
    path: tuple[str, ...],
    runs: Sequence[tuple[Result, Sequence[HopUse]]],
    every: Sequence[tuple[str, ...]],
) -> Cycle:
    numbers = [math.prod(_ratio(use.jobs, use.executions) for use in uses) for _, uses in runs]
    legs = [_merged(leg) for leg in zip(*(uses for _, uses in runs), strict=True)]
    functions = _component(jobs, every)
    return Cycle(
        seeds=len(runs),
        held_down=any(result.bounds for result, _ in runs),
        ways=sum(set(other) <= functions for other in every),
        component=ConfidenceInterval.of([_radius(result, sorted(functions)) for result, _ in runs]),
        path=path,
        passes=max(leg.executions for leg in legs),
        reproduction=ConfidenceInterval.of(numbers),
        through=math.prod(_ratio(leg.through, leg.executions) for leg in legs),
        unhindered=math.prod(_ratio(leg.jobs, leg.through) for leg in legs),
        interval_s=sum(leg.ahead_s for leg in legs),
    )


def _component(jobs: Sequence[str], every: Sequence[Sequence[str]]) -> set[str]:
    """The scheduled functions of a cycle and of those that it shares any with, and so on."""
    functions = set(jobs)
    while True:
        more = functions.union(*(other for other in every if functions & set(other)))
        if more == functions:
            return functions
        functions = more


def _radius(result: Result, functions: Sequence[str]) -> float:
    """Spectral radius of the jobs that executions of each function schedule of each other one."""
    import numpy as np

    places = {name: place for place, name in enumerate(functions)}
    matrix = np.zeros((len(places), len(places)))
    for use in result.hops:
        if use.caller in places and use.function in places:
            matrix[places[use.caller], places[use.function]] = _ratio(use.jobs, use.executions)
    return float(abs(np.linalg.eigvals(matrix)).max())


def _ratio(number: int, of: int) -> float:
    """0 where there is nothing: a leg that nothing reached again starts nothing."""
    return number / of if of else 0.0


def _merged(uses: Sequence[HopUse]) -> HopUse:
    """The same leg of a cycle over all replications."""
    jobs = sum(use.jobs for use in uses)
    ahead = sum(use.ahead_s * use.jobs for use in uses) / jobs if jobs else 0.0
    first = uses[0]
    return HopUse(
        first.caller, first.function, sum(use.executions for use in uses),
        sum(use.through for use in uses), jobs, ahead,
    )  # fmt: skip
