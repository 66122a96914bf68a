"""From a finished run to its `Result`: sums over the ledger, what bound the rate, and the bill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sim.backend import Backend, Edge, Gate, Lanes, gb_hours
from sim.billing import Usage, bill
from sim.result import (
    Bound,
    CallCounts,
    Compute,
    Conflicts,
    CronUse,
    Database,
    ExternalUse,
    FunctionUse,
    Performance,
    Result,
    ScenarioFacts,
    SchedulerUse,
)
from sim.scenario import DAY, SECOND, Scenario, format_duration

_MB = 1e6


class Recorder:
    """What is sampled at the end of every time bin."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.backlog: list[int] = []

    def end_of_bin(self) -> None:
        """Sample the backlog."""
        self.backlog.append(len(self._backend.scheduler.executor.backlog))


def collect(
    backend: Backend,
    recorder: Recorder,
    outcomes: Mapping[str, float],
    performance: Performance,
    version: str,
) -> Result:
    """Everything the run says."""
    scenario = backend.scenario
    edges = [edge for edge in backend.ledger if edge.calls]
    days = scenario.horizon / DAY
    functions = _functions(edges, days)
    compute_gb_hours = gb_hours(sum(edge.mib_ms for edge in edges))
    read = sum(edge.read_bytes for edge in edges) / _MB
    written = sum(edge.written_bytes for edge in edges) / _MB
    total = sum(edge.calls for edge in edges)
    node_memory = scenario.platform.actions.node_memory >> 20
    node_gb_hours = gb_hours(
        sum(edge.mib_ms for edge in edges if edge.function.memory_mib == node_memory)
    )
    usage = Usage(
        calls=total,
        node_gb_hours=node_gb_hours,
        own_gb_hours=compute_gb_hours - node_gb_hours,
        database_io_gb=(read + written) / 1000,
        storage_gb=scenario.billing.storage_mb / 1000,
        days=days,
    )
    external = backend.external
    return Result(
        scenario=ScenarioFacts(
            name=scenario.name,
            revision=scenario.revision,
            hash=scenario.hash,
            horizon_s=scenario.horizon / SECOND,
            seed=scenario.seed,
        ),
        engine=scenario.engine,
        version=version,
        bin_s=scenario.bin / SECOND,
        calls=CallCounts(
            total=total,
            per_day=total / days,
            query=_calls_of(edges, "query"),
            mutation=_calls_of(edges, "mutation"),
            action=_calls_of(edges, "action"),
            per_day_series=_by_day(edges, scenario),
        ),
        functions=functions,
        conflicts=Conflicts(
            retried=sum(edge.retried for edge in edges), failed=sum(edge.failed for edge in edges)
        ),
        scheduler=_scheduler(backend, recorder, scenario),
        crons={cron.name: CronUse(cron.runs, cron.skipped) for cron in backend.crons},
        compute=Compute(compute_gb_hours, compute_gb_hours / days),
        database=Database(read, written, read + written, (read + written) / days),
        external=ExternalUse(external.requests, external.rejected, external.errors),
        bounds=_bounds(backend, scenario, edges),
        usage_limits=backend.usage_limits.events,
        cost=bill(usage, scenario.billing, scenario.platform.profile),
        outcomes=dict(outcomes),
        performance=performance,
    )


def _calls_of(edges: list[Edge], type_: str) -> int:
    return sum(edge.calls for edge in edges if edge.function.type == type_)


def _functions(edges: list[Edge], days: float) -> dict[str, FunctionUse]:
    """Per function, most called first."""
    by_name: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        by_name[edge.function.name].append(edge)
    uses = {name: _function(own, days) for name, own in by_name.items()}
    return dict(sorted(uses.items(), key=lambda item: (-item[1].calls, item[0])))


