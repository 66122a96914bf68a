"""What the platform's resources have in common: requests that cost an event only if they wait."""

from __future__ import annotations

from heapq import heappush
from typing import Any

import simpy
from simpy.events import NORMAL, Event
from simpy.resources import resource

from .environment import Environment


class Request(resource.Request):
    """A request for a place of a resource, by the process that makes it.

    Where a process of SimPy would be told of it in an event of its own, a request that is granted
    at once has already happened when it is yielded.
    """

    def __init__(self, env: Environment, resource: simpy.Resource) -> None:
        Event.__init__(self, env)
        self.resource = resource
        self.proc = env.active_process
        serial = env.serial()
        self.order = NORMAL if serial is None else serial
        """Its place among the events at one time."""

    def happens_at(self, time: int, value: Any) -> None:
        """Let it happen at a time, in its execution's turn; whoever yields it gets ``value``."""
        self._ok, self._value = True, value
        env: Any = self.env
        heappush(env._queue, (time, self.order, next(env._eid), self))

    def happens(self, value: Any) -> None:
        """Let it happen at once, before its maker goes on or in the event that is processed."""
        self._ok, self._value = True, value
        callbacks, self.callbacks = self.callbacks, None  # type: ignore[assignment]
        for callback in callbacks:
            callback(self)
