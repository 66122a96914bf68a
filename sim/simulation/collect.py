"""From an engine's `Observation` to the `Result`: sums, limits reached, and the bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from operator import attrgetter

from sim.billing import Usage, bill
from sim.bins import summed
from sim.observation import Observation
from sim.platform.reference import Edge, gb_hours
from sim.result import (
    AlertUse,
    CallCounts,
    Compute,
    Conflicts,
    Database,
    ExternalUse,
    FunctionUse,
    Performance,
    Result,
    ScenarioFacts,
    SchedulerUse,
)
from sim.scenario import DAY, DAYS_PER_MONTH, SECOND, Scenario

from .bounds import find_bounds
from .collect_lineage import call_graph, guards, hops

_MB = 1e6
_COUNTED = attrgetter(
    "calls", "retried", "failed", "errors", "time_us", "read_bytes", "written_bytes", "mib_ms",
    "generations", "rounds",
)  # fmt: skip


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
    functions = _functions(edges, days, observation.thrown)
    compute_gb_hours = gb_hours(sum(edge.mib_ms for edge in edges))
    read = sum(edge.read_bytes for edge in edges) / _MB
    written = sum(edge.written_bytes for edge in edges) / _MB
    total = sum(edge.calls for edge in edges)
    node_memory = scenario.platform.actions.node_memory >> 20
    node_gb_hours = gb_hours(
        sum(edge.mib_ms for edge in edges if edge.function.memory_mib == node_memory)
    )
    billing = scenario.billing
    usage = Usage(
        calls=total,
        node_gb_hours=node_gb_hours,
        own_gb_hours=compute_gb_hours - node_gb_hours,
        database_io_gb=(read + written) / 1000,
        storage_gb=billing.storage_mb / 1000,
        days=days,
        transaction_gb_hours=_transaction_gb_hours(edges, scenario),
        files_gb=billing.files / 1e9,
        egress_gb=billing.egress / 1e9 * days / DAYS_PER_MONTH,
        search_storage_gb=billing.search_storage / 1e9,
        search_query_gb=billing.search_queries * days / DAYS_PER_MONTH,
    )
    external, lineages = observation.external, observation.lineages
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
            total=total,
            per_day=total / days,
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
        conflicts=Conflicts(
            retried=sum(edge.retried for edge in edges), failed=sum(edge.failed for edge in edges)
        ),
        scheduler=_scheduler(observation, scenario),
        crons=dict(observation.crons),
        compute=Compute(compute_gb_hours, compute_gb_hours / days),
        database=Database(read, written, read + written, (read + written) / days),
        external=ExternalUse(
            external.requests,
            external.rejected,
            external.errors,
            external.lockouts,
            external.locked_out_us / SECOND,
            external.rejected_locked_out,
        ),
        bounds=find_bounds(observation, scenario, edges),
        usage_limits=list(observation.usage_limits),
        alerts=list(alerts),
        cost=bill(
            usage, billing, scenario.platform.profile, dedicated=scenario.platform.is_dedicated
        ),
        outcomes=dict(observation.outcomes),
        outcomes_per_bin=_columns(observation.series.outcomes),
        performance=performance,
        refusals={name: count for name, count in asdict(observation.refusals).items() if count},
    )


def _calls_of(edges: list[Edge], type_: str) -> int:
    return sum(edge.calls for edge in edges if edge.function.type == type_)


def _functions(
    edges: list[Edge], days: float, thrown: Mapping[str, str]
) -> dict[str, FunctionUse]:  # fmt: skip
    """Per function, most called first."""
    by_name: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        by_name[edge.function.name].append(edge)
    uses = {name: _function(own, days, thrown.get(name, "")) for name, own in by_name.items()}
    return dict(sorted(uses.items(), key=lambda item: (-item[1].calls, item[0])))


def _function(edges: list[Edge], days: float, thrown: str) -> FunctionUse:
    by_trigger: dict[str, int] = defaultdict(int)
    by_caller: dict[str, int] = defaultdict(int)
    by_root: dict[str, int] = defaultdict(int)
    for edge in edges:
        by_root[edge.root.name] += edge.calls
        by_trigger[edge.trigger] += edge.calls
        by_caller[edge.caller] += edge.calls
    calls, retried, failed, errors, time_us, read, written, mib_ms, generations, rounds = (
        sum(values) for values in zip(*map(_COUNTED, edges), strict=True)
    )
    return FunctionUse(
        type=edges[0].function.type,
        calls=calls,
        per_day=calls / days,
        conflicts_retried=retried,
        conflicts_failed=failed,
        errors=errors,
        time_s=time_us / SECOND,
        read_mb=read / _MB,
        written_mb=written / _MB,
        gb_hours=gb_hours(mib_ms),
        by_trigger=dict(sorted(by_trigger.items())),
        by_caller=dict(sorted(by_caller.items())),
        by_root=dict(sorted(by_root.items())),
        generation_mean=generations / calls,
        generation_deepest=max(edge.deepest for edge in edges),
        rounds=rounds,
        per_bin=summed(edge.per_bin for edge in edges),
        retried_per_bin=summed(edge.retried_per_bin for edge in edges),
        failed_per_bin=summed(edge.failed_per_bin for edge in edges),
        thrown=thrown,
    )


def _transaction_gb_hours(edges: Sequence[Edge], scenario: Scenario) -> float:
    """Compute of queries and mutations, which run in the memory of the platform's own runtime."""
    time_us = sum(edge.time_us for edge in edges if edge.function.type in ("query", "mutation"))
    return gb_hours((scenario.platform.actions.memory >> 20) * (time_us // 1000))


def _by_day(functions: Mapping[str, FunctionUse], scenario: Scenario) -> list[int]:
    """Calls per simulated day: a bin counts for the day it begins in."""
    series = [0] * -(-scenario.horizon // DAY)
    for use in functions.values():
        for number, calls in enumerate(use.per_bin):
            series[number * scenario.bin // DAY] += calls
    return series


def _scheduler(observation: Observation, scenario: Scenario) -> SchedulerUse:
    scheduler = observation.scheduler
    return SchedulerUse(
        created=scheduler.created,
        executed=scheduler.executed,
        pending=scheduler.pending,
        dropped=scheduler.cleared,
        rejected=scheduler.rejected,
        peak_backlog=scheduler.peak_backlog,
        final_backlog=scheduler.final_backlog,
        saturated_share=scheduler.behind_us / scenario.horizon,
        slot_use=scheduler.slot_us / scheduler.slots / scenario.horizon,
        backlog_per_bin=list(observation.series.backlog),
        slot_use_per_bin=_slot_use(observation, scenario),
    )


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
