"""Places that executions wait for: of concurrent functions, and of the scheduler (platform.md).

`Gate` and `Slots` are SimPy resources: an execution requests a place, yields the request and is
given its place in the order of the requests. A request that is granted at once has already
happened when it is yielded, so it costs no event.

How long a query or a mutation attempt holds its place is known when it asks for one, so `Lanes`
computes its start at once from the times at which places get free (the recursion of Kiefer and
Wolfowitz for first-come-first-served servers) and needs no event at all.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, Any

import simpy
from simpy.events import NORMAL, Event
from simpy.resources.resource import Request

from .environment import Environment, Moment

if TYPE_CHECKING:
    from .ledger import Edge
    from .lineage import Origin


class Lanes:
    """First-come-first-served places whose holding times are known on arrival.

    An execution makes one call at a time, so while there are no more live executions than places
    (`uncontended`) nobody can have to wait, and a call only notes in `recent` when it will be over.
    Otherwise it asks `start`.
    """

    __slots__ = (
        "_free_at",
        "delayed",
        "longest_wait",
        "places",
        "recent",
        "rejected",
        "uncontended",
    )

    def __init__(self, places: int, longest_wait: int) -> None:
        self.places = max(1, places)
        self._free_at = [0] * self.places
        self.recent: deque[int] = deque(maxlen=self.places)
        """Ends of the latest calls that did not have to ask."""
        self.uncontended = self.places
        """With so many live executions or fewer, no call has to ask; -1 when closed."""
        self.longest_wait = longest_wait
        self.delayed = 0
        self.rejected = 0

    def start(self, now: int, holding: int) -> int:
        """When a call arriving now gets its place, which it then holds for ``holding`` µs.

        -1 if that is further away than calls wait. Calls must ask in the order of time.
        """
        if self.recent:
            ends = sorted([*self._free_at, *self.recent])
            self._free_at = ends[-self.places :]  # sorted, and therefore a heap
            self.recent.clear()
        begin = max(now, self._free_at[0])
        self.delayed += begin > now
        if begin - now > self.longest_wait:
            self.rejected += 1
            return -1
        heapreplace(self._free_at, begin + holding)
        return begin

    def close(self) -> None:
        """Make every call ask, so that it is found that the deployment takes none."""
        self.uncontended = -1

    def open(self) -> None:
        """Take calls again."""
        self.uncontended = self.places


class _Request(Request):
    """A request for a place of one of the resources below."""

    def __init__(self, resource: Gate | Slots) -> None:
        Event.__init__(self, resource._env)
        self.resource = resource
        self.proc = self.env.active_process
        serial = resource._env.serial()
        self._order = NORMAL if serial is None else serial

    def happens_at(self, time: int, value: Any) -> None:
        """Let it happen at a time, in its execution's turn; whoever yields it gets ``value``."""
        self._ok, self._value = True, value
        env: Any = self.env
        heappush(env._queue, (time, self._order, next(env._eid), self))

    def happens(self, value: Any) -> None:
        """Let it happen at once, before its maker goes on or in the event that is processed."""
        self._ok, self._value = True, value
        callbacks, self.callbacks = self.callbacks, None  # type: ignore[assignment]
        for callback in callbacks:
            callback(self)


class GateRequest(_Request):
    """A request for a place at a gate. Its value says whether it was granted."""

    def __init__(self, gate: Gate, patience: int | None) -> None:
        super().__init__(gate)
        self.patience: Moment | None = None
        """When it gives up; None if it does not, or has been granted."""
        gate.add(self, patience)

    def cancel(self) -> None:
        """Wait no longer for a place."""
        super().cancel()
        self.stop_waiting()

    def stop_waiting(self) -> None:
        """Its patience does not matter any more."""
        if self.patience is not None:
            self.env.drop([self.patience])  # type: ignore[attr-defined]
            self.patience = None


