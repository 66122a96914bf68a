"""What an engine observed in a run: counters only, the same whichever engine ran it.

And how others look on while it runs: see `Observer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import Protocol

from sim.counters import CallTimes, Counters
from sim.platform.reference import Edge, Lineages, Refusals
from sim.result import CronUse, LimitEvent
from sim.scenario import Operation, Scenario


@dataclass(frozen=True, slots=True)
class SchedulerObservation:
    """The scheduler and its executor."""

    created: int
    executed: int
    pending: int
    """Jobs found waiting for their time, waiting for a slot, or running."""
    rejected: int
    """Attempts to schedule that threw at a cap."""
    rejected_by_function: int
    """Those that threw at the cap of one function's jobs."""
    cleared: int
    """Jobs cancelled before they started."""
    slots: int
    peak_backlog: int
    final_backlog: int
    behind_us: int
    """Time during which jobs waited for a slot, every one being busy (µs)."""
    slot_us: int
    """Slots in use × time (µs)."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is looked at when a time bin ends; an entry for every bin that has."""

    backlog: list[int] = field(default_factory=list)
    """Jobs due and waiting."""
    slot_us: list[int] = field(default_factory=list)
    """Slots in use × time (µs) since the start."""
    outcomes: list[Mapping[str, float]] = field(default_factory=list)

    def close_bin(self, backlog: int, slot_us: int, outcomes: Mapping[str, float]) -> None:
        """A bin is over."""
        self.backlog.append(backlog)
        self.slot_us.append(slot_us)
        self.outcomes.append(outcomes)


@dataclass(frozen=True, slots=True)
class ExternalObservation:
    """The third-party API."""

    requests: int
    limited: int
    """Requests to endpoints that the rate limit covers."""
    rejected: int
    errors: int
    lockouts: int = 0
    rejected_locked_out: int = 0
    """Rejected while the app was locked out."""
    locked_out_us: int = 0
    """How long it was locked out (µs)."""


@dataclass(frozen=True, slots=True)
class QueueObservation:
    """Calls of one type waiting for one of the concurrent places."""

    delayed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that the result is computed from."""

    edges: Sequence[Edge]
    """The ledger, in its order."""
    scheduler: SchedulerObservation
    crons: Mapping[str, CronUse]
    external: ExternalObservation
    queues: Mapping[str, QueueObservation]
    """By type: query, mutation, action, Node action."""
    refusals: Refusals
    usage_limits: Sequence[LimitEvent]
    lineages: Lineages | None
    """None while a run goes on: nothing that looks on reads them, and they take time."""
    series: Series
    outcomes: Mapping[str, float]
    events: int
    """Events the engine processed: how it works, not what it simulates."""
    notes: Sequence[str] = ()
    """What a reader should know of how the app ran."""
    thrown: Mapping[str, str] = field(default_factory=dict)
    """By function, the message that its code threw most often, as far as that is known."""
    scans: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Queries over whole tables, by function and table, as far as that is known: runs, and the
    documents that they read."""
    repeats: Mapping[str, Sequence[int]] | None = None
    """By function, how many of its calls had an attempt after 1, 2, … lost ones, at that place; the
    last place is all attempts from there on. None if that is not known."""
    lost: Mapping[tuple[str, str, str, str, str], tuple[int, int]] = field(default_factory=dict)
    """Conflicts by the function that lost, the table, the function that won, the index and what
    they were about: attempts that were retried, and calls that failed for good."""
    hot: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)
    """By table: different documents and ranges that conflicts with functions were about, these
    conflicts, and most of one document or range."""
    times: Mapping[str, CallTimes] = field(default_factory=dict)
    """By function, how long its calls took and waited."""


Chosen = Callable[[Edge], bool]
"""Says of an edge whether it counts; equal ones (they are hashed) choose the same edges."""


class LiveRun(Protocol):
    """A run in progress: single numbers at little cost, or all there is."""

    def total(self, chosen: Chosen) -> Counters:
        """What has been counted over the edges that are chosen and were called."""
        ...

    def scheduler(self) -> SchedulerObservation:
        """The scheduler and its executor, as they are now."""
        ...

    def crons(self) -> Mapping[str, CronUse]:
        """The runs of the crons up to now."""
        ...

    def external(self) -> ExternalObservation:
        """The third-party API, as it is now."""
        ...

    def refusals(self) -> Refusals:
        """What has been refused up to now."""
        ...

    def observe(self) -> Observation:
        """All there is but outcomes and lineages."""
        ...


class Observer(Protocol):
    """Looks on while a run goes on; what it raises ends the run. It cannot change the result."""

    @property
    def every(self) -> int:
        """The simulated time (µs) between looks; the last one is at the horizon."""
        ...

    @property
    def again_after(self) -> int:
        """It looks once more this long (µs) after each of these; 0 if it does not."""
        ...

    def look(self, now: int, live: LiveRun) -> None:
        """See the run at ``now`` µs."""
        ...


def moments(
    horizon: int, rhythms: Iterable[tuple[int, int]], also: Iterable[int] = ()
) -> Iterator[int]:
    """The times of all rhythms before the horizon, in order and once, and the horizon.

    A rhythm is an interval and how long after each of its multiples. And ``also`` those times,
    which are before the horizon and in order.
    """
    regular = (range(after or interval, horizon, interval) for interval, after in set(rhythms))
    times = merge(also, *regular)
    for time, _ in groupby(times):
        yield time
    yield horizon


class Looks:
    """When a run is interrupted: at the end of every time bin, for observers and deployments."""

    def __init__(self, scenario: Scenario, observers: Sequence[Observer]) -> None:
        self._horizon = scenario.horizon
        self._bin = scenario.bin
        self._operations = scenario.operations
        self._observers = observers

    def __iter__(self) -> Iterator[int]:
        rhythms = [(self._bin, 0)]
        for one in self._observers:
            rhythms += [(one.every, 0), (one.every, one.again_after)]
        return moments(self._horizon, rhythms, [operation.at for operation in self._operations])

    def ends_bin(self, now: int) -> bool:
        """Whether a time bin is over."""
        return self._is_due(now, self._bin)

    def tell(self, now: int, live: LiveRun) -> None:
        """Let those observers look whose time it is."""
        for observer in self._observers:
            if self._is_due(now, observer.every, observer.again_after):
                observer.look(now, live)

    def operations(self, now: int) -> Iterator[Operation]:
        """What is deployed now: after what was before now has been seen, before anything else."""
        return (operation for operation in self._operations if operation.at == now)

    def _is_due(self, now: int, interval: int, again_after: int = 0) -> bool:
        return (now > 0 and now % interval in (0, again_after)) or now == self._horizon
