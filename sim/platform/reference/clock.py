"""The event core: integer microseconds and a total order of events (design rules 1 and 2).

`Clock` is a SimPy environment: processes, timeouts and resources of SimPy work on it. The
platform's own executions ride on it more cheaply than SimPy processes do: an execution has at most
one pending event, so that event needs no object of its own, only an entry (time, serial, resume)
in the heap.
Ties in time are broken by the execution's serial number, never by the order of insertion.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush, heappushpop
from itertools import count
from typing import Any

import simpy
from simpy.core import SimTime
from simpy.events import NORMAL, Event

Resume = Callable[[], int | None]
"""Continues an execution; returns when to continue it again, or None if others will wake it."""

_FIRST_SERIAL = 2
"""Serials start above SimPy's priorities (0 urgent, 1 normal): its events come first in a tie."""


class HorizonReached(Exception):
    """The simulated time is over."""


class _SimpyEvent:
    """A SimPy event as a heap entry: ordered by SimPy's event id, called to run its callbacks."""

    __slots__ = ("_event", "_id")

    def __init__(self, event: Event, event_id: int) -> None:
        self._event = event
        self._id = event_id

    def __lt__(self, other: _SimpyEvent) -> bool:
        return self._id < other._id

    def __call__(self) -> None:
        event = self._event
        callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
        for callback in callbacks:
            callback(event)
        if not event._ok and not hasattr(event, "_defused"):
            raise event._value


class Clock(simpy.Environment):
    """Simulated time (µs) and the heap of pending events."""

    now: int = 0
    """The current time in microseconds since the scenario's start."""

    def __init__(self) -> None:
        self.events = 0
        self.entries: list[tuple[int, int, Any]] = []
        """The heap of pending events: (time, serial, what to call)."""
        self.serials = count(_FIRST_SERIAL)
        """Serial numbers of new executions."""
        super().__init__(0)

    # SimPy keeps the time in `_now`; here it is the plain attribute `now`, the fastest to read.
    @property
    def _now(self) -> int:
        return self.now

    @_now.setter
    def _now(self, value: SimTime) -> None:
        self.now = int(value)

    def wake(self, time: int, serial: int, resume: Resume) -> None:
        """Continue an execution at ``time``; it must have no other pending event."""
        heappush(self.entries, (time, serial, resume))

    def cancel(self, serial: int) -> None:
        """Remove the execution's pending event. Rare, so a linear search is good enough."""
        self.entries[:] = [entry for entry in self.entries if entry[1] != serial]
        heapify(self.entries)

    def cancel_all(self, is_cancelled: Callable[[Any], bool]) -> int:
        """Remove the pending events whose call ``is_cancelled``; how many those were."""
        kept = [entry for entry in self.entries if not is_cancelled(entry[2])]
        cancelled = len(self.entries) - len(kept)
        self.entries[:] = kept
        heapify(self.entries)
        return cancelled

    def schedule(self, event: Event, priority: int = NORMAL, delay: SimTime = 0) -> None:
        """SimPy's hook: put one of its events on the heap. Delays must be whole microseconds."""
        if delay != int(delay):
            raise ValueError(f"times are whole microseconds, not {delay}")
        entry = _SimpyEvent(event, next(self._eid))
        heappush(self.entries, (self.now + int(delay), int(priority), entry))

    def peek(self) -> SimTime:
        """The time of the next event, or infinity."""
        return self.entries[0][0] if self.entries else float("inf")

    def step(self) -> None:
        """Process one event."""
        if not self.entries:
            raise simpy.core.EmptySchedule
        self.now, serial, resume = heappop(self.entries)
        self.events += 1
        try:
            again = resume()
        except StopIteration:
            return
        if again is not None:
            heappush(self.entries, (again, serial, resume))

    def run_to(self, horizon: int) -> None:
        """Process every event before ``horizon`` and leave the clock there.

        The same as `step` in a loop, written out: this loop is the simulation's running time.
        """

        def stop() -> None:
            raise HorizonReached

        entries, pop, push_pop = self.entries, heappop, heappushpop
        heappush(entries, (horizon, -1, stop))
        done = 0
        try:
            entry = pop(entries)
            for done in count():  # noqa: B007 - the cheapest counter, read at the end
                self.now, serial, resume = entry
                try:
                    again = resume()
                except StopIteration:
                    entry = pop(entries)
                    continue
                if again is None:
                    entry = pop(entries)
                else:
                    entry = push_pop(entries, (again, serial, resume))
        except HorizonReached:
            self.events += done
