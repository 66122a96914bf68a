"""The scheduler: jobs by due time, an outstanding-job cap (platform.md, Scheduled jobs)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.draws import samples, stream_key

from .errors import ScheduleLimitError
from .executor import Executor, Job
from .ledger import Edge
from .retry import Retry

if TYPE_CHECKING:
    from .backend import Backend
    from .execution import Context


class Scheduler:
    """Accepts jobs and hands them to its executor when they are due."""

    def __init__(self, backend: Backend, retry: Retry) -> None:
        settings = backend.platform.scheduler
        self._backend = backend
        self._clock = backend.clock
        self._lineages = backend.lineages
        self._cap = settings.outstanding_cap
        self._per_function_cap = settings.per_function_cap
        overhead = samples(stream_key(backend.seed, "scheduler.overhead"), settings.overhead)
        self.executor = Executor(backend, settings.parallelism, overhead, retry)
        self._nearly_full = self._cap - self._per_function_cap
        self.room = min(self._per_function_cap, self._cap)
        """How many jobs a mutation may schedule; near the cap it may be out of date, but only too
        low: `check_room` looks again."""
        self.created = 0
        self._waiting_for_their_time: set[int] = set()
        """Serial numbers of the jobs that are not due yet."""
        self.watch: Callable[[int, tuple[Any, ...]], None] | None = None
        """Told the serial number and the arguments of every job that is created."""
        self.rejected = 0
        """Attempts to schedule that threw at a cap."""
        self.rejected_by_function = 0
        """Those of them that threw at the cap of one function's jobs."""
        self.cleared = 0
        """Jobs cancelled before they started."""

    @property
    def outstanding(self) -> int:
        """Jobs created and not yet over, as the cap counts them."""
        return self.created - self.executor.executed - self.cleared

    @property
    def pending(self) -> int:
        """Jobs found waiting for their time, waiting for a slot, or running.

        Counted where they are, independently of `outstanding`: the two must agree.
        """
        return (
            len(self._waiting_for_their_time) + len(self.executor.backlog) + self.executor.running
        )

    def check_room(self, *, scheduled: int, buffered: int) -> None:
        """Raise `ScheduleLimitError` if a function may not schedule one more job.

        It has ``scheduled`` so many, of which ``buffered`` are not outstanding yet.
        """
        self._update_room()
        too_many = scheduled >= self._per_function_cap
        if too_many or buffered >= self._cap - self.outstanding:
            self.rejected += 1
            self.rejected_by_function += too_many
            raise ScheduleLimitError("too many scheduled jobs")

    def submit(
        self, due: int, edge: Edge, args: tuple[Any, ...], by: Context, scheduling: int
    ) -> int:
        """Create a job that starts at ``due`` µs, or as soon after it as there is a slot.

        Returns its serial number.

        Its row becomes visible with the transaction that schedules it, so ``due`` is no earlier
        than that (platform.md, Scheduled jobs).

        ``by``: the execution that schedules it, in a function of the bit ``scheduling``.
        """
        clock, executor = self._clock, self.executor
        serial = next(clock.serials)
        job: Job = (serial, edge, args, by.inherited(scheduling))
        self.created += 1
        edge.jobs += 1
        if self.watch is not None:
            self.watch(serial, args)
        if self._backend.journal is not None:
            self._backend.journal.scheduled(serial, edge, clock.now, due)
        if by.outermost.comes_round:
            self._lineages.scheduled(by.outermost, edge.function, due)
        if self.created - executor.executed - self.cleared > self._nearly_full:
            self._update_room()
        now, entries = clock.now, clock.entries
        if due <= now and (not entries or entries[0][0] > now):
            # No event can come between: spare the one at which the job would be due.
            if executor.backlog:
                executor.backlog.append(job)
            else:
                executor.due(job)
        else:
            self._waiting_for_their_time.add(serial)
            clock.wake(max(due, now), serial, partial(self._become_due, job))
        return serial

    def cancel(self, serial: int) -> bool:
        """Cancel one job; whether it had not started yet (docs: scheduling/scheduled-functions)."""
        if serial in self._waiting_for_their_time:
            self._waiting_for_their_time.remove(serial)
        elif not self.executor.remove(serial):
            return False
        self.cleared += 1
        self._update_room()
        return True

    def clear(self) -> None:
        """Cancel every job that has not started (docs: scheduling/scheduled-functions)."""
        self._clock.cancel_all(
            lambda resume: isinstance(resume, partial) and resume.func == self._become_due
        )
        self.cleared += len(self._waiting_for_their_time) + self.executor.clear()
        self._waiting_for_their_time.clear()
        self._update_room()

    def _become_due(self, job: Job) -> None:
        serial = job[0]
        if serial in self._waiting_for_their_time:  # otherwise it was cancelled
            self._waiting_for_their_time.remove(serial)
            self.executor.due(job)

    def _update_room(self) -> None:
        self.room = min(self._per_function_cap, self._cap - self.outstanding)
