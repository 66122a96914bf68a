"""Causes from logs: who schedules whom, which cycles repeat and where calls come from, inferred.

No log says who scheduled a job (see `sim.logs.lineage`). So lineages are drawn many times by the
probabilities of who may have, and each figure has an interval: of the draws, of chance, and of the
share of executions that is missing from the files.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sim.json_text import json_text
from sim.logs import Logs, ReadProgress, observe
from sim.logs.lineage import OUTSIDE, Collector, Forest, Parents, Units, drawn, infer, load_jobs
from sim.result import CallEdge, Result
from sim.scenario import fault

from .cycles import Cycle, cycles_of

DRAWS = 20
"""Lineages that are drawn; a 95% interval needs 20 at least."""
TOGETHER = "(all that is scheduled)"
"""The path of the one cycle that is told if it is not known who schedules whom."""
SURE = 0.5
"""With a lower certainty, nothing is said of single edges and of roots."""
_Z = 1.96
"""Half the width of a 95% interval, in standard deviations."""


@dataclass(frozen=True, slots=True)
class ObservedSpan:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class ObservedCycle:
    """A cycle that executions went through repeatedly."""

    path: tuple[str, ...]
    passes: int
    """Repeated executions, on average over the draws."""
    reproduction: ObservedSpan
    """Passes that each of them starts."""
    interval_s: float
    """Mean time from a pass to the next."""


@dataclass(frozen=True, slots=True)
class ObservedEdge:
    """Who schedules what."""

    caller: str
    function: str
    jobs: float
    confidence: float
    """The mean probability of its jobs that it was this caller."""


@dataclass(frozen=True, slots=True)
class ObservedCauses:
    """What the logs say of causes."""

    logs: Logs
    jobs: int
    timed: bool
    """Whether a table of jobs says when each was scheduled."""
    certainty: float
    """Mean probability of a job's likeliest scheduler."""
    missing: float
    """Share of the executions that the files lack, as far as it can be told."""
    edges: list[ObservedEdge]
    cycles: list[ObservedCycle]
    roots: dict[str, ObservedSpan]
    """Root cause → share of all calls, most first; empty if it cannot be told."""
    unknown: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        data = {key: value for key, value in asdict(replace(self, logs=None)).items()  # type: ignore[arg-type]
                if key != "logs"}  # fmt: skip
        return {
            "schema": "sim.observed-causes/1",
            "name": self.logs.result.scenario.name,
            "hash": self.logs.result.scenario.hash,
            **data,
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def explain_observed(
    files: Sequence[str], *, jobs: str | None = None, told: ReadProgress | None = None,
    workers: int | None = None,
) -> ObservedCauses:  # fmt: skip
    """Infer causes from files of logs.

    ``jobs``: an export of the table ``_scheduled_functions``; with it, it is known when each job
    was scheduled. Raises `ScenarioError` for files that cannot be used.
    """
    import numpy as np

    table = None if jobs is None else load_jobs(jobs)
    collector = Collector()
    logs = observe(files, told=told, look=collector, workers=workers)
    units, schedulers = collector.collected(table)
    if not units.is_job.any():
        raise fault(logs.observed.files[0], "holds no scheduled jobs: there is nothing to infer")
    parents = infer(units, schedulers)
    forests = [drawn(units, parents, np.random.default_rng(seed)) for seed in range(DRAWS)]
    missing = _missing(logs, units, timed=parents.timed)
    known = parents.timed or parents.certainty >= SURE
    return ObservedCauses(
        logs=logs,
        jobs=int(units.is_job.sum()),
        timed=parents.timed,
        certainty=parents.certainty,
        missing=missing,
        edges=_edges(units, parents) if known else [],
        cycles=_cycles(logs.result, forests, missing, known=known),
        roots=_roots(forests, missing + (1 - parents.certainty) / 10) if known else {},
        unknown=_unknown(collector, parents),
    )


def _missing(logs: Logs, units: Units, *, timed: bool) -> float:
    """The share of executions without a row."""
    import numpy as np

    if timed:  # the table has every job that ran
        ran = units.is_job & (units.end >= units.begun)
        return float((units.request[ran] == 0).mean()) if ran.any() else 0.0
    found = logs.observed.completeness
    if not found.lost_attempts_told:
        return 0.0
    return float(np.clip(1 - found.lost_attempts_found / found.lost_attempts_told, 0.0, 1.0))


def _edges(units: Units, parents: Parents) -> list[ObservedEdge]:
    jobs: Counter[tuple[str, str]] = Counter()
    squares: Counter[tuple[str, str]] = Counter()
    names = units.names
    for job, by, probability in zip(
        units.function[parents.job].tolist(), parents.function.tolist(),
        parents.probability.tolist(), strict=True,
    ):  # fmt: skip
        jobs[names[by], names[job]] += probability
        squares[names[by], names[job]] += probability * probability
    edges = [
        ObservedEdge(*pair, number, squares[pair] / number)
        for pair, number in jobs.items() if number >= 0.5
    ]  # fmt: skip
    return sorted(edges, key=lambda edge: (-edge.jobs, edge.caller, edge.function))


def _cycles(
    result: Result, forests: Sequence[Forest], missing: float, *, known: bool
) -> list[ObservedCycle]:
    awaited = [edge for edge in result.call_graph if edge.trigger != "scheduler"]
    results = [
        replace(result, hops=forest.hops, call_graph=[*awaited, *(
            CallEdge(caller, function, "scheduler", jobs, 0.0, jobs)  # no rate is asked for
            for (caller, function), jobs in sorted(forest.edges.items())
        )])
        for forest in forests
    ]  # fmt: skip
    found = cycles_of(results)
    if known or not found:
        return [each for each in (_cycle(cycle, missing) for cycle in found) if each.passes]
    # Which functions make up the cycle is not known, but how many jobs a job schedules is.
    largest = max(found, key=lambda cycle: cycle.component.mean)
    return [_cycle(replace(largest, path=(TOGETHER,), reproduction=largest.component), missing)]


def _cycle(cycle: Cycle, missing: float) -> ObservedCycle:
    number = cycle.reproduction.mean
    passes = cycle.passes / cycle.seeds
    half = cycle.reproduction.half_width
    # The half-width is that of the mean over the draws; here a single one is meant.
    spread = half * math.sqrt(cycle.seeds) / _Z if math.isfinite(half) else number
    # Passes come in batches, so their number varies more than that of single ones.
    chance = math.sqrt(number * max(1.0, cycle.unhindered) / max(1.0, passes))
    width = _Z * math.hypot(spread, chance) + missing * number
    return ObservedCycle(
        cycle.path, round(passes), ObservedSpan(number, max(0.0, number - width), number + width),
        cycle.interval_s,
    )  # fmt: skip


def _roots(forests: Sequence[Forest], allowance: float) -> dict[str, ObservedSpan]:
    """The share of each root, from the least to the most over the draws, and the allowance."""
    shares: dict[str, list[float]] = {}
    for name in {name for forest in forests for name in forest.roots}:
        shares[name] = [forest.roots[name] / max(1, forest.roots.total()) for forest in forests]
    found = {
        name: ObservedSpan(
            sum(own) / len(own), max(0.0, min(own) - allowance), min(1.0, max(own) + allowance)
        )
        for name, own in shares.items()
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1].value, item[0])))


def _unknown(collector: Collector, parents: Parents) -> list[str]:
    found = []
    if not parents.timed:
        found.append("when a job was scheduled: give an export of _scheduled_functions with --jobs")
        if parents.certainty < SURE:
            found.append(
                "who schedules whom and the root causes: too much runs at once to tell from the "
                "logs alone"
            )
    if collector.is_cut:
        found.append("what came later: only the first two million executions are looked at")
    found.append(f"what started before the files begin: it counts as {OUTSIDE}")
    return found
