"""What is counted of calls: on every edge of the ledger, and of a function in the result.

A new counter stands here, as a field of `Counters`; both engines' records follow from it. The
result has it if `FunctionUse` has a field of that name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

_SECOND = 1_000_000
_MB = 1e6


@dataclass(slots=True, eq=False)
class Counters:
    """Whole numbers that only grow, so that those of several edges add up."""

    calls: int = 0
    """Billed executions, attempts that lost to a conflict included."""
    retried: int = 0
    """Attempts that lost to a conflict and were retried."""
    failed: int = 0
    """Calls that failed permanently on conflicts."""
    errors: int = 0
    """Calls that ended in any error, permanent conflicts included."""
    time_us: int = 0
    """Execution time, µs."""
    mib_ms: int = 0
    """Action compute: MiB × whole milliseconds."""
    read_bytes: int = 0
    written_bytes: int = 0
    read_documents: int = 0
    """Documents and index ranges read, each time that they are."""
    written_documents: int = 0
    jobs: int = 0
    """Jobs scheduled, executed or not."""
    generations: int = 0
    """Sum of the calls' generations."""
    rounds: int = 0
    """Calls of executions that had come round."""
    cached: int = 0
    """Calls of queries that the query cache answered."""

    @property
    def conflicts_retried(self) -> int:
        """Attempts that lost to a conflict and were retried."""
        return self.retried

    @property
    def conflicts_failed(self) -> int:
        """Calls that failed permanently on conflicts."""
        return self.failed

    @property
    def time_s(self) -> float:
        """Execution time (s)."""
        return self.time_us / _SECOND

    @property
    def read_mb(self) -> float:
        """Database bytes read (MB = 10^6 bytes)."""
        return self.read_bytes / _MB

    @property
    def written_mb(self) -> float:
        """Database bytes written (MB = 10^6 bytes)."""
        return self.written_bytes / _MB

    @property
    def gb_hours(self) -> float:
        """Action compute (GB-hours)."""
        return gb_hours(self.mib_ms)

    @property
    def generation_mean(self) -> float:
        """How many times work was scheduled on the way from the root, on average over the calls."""
        return self.generations / self.calls if self.calls else 0.0


COUNTERS = tuple(each.name for each in fields(Counters))
"""The counters' names, in the order in which `Counters` takes them."""
_values = attrgetter(*COUNTERS)


def total(counted: Iterable[Counters]) -> Counters:
    """The sum of all of them."""
    return Counters(*map(sum, zip(*map(_values, counted), strict=True)))


def gb_hours(mib_ms: int) -> float:
    """GB-hours in MiB-milliseconds: MiB / 1024 × ms / 3,600,000 (platform.md, Metering)."""
    return mib_ms / 1024 / 3_600_000


@dataclass(frozen=True, slots=True)
class FunctionUse:
    """One function's share. Calls include every attempt lost to a conflict."""

    type: str
    calls: int
    per_day: float
    conflicts_retried: int
    conflicts_failed: int
    errors: int
    time_s: float
    read_mb: float
    written_mb: float
    gb_hours: float
    by_trigger: dict[str, int]
    """Calls by trigger: cron, scheduler, action, client, dataChange (a subscribed query ran again),
    and `flow` for organic traffic."""
    by_caller: dict[str, int]
    """Calls by the cron or function that caused them."""
    by_root: dict[str, int]
    """Calls by root cause: the cron, kind of client or flow that they descend from."""
    generation_mean: float
    """How many times work was scheduled on the way from the root, on average over the calls."""
    generation_deepest: int
    rounds: int
    """Calls of executions that had come round: an ancestor ran the same function."""
    per_bin: list[int]
    """Calls per time bin."""
    retried_per_bin: list[int]
    """Attempts that lost to a conflict and ran again, per time bin."""
    failed_per_bin: list[int]
    """Calls that failed for good on conflicts, per time bin."""
    read_documents: int = 0
    """Documents read, each time that they are, by all attempts. A function in Python counts an
    index range as one. Organic traffic and logs count none."""
    written_documents: int = 0
    """Documents written, by all attempts."""
    attempts: dict[str, int] = field(default_factory=dict)
    """Of a mutation, its calls by how many attempts each has had: ``{"1": 97, "2": 3}``. The most
    that are told apart are 64. Empty if that is not known, and for other types."""
    cached: int = 0
    """Calls that the query cache answered; they read nothing from the database."""
    thrown: str = ""
    """The message that its code threw most often; empty if it threw none, or none is known."""

    @classmethod
    def of(cls, counted: Counters, **others: Any) -> FunctionUse:
        """What was counted of a function, in the units of the result, and what else it has."""
        return cls(**{name: getattr(counted, name) for name in _IN_RESULT}, **others)


_IN_RESULT = tuple(each.name for each in fields(FunctionUse) if hasattr(Counters, each.name))
"""The fields of a function's use that follow from its counters."""
