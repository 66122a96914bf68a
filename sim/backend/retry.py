"""Retry policies of conflicted mutations (platform.md, Retries)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.draws import scale
from sim.scenario import Backoff

UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a mutation is retried, and its backoff with full jitter."""

    limit: int
    """Retries before the call fails permanently; `UNLIMITED` for scheduled and cron mutations."""
    initial: int
    """Backoff ceiling after the first conflict (µs)."""
    max: int
    """Largest backoff ceiling (µs)."""
    jitter: Iterator[int]
    """Draws of the jitter."""
    wait_until_visible: bool = False
    """Also wait until the write that won is visible."""

    @classmethod
    def of(cls, limit: int, backoff: Backoff, jitter: Iterator[int], *, wait: bool) -> Retry:
        """The policy with a scenario's backoff."""
        return cls(limit, backoff.initial, backoff.max, jitter, wait)

    def delay(self, failures: int) -> int:
        """Microseconds to wait after ``failures`` earlier ones: min(max, initial·2^failures)·U."""
        ceiling = min(self.max, self.initial << min(failures, 40))
        return scale(ceiling, next(self.jitter))
