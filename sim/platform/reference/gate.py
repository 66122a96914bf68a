"""Places of actions: a SimPy resource (platform.md, Concurrency and limits)."""

from __future__ import annotations

from typing import Any

import simpy
from simpy.resources import resource

from .environment import Environment, Moment
from .request import Request


class GateRequest(Request):
    """A request for a place at a gate. Its value says whether it was granted."""

    def __init__(self, gate: Gate, patience: int | None) -> None:
        super().__init__(gate.env, gate)
        self._env = gate.env
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
            self._env.drop([self.patience])
            self.patience = None


class Gate(simpy.Resource):
    """Places that are held for a time nobody knows beforehand: actions of one runtime."""

    def __init__(self, env: Environment, places: int, longest_wait: int) -> None:
        super().__init__(env, places)
        self.env = env
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
            request.patience = Moment(self.env, self.env.now + patience, request.order)
            request.patience.callbacks.append(lambda _: self._give_up(request))

    def _grant(self, request: resource.Request) -> None:
        self.users.append(request)
        request.usage_since = self.env.now

    def _give_up(self, request: GateRequest) -> None:
        self.queue.remove(request)
        self.rejected += 1
        request.patience = None
        request.happens(False)

    def release(self, request: resource.Request) -> None:  # type: ignore[override]
        """Give a place back: it passes straight to the one who waited longest."""
        if request not in self.users:
            return
        self.users.remove(request)
        if self.queue:
            first: Any = self.queue.pop(0)
            first.stop_waiting()
            self._grant(first)
            first.happens_at(self.env.now, True)
