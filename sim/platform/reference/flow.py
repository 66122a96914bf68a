"""Organic traffic as a flow: metered per time bin, one call's cost times a number (design rule 6).

The flow's share of the concurrency limits is its offered load by Little's law (rate × mean time,
rounded): those places are taken from the modelled functions. Its share of document contention is a
hazard: while an attempt runs, organic mutations write the documents it read at a known rate.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.platform.rules import metered_memory
from sim.scenario import DAY, Organic

if TYPE_CHECKING:
    from .backend import Backend
    from .functions import FunctionType

CALLER = "visitors"


class OrganicFlow:
    """Meters organic traffic up to any moment."""

    def __init__(self, backend: Backend, settings: Organic) -> None:
        edges = backend.ledger.root("flow", CALLER, CALLER).entry
        shares: dict[FunctionType, float] = {
            "query": 1 - settings.mutations - settings.actions,
            "mutation": settings.mutations,
            "action": settings.actions,
        }
        times = (settings.query_time, settings.mutation_time, settings.action_time)
        self._backend = backend
        self._refusals = backend.refusals
        self._parts = []
        self._until = 0
        for (type_, share), time in zip(shares.items(), times, strict=True):
            rate = settings.rate * share
            if not rate:
                continue
            backend.function(f"organic:{type_}", type_)
            read = settings.read * (1 - settings.cached) if type_ == "query" else settings.read
            self._parts.append((
                edges[f"organic:{type_}"], rate, time,
                0.0 if type_ == "action" else read,
                settings.written if type_ == "mutation" else 0,
            ))  # fmt: skip

    @staticmethod
    def offered_load(rate: float, time: int) -> int:
        """Places a flow of ``rate`` a day takes on average, each for ``time`` µs."""
        return math.floor(rate * time / DAY + 0.5)

    def meter(self, now: int, *, count: bool = True) -> None:
        """Meter the traffic since the last call; without ``count`` it was refused and is lost."""
        for edge, rate, time, read, written in self._parts:
            calls = int(rate * now / DAY) - int(rate * self._until / DAY)
            if not count:
                self._refusals.organic += calls
                continue
            # Rounded as a total: the bytes do not depend on how often somebody looked.
            read_now = round((edge.calls + calls) * read) - round(edge.calls * read)
            edge.read_bytes += read_now
            edge.calls += calls
            if self._backend.journal is not None:
                self._backend.journal.flow(
                    edge, self._until, now, calls, time, read_now, calls * written
                )
            edge.time_us += calls * time
            edge.written_bytes += calls * written
            edge.mib_ms += calls * metered_memory(edge.function.memory_mib, time)
        self._until = now
