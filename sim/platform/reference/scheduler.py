"""The scheduler: jobs by due time, an outstanding-job cap (platform.md, Scheduled jobs)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.draws import samples, stream_key
from sim.platform.rules import FUNCTION_IS_FULL, PASSES, ROOM, room_for_job

from .environment import Process
from .errors import ScheduleLimitError
from .executor import Executor
from .ledger import Edge
from .retry import Retry
from .slots import Job

if TYPE_CHECKING:
    from .backend import Backend
    from .context import Context


class Scheduler:
    """Accepts jobs and hands them to its executor when they are due."""

    def __init__(self, backend: Backend, retry: Retry) -> None:
        settings = backend.platform.scheduler
        self._backend = backend
        self._env = backend.env
        self._lineages = backend.lineages
        self._cap = settings.outstanding_cap
        self._per_function_cap = settings.per_function_cap
        overhead = samples(stream_key(backend.seed, "scheduler.overhead"), settings.overhead)
        passes = samples(stream_key(backend.seed, "scheduler.pass"), settings.pass_time)
        self.executor = Executor(
            backend, settings.parallelism, overhead, passes, PASSES, retry, due=self._due
        )
        self._nearly_full = self._cap - self._per_function_cap
        self.room = min(self._per_function_cap, self._cap)
        """How many jobs a mutation may schedule; near the cap it may be out of date, but only too
        low: `check_room` looks again."""
        self.created = 0
        self._not_due: dict[int, Process] = {}
        """The jobs that wait for their time, by serial number."""
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
        slots = self.executor.slots
        return len(self._not_due) + len(slots.backlog) + slots.count

    def check_room(self, *, scheduled: int, buffered: int) -> None:
        """Raise `ScheduleLimitError` if a function may not schedule one more job.

        It has ``scheduled`` so many, of which ``buffered`` are not outstanding yet.
        """
        self._update_room()
        room = room_for_job(
            scheduled, buffered, self.outstanding, self._per_function_cap, self._cap
        )
        if room != ROOM:
            self.rejected += 1
            self.rejected_by_function += room == FUNCTION_IS_FULL
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
        env = self._env
        serial = next(env.serials)
        job = Job(serial, edge, args, by.inherited(scheduling))
        self.created += 1
        edge.jobs += 1
        if self.watch is not None:
            self.watch(serial, args)
        if self._backend.journal is not None:
            self._backend.journal.scheduled(serial, edge, env.now, due)
        if by.outermost.comes_round:
            self._lineages.scheduled(by.outermost, edge.function, due)
        if self.outstanding > self._nearly_full:
            self._update_room()
        if due <= env.now and env.is_over_now():
            # No event can come between: spare the one at which the job would be due.
            self.executor.start(job)
        else:
            self._not_due[serial] = self.executor.start(job, max(due, env.now))
        return serial

    def _due(self, job: Job) -> None:
        """A job's time has come."""
        self._not_due.pop(job.serial, None)

    def cancel(self, serial: int) -> bool:
        """Cancel one job; whether it had not started yet (docs: scheduling/scheduled-functions)."""
        job: Any = self._not_due.pop(serial, None)
        if job is not None:
            self._env.drop([job.target])
        else:
            waiting = self.executor.slots.backlog
            job = next((each.proc for each in waiting if each.job.serial == serial), None)
        if job is None:
            return False
        job.stop()
        self.cleared += 1
        self._update_room()
        return True

    def clear(self) -> None:
        """Cancel every job that has not started (docs: scheduling/scheduled-functions)."""
        not_due = list(self._not_due.values())
        waiting: list[Any] = [request.proc for request in self.executor.slots.backlog]
        self._env.drop(job.target for job in not_due)
        for job in (*not_due, *waiting):
            job.stop()
        self._not_due.clear()
        self.cleared += len(not_due) + len(waiting)
        self._update_room()

    def _update_room(self) -> None:
        self.room = min(self._per_function_cap, self._cap - self.outstanding)
