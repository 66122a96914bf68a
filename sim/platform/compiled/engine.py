"""Runs a deployment on the compiled engine and reports what it observed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import heapify, heappop, heappush

import numpy as np

from sim.apps.setlist import install
from sim.apps.setlist.outcomes import Outcomes, SetlistRows
from sim.guards import SyncDecision
from sim.observation import (
    ExternalObservation,
    Looks,
    Observation,
    Observer,
    QueueObservation,
    SchedulerObservation,
    Series,
)
from sim.platform.external import locked_out_us
from sim.platform.reference import (
    BEFORE_THE_RUN,
    Backend,
    Edge,
    GuardUse,
    Hop,
    Lineages,
    Refusals,
    Root,
    Stamp,
)
from sim.result import CronUse
from sim.scenario import Scenario

from . import layout as at
from .deploy import Deployment
from .layout import ABSENT, FUNCTIONS, N_FUNCTIONS
from .native import run_until
from .operate import operate

_COUNTERS = at.EDGE.names or ()
_PAUSE_EVERY = 4_000_000
"""Events after which Python looks whether it was interrupted: a fraction of a second."""
_BEFORE_ALL = -1
"""A serial that comes before every execution's."""


def run(
    scenario: Scenario,
    progress: Callable[[float], None] | None = None,
    observers: Sequence[Observer] = (),
) -> Observation:
    """Simulate a scenario of the built-in app with its own seed."""
    with _uncollected():
        backend = Backend(scenario, scenario.seed)
        outcomes = install(backend, scenario)
        prepared = _Run(backend, outcomes, progress)
    return prepared.run(observers)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let Python look for no garbage while a large world is made, of which nothing is garbage.

    It would look through all of the world again and again, which takes as long as making it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Run:
    """The compiled loop and, around it, what the reference engine's own code does.

    Usage limits, organic traffic and time bins are events of minutes and hours: they stay in
    Python. The ledger is brought up to date before each of them.
    """

    def __init__(
        self, backend: Backend, outcomes: Outcomes, progress: Callable[[float], None] | None
    ) -> None:
        self._backend = backend
        self._outcomes = outcomes
        self._progress = progress
        self._horizon = backend.scenario.horizon
        watchers = len(backend.platform.usage_limits)
        self._watchers = sorted(backend.clock.entries, key=lambda entry: entry[1])[:watchers]
        heapify(self._watchers)
        self._deployment = Deployment(backend, outcomes)
        self._memory = self._deployment.memory
        self._executor = self._memory.tables["executors"][at.SCHEDULER]
        self._edges: dict[int, Edge] = {}
        self._events = 0
        self._loop = run_until()

    def run(self, observers: Sequence[Observer]) -> Observation:
        """Run to the horizon."""
        backend, scenario = self._backend, self._backend.scenario
        series = Series()
        looks = Looks(scenario, observers)
        for now in looks:
            self._run_to(now)
            backend.meter_flow()
            if looks.ends_bin(now):
                backend.ledger.close_bin()
                scheduler = self._scheduler()
                series.close_bin(scheduler.final_backlog, scheduler.slot_us, self._count_outcomes())
                if self._progress is not None:
                    self._progress(now / scenario.horizon)
            looks.tell(now, lambda: self._observe(series, {}, None))
            for operation in looks.operations(now):
                backend.deploy(operation)
                operate(self._deployment, operation)
                self._open_or_close()
        return self._observe(series, self._count_outcomes(), self._lineages())

    def _run_to(self, end: int) -> None:
        """Process every event before ``end``, those of the usage limits included."""
        while self._watchers and self._watchers[0][0] < end:
            time, serial, resume = heappop(self._watchers)
            self._run_until(time, serial)
            self._events += 1
            heappush(self._watchers, (resume(), serial, resume))
            self._open_or_close()
        self._run_until(end, _BEFORE_ALL)

    def _run_until(self, time: int, serial: int) -> None:
        clock, state, horizon = self._memory["clock"], self._memory.state, self._horizon
        reached = at.PAUSED
        while reached != at.REACHED:
            clock["pause_at"] = clock["events"] + _PAUSE_EVERY
            reached = self._loop(state, time, serial)
            if reached == at.OUT_OF_ROOM:
                self._deployment.grow()
            elif reached == at.PAUSED and self._progress is not None:
                self._progress(int(clock["now"]) / horizon)
        self._memory["clock"]["now"] = self._backend.clock.now = time
        self._update_ledger()

    def _open_or_close(self) -> None:
        """Close or open the deployment as the usage limits and the operator want it."""
        disabled, executor = self._backend.disabled, self._executor
        if disabled and not executor["paused"]:
            executor["behind_us"] = self._behind()
        elif executor["paused"] and not disabled:
            executor["behind_since"] = self._backend.clock.now
        self._memory["clock"]["disabled"] = executor["paused"] = disabled
        lanes = (self._backend.query_lanes, self._backend.mutation_lanes)
        self._memory.tables["lanes"]["uncontended"] = [lane.uncontended for lane in lanes]

    # -- what was observed -------------------------------------------------------------------------

    def _update_ledger(self) -> None:
        edges = self._memory.tables["edges"]
        rows = edges.view(np.int64).reshape(-1, N_FUNCTIONS, len(_COUNTERS))
        busy = np.flatnonzero(rows.any(axis=(1, 2)))  # few callers of any root call
        used, functions = np.nonzero(rows[busy].any(axis=2))
        for number in (busy[used] * N_FUNCTIONS + functions).tolist():
            edge = self._edges.get(number) or self._open_edge(number)
            for name, value in zip(_COUNTERS, edges[number].tolist(), strict=True):
                setattr(edge, name, value)

    def _open_edge(self, number: int) -> Edge:
        """The ledger's edge for the engine's."""
        root_number, rest = divmod(number, at.EDGES_OF_A_ROOT)
        row, function = divmod(rest, N_FUNCTIONS)
        root = self._root(root_number)
        if row == at.ENTRY_ROW:
            edges = root.entry
        elif row >= at.ACTION_ROWS:
            edges = root.subcalls[FUNCTIONS[row - at.ACTION_ROWS]]
        else:
            edges = root.jobs[FUNCTIONS[row]]
        edge = self._edges[number] = edges[FUNCTIONS[function]]
        return edge

    def _root(self, number: int) -> Root:
        if number < at.FIRST_CRON_ROOT:
            return self._backend.client_root(at.CLIENT_ROOTS[number])
        return list(self._backend.crons)[number - at.FIRST_CRON_ROOT].edge.root

    def _lineages(self) -> Lineages:
        """What came round and what the guard decided, as the reference engine has it."""
        lineages, tables, functions = Lineages(), self._memory.tables, self._backend.functions
        for number in tables["hops"]["jobs"].nonzero()[0].tolist():
            by, job = (functions[FUNCTIONS[n]] for n in divmod(number, N_FUNCTIONS))
            lineages.hops[by, job] = Hop(**_plain(tables["hops"][number]))
        for number in tables["ended"].nonzero()[0].tolist():
            lineages.ended[functions[FUNCTIONS[number]]] = int(tables["ended"][number])
        for decision in SyncDecision:
            use = tables["guards"][decision]
            if use["count"]:
                writers = tables["writers"][decision]
                named = {
                    _writer(code): int(writers[code]) for code in writers.nonzero()[0].tolist()
                }
                lineages.guards[FUNCTIONS[at.SYNC_CATALOG], decision.reason] = GuardUse(
                    decision.admits, **_plain(use), writers=named
                )
        return lineages

    def _count_outcomes(self) -> dict[str, float]:
        """The outcomes of the world as it is now."""
        memory, counts = self._memory, self._outcomes.counts
        documents, rows = memory.tables["documents"], memory["rows"]
        first, number = int(rows["setlists"]), int(rows["setlists"]) - int(rows["shows"])
        setlists = documents[first : first + number]
        tracks, artist_of = memory.tables["artist_facts"]["tracks"], memory.tables["artist_of"]
        counts.sync_attempts = int(memory["app"]["sync_attempts"])
        counts.sync_skipped_by_guard = int(memory["app"]["sync_skipped"])
        counts.catalogs_synced = int(memory["app"]["catalogs_synced"])
        return self._outcomes.count(
            SetlistRows(
                shows=documents["w0"][int(rows["shows"]) : first] != ABSENT,
                songs=setlists["w0"],
                created_ms=setlists["w1"],
                filled_ms=setlists["w2"],
                fillable=tracks[artist_of] > 0,
            )
        )

    def _observe(
        self, series: Series, outcomes: Mapping[str, float], lineages: Lineages | None
    ) -> Observation:
        memory = self._memory
        queues = [*memory.tables["lanes"], *memory.tables["gates"]]
        names = ("query", "mutation", "action", "Node action")
        crons = zip(self._backend.crons, memory.tables["crons"], strict=True)
        return Observation(
            edges=list(self._backend.ledger),
            scheduler=self._scheduler(),
            crons={
                cron.name: CronUse(
                    *(int(c[name]) for name in ("runs", "skipped", "skipped_disabled"))
                )
                for cron, c in crons
            },
            external=self._external(),
            queues={
                name: QueueObservation(int(queue["delayed"]), int(queue["rejected"]))
                for name, queue in zip(names, queues, strict=True)
            },
            refusals=Refusals(**_plain(memory["refusals"]), organic=self._backend.refusals.organic),
            usage_limits=list(self._backend.usage_limits.events),
            lineages=lineages,
            series=series,
            outcomes=outcomes,
            events=int(memory["clock"]["events"]) + self._events,
        )

    def _external(self) -> ExternalObservation:
        api, now = _plain(self._memory["api"]), self._backend.clock.now
        return ExternalObservation(
            api["requests"], api["limited"], api["rejected"], api["failed"],
            api["lockouts"], api["rejected_locked_out"],
            locked_out_us(api["lockouts"], api["lockout"], api["locked_until"], now),
        )  # fmt: skip

    def _scheduler(self) -> SchedulerObservation:
        scheduler, executor = _plain(self._memory["scheduler"]), _plain(self._executor)
        waiting = executor["waiting"]
        return SchedulerObservation(
            created=scheduler["created"],
            executed=executor["executed"],
            pending=scheduler["future"] + waiting + executor["running"],
            rejected=scheduler["rejected"],
            rejected_by_function=scheduler["rejected_by_function"],
            cleared=scheduler["cleared"],
            slots=executor["slots"],
            peak_backlog=max(executor["peak"], waiting),
            final_backlog=waiting,
            behind_us=self._behind(),
            slot_us=executor["held_us"] + executor["running"] * self._backend.clock.now,
        )

    def _behind(self) -> int:
        """`Executor.behind`."""
        executor = _plain(self._executor)
        if not executor["waiting"] or executor["paused"]:
            return executor["behind_us"]
        return executor["behind_us"] + self._backend.clock.now - executor["behind_since"]


def _writer(code: int) -> str:
    """What a stamp says of who wrote it, beside the serial number."""
    if code == 0:
        return BEFORE_THE_RUN
    context, function = divmod(code - 1, 1 << at.FUNCTION_BITS)
    named = (*FUNCTIONS, *(f"client:{kind}" for kind in at.CLIENT_ROOTS))
    return str(Stamp(0, named[context], FUNCTIONS[function]))


def _plain(record: np.void) -> dict[str, int]:
    return dict(zip(record.dtype.names or (), record.item(), strict=True))