def _function(edges: list[Edge], days: float) -> FunctionUse:
    by_trigger: dict[str, int] = defaultdict(int)
    by_caller: dict[str, int] = defaultdict(int)
    for edge in edges:
        by_trigger[edge.trigger] += edge.calls
        by_caller[edge.caller] += edge.calls
    calls = sum(edge.calls for edge in edges)
    return FunctionUse(
        type=edges[0].function.type,
        calls=calls,
        per_day=calls / days,
        conflicts_retried=sum(edge.retried for edge in edges),
        conflicts_failed=sum(edge.failed for edge in edges),
        errors=sum(edge.errors for edge in edges),
        time_s=sum(edge.time_us for edge in edges) / SECOND,
        read_mb=sum(edge.read_bytes for edge in edges) / _MB,
        written_mb=sum(edge.written_bytes for edge in edges) / _MB,
        gb_hours=gb_hours(sum(edge.mib_ms for edge in edges)),
        by_trigger=dict(sorted(by_trigger.items())),
        by_caller=dict(sorted(by_caller.items())),
        per_bin=[sum(bins) for bins in zip(*(edge.per_bin for edge in edges), strict=True)],
    )


def _by_day(edges: list[Edge], scenario: Scenario) -> list[int]:
    """Calls per simulated day: a bin counts for the day it begins in."""
    series = [0] * -(-scenario.horizon // DAY)
    for edge in edges:
        for number, calls in enumerate(edge.per_bin):
            series[number * scenario.bin // DAY] += calls
    return series


def _scheduler(backend: Backend, recorder: Recorder, scenario: Scenario) -> SchedulerUse:
    scheduler, executor = backend.scheduler, backend.scheduler.executor
    return SchedulerUse(
        created=scheduler.created,
        executed=executor.executed,
        pending=scheduler.pending,
        dropped=scheduler.created - executor.executed - scheduler.pending,
        rejected=scheduler.rejected,
        peak_backlog=executor.peak_backlog,
        final_backlog=len(executor.backlog),
        saturated_share=executor.behind() / scenario.horizon,
        slot_use=executor.slot_us / executor.slots / scenario.horizon,
        backlog_per_bin=recorder.backlog,
    )


def _bounds(backend: Backend, scenario: Scenario, edges: list[Edge]) -> list[Bound]:
    """The limits that were met, the hardest first (design rule 8)."""
    platform, external, scheduler = scenario.platform, backend.external, backend.scheduler
    executor = scheduler.executor
    attempts = scheduler.created + scheduler.rejected
    modelled = [edge for edge in edges if edge.trigger != "flow"]
    queues: list[tuple[str, Lanes | Gate, int]] = [
        ("query", backend.query_lanes, platform.concurrency.queries),
        ("mutation", backend.mutation_lanes, platform.concurrency.mutations),
        ("action", backend.gates[False], platform.concurrency.actions),
        ("Node action", backend.gates[True], platform.concurrency.node_actions),
    ]
    bounds = [
        Bound(
            "scheduler slots",
            f"{executor.slots} jobs at once",
            executor.behind() / scenario.horizon,
            f"every slot busy and jobs waiting; peak backlog {executor.peak_backlog:,}",
        ),
        Bound(
            "API rate limit",
            f"{scenario.external.rate_limit} requests in "
            f"{format_duration(scenario.external.rate_window)}",
            external.rejected / max(1, external.limited),
            f"{external.rejected:,} of {external.limited:,} limited requests answered with 429",
        ),
        Bound(
            "outstanding-job cap",
            f"{platform.scheduler.outstanding_cap:,} jobs",
            scheduler.rejected / attempts if attempts else 0.0,
            f"{scheduler.rejected:,} of {attempts:,} attempts to schedule threw",
        ),
        *(
            Bound(
                f"{type_} concurrency",
                f"{limit} at once",
                min(1.0, queue.delayed / max(1, _calls_of(modelled, type_.split()[-1]))),
                f"{queue.delayed:,} calls waited, {queue.rejected:,} gave up",
            )
            for type_, queue, limit in queues
        ),
    ]
    return sorted((bound for bound in bounds if bound.share > 0), key=lambda b: -b.share)
