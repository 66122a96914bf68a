"""Runs a deployment on the compiled engine and reports what it observed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from heapq import heapify, heappop, heappush
from types import ModuleType

import numpy as np

from sim.counters import TIMES, CallTimes, Counters
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
from sim.platform.external import locked_out_us
from sim.platform.lower import Refused
from sim.platform.reference import (
    BEFORE_THE_RUN,
    DOCUMENT,
    ORGANIC_WRITER,
    RANGE,
    Backend,
    GuardUse,
    Hop,
    Lineages,
    Outcomes,
    Refusals,
    Stamp,
    app_code,
    install,
)
from sim.platform.rules import DEEPEST, NEVER
from sim.quantiles import BUCKETS, counted
from sim.result import CronUse
from sim.scenario import Scenario

from . import layout as at
from .deploy import Deployment
from .ledger import UsedEdges
from .native import compiled_for
from .operate import operate
from .rows import followed

_PAUSE_EVERY = 4_000_000
"""Events after which Python looks whether it was interrupted: a fraction of a second."""
_BEFORE_ALL = -1
"""A serial that comes before every execution's."""


def run(
    scenario: Scenario,
    progress: Callable[[float], None] | None = None,
    observers: Sequence[Observer] = (),
) -> Observation:
    """Simulate a scenario with its own seed; raises `Refused` if its app cannot be compiled."""
    with _uncollected():
        backend, outcomes = install(scenario)
        prepared = _Run(backend, outcomes, progress)
    with app_code(scenario):
        return prepared.run(observers)


def prepare(scenario: Scenario) -> None:
    """Compile the engine of a scenario's app, or find it compiled."""
    with _uncollected():
        compiled_for(install(scenario)[0])


_refused: dict[ModuleType, str] = {}
"""Why apps cannot be compiled, or nothing, by their modules."""


