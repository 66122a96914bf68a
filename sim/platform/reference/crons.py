"""Crons: intervals and cron expressions, at most one run at a time (platform.md, Crons)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from cronsim import CronSim

from sim.draws import samples, stream_key
from sim.platform.rules import NOT_YET, PASSES, next_due, skips

from .environment import Moment, Process, Steps
from .executor import Executor
from .ledger import Edge
from .lineage import FIRST
from .retry import Retry
from .slots import Job

if TYPE_CHECKING:
    from .backend import Backend

_MICROSECOND = timedelta(microseconds=1)


def interval_times(every: int, first: int = 0) -> Iterator[int]:
    """Due times (µs) of an interval cron: it first runs when it is deployed."""
    return count(first, every)


def expression_times(expression: str, starts: datetime, now: int = 0) -> Iterator[int]:
    """Due times (µs after ``starts``) of a five-field cron expression, in UTC, from ``now`` on."""
    for due in CronSim(expression, starts + (now - 1) * _MICROSECOND):
        yield (due - starts) // _MICROSECOND


@dataclass(slots=True, eq=False)
class Cron:
    """One cron and its counts."""

    name: str
    edge: Edge
    args: list[Any]
    """Those of the run that starts next."""
    every: int
    """Its interval (µs), or 0 if a cron expression says when it is due, or if it is deployed no
    more."""
    expression: str = ""
    runs: int = 0
    skipped: int = 0
    """Runs that came due while one was executing, or while the deployment was disabled."""
    skipped_disabled: int = 0
    """Those of them that came due while it was disabled."""
    busy: bool = False
    last: int = NOT_YET
    """When it was due last."""
    rank: int = 0
    """Its place among crons that are due at the same time."""

    @property
    def by_expression(self) -> bool:
        """Whether a cron expression says when it is due."""
        return self.expression != ""


class Crons:
    """All crons of a deployment, on an executor of their own. Each one is a process.

    Together they have one serial number. Of crons that are due at the same time, the one that was
    deployed first comes first.
    """

    def __init__(self, backend: Backend, retry: Retry) -> None:
        self._backend = backend
        self._env = backend.env
        settings = backend.platform.scheduler
        overhead = samples(stream_key(backend.seed, "crons.overhead"), settings.overhead)
        passes = samples(stream_key(backend.seed, "crons.pass"), settings.pass_time)
        self.executor = Executor(
            backend, settings.parallelism, overhead, passes, PASSES + 1, retry,
            finished=self._finished,
        )  # fmt: skip
        self._by_edge: dict[Edge, Cron] = {}
        self._ranks = count(1)
        self._times: dict[Cron, Iterator[int]] = {}
        """When the deployed ones are due."""
        self._processes: dict[Cron, Process] = {}
        self._serial = 0
        """Of the processes of all crons, once they have started."""

    def __iter__(self) -> Iterator[Cron]:
        return iter(dict.fromkeys(self._by_edge.values()))

    def add(
        self, name: str, function: str, args: tuple[Any, ...], *, every: int, expression: str
    ) -> None:
        """Run ``function(*args)`` at an interval or by an expression."""
        if any(cron.name == name for cron in self):
            raise ValueError(f"a cron named {name!r} is registered already")
        edge = self._backend.ledger.root("cron", name, name).entry[function]
        cron = Cron(name, edge, list(args), every, expression, rank=next(self._ranks))
        times = self._due_times(every, expression, self._env.now)
        self._deploy(cron, times)
        self._by_edge[edge] = cron

    def _due_times(self, every: int, expression: str, first: int) -> Iterator[int]:
        """When a cron is due from ``first`` on."""
        if every:
            return interval_times(every, first)
        return expression_times(expression, self._backend.starts, self._env.now)

    def _deploy(self, cron: Cron, times: Iterator[int]) -> None:
        """Run a cron at these times from now on."""
        first = next(times)  # an expression whose time never comes is refused here
        self._times[cron] = chain([first], times)
        if self._serial:
            self._start(cron)

    def start(self) -> None:
        """Start the process of every cron."""
        self._serial = next(self._env.serials)
        for cron in self._times:
            self._start(cron)

    def _start(self, cron: Cron) -> None:
        self._processes[cron] = Process(self._env, self._run(cron), self._serial)

    def _run(self, cron: Cron) -> Steps:
        """What the process of a cron does: start a job whenever the cron is due, or skip it."""
        for due in self._times[cron]:
            yield Moment(self._env, due, self._serial, cron.rank)
            cron.last = due
            if skips(cron.busy, self._backend.disabled):
                cron.skipped += 1
                cron.skipped_disabled += self._backend.disabled
            else:
                cron.busy = True
                cron.runs += 1
                self.executor.start(Job(next(self._env.serials), cron.edge, cron.args, FIRST))

    def set(
        self,
        name: str,
        function: str,
        args: tuple[Any, ...],
        *,
        every: int,
        expression: str = "",
    ) -> None:
        """Deploy a cron, change it, or with neither interval nor expression deploy it no more.

        A change of the interval moves its next run (`next_due`); runs that are due already stay.
        """
        cron = next((cron for cron in self if cron.name == name), None)
        deployed = every > 0 or expression != ""
        if cron is not None and cron.edge.function.name != function and deployed:
            self._call_instead(cron, function)
        if cron is None:
            if deployed:
                self.add(name, function, args, every=every, expression=expression)
            return
        cron.args[:] = args
        if (every, expression) == (cron.every, cron.expression):
            return
        first = next_due(cron.last, every, self._env.now)
        cron.every, cron.expression = every, expression
        cron.last = cron.last if deployed else NOT_YET
        self._stop(cron)
        if deployed:
            self._deploy(cron, self._due_times(every, expression, first))

    def _stop(self, cron: Cron) -> None:
        """Deploy a cron no more; a run of it goes on."""
        self._times.pop(cron, None)
        process = self._processes.pop(cron, None)
        if process is not None:
            self._env.drop([process.target])
            process.stop()

    def _call_instead(self, cron: Cron, function: str) -> None:
        """Let a cron run another function from its next run on.

        A run of the old one that is not over still counts as the cron's.
        """
        edge = self._backend.ledger.root("cron", cron.name, cron.name).entry[function]
        by_edge = {edge if each is cron else old: each for old, each in self._by_edge.items()}
        if cron.busy:
            by_edge[cron.edge] = cron
        self._by_edge, cron.edge = by_edge, edge

    def _finished(self, edge: Edge) -> None:
        self._by_edge[edge].busy = False
