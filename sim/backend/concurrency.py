"""Concurrency limits per function type (platform.md, Concurrency and limits).

Two queues with the same meaning. How long a query or a mutation attempt holds its place is known
when it asks for one, so `Lanes` computes its start at once from the times at which places get free
(the recursion of Kiefer and Wolfowitz for first-come-first-served servers) and needs no event.
An action's end is not known in advance, so `Gate` queues actions and wakes them.
"""

from __future__ import annotations

from collections import deque
from heapq import heapreplace

from .clock import Clock, Resume

_NEVER = 1 << 62


class Lanes:
    """First-come-first-served places whose holding times are known on arrival."""

    __slots__ = ("_kept", "delayed", "free_at", "longest_wait", "rejected")

    def __init__(self, places: int, longest_wait: int) -> None:
        self.free_at = [0] * max(1, places)
        """When each place is next free: a heap."""
        self.longest_wait = longest_wait
        self.delayed = 0
        self.rejected = 0
        self._kept: list[int] | None = None

    def start(self, now: int, holding: int) -> int:
        """When a call arriving now gets its place, which it then holds for ``holding`` µs.

        -1 if that is further away than calls wait, or if it takes no calls.
        """
        begin = self.free_at[0]
        if begin <= now:
            heapreplace(self.free_at, now + holding)
            return now
        if begin - now > self.longest_wait:
            self.rejected += 1
            return -1
        self.delayed += 1
        heapreplace(self.free_at, begin + holding)
        return begin

    def close(self) -> None:
        """Refuse every call from now on."""
        if self._kept is None:
            self._kept, self.free_at = self.free_at, [_NEVER]

    def open(self) -> None:
        """Take calls again."""
        if self._kept is not None:
            self.free_at, self._kept = self._kept, None


class Gate:
    """Places that are held for a time nobody knows beforehand: actions of one runtime."""

    __slots__ = ("_clock", "_waiting", "delayed", "free", "longest_wait", "rejected")

    def __init__(self, clock: Clock, places: int, longest_wait: int) -> None:
        self._clock = clock
        self._waiting: deque[tuple[int, Resume]] = deque()
        self.free = places
        self.longest_wait = longest_wait
        self.delayed = 0
        self.rejected = 0

    def queue(self, serial: int, resume: Resume) -> int:
        """Join the queue; returns until when to wait. `leave_queue` when that passed in vain."""
        self.delayed += 1
        self._waiting.append((serial, resume))
        return self._clock.now + self.longest_wait

    def leave_queue(self, serial: int) -> bool:
        """Whether the execution was still waiting (its time is up); it waits no longer."""
        for entry in self._waiting:
            if entry[0] == serial:
                self._waiting.remove(entry)
                self.rejected += 1
                return True
        return False

    def release(self) -> None:
        """Give a place back; it passes straight to the one who waited longest."""
        if self._waiting:
            serial, resume = self._waiting.popleft()
            self._clock.cancel(serial)
            self._clock.wake(self._clock.now, serial, resume)
        else:
            self.free += 1
