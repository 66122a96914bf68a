"""Parts of a result that can be had from a few counters: the bill, the scheduler, the API."""

from __future__ import annotations

from dataclasses import dataclass

from sim.billing import Usage, bill
from sim.counters import Counters, gb_hours
from sim.metrics import Selection
from sim.observation import ExternalObservation, SchedulerObservation
from sim.platform.reference import Edge
from sim.result import Cost, ExternalUse, SchedulerUse
from sim.scenario import DAY, DAYS_PER_MONTH, SECOND, Scenario


@dataclass(frozen=True, slots=True)
class OfSelection:
    """Chooses the edges of the calls that a selection matches."""

    selection: Selection

    def __call__(self, edge: Edge) -> bool:
        """Whether an edge is chosen."""
        trigger = self.selection.trigger
        function = edge.function
        return self.selection.matches(function.name, function.type) and (
            not trigger or trigger == edge.trigger
        )


@dataclass(frozen=True, slots=True)
class OfNode:
    """Chooses the calls that are billed as Node actions: those with the memory of one."""

    memory_mib: int

    @classmethod
    def of(cls, scenario: Scenario) -> OfNode:
        """With the memory that a scenario gives Node actions."""
        return cls(scenario.platform.actions.node_memory >> 20)

    def __call__(self, edge: Edge) -> bool:
        """Whether an edge is chosen."""
        return edge.function.memory_mib == self.memory_mib


@dataclass(frozen=True, slots=True)
class _OfTypes:
    """Chooses the calls of functions of some types."""

    types: tuple[str, ...]

    def __call__(self, edge: Edge) -> bool:
        """Whether an edge is chosen."""
        return edge.function.type in self.types


TRANSACTIONS = _OfTypes(("query", "mutation"))


def cost_of(
    counted: Counters, *, node: Counters, transactions: Counters, scenario: Scenario
) -> Cost:
    """The bill of all calls, and of those among them that are Node actions or transactions."""
    billing, days = scenario.billing, scenario.horizon / DAY
    # Queries and mutations run in the memory of the platform's own runtime.
    memory_mib = scenario.platform.actions.memory >> 20
    usage = Usage(
        calls=counted.calls,
        node_gb_hours=node.gb_hours,
        own_gb_hours=counted.gb_hours - node.gb_hours,
        database_io_gb=(counted.read_mb + counted.written_mb) / 1000,
        storage_gb=billing.storage_mb / 1000,
        days=days,
        transaction_gb_hours=gb_hours(memory_mib * (transactions.time_us // 1000)),
        files_gb=billing.files / 1e9,
        egress_gb=billing.egress / 1e9 * days / DAYS_PER_MONTH,
        search_storage_gb=billing.search_storage / 1e9,
        search_query_gb=billing.search_queries * days / DAYS_PER_MONTH,
    )
    platform = scenario.platform
    return bill(usage, billing, platform.profile, dedicated=platform.is_dedicated)


def scheduler_use(seen: SchedulerObservation, scenario: Scenario) -> SchedulerUse:
    """The scheduler, without its series."""
    return SchedulerUse(
        created=seen.created,
        executed=seen.executed,
        pending=seen.pending,
        dropped=seen.cleared,
        rejected=seen.rejected,
        peak_backlog=seen.peak_backlog,
        final_backlog=seen.final_backlog,
        saturated_share=seen.behind_us / scenario.horizon,
        slot_use=seen.slot_us / seen.slots / scenario.horizon,
        backlog_per_bin=[],
        slot_use_per_bin=[],
    )


def external_use(seen: ExternalObservation) -> ExternalUse:
    """The third-party API."""
    return ExternalUse(
        seen.requests,
        seen.rejected,
        seen.errors,
        seen.lockouts,
        seen.locked_out_us / SECOND,
        seen.rejected_locked_out,
    )
