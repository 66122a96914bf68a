"""Places of queries and mutations (platform.md, Concurrency and limits).

How long a query or a mutation attempt holds its place is known when it asks for one, so its start
is computed at once from the times at which places get free (the recursion of Kiefer and Wolfowitz
for first-come-first-served servers). That needs no event, neither for the start nor for the end.
"""

from __future__ import annotations

from collections import deque
from heapq import heapreplace

from sim.platform.rules import NO_PLACE, place_from


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

    def running(self, now: int) -> int:
        """Places that are held at a time."""
        ends = sorted([*self._free_at, *self.recent])[-self.places :]
        return sum(end > now for end in ends)

    def start(self, now: int, holding: int) -> int:
        """When a call arriving now gets its place, which it then holds for ``holding`` µs.

        `NO_PLACE` if that is further away than calls wait. Calls must ask in the order of time.
        """
        if self.recent:
            ends = sorted([*self._free_at, *self.recent])
            self._free_at = ends[-self.places :]  # sorted, and therefore a heap
            self.recent.clear()
        begin = place_from(now, self._free_at[0], self.longest_wait)
        self.delayed += begin != now
        if begin == NO_PLACE:
            self.rejected += 1
            return NO_PLACE
        heapreplace(self._free_at, begin + holding)
        return begin

    def close(self) -> None:
        """Make every call ask, so that it is found that the deployment takes none."""
        self.uncontended = -1

    def open(self) -> None:
        """Take calls again."""
        self.uncontended = self.places