class Gate(simpy.Resource):
    """Places that are held for a time nobody knows beforehand: actions of one runtime."""

    def __init__(self, env: Environment, places: int, longest_wait: int) -> None:
        super().__init__(env, places)
        self._env: Environment = env
        self.longest_wait = longest_wait
        """How long actions wait for a place (µs)."""
        self.delayed = 0
        """Requests that had to wait."""
        self.rejected = 0
        """Those of them that gave up."""

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return int(self.capacity) - len(self.users)

    def request(self, patience: int | None = None) -> GateRequest:
        """Ask for a place, for ``patience`` µs or for ever."""
        return GateRequest(self, patience)

    def add(self, request: GateRequest, patience: int | None) -> None:
        """Grant a new request at once, or let it wait."""
        if len(self.users) < self.capacity:
            self._grant(request)
            request.happens(True)
            return
        self.delayed += 1
        self.queue.append(request)
        if patience is not None:
            request.patience = Moment(self._env, self._env.now + patience, request._order)
            request.patience.callbacks.append(lambda _: self._give_up(request))

    def _grant(self, request: Request) -> None:
        self.users.append(request)
        request.usage_since = self._env.now

    def _give_up(self, request: GateRequest) -> None:
        self.queue.remove(request)
        self.rejected += 1
        request.patience = None
        request.happens(False)

    def release(self, request: Request) -> None:  # type: ignore[override]
        """Give a place back: it passes straight to the one who waited longest."""
        if request not in self.users:
            return
        self.users.remove(request)
        if self.queue:
            first: Any = self.queue.pop(0)
            first.stop_waiting()
            self._grant(first)
            first.happens_at(self._env.now, True)


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
    claimed: int = 0
    """When it was given its slot (µs)."""


class SlotRequest(_Request):
    """A request for a slot. It happens once the slot is free and the claim's overhead is over."""

    def __init__(self, slots: Slots, job: Job) -> None:
        super().__init__(slots)
        self.job = job
        slots.add(self)

    def cancel(self) -> None:
        """Wait no longer for a slot."""
        self.resource.withdraw(self)  # type: ignore[attr-defined]


class Slots(simpy.Resource):
    """Slots for jobs, given to those that are due in the order in which they became due.

    The scheduler and the crons have some each (platform.md, Scheduled jobs; Crons). Whoever
    ``request(job)`` is given a slot goes on once the overhead of claiming the job is over. While
    the slots are paused nobody is given one.
    """

    count: int = 0
    """Slots in use."""

    def __init__(self, env: Environment, slots: int, overhead: Iterator[int]) -> None:
        super().__init__(env, slots)
        self._env: Environment = env
        self._overhead = overhead
        self.backlog: OrderedDict[SlotRequest, None] = OrderedDict()
        """Requests of jobs that are due and waiting, the first one first."""
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
        if self.count < self.capacity and not self.backlog and not self._paused:
            self._grant(request)
            return
        if not self.backlog:
            self._behind_since = self._env.now
        self.backlog[request] = None

    def _grant(self, request: SlotRequest) -> None:
        job, now = request.job, self._env.now
        self.count += 1
        self._held_us -= now
        job.claimed = now
        job.args = tuple(job.args)
        request.usage_since = now
        request.happens_at(now + next(self._overhead), job)

    def release(self, request: SlotRequest) -> None:  # type: ignore[override]
        """Give a slot back: the job that waited longest is claimed at once."""
        if request.usage_since is None:
            return
        request.usage_since = None
        self._held_us += self._env.now
        self.count -= 1
        if self.backlog and not self._paused:
            self._grant_next()

    def _grant_next(self) -> None:
        backlog = self.backlog
        if len(backlog) > self._peak:  # the backlog only grows between two of these calls
            self._peak = len(backlog)
        request, _ = backlog.popitem(last=False)
        if not backlog:
            self._behind_us += self._env.now - self._behind_since
        self._grant(request)

    def withdraw(self, request: SlotRequest) -> None:
        """Let a request wait no longer, if it does."""
        if request not in self.backlog:
            return
        self._peak = max(self._peak, len(self.backlog))
        self._behind_us, self._behind_since = self.behind_us, self._env.now
        del self.backlog[request]

    def pause(self) -> None:
        """Start no jobs; they queue (docs: production/pause-deployment)."""
        self._behind_us = self.behind_us
        self._paused = True

    def unpause(self) -> None:
        """Start jobs again."""
        self._paused = False
        self._behind_since = self._env.now
        while self.count < self.capacity and self.backlog:
            self._grant_next()

    @property
    def behind_us(self) -> int:
        """Time up to now during which jobs waited for a slot, every one being busy (µs)."""
        if not self.backlog or self._paused:
            return self._behind_us
        return self._behind_us + self._env.now - self._behind_since

    @property
    def slot_us(self) -> int:
        """Slots in use × time up to now (µs): running jobs count as long as they have run."""
        return self._held_us + self.count * self._env.now

    @property
    def peak_backlog(self) -> int:
        """The most jobs that ever waited."""
        return max(self._peak, len(self.backlog))
