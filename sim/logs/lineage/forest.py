"""One way in which the jobs of a log may descend from each other, drawn by the probabilities."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from sim.logs.read import REASONS
from sim.result import HopUse

from .parents import Parents
from .units import Ints, Units

OUTSIDE = "(outside the logs)"
_S = 1_000_000


@dataclass(frozen=True, slots=True)
class Forest:
    """What follows from one choice of parents."""

    hops: list[HopUse]
    """As `Result.hops`."""
    roots: Counter[str]
    """Calls by root cause."""
    edges: Counter[tuple[str, str]]
    """Jobs by who scheduled them and what they run."""


def drawn(units: Units, parents: Parents, random: np.random.Generator) -> Forest:
    """Draw a parent for every job and follow the lineages."""
    chosen, by_function = _chosen(units, parents, random)
    parent, scheduler = chosen.tolist(), by_function.tolist()
    functions, is_job = units.function.tolist(), units.is_job.tolist()
    begun, end, due = units.begun.tolist(), units.end.tolist(), units.due.tolist()
    number = len(units)
    ancestors, root = [0] * number, [""] * number
    rounds: list[bool] = [False] * number
    hops: dict[tuple[int, int], list[int]] = {}
    through: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    executions: Counter[int] = Counter()
    edges: Counter[tuple[str, str]] = Counter()
    for unit in range(number):  # parents begin first
        by, function = parent[unit], functions[unit]
        if scheduler[unit] >= 0:
            edges[units.names[scheduler[unit]], units.names[function]] += 1
        if by < 0:
            root[unit] = OUTSIDE if is_job[unit] else _root(units, unit)
        else:
            root[unit] = root[by]
            ancestors[unit] = ancestors[by] | 1 << functions[by] | 1 << scheduler[unit]
            if rounds[by]:
                hop = hops.setdefault((functions[by], function), [0, 0])
                hop[0] += 1
                hop[1] += max(0, (due[unit] if due[unit] >= 0 else begun[unit]) - begun[by])
                through[functions[by], function].add(by)
        rounds[unit] = bool(ancestors[unit] >> function & 1)
        if rounds[unit] and end[unit] >= begun[unit]:
            executions[function] += 1
    names = units.names
    uses = [
        HopUse(names[by], names[job], executions[by], len(through[by, job]), jobs,
               ahead / jobs / _S)
        for (by, job), (jobs, ahead) in hops.items()
    ]  # fmt: skip
    with_jobs = {by for by, _ in hops}
    uses += [HopUse(names[by], "", n, 0, 0, 0.0) for by, n in executions.items()
             if by not in with_jobs]  # fmt: skip
    roots: Counter[str] = Counter()
    ran = (units.end >= units.begun).tolist()
    for name, calls, is_over in zip(root, units.calls.tolist(), ran, strict=True):
        roots[name] += calls if is_over else 0
    return Forest(sorted(uses, key=lambda use: (use.caller, use.function)), roots, edges)


def _root(units: Units, unit: int) -> str:
    reason = REASONS[int(units.reason[unit])]
    if reason == "cron":
        return f"cron:{units.names[int(units.function[unit])]}"
    return f"client:{reason or 'unknown'}"


def _chosen(units: Units, parents: Parents, random: np.random.Generator) -> tuple[Ints, Ints]:
    """For each unit the one that scheduled it and the function that did so; -1 for none."""
    unit, function = np.full(len(units), -1), np.full(len(units), -1)
    if not len(parents.job):
        return unit, function
    order = np.argsort(parents.job, kind="stable")
    job = parents.job[order]
    total = np.cumsum(parents.probability[order])
    firsts = np.flatnonzero(np.diff(job, prepend=-1))
    lasts = np.append(firsts[1:], len(job)) - 1
    before = np.concatenate([[0.0], total])[firsts]
    drawn_at = before + random.random(len(firsts)) * (total[lasts] - before)
    place = order[np.minimum(np.searchsorted(total, drawn_at, side="right"), lasts)]
    unit[job[firsts]], function[job[firsts]] = parents.unit[place], parents.function[place]
    return unit, function
