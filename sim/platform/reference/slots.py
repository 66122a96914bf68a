"""Slots for jobs: a SimPy resource (platform.md, Scheduled jobs; Crons)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import simpy
from simpy.events import Event

from sim.platform.rules import NEVER, next_pass, starts_next

from .environment import Environment, Moment
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
    """A request for a slot. It happens once a pass gave one and the claim's overhead is over."""

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

    The scheduler and the crons have some each (platform.md, Scheduled jobs; Crons). A *pass* gives
    all free slots to the jobs that are due by then, and there is one pass at a time: slots that get
    free during a pass, and jobs that become due, wait for the next one. Whoever ``request(job)`` is
    given a slot goes on once the overhead of claiming the job is over. While the slots are paused
    nobody is given one.
    """

    def __init__(
        self,
        env: Environment,
        slots: int,
        overhead: Iterator[int],
        passes: Iterator[int],
        serial: int,
    ) -> None:
        super().__init__(env, slots)
        self.env = env
        self.slots = slots
        """How many there are: SimPy's `capacity`."""
        self._overhead = overhead
        self._passes = passes
        """How long each pass takes."""
        self._serial = serial
        """That of its passes."""
        self._passed = 0
        """When the last pass is over."""
        self._asked = False
        """Whether there will be another."""
        self.backlog: OrderedDict[SlotRequest, None] = OrderedDict()
        """Requests of jobs that are due and waiting, the first one first: SimPy's `queue`."""
        self.queue = self.backlog  # type: ignore[assignment]
        self._paused = False
        self._behind_since = NEVER
        self._behind_us = 0
        self._peak = 0
        self._held_us = 0
        """Slots in use × time, less the time at which each job that runs took its slot."""

    def request(self, job: Job) -> SlotRequest:  # type: ignore[override]
        """Ask for a slot for a job."""
        return SlotRequest(self, job)

    def add(self, request: SlotRequest) -> None:
        """Let a new request wait for a pass, behind those that came before."""
        self.backlog[request] = None
        self._fall_behind()
        self._ask()

    def _fall_behind(self) -> None:
        """Begin to count the time in which jobs wait and no slot is free, unless it is counted."""
        waits = self.count == self.slots and self.backlog and not self._paused
        if waits and self._behind_since == NEVER:
            self._behind_since = self.env.now

    def _ask(self) -> None:
        """Let there be a pass, unless it could start nothing."""
        if self._asked or not starts_next(self.count, self.slots, len(self.backlog), self._paused):
            return
        self._asked = True
        at = Moment(self.env, next_pass(self.env.now, self._passed), self._serial)
        at.callbacks.append(self._asked_for)

    def _asked_for(self, _: Event) -> None:
        self._asked = False
        self._pass()

    def _pass(self) -> None:
        """Give all free slots to the jobs that have waited longest."""
        now, backlog = self.env.now, self.backlog
        if not starts_next(self.count, self.slots, len(backlog), self._paused):
            return  # paused since, or cancelled
        waited = len(backlog) - len(
            list(takewhile(lambda each: each.job.due == now, reversed(backlog)))
        )
        self._peak = max(self._peak, waited)
        while starts_next(self.count, self.slots, len(backlog), self._paused):
            request, _ = backlog.popitem(last=False)
            self._grant(request)
        self._passed = now + next(self._passes)
        self._fall_behind()

    def _note_peak(self) -> None:
        """Remember how many jobs wait."""
        self._peak = max(self._peak, len(self.backlog))

    def _caught_up(self) -> None:
        """No job waits for want of a slot."""
        self._behind_us, self._behind_since = self.behind_us, NEVER

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
        """Give a slot back: the next pass gives it to the job that has waited longest."""
        if request not in self.users:
            return
        self.users.remove(request)
        self._held_us += self.env.now
        self._caught_up()
        if not self._asked and self._passed <= self.env.now and self.env.is_over_now():
            self._pass()  # no event can come between: spare its own
        else:
            self._ask()

    def withdraw(self, request: SlotRequest) -> None:
        """Let a request wait no longer, if it does."""
        if request not in self.backlog:
            return
        self._note_peak()
        del self.backlog[request]
        if not self.backlog:
            self._caught_up()

    def pause(self) -> None:
        """Start no jobs; they queue (docs: production/pause-deployment)."""
        self._caught_up()
        self._paused = True

    def unpause(self) -> None:
        """Start jobs again."""
        self._paused = False
        self._fall_behind()
        self._ask()

    @property
    def behind_us(self) -> int:
        """Time up to now during which jobs waited for a slot, every one being busy (µs)."""
        if self._behind_since == NEVER:
            return self._behind_us
        return self._behind_us + self.env.now - self._behind_since

    @property
    def slot_us(self) -> int:
        """Slots in use × time up to now (µs): running jobs count as long as they have run."""
        return self._held_us + self.count * self.env.now

    @property
    def peak_backlog(self) -> int:
        """The most jobs that ever waited."""
        self._note_peak()
        return self._peak