def refusal(scenario: Scenario) -> str:
    """Why a scenario's app cannot be compiled; empty if it is."""
    module = scenario.app_module
    if module not in _refused:
        try:
            prepare(scenario)
            _refused[module] = ""
        except Refused as error:
            _refused[module] = f"the app cannot be compiled: {error}"
    return _refused[module]


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
        self._watches = list(backend.usage_limits.watches)
        heapify(self._watches)
        engine = compiled_for(backend)
        self._layout = engine.layout
        self._names = engine.layout.program.functions
        self._deployment = Deployment(backend, engine.layout)
        self._memory = self._deployment.memory
        self._executor = self._memory.tables["executors"][at.SCHEDULER]
        self._series = Series()
        self._edges = UsedEdges(backend, engine.layout, self._deployment)
        self._events = 0
        self._loop = engine.run_until

    def run(self, observers: Sequence[Observer]) -> Observation:
        """Run to the horizon."""
        backend, scenario = self._backend, self._backend.scenario
        looks = Looks(scenario, observers)
        for now in looks:
            self._run_to(now)
            backend.meter_flow()
            if looks.ends_bin(now):
                self._edges.update_ledger()
                backend.ledger.close_bin()
                scheduler = self.scheduler()
                self._series.close_bin(
                    scheduler.final_backlog, scheduler.slot_us, self._count_outcomes()
                )
                if self._progress is not None:
                    self._progress(now / scenario.horizon)
            looks.tell(now, self)
            for operation in looks.operations(now):
                backend.deploy(operation)
                operate(self._deployment, operation)
                self._open_or_close()
        return self._observe(self._count_outcomes(), self._lineages())

    def _run_to(self, end: int) -> None:
        """Process every event before ``end``, those of the usage limits included."""
        while self._watches and self._watches[0][0] < end:
            time, serial, watch = heappop(self._watches)
            self._run_until(time, serial)
            self._edges.update_ledger()
            self._events += 1
            heappush(self._watches, (next(watch), serial, watch))
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
            elif reached == at.ASKED:
                self._answer()
            elif reached == at.PAUSED and self._progress is not None:
                self._progress(int(clock["now"]) / horizon)
        self._memory["clock"]["now"] = self._backend.env.now = time

    def _answer(self) -> None:
        """Do what an execution waits for: make room for its transaction, or run its function."""
        frame = self._memory.tables["frames"][int(self._memory["frame_list"]["current"])]
        if frame["stage"] == at.PASS:
            self._deployment.grow()
            return
        if self._memory["tx"]["short"]:
            self._deployment.grow_transaction()
            return
        function, path = self._layout.program.python_calls[int(frame["callee"])]
        given = [int(frame[f"c{n}"]) for n in range(int(frame["more"]))]
        frame["value"] = followed(self._backend, self._layout, function, path)(*given)
        self._deployment.tables.copy()

    def _open_or_close(self) -> None:
        """Close or open the deployment as the usage limits and the operator want it."""
        disabled, executor = self._backend.disabled, self._executor
        if disabled and not executor["paused"]:
            executor["behind_us"] = self._behind()
            executor["behind_since"] = NEVER
        elif (
            executor["paused"] and not disabled and executor["waiting"]
            and executor["running"] == executor["slots"]
        ):  # fmt: skip
            executor["behind_since"] = self._backend.env.now
        self._memory["clock"]["disabled"] = executor["paused"] = disabled
        lanes = (self._backend.query_lanes, self._backend.mutation_lanes)
        self._memory.tables["lanes"]["uncontended"] = [lane.uncontended for lane in lanes]

    # -- what was observed -------------------------------------------------------------------------

    def _lineages(self) -> Lineages:
        """What came round and what the guard decided, as the reference engine has it."""
        lineages, tables, functions = Lineages(), self._memory.tables, self._backend.functions
        names, size = self._names, self._layout.functions
        for number in tables["hops"]["jobs"].nonzero()[0].tolist():
            by, job = (functions[names[n]] for n in divmod(number, size))
            lineages.hops[by, job] = Hop(**_plain(tables["hops"][number]))
        for number in tables["ended"].nonzero()[0].tolist():
            lineages.ended[functions[names[number]]] = int(tables["ended"][number])
        for answer, function, reason, admits in self._layout.program.guards:
            if tables["guards"][answer]["count"]:
                use = lineages.guards.setdefault((function, reason), GuardUse(admits))
                self._add_answer(use, answer)
        return lineages

    def _add_answer(self, use: GuardUse, answer: int) -> None:
        """Add what was counted of an answer of a guard."""
        for name, value in _plain(self._memory.tables["guards"][answer]).items():
            setattr(use, name, getattr(use, name) + value)
        writers = self._memory.tables["writers"][answer]
        for code in writers.nonzero()[0].tolist():
            writer = self._writer(code)
            use.writers[writer] = use.writers.get(writer, 0) + int(writers[code])

    def _writer(self, code: int) -> str:
        """What a stamp says of who wrote it, beside the serial number."""
        if code == 0:
            return BEFORE_THE_RUN
        context, function = divmod(code - 1, 1 << self._layout.function_bits)
        return str(Stamp(0, self._names[context], self._names[function]))

    def _count_outcomes(self) -> Mapping[str, float]:
        """The outcomes of the world as it is now."""
        for number, name in self._layout.program.counters:
            counted = self._memory["counters"][f"c{number}_{name}"]
            setattr(self._backend.declared.counters[number], name, int(counted))
        if self._backend.scenario.app_sources is not None:  # it may look at documents themselves
            self._deployment.tables.write_back()
        return self._outcomes()

    def total(self, chosen: Chosen) -> Counters:
        """What has been counted over the edges that are chosen."""
        return self._edges.total(chosen)

    def observe(self) -> Observation:
        """All there is but outcomes and lineages."""
        return self._observe({}, None)

    def _observe(self, outcomes: Mapping[str, float], lineages: Lineages | None) -> Observation:
        queues = [*self._memory.tables["lanes"], *self._memory.tables["gates"]]
        names = ("query", "mutation", "action", "Node action")
        self._edges.update_ledger()
        return Observation(
            edges=list(self._backend.ledger),
            scheduler=self.scheduler(),
            crons=self.crons(),
            external=self.external(),
            queues={
                name: QueueObservation(int(queue["delayed"]), int(queue["rejected"]))
                for name, queue in zip(names, queues, strict=True)
            },
            refusals=self.refusals(),
            usage_limits=list(self._backend.usage_limits.events),
            lineages=lineages,
            series=self._series,
            outcomes=outcomes,
            events=int(self._memory["clock"]["events"]) + self._events,
            repeats=self._repeats(),
            lost=self._lost(),
            times=self._times(),
            hot=self._hot(),
        )

    def _repeats(self) -> dict[str, list[int]]:
        """Attempts of calls that have lost before, by function and depth."""
        counted = self._memory.tables["repeats"].reshape(-1, DEEPEST + 1)
        return {self._names[n]: counted[n].tolist() for n in np.flatnonzero(counted.any(axis=1))}

    def _times(self) -> dict[str, CallTimes]:
        """How long calls took and waited, by function."""
        size = self._layout.functions
        rows = self._memory.tables["times"].reshape(len(TIMES), size, BUCKETS)
        found = {name: CallTimes(*map(counted, rows[:, number]))
                 for number, name in enumerate(self._names[:size])}  # fmt: skip
        return {name: times for name, times in found.items() if times}

    def _lost(self) -> dict[tuple[str, str, str, str, str], tuple[int, int]]:
        """Conflicts by who lost, in which table, to whom, on what."""
        layout, names = self._layout, self._names
        winners = ["", *names[: layout.functions], ORGANIC_WRITER]
        tables = [table.name for table in self._backend.declared.tables]
        counted = self._memory.tables["lost"].reshape(-1, 2)
        found = {}
        for row in np.flatnonzero(counted.any(axis=1)).tolist():
            rest, inserted = divmod(row, 2)
            rest, winner = divmod(rest, layout.winners)
            loser, table = divmod(rest, layout.tables)
            what = "" if winners[winner] == ORGANIC_WRITER else (DOCUMENT, RANGE)[inserted]
            retried, failed = counted[row].tolist()
            found[names[loser], tables[table], winners[winner], "", what] = retried, failed
        return found

    def _hot(self) -> dict[str, tuple[int, int, int]]:
        """See `Database.hot`."""
        documents, found = self._memory.tables["documents"], {}
        lost = documents[documents["losses"] > 0]
        for number, table in enumerate(self._backend.declared.tables):
            losses = lost["losses"][lost["table"] == number]
            if len(losses):
                found[table.name] = len(losses), int(losses.sum()), int(losses.max())
        return found

    def crons(self) -> Mapping[str, CronUse]:
        """The runs of the crons up to now."""
        crons = zip(self._backend.crons, self._memory.tables["crons"], strict=True)
        return {
            cron.name: CronUse(*(int(c[name]) for name in ("runs", "skipped", "skipped_disabled")))
            for cron, c in crons
        }

    def refusals(self) -> Refusals:
        """What has been refused up to now."""
        organic = self._backend.refusals.organic
        return replace(Refusals(**_plain(self._memory["refusals"])), organic=organic)

    def external(self) -> ExternalObservation:
        """The third-party API, as it is now."""
        api, now = _plain(self._memory["api"]), self._backend.env.now
        services = [_plain(each) for each in self._memory.tables["services"]]
        return ExternalObservation(
            api["requests"], api["limited"], api["rejected"], api["failed"],
            sum(each["lockouts"] for each in services), api["rejected_locked_out"],
            sum(locked_out_us(each["lockouts"], each["lockout"], each["locked_until"], now)
                for each in services),
        )  # fmt: skip

    def scheduler(self) -> SchedulerObservation:
        """The scheduler and its executor, as they are now."""
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
            slot_us=executor["held_us"] + executor["running"] * self._backend.env.now,
        )

    def _behind(self) -> int:
        """`Slots.behind_us`."""
        executor = _plain(self._executor)
        if executor["behind_since"] == NEVER:
            return executor["behind_us"]
        return executor["behind_us"] + self._backend.env.now - executor["behind_since"]


def _plain(record: np.void) -> dict[str, int]:
    return dict(zip(record.dtype.names or (), record.item(), strict=True))
