"""Slots for jobs: a SimPy resource (platform.md, Scheduled jobs; Crons)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import simpy

from sim.platform.rules import starts_at_once, starts_next

from .environment import Environment
from .request import Request

if TYPE_CHECKING:
    from .ledger import Edge
    from .lineage import Origin


@dataclass(slots=True)
class Job:
    """A job that waits for a slot of an executor."""

    serial: int
    edge: Edge
    """The edge to its function."""
    args: Sequence[Any]
    """A deployment may change those of a cron until it is claimed."""
    origin: Origin
    """What it inherits."""
    due: int = 0
    """When its time came (µs)."""
    claimed: int = 0
    """When it was given its slot (µs)."""


class SlotRequest(Request):
    """A request for a slot. It happens once the slot is free and the claim's overhead is over."""

    def __init__(self, slots: Slots, job: Job) -> None:
        super().__init__(slots.env, slots)
        self._slots = slots
        self.job = job
        slots.add(self)

    def cancel(self) -> None:
        """Wait no longer for a slot."""
        self._slots.withdraw(self)


class Slots(simpy.Resource):
    """Slots for jobs, given to those that are due in the order in which they became due.

    The scheduler and the crons have some each (platform.md, Scheduled jobs; Crons). Whoever
    ``request(job)`` is given a slot goes on once the overhead of claiming the job is over. While
    the slots are paused nobody is given one.
    """

    def __init__(self, env: Environment, slots: int, overhead: Iterator[int]) -> None:
        super().__init__(env, slots)
        self.env = env
        self.slots = slots
        """How many there are: SimPy's `capacity`."""
        self._overhead = overhead
        self.backlog: OrderedDict[SlotRequest, None] = OrderedDict()
        """Requests of jobs that are due and waiting, the first one first: SimPy's `queue`."""
        self.queue = self.backlog  # type: ignore[assignment]
        self._paused = False
        self._behind_since = 0
        self._behind_us = 0
        self._peak = 0
        self._held_us = 0
        """Slots in use × time, less the time at which each job that runs took its slot."""

    def request(self, job: Job) -> SlotRequest:  # type: ignore[override]
        """Ask for a slot for a job."""
        return SlotRequest(self, job)

    def add(self, request: SlotRequest) -> None:
        """Grant a new request, or let it wait behind those that came before."""
        if starts_at_once(self.count, self.slots, len(self.backlog), self._paused):
            self._grant(request)
            return
        if not self.backlog:
            self._behind_since = self.env.now
        self.backlog[request] = None

    def _grant(self, request: SlotRequest) -> None:
        job, now = request.job, self.env.now
        self.users.append(request)
        self._held_us -= now
        job.claimed = now
        job.args = tuple(job.args)
        request.usage_since = now
        starts = now + next(self._overhead)
        job.edge.function.times.starts(starts - job.due)
        request.happens_at(starts, job)

    def release(self, request: SlotRequest) -> None:  # type: ignore[override]
        """Give a slot back: the job that waited longest is claimed at once."""
        if request not in self.users:
            return
        self.users.remove(request)
        self._held_us += self.env.now
        if starts_next(self.count, self.slots, len(self.backlog), self._paused):
            self._grant_next()

    def _grant_next(self) -> None:
        backlog = self.backlog
        if len(backlog) > self._peak:  # the backlog only grows between two of these calls
            self._peak = len(backlog)
        request, _ = backlog.popitem(last=False)
        if not backlog:
            self._behind_us += self.env.now - self._behind_since
        self._grant(request)

    def withdraw(self, request: SlotRequest) -> None:
        """Let a request wait no longer, if it does."""
        if request not in self.backlog:
            return
        self._peak = max(self._peak, len(self.backlog))
        self._behind_us, self._behind_since = self.behind_us, self.env.now
        del self.backlog[request]

    def pause(self) -> None:
        """Start no jobs; they queue (docs: production/pause-deployment)."""
        self._behind_us = self.behind_us
        self._paused = True

    def unpause(self) -> None:
        """Start jobs again."""
        self._paused = False
        self._behind_since = self.env.now
        while starts_next(self.count, self.slots, len(self.backlog), self._paused):
            self._grant_next()

    @property
    def behind_us(self) -> int:
        """Time up to now during which jobs waited for a slot, every one being busy (µs)."""
        if not self.backlog or self._paused:
            return self._behind_us
        return self._behind_us + self.env.now - self._behind_since

    @property
    def slot_us(self) -> int:
        """Slots in use × time up to now (µs): running jobs count as long as they have run."""
        return self._held_us + self.count * self.env.now

    @property
    def peak_backlog(self) -> int:
        """The most jobs that ever waited."""
        return max(self._peak, len(self.backlog))
