"""Crons: intervals and cron expressions, at most one run at a time (platform.md, Crons)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappush, heapreplace
from itertools import count
from typing import TYPE_CHECKING, Any

from cronsim import CronSim

from sim.draws import samples, stream_key

from .executor import Executor
from .functions import Steps
from .ledger import Edge
from .retry import Retry

if TYPE_CHECKING:
    from .backend import Backend

_MICROSECOND = timedelta(microseconds=1)


def interval_times(every: int) -> Iterator[int]:
    """Due times (µs) of an interval cron: it first runs when it is deployed."""
    return count(0, every)


def expression_times(expression: str, starts: datetime) -> Iterator[int]:
    """Due times (µs after ``starts``) of a five-field cron expression, in UTC."""
    for due in CronSim(expression, starts - _MICROSECOND):
        yield (due - starts) // _MICROSECOND


@dataclass(slots=True)
class Cron:
    """One cron and its counts."""

    name: str
    edge: Edge
    args: tuple[Any, ...]
    every: int
    """Its interval (µs), or 0 if a cron expression says when it is due."""
    runs: int = 0
    skipped: int = 0
    """Runs that came due while one was executing, or while the deployment was disabled."""
    busy: bool = False


class Crons:
    """All crons of a deployment, on an executor of their own."""

    def __init__(self, backend: Backend, retry: Retry) -> None:
        self._backend = backend
        self._clock = backend.clock
        settings = backend.platform.scheduler
        overhead = samples(stream_key(backend.seed, "crons.overhead"), settings.overhead)
        self.executor = Executor(backend, settings.parallelism, overhead, retry, self._finished)
        self._by_edge: dict[Edge, Cron] = {}
        self._due: list[tuple[int, int, Cron, Iterator[int]]] = []

    def __iter__(self) -> Iterator[Cron]:
        return iter(self._by_edge.values())

    def add(
        self, name: str, function: str, args: tuple[Any, ...], *, every: int, expression: str
    ) -> None:
        """Run ``function(*args)`` at an interval or by an expression."""
        if any(cron.name == name for cron in self):
            raise ValueError(f"a cron named {name!r} is registered already")
        edge = self._backend.ledger.edges("cron", name)[function]
        cron = Cron(name, edge, args, every)
        starts = self._backend.starts
        times = interval_times(every) if every else expression_times(expression, starts)
        self._by_edge[edge] = cron
        heappush(self._due, (next(times), len(self._by_edge), cron, times))

    def start(self) -> None:
        """Start the clock of all crons: one pending event, at the time the next one is due."""
        if self._due:
            ticks = self._ticks()
            self._clock.wake(next(ticks) or 0, next(self._clock.serials), ticks.__next__)

    def _ticks(self) -> Steps:
        while True:
            due, rank, cron, times = self._due[0]
            yield due
            heapreplace(self._due, (next(times), rank, cron, times))
            if cron.busy or self._backend.disabled:
                cron.skipped += 1
                continue
            cron.busy = True
            cron.runs += 1
            self.executor.due((next(self._clock.serials), cron.edge, cron.args))

    def _finished(self, edge: Edge) -> None:
        self._by_edge[edge].busy = False
