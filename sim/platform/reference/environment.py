"""The SimPy environment of a run: integer microseconds and a total order of events.

`Environment` is SimPy's, with two rules of its own (design rules 1 and 2). Times are whole
microseconds. And of events at the same time, those of executions come in the order of the
executions' serial numbers, never in the order in which they happened to be scheduled: an event of
an execution carries its serial number in the place where SimPy has a priority.

An execution is a `Process`. It has at most one pending event. A process that an app starts with
`env.process` is SimPy's own, and so are its events: they have SimPy's priorities, which are lower
than every serial number. So they come before the executions at the same time.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Final

import simpy
from simpy.core import SimTime
from simpy.events import NORMAL, Event

Steps = Generator[Event, Any, Any]
"""A running execution: yields the events that it waits for, returns its value."""

_FIRST_SERIAL: Final = 2
"""Serial numbers start above SimPy's priorities (0 urgent, 1 normal)."""


class Environment(simpy.Environment):
    """Simulated time (µs) and the heap of pending events."""

    now: int = 0
    """The current time in microseconds since the scenario's start."""

    def __init__(self) -> None:
        super().__init__(0)
        self.events = 0
        """Events that have been processed."""
        self.serials = count(_FIRST_SERIAL)
        """Serial numbers of new executions."""
        self.has_others = False
        """Whether there was ever an event that belongs to no execution."""

    # SimPy keeps the time in `_now`; here it is the plain attribute `now`, the fastest to read.
    @property
    def _now(self) -> int:
        return self.now

    @_now.setter
    def _now(self, value: SimTime) -> None:
        self.now = int(value)

    def schedule(self, event: Event, priority: int = NORMAL, delay: SimTime = 0) -> None:
        """SimPy's hook: let an event happen after a delay, in the order of this environment."""
        if delay != int(delay):
            raise ValueError(f"times are whole microseconds, not {delay}")
        order = getattr(event, "serial", None)
        if order is None:
            order = int(priority)
            self.has_others = True
        entry: Any = (self.now + int(delay), order, next(self._eid), event)
        heappush(self._queue, entry)

    def serial(self) -> int | None:
        """The serial number of the execution that is active; None if none is."""
        return getattr(self._active_proc, "serial", None)

    def is_over_now(self) -> bool:
        """Whether no other event will happen at the current time."""
        return not self._queue or self._queue[0][0] > self.now

    def drop(self, events: Iterable[Event]) -> None:
        """Let pending events not happen. Rare, so a linear search is good enough."""
        dropped = {id(event) for event in events}
        self._queue[:] = [entry for entry in self._queue if id(entry[3]) not in dropped]
        heapify(self._queue)

    def step(self) -> None:
        """Process one event."""
        if not self._queue:
            raise simpy.core.EmptySchedule
        self.events += 1
        super().step()

    def run(self, until: SimTime | Event | None = None) -> Any:
        """Process every event before the time ``until``, and leave the clock there.

        Or until an event has happened, or until there is none left, as SimPy does.
        """
        if not isinstance(until, int):
            return super().run(until)
        if until < self.now:
            raise ValueError(f"it is {self.now} µs: too late to run until {until} µs")
        self._run_to(until)
        return None

    def _run_to(self, horizon: int) -> None:
        # The same as `step` in a loop, written out: this loop is the simulation's running time.
        queue: list[Any] = self._queue
        pop, done = heappop, 0
        try:
            while queue and queue[0][0] < horizon:
                self.now, _, _, event = pop(queue)
                done += 1
                callbacks, event.callbacks = event.callbacks, None
                for callback in callbacks:
                    callback(event)
                if not event._ok and not hasattr(event, "_defused"):
                    raise event._value
        finally:
            self.events += done
        self.now = horizon


class Moment(Event):
    """The moment at which an execution goes on, in the order of its serial number.

    ``rank`` orders processes that share one.
    """

    _ok = True
    _value = None

    def __init__(self, env: Environment, time: int, serial: int, rank: int = 0) -> None:
        self.env = env
        self.callbacks = []
        queue: list[Any] = env._queue  # SimPy knows only two priorities
        heappush(queue, (time, serial, rank or next(env._eid), self))


class Signal(Event):
    """An event that one execution waits for until another says that it has happened."""

    def __init__(self, env: Environment, serial: int) -> None:
        super().__init__(env)
        self.serial = serial


class Process(simpy.Process):
    """An execution: a SimPy process with a serial number.

    It begins at ``time``, or at once if that is None: then it runs up to the first event that it
    waits for before the constructor returns. What its code raises comes out of the environment's
    `run` as it is. Its end is an event only if somebody waits for it.
    """

    def __init__(
        self, env: Environment, steps: Steps, serial: int, time: int | None = None
    ) -> None:
        self.env: Environment = env
        self.callbacks = []
        self.serial = serial
        self._generator = steps
        if time is None:
            self._resume(_NOW)
        else:
            self._target = Moment(env, time, serial)
            self._target.callbacks.append(self._resume)

    def _resume(self, event: Event) -> None:
        env = self.env
        outer, env._active_proc = env._active_proc, self  # it may begin inside another process
        send = self._generator.send
        try:
            while True:
                if event._ok:
                    event = send(event._value)
                else:
                    event._defused = True
                    event = self._generator.throw(event._value)
                if event.callbacks is not None:  # it has not happened yet
                    event.callbacks.append(self._resume)
                    self._target = event
                    return
        except StopIteration as end:
            self._end(end.value)
        finally:
            env._active_proc = outer

    def _end(self, value: Any) -> None:
        self._target = None  # type: ignore[assignment]
        self._ok = True
        self._value = value
        if self.callbacks:
            self.env.schedule(self)
        else:
            self.callbacks = None  # type: ignore[assignment]

    def stop(self) -> None:
        """Let an execution that waits go on no more."""
        self._generator.close()
        self._end(None)


class _Now:
    """Stands for an event that has just happened: what a process begins with."""

    _ok = True
    _value = None


_NOW: Any = _Now()
