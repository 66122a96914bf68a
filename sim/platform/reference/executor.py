"""Executors: a fixed number of slots, and the due jobs that wait for one.

The scheduler and the crons have one each (platform.md, Scheduled jobs; Crons). A job holds its slot
until it is over: an action for its whole duration, a mutation through all its retries.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .errors import CallError
from .functions import Steps
from .ledger import Edge
from .lineage import Origin
from .retry import Retry

if TYPE_CHECKING:
    from .backend import Backend
    from .execution import Context

Job = tuple[int, Edge, Sequence[Any], Origin]
"""(serial, edge to the function, arguments as they are when it is claimed, what it inherits)."""


class Executor:
    """Runs due jobs first come, first served while slots are free."""

    def __init__(
        self,
        backend: Backend,
        slots: int,
        overhead: Iterator[int],
        retry: Retry,
        finished: Callable[[Edge], None] | None = None,
    ) -> None:
        self._backend = backend
        self._clock = backend.clock
        self._overhead = overhead
        self.retry = retry
        self._finished = finished
        self._paused = False
        self._behind_since = 0
        self.slots = slots
        self.running = 0
        self.backlog: deque[Job] = deque()
        """Jobs that are due and waiting."""
        self._peak = 0
        self.executed = 0
        self.behind_us = 0
        """Time during which jobs waited for a slot, every one being busy: not while paused."""
        self._held_us = 0
        """Slots in use × time, less the time at which each running job took its slot."""

    def due(self, job: Job) -> None:
        """A job is due: start it, or let it wait behind those that were due before it."""
        backlog = self.backlog
        if self.running < self.slots and not backlog and not self._paused:
            self._start(job)
            return
        if not backlog:
            self._behind_since = self._clock.now
        backlog.append(job)

    def pause(self) -> None:
        """Start no jobs; they queue (docs: production/pause-deployment)."""
        self.behind_us = self.behind()
        self._paused = True

    def unpause(self) -> None:
        """Start jobs again."""
        self._paused = False
        self._behind_since = self._clock.now
        while self.running < self.slots and self.backlog:
            self._next()

    def clear(self) -> int:
        """Drop the jobs that wait; how many those were."""
        waiting = len(self.backlog)
        if waiting:
            self._peak = max(self._peak, waiting)
            self.behind_us = self.behind()
            self.backlog.clear()
        return waiting

    def remove(self, serial: int) -> bool:
        """Drop one of the jobs that wait; whether it was there."""
        found = next((job for job in self.backlog if job[0] == serial), None)
        if found is None:
            return False
        self._peak = max(self._peak, len(self.backlog))
        self.backlog.remove(found)
        if not self.backlog:
            self.behind_us += self._clock.now - self._behind_since
        return True

    def behind(self) -> int:
        """Time up to now during which jobs waited for a slot (µs)."""
        if not self.backlog or self._paused:
            return self.behind_us
        return self.behind_us + self._clock.now - self._behind_since

    @property
    def slot_us(self) -> int:
        """Slots in use × time up to now (µs): running jobs count as long as they have run."""
        return self._held_us + self.running * self._clock.now

    @property
    def peak_backlog(self) -> int:
        """The most jobs that ever waited."""
        return max(self._peak, len(self.backlog))

    def _next(self) -> None:
        backlog = self.backlog
        if len(backlog) > self._peak:  # the backlog only grows between two of these calls
            self._peak = len(backlog)
        job = backlog.popleft()
        if not backlog:
            self.behind_us += self._clock.now - self._behind_since
        self._start(job)

    def _start(self, job: Job) -> None:
        """Claim a job: it takes its slot now, and its code starts after the claim's overhead."""
        serial, edge, given, origin = job
        args = tuple(given)  # a deployment may change those of a cron
        self.running += 1
        self._backend.live += 1
        begin = self._clock.now
        self._held_us -= begin
        function, root = edge.function, edge.root
        starts = begin + next(self._overhead)
        action = function.type == "action"
        ctx = self._backend.context(
            self._backend, serial, starts, root, function,
            root.subcalls[function.name] if action else {function.name: edge},
            root.jobs[function.name], origin, begin,
        )  # fmt: skip
        run = ctx.run_body(edge, args, self) if action else self._run_mutation(ctx, edge, args)
        ctx.resume = run.__next__
        self._clock.wake(starts, serial, ctx.resume)

    def _run_mutation(self, ctx: Context, edge: Edge, args: tuple[Any, ...]) -> Steps:
        # Errors are metered on the edge; scheduled functions are not retried on them.
        with suppress(CallError):
            yield from ctx.run_mutation(edge.function.name, *args, retry=self.retry)
        yield ctx.now
        self.over(ctx, edge)

    def over(self, ctx: Context, edge: Edge) -> None:
        """A job is over: its slot goes to the next one."""
        self._held_us += self._clock.now
        if ctx.comes_round:
            self._backend.lineages.ended[edge.function] += 1
        self.executed += 1
        self.running -= 1
        self._backend.live -= 1
        if self._finished is not None:
            self._finished(edge)
        if self.backlog and not self._paused:
            self._next()
