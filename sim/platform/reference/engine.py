"""The reference engine: the platform on SimPy, running any app's functions as they are written."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sim.counters import Counters, total
from sim.observation import (
    Chosen,
    ExternalObservation,
    Looks,
    Observation,
    Observer,
    QueueObservation,
    SchedulerObservation,
    Series,
)
from sim.result import CronUse
from sim.scenario import Scenario

from .backend import Backend
from .gate import Gate
from .install import Outcomes, app_code, install
from .journal import Journal
from .lanes import Lanes
from .refusals import Refusals

Progress = Callable[[float], None]
"""Told the share of the horizon that is done, at the end of every time bin or more often; what it
raises ends the run."""


def run(
    scenario: Scenario, progress: Progress | None = None, observers: Sequence[Observer] = (),
    journal: Journal | None = None,
) -> Observation:  # fmt: skip
    """Simulate a scenario with its own seed; ``journal`` is told of every execution."""
    backend, outcomes = install(scenario)
    if journal is not None:
        backend.journal = journal
        journal.begins(backend)
    try:
        return _run(backend, outcomes, scenario, progress, observers)
    finally:
        backend.close()


def _run(
    backend: Backend,
    outcomes: Outcomes,
    scenario: Scenario,
    progress: Progress | None,
    observers: Sequence[Observer],
) -> Observation:
    series = Series()
    live = _Live(backend, series)
    looks = Looks(scenario, observers)
    with _few_collections(), app_code(scenario):
        for now in backend.run(looks):
            if looks.ends_bin(now):
                backend.ledger.close_bin()
                slots = backend.scheduler.executor.slots
                series.close_bin(len(slots.backlog), slots.slot_us, outcomes())
                if progress is not None:
                    progress(now / scenario.horizon)
            looks.tell(now, live)
            for operation in looks.operations(now):
                backend.deploy(operation)
        counted = outcomes()  # it may leave a note
        return replace(live.observe(), outcomes=counted, lineages=backend.lineages)


@dataclass(frozen=True, slots=True)
class _Live:
    """The run in progress, as others see it."""

    _backend: Backend
    _series: Series

    def total(self, chosen: Chosen) -> Counters:
        """What has been counted over the edges that are chosen."""
        return total(edge for edge in self._backend.ledger if edge.calls and chosen(edge))

    def crons(self) -> Mapping[str, CronUse]:
        """The runs of the crons up to now."""
        return {
            cron.name: CronUse(cron.runs, cron.skipped, cron.skipped_disabled)
            for cron in self._backend.crons
        }

    def external(self) -> ExternalObservation:
        """The third-party API, as it is now."""
        external = self._backend.external
        return ExternalObservation(
            external.requests,
            external.limited,
            external.rejected,
            external.errors,
            external.lockouts,
            external.rejected_locked_out,
            external.locked_out_us(self._backend.env.now),
        )

    def refusals(self) -> Refusals:
        """What has been refused up to now."""
        return replace(self._backend.refusals)

    def scheduler(self) -> SchedulerObservation:
        """The scheduler and its executor, as they are now."""
        scheduler, slots = self._backend.scheduler, self._backend.scheduler.executor.slots
        return SchedulerObservation(
            created=scheduler.created,
            executed=scheduler.executor.executed,
            pending=scheduler.pending,
            rejected=scheduler.rejected,
            rejected_by_function=scheduler.rejected_by_function,
            cleared=scheduler.cleared,
            slots=slots.slots,
            peak_backlog=slots.peak_backlog,
            final_backlog=len(slots.backlog),
            behind_us=slots.behind_us,
            slot_us=slots.slot_us,
        )

    def observe(self) -> Observation:
        """All there is but outcomes and lineages."""
        backend = self._backend
        return Observation(
            edges=list(backend.ledger),
            scheduler=self.scheduler(),
            crons=self.crons(),
            external=self.external(),
            queues={
                "query": _queue(backend.query_lanes),
                "mutation": _queue(backend.mutation_lanes),
                "action": _queue(backend.gates[False]),
                "Node action": _queue(backend.gates[True]),
            },
            refusals=self.refusals(),
            usage_limits=list(backend.usage_limits.events),
            lineages=None,
            series=self._series,
            outcomes={},
            events=backend.env.events,
            notes=backend.notes,
            thrown=backend.thrown.most_frequent(),
            scans={key: (counts[0], counts[1]) for key, counts in backend.scans.items()},
            repeats=backend.database.repeats,
            hot=backend.database.hot(),
            lost={key: (counts[0], counts[1]) for key, counts in backend.database.lost.items()},
            times={name: each.times for name, each in backend.functions.items() if each.times},
        )


def _queue(queue: Lanes | Gate) -> QueueObservation:
    return QueueObservation(queue.delayed, queue.rejected)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Run the cycle collector rarely: the engine allocates fast and leaves few cycles."""
    threshold = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
