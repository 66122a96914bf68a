"""Retry policies of conflicted mutations (platform.md, Retries)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.platform.rules import backoff, ceiling_after, ceilings
from sim.scenario import Backoff


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a mutation is retried, and its backoff with full jitter."""

    limit: int
    """Retries before the call fails permanently; `UNLIMITED` for scheduled and cron mutations."""
    ceilings: tuple[int, ...]
    """See `sim.platform.rules.ceilings`."""
    jitter: Iterator[int]
    """Draws of the jitter."""
    wait_until_visible: bool = False
    """Also wait until the write that won is visible."""

    @classmethod
    def of(cls, limit: int, settings: Backoff, jitter: Iterator[int], *, wait: bool) -> Retry:
        """The policy with a scenario's backoff."""
        return cls(limit, ceilings(settings.initial, settings.max), jitter, wait)

    def delay(self, failures: int) -> int:
        """Microseconds to wait after ``failures`` earlier ones."""
        return backoff(self.ceilings[ceiling_after(failures)], next(self.jitter))
