"""Retry policies of conflicted mutations (platform.md, Retries)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.draws import scale
from sim.scenario import Backoff

UNLIMITED = -1
_DOUBLINGS = 32


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a mutation is retried, and its backoff with full jitter."""

    limit: int
    """Retries before the call fails permanently; `UNLIMITED` for scheduled and cron mutations."""
    ceilings: tuple[int, ...]
    """Backoff ceilings (µs) after 0, 1, 2, … earlier failures; the last one stays."""
    jitter: Iterator[int]
    """Draws of the jitter."""
    wait_until_visible: bool = False
    """Also wait until the write that won is visible."""

    @classmethod
    def of(cls, limit: int, backoff: Backoff, jitter: Iterator[int], *, wait: bool) -> Retry:
        """The policy with a scenario's backoff."""
        ceilings = tuple(min(backoff.max, backoff.initial << n) for n in range(_DOUBLINGS))
        return cls(limit, ceilings, jitter, wait)

    def delay(self, failures: int) -> int:
        """Microseconds to wait after ``failures`` earlier ones: min(max, initial·2^failures)·U.

        At least one, the clock's unit: attempts that take no time would retry for ever at one time.
        """
        ceilings = self.ceilings
        ceiling = ceilings[failures] if failures < _DOUBLINGS else ceilings[-1]
        return max(1, scale(ceiling, next(self.jitter)))
