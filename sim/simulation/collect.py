"""From an engine's `Observation` to the `Result`: sums, limits reached, and the bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from sim.bins import summed
from sim.counters import CallTimes, FunctionUse, total
from sim.observation import Observation
from sim.platform.reference import Edge
from sim.result import (
    AlertUse,
    CallCounts,
    Compute,
    ConflictDocuments,
    ConflictPair,
    Conflicts,
    DatabaseUse,
    Performance,
    Result,
    ScenarioFacts,
    TableScan,
)
from sim.scenario import DAY, SECOND, Scenario

from .attempts import attempts
from .bounds import find_bounds
from .collect_lineage import call_graph, guards, hops
from .parts import TRANSACTIONS, OfNode, cost_of, external_use, scheduler_use


def collect(
    scenario: Scenario,
    observation: Observation,
    performance: Performance,
    *,
    engine: str,
    version: str,
    alerts: Sequence[AlertUse] = (),
) -> Result:
    """The result of a run."""
    used = [edge for edge in observation.edges if edge.calls or edge.jobs]
    edges = [edge for edge in used if edge.calls]
    days = scenario.horizon / DAY
    functions = _functions(edges, days, observation)
    counted, is_node = total(edges), OfNode.of(scenario)
    calls, read, written = counted.calls, counted.read_mb, counted.written_mb
    lineages = observation.lineages
    return Result(
        scenario=ScenarioFacts(
            name=scenario.name,
            revision=scenario.revision,
            hash=scenario.hash,
            horizon_s=scenario.horizon / SECOND,
            seed=scenario.seed,
        ),
        engine=engine,
        version=version,
        bin_s=scenario.bin / SECOND,
        calls=CallCounts(
            total=calls,
            per_day=calls / days,
            query=_calls_of(edges, "query"),
            mutation=_calls_of(edges, "mutation"),
            action=_calls_of(edges, "action"),
            per_day_series=_by_day(functions, scenario),
            refused=observation.refusals.disabled + observation.refusals.organic,
            refused_organic=observation.refusals.organic,
        ),
        by_function=functions,
        call_graph=[] if lineages is None else call_graph(used, days),
        hops=[] if lineages is None else hops(lineages),
        guards=[] if lineages is None else guards(lineages),
        conflicts=Conflicts(retried=counted.retried, failed=counted.failed),
        conflict_pairs=_pairs(observation),
        conflict_documents=_documents(observation),
        table_scans=_scans(observation),
        notes=list(observation.notes),
        scheduler=replace(
            scheduler_use(observation.scheduler, scenario),
            backlog_per_bin=list(observation.series.backlog),
            slot_use_per_bin=_slot_use(observation, scenario),
        ),
        crons=dict(observation.crons),
        compute=Compute(counted.gb_hours, counted.gb_hours / days),
        database=DatabaseUse(read, written, read + written, (read + written) / days),
        external=external_use(observation.external),
        bounds=find_bounds(observation, scenario, edges),
        usage_limits=list(observation.usage_limits),
        alerts=list(alerts),
        cost=cost_of(
            counted,
            node=total(edge for edge in edges if is_node(edge)),
            transactions=total(edge for edge in edges if TRANSACTIONS(edge)),
            scenario=scenario,
        ),
        outcomes=dict(observation.outcomes),
        outcomes_per_bin=_columns(observation.series.outcomes),
        performance=performance,
        refusals={name: count for name, count in asdict(observation.refusals).items() if count},
    )


def _pairs(observation: Observation) -> list[ConflictPair]:
    """Who lost to whom, most conflicts first."""
    pairs = [
        ConflictPair(loser, table, winner, *counts, index, what)
        for (loser, table, winner, index, what), counts in observation.lost.items()
    ]
    return sorted(pairs, key=lambda each: (
        -each.retried - each.failed, each.function, each.table, each.winner, each.index, each.what
    ))  # fmt: skip


def _documents(observation: Observation) -> list[ConflictDocuments]:
    """On how many documents of each table, most conflicts first."""
    found = [ConflictDocuments(table, *counts) for table, counts in observation.hot.items()]
    return sorted(found, key=lambda each: (-each.conflicts, each.table))


def _scans(observation: Observation) -> list[TableScan]:
    """Who reads whole tables, most documents first."""
    scans = [TableScan(*key, *counts) for key, counts in observation.scans.items()]
    return sorted(scans, key=lambda each: (-each.documents, each.function, each.table))


def _calls_of(edges: list[Edge], type_: str) -> int:
    return sum(edge.calls for edge in edges if edge.function.type == type_)


def _functions(
    edges: list[Edge], days: float, observation: Observation
) -> dict[str, FunctionUse]:  # fmt: skip
    """Per function, most called first."""
    by_name: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        by_name[edge.function.name].append(edge)
    uses = {name: _function(name, own, days, observation) for name, own in by_name.items()}
    return dict(sorted(uses.items(), key=lambda item: (-item[1].calls, item[0])))


def _function(name: str, edges: list[Edge], days: float, observation: Observation) -> FunctionUse:
    by_trigger: dict[str, int] = defaultdict(int)
    by_caller: dict[str, int] = defaultdict(int)
    by_root: dict[str, int] = defaultdict(int)
    for edge in edges:
        by_root[edge.root.name] += edge.calls
        by_trigger[edge.trigger] += edge.calls
        by_caller[edge.caller] += edge.calls
    counted, type_ = total(edges), edges[0].function.type
    return FunctionUse.of(
        counted,
        observation.times.get(name, CallTimes()),
        type=type_,
        per_day=counted.calls / days,
        by_trigger=dict(sorted(by_trigger.items())),
        by_caller=dict(sorted(by_caller.items())),
        by_root=dict(sorted(by_root.items())),
        generation_deepest=max(edge.deepest for edge in edges),
        per_bin=summed(edge.per_bin for edge in edges),
        retried_per_bin=summed(edge.retried_per_bin for edge in edges),
        failed_per_bin=summed(edge.failed_per_bin for edge in edges),
        thrown=observation.thrown.get(name, ""),
        attempts=attempts(type_, name, counted.calls, observation.repeats),
    )


def _by_day(functions: Mapping[str, FunctionUse], scenario: Scenario) -> list[int]:
    """Calls per simulated day: a bin counts for the day it begins in."""
    series = [0] * -(-scenario.horizon // DAY)
    for use in functions.values():
        for number, calls in enumerate(use.per_bin):
            series[number * scenario.bin // DAY] += calls
    return series


def _slot_use(observation: Observation, scenario: Scenario) -> list[float]:
    ends = [min((n + 1) * scenario.bin, scenario.horizon)
            for n in range(len(observation.series.slot_us))]  # fmt: skip
    since = zip([0, *ends], ends, strict=False)
    used = zip([0, *observation.series.slot_us], observation.series.slot_us, strict=False)
    slots = observation.scheduler.slots
    return [(after - before) / slots / (end - begin)
            for (before, after), (begin, end) in zip(used, since, strict=True)]  # fmt: skip


def _columns(rows: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Name → its value in every row; 0 where it is not counted yet."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name, 0) for row in rows] for name in names}
