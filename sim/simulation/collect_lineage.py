"""From the lineages that an engine observed to those of the result: call graph, hops, guards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sim.platform.reference import Edge, Lineages
from sim.result import BETWEEN_FUNCTIONS, CallEdge, GuardAnswer, HopUse
from sim.scenario import SECOND


def call_graph(edges: Sequence[Edge], days: float) -> list[CallEdge]:
    """The edges between functions, over all roots, and the edges from each root itself."""
    merged: dict[tuple[str, str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        caller = edge.caller if edge.trigger in BETWEEN_FUNCTIONS else edge.root.name
        merged[caller, edge.function.name, edge.trigger].append(edge)
    return [
        CallEdge(
            *key,
            calls=sum(edge.calls for edge in own),
            per_day=sum(edge.calls for edge in own) / days,
            jobs=sum(edge.jobs for edge in own),
        )
        for key, own in sorted(merged.items())
    ]


def hops(lineages: Lineages) -> list[HopUse]:
    """What executions in a cycle scheduled."""
    uses = [
        HopUse(
            by.name, job.name, lineages.ended.get(by, 0), hop.through, hop.jobs,
            hop.ahead_us / hop.jobs / SECOND,
        )
        for (by, job), hop in lineages.hops.items()
    ]  # fmt: skip
    with_jobs = {by for by, _ in lineages.hops}
    uses += [
        HopUse(by.name, "", ended, 0, 0, 0.0)
        for by, ended in lineages.ended.items()
        if by not in with_jobs
    ]
    return sorted(uses, key=lambda use: (use.caller, use.function))


def guards(lineages: Lineages) -> list[GuardAnswer]:
    """The answers of guards."""
    answers = [
        GuardAnswer(
            function=function,
            reason=reason,
            admits=use.admits,
            count=use.count,
            own=use.own,
            only_own=use.only_own,
            writers=dict(sorted(use.writers.items())),
        )
        for (function, reason), use in lineages.guards.items()
    ]
    return sorted(answers, key=lambda each: (each.function, -each.count, each.reason))
