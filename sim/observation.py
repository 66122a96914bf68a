"""What an engine observed in a run: counters only, the same whichever engine ran it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.backend import Edge
from sim.result import CronUse, LimitEvent


@dataclass(frozen=True, slots=True)
class SchedulerObservation:
    """The scheduler and its executor."""

    created: int
    executed: int
    pending: int
    """Jobs found waiting for their time, waiting for a slot, or running."""
    rejected: int
    """Attempts to schedule that threw at a cap."""
    slots: int
    peak_backlog: int
    final_backlog: int
    backlog_per_bin: Sequence[int]
    behind_us: int
    """Time during which jobs waited for a slot (µs)."""
    slot_us: int
    """Slots in use × time (µs)."""


@dataclass(frozen=True, slots=True)
class ExternalObservation:
    """The third-party API."""

    requests: int
    limited: int
    """Requests to endpoints that the rate limit covers."""
    rejected: int
    errors: int


@dataclass(frozen=True, slots=True)
class QueueObservation:
    """Calls of one type waiting for one of the concurrent places."""

    delayed: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that the result is computed from."""

    edges: Sequence[Edge]
    """The ledger, in its order."""
    scheduler: SchedulerObservation
    crons: Mapping[str, CronUse]
    external: ExternalObservation
    queues: Mapping[str, QueueObservation]
    """By type: query, mutation, action, Node action."""
    usage_limits: Sequence[LimitEvent]
    outcomes: Mapping[str, float]
    events: int
    """Events the engine processed: how it works, not what it simulates."""
