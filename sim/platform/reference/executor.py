"""Executors: they run due jobs, of the scheduler or of the crons (platform.md, Scheduled jobs).

A job is a process. It holds its slot until it is over: an action for its whole duration, a mutation
through all its retries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from .actions import run_action
from .environment import Process, Steps
from .errors import CallError
from .ledger import Edge
from .retry import Retry
from .slots import Job, Slots

if TYPE_CHECKING:
    from .backend import Backend
    from .context import Context


class Executor:
    """Runs due jobs first come, first served while slots are free."""

    def __init__(
        self,
        backend: Backend,
        slots: int,
        overhead: Iterator[int],
        passes: Iterator[int],
        serial: int,
        retry: Retry,
        due: Callable[[Job], None] | None = None,
        finished: Callable[[Edge], None] | None = None,
    ) -> None:
        self._backend = backend
        self._due = due
        self._finished = finished
        self.retry = retry
        """How its mutations are retried."""
        self.slots = Slots(backend.env, slots, overhead, passes, serial)
        self.executed = 0
        """Jobs that are over."""

    def start(self, job: Job, due: int | None = None) -> Process:
        """Start a job's process: at a time, or at once."""
        return Process(self._backend.env, self._run(job), job.serial, due)

    def _run(self, job: Job) -> Steps:
        """What a job does from the time at which it is due: wait for a slot, and run."""
        if self._due is not None:
            self._due(job)
        job.due = self._backend.env.now
        edge = job.edge
        function, root = edge.function, edge.root
        is_action = function.type == "action"
        with self.slots.request(job) as slot:
            yield slot
            ctx = self._backend.context(
                self._backend, job.serial, self._backend.env.now, root, function,
                root.subcalls[function.name] if is_action else {function.name: edge},
                root.jobs[function.name], job.origin, job.claimed,
            )  # fmt: skip
            # Errors are metered on the edge; scheduled functions are not retried on them.
            with suppress(CallError):
                if is_action:
                    yield from run_action(ctx, edge, tuple(job.args))
                else:
                    yield from ctx.run_mutation(function.name, *job.args, retry=self.retry)
            if not is_action:  # an action has ended at the clock's time
                yield ctx.until(ctx.now)
            self.over(ctx, edge)

    def over(self, ctx: Context, edge: Edge) -> None:
        """Count a job that is over; its slot goes to the next one."""
        if ctx.comes_round:
            self._backend.lineages.ended[edge.function] += 1
        self.executed += 1
        if self._finished is not None:
            self._finished(edge)
