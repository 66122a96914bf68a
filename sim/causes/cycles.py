"""Cycles of a run and their reproduction numbers, as in branching processes.

A pass is an execution of a cycle's scheduled function that is a repetition: one of its ancestors
ran the same function. The **reproduction number** R is how many passes a pass starts on average
(the type reproduction number of Roberts and Heesterbeek, Proc. R. Soc. B 270, 2003). Above 1 the
cycle grows, at 1 each pass replaces itself, below 1 it dies out. Executions that a root starts
itself do not count: how a lineage begins says nothing about how it continues.

Cycles that share a scheduled function feed each other: each of them may die out alone while
together they grow. So a cycle also has the number of its whole component. It is the spectral radius
of the matrix of jobs that an execution of each function schedules of each other function, and
compares with 1 in the same way.

Where limits hold a cycle down, most passes end early and start nothing. Those that get through show
how it would continue without limits: R = (share that gets through) × (passes that each of those
starts).
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
"""With fewer passes than this, nothing can be said about the next ones."""
NEAR_ONE = 0.005
"""A reproduction number this close to 1 counts as 1: a run of a few hundred passes that replace
each other ends with one or two of them under way."""
LONGEST = 8
"""The most functions in a cycle; calls cannot be nested deeper (platform.md, Concurrency and
limits)."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle of the call graph that executions went through repeatedly."""

    path: tuple[str, ...]
    """Its functions in order, with the first one again at the end."""
    passes: int
    """Repeated executions over all replications, of the scheduled function that has most."""
    reproduction: ConfidenceInterval
    """Passes that each of those starts, on average."""
    through: float
    """Share of them that starts any pass."""
    unhindered: float
    """Passes that each of these starts, on average."""
    interval_s: float
    """Mean time from a pass to the next, without waiting for a slot (s)."""
    seeds: int
    """Replications in which the cycle repeated; the figures are from these."""
    held_down: bool
    """Whether a limit of the platform or the API was reached in any of them."""
    ways: int
    """How many cycles go through the same scheduled functions, including this one."""
    component: ConfidenceInterval
    """The reproduction number of all of these together, per scheduled step instead of per pass."""

    @property
    def trend(self) -> Trend:
        """What the reproduction number means, given its interval."""
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
        """The time in which the number of passes under way doubles (s): ln 2 · T / ln R.

        This is the Euler-Lotka equation for a fixed interval T. If a limit held the cycle down,
        only the passes that got through count: it tells how the cycle would grow without the limit.
        None if it would not grow.
        """
        number = self.unhindered if self.held_down else self.reproduction.mean
        if number <= 1 + NEAR_ONE or self.reproduction.mean == 0 or self.ways > 1:
            return None
        return math.log(2) * self.interval_s / math.log(number)


def cycles_of(results: Sequence[Result]) -> list[Cycle]:
    """The cycles that repeated, most passes first."""
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
    """Cycles of the call graph: their scheduled functions → all their functions.

    Of cycles that differ only in the functions called on the way, the one with the most jobs is
    kept. They have the same reproduction number, because an execution is counted with everything it
    awaits.
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
    """The names of a cycle, rotated so that the result does not depend on where it was entered."""
    place = names.index(min(names))
    return (*names[place:], *names[:place])


def _turned(nodes: list[str], result: Result) -> tuple[str, ...]:
    """The cycle, beginning where lineages enter it: at the function with most calls from outside.

    Ties are decided by name, so that the path does not depend on the library's order.
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
    """What executions of each scheduled function started of the next one; None if none repeated.

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
    """The scheduled functions of a cycle, of those that it shares a function with, and so on."""
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
    """The quotient; 0 if nothing was executed."""
    return number / of if of else 0.0


def _merged(uses: Sequence[HopUse]) -> HopUse:
    """One step of a cycle, over all replications."""
    jobs = sum(use.jobs for use in uses)
    ahead = sum(use.ahead_s * use.jobs for use in uses) / jobs if jobs else 0.0
    first = uses[0]
    return HopUse(
        first.caller, first.function, sum(use.executions for use in uses),
        sum(use.through for use in uses), jobs, ahead,
    )  # fmt: skip
