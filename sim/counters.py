"""What is counted of calls: on every edge of the ledger, and of a function in the result.

A new counter stands here, as a field of `Counters`; both engines' records follow from it. The
result has it if `FunctionUse` has a field of that name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from .quantiles import bucket_of, lowest_of, merged, quantile

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


def _none() -> defaultdict[int, int]:
    return defaultdict(int)


@dataclass(slots=True)
class CallTimes:
    """How long the calls of a function took and waited: bucket of `sim.quantiles` → calls."""

    latency: dict[int, int] = field(default_factory=_none)
    """From when a call is made, or a job's code starts, until the caller has its answer, or the job
    is over: with waits for a place, lost attempts and the back-off between them. Each call once,
    when it is over; answers of the query cache, and calls that found no place, are left out."""
    scheduling_lag: dict[int, int] = field(default_factory=_none)
    """From when a scheduled job or a run of a cron is due until its code starts: waits for a slot,
    and what claiming the job takes. Each once, when it is given its slot."""
    retry_time: dict[int, int] = field(default_factory=_none)
    """What conflicts cost the calls that ran again because of one: from the end of the first
    attempt to the end of the call. It is part of the call's latency."""

    def ended(self, latency: int, calls: int = 1) -> None:
        """So many calls are over, each after a time (µs)."""
        self.latency[bucket_of(latency)] += calls

    def starts(self, lag: int) -> None:
        """A job starts so late (µs)."""
        self.scheduling_lag[bucket_of(lag)] += 1

    def retried(self, time: int) -> None:
        """A call is over that its conflicts made so much longer (µs)."""
        self.retry_time[bucket_of(time)] += 1

    def __bool__(self) -> bool:
        return any(getattr(self, kind) for kind in TIMES)


TIMES = tuple(each.name for each in fields(CallTimes))
"""The kinds of times, as the engines, the result and the names of the metrics have them."""

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
class TimesUse:
    """How long calls took or waited. Quantiles are off by less than 1/128: see `sim.quantiles`."""

    count: int
    p50_s: float
    p95_s: float
    p99_s: float
    from_us: dict[str, int]
    """How many took how long: the shortest time of each bucket that holds any (µs), and the number.
    """

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> TimesUse | None:
        """What there is to say of some times; nothing of none."""
        if not counts:
            return None
        counts = dict(sorted(counts.items()))
        p50, p95, p99 = (quantile(counts, share) / _SECOND for share in (0.5, 0.95, 0.99))
        buckets = {str(lowest_of(bucket)): number for bucket, number in counts.items()}
        return cls(sum(counts.values()), p50, p95, p99, buckets)

    @property
    def counts(self) -> dict[int, int]:
        """Bucket of `sim.quantiles` → how many it holds."""
        return {bucket_of(int(time)): number for time, number in self.from_us.items()}


def together(times: Iterable[TimesUse]) -> TimesUse:
    """Times of several functions, as those of one."""
    return TimesUse.of(merged(each.counts for each in times)) or TimesUse(0, 0.0, 0.0, 0.0, {})


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
    latency: TimesUse | None = None
    """How long calls took; see `CallTimes`. None of organic traffic, whose times are settings. From
    logs: the execution time of the last attempt, without waits and earlier attempts."""
    scheduling_lag: TimesUse | None = None
    """How late jobs and runs of crons started; None if it has none. No log says so by function."""
    retry_time: TimesUse | None = None
    """What conflicts cost the calls that ran again; None if none did. No log says so."""

    @classmethod
    def of(cls, counted: Counters, times: CallTimes, **others: Any) -> FunctionUse:
        """What was counted of a function, in the units of the result, and what else it has."""
        own: dict[str, Any] = {name: getattr(counted, name) for name in _IN_RESULT}
        own |= {kind: TimesUse.of(getattr(times, kind)) for kind in TIMES}
        return cls(**own, **others)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> FunctionUse:
        """The use that a result's JSON has."""
        times = {kind: TimesUse(**data[kind]) for kind in TIMES if data.get(kind)}
        return cls(**{**data, **times})


_IN_RESULT = tuple(each.name for each in fields(FunctionUse) if hasattr(Counters, each.name))
"""The fields of a function's use that follow from its counters."""
