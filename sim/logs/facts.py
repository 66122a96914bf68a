"""What a log says beside its result: what was read and skipped, how complete it is, and more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sim.quantiles import counted, quantile
from sim.result import ConflictPair

from .read import FORMATS, UNKNOWN, Reading, of_v1

_S = 1_000_000
_BEHIND = 1.0
"""Seconds that due jobs wait when every slot is taken; claiming a job takes far less."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of what happened the files hold, as far as they show it."""

    executions: int
    repeated: int
    """Events that were delivered twice, and count once."""
    bad: dict[str, int]
    """Rows that could not be used, by reason."""
    first_bad: str
    """The place and the reason of the first of them."""
    numbers_as_text: int
    skipped: dict[str, int]
    """Events of other kinds, by topic."""
    gaps: list[tuple[float, float]]
    """Times without rows: start (s since the first row) and length (s), the longest first."""
    full_buffers: int
    """Times of five seconds in which the stream was full, and dropped what exceeded 4,096."""
    out_of_order: int
    """Rows that come more than ten seconds after a later one."""
    furthest_behind_s: float
    lost_attempts_told: int
    """Attempts that lost, by the retries that the last attempts of their calls tell of."""
    lost_attempts_found: int
    """Those that have a row."""
    without_caller: int
    """Executions that an action awaited which is not in the files."""
    cut_off: list[str]
    """Files that end in the middle of a line."""


@dataclass(frozen=True, slots=True)
class FunctionTimes:
    """How long executions of a function took (s)."""

    executions: int
    p50_s: float
    p90_s: float
    p99_s: float
    cached: int


@dataclass(frozen=True, slots=True)
class Pressure:
    """What ran and waited, at most, as the platform's own statistics say."""

    samples: int
    running: int
    queued: int
    lag_p50_s: float
    lag_max_s: float
    jobs_running: int
    jobs_behind: int = 0
    """Jobs that ran while due ones had waited for a second or longer, on average; 0 if they never
    did. Then every slot is taken, and this is how many there are."""
    lag_p95_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Observed:
    """The facts of a log."""

    files: list[str]
    format: str
    deployment: str
    """Empty if the format does not tell."""
    starts: str
    """UTC time of the first execution."""
    span_s: float
    completeness: Completeness
    times: dict[str, FunctionTimes]
    conflicts: list[ConflictPair]
    """Most conflicts first."""
    pressure: Pressure | None
    """None if the files hold no such statistics."""
    mean_jobs_running: float
    deployments: list[tuple[float, str]]
    """When something was deployed (s since the first row), and what the platform calls it."""
    unknown: list[str]
    """What these files cannot say."""
    messages: list[tuple[str, str, int]] = field(default_factory=list)
    """Function, message and number of failures; only if they were asked for."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def observed_facts(reading: Reading, first: int, length: int) -> Observed:
    """The facts of what has been read; ``first`` (µs since 1970) and ``length`` (µs) of the log."""
    tally, names = reading.tally, reading.names
    pairs: dict[tuple[int, int, int], list[int]] = {}
    for (loser, table, winner, retried), number in tally.lost_in.items():
        pairs.setdefault((loser, table, winner), [0, 0])[not retried] += number
    cached: Counter[int] = Counter()
    for key, sums in tally.sums.items():
        cached[key[0]] += sums["cached"]
    conflicts = [
        ConflictPair(names[loser], _named(table, names), _named(winner, names), retried, failed)
        for (loser, table, winner), (retried, failed) in pairs.items()
    ]
    conflicts.sort(key=lambda each: (-each.retried - each.failed, each.function, each.winner))
    return Observed(
        files=reading.files,
        format=FORMATS[reading.format_].title,
        deployment=next(iter(reading.deployments), ""),
        starts=(_EPOCH + timedelta(microseconds=first)).isoformat(timespec="milliseconds"),
        span_s=length / _S,
        completeness=_completeness(reading, first),
        times={
            names[path]: _times(counted(buckets), cached[path])
            for path, buckets in sorted(tally.times.items(), key=lambda item: names[item[0]])
        },
        conflicts=conflicts,
        pressure=_pressure(reading),
        mean_jobs_running=tally.job_us / length,
        deployments=[
            ((at - first) / _S, action) for at, action in sorted(reading.marks)
            if action in DEPLOYS
        ],
        unknown=list(_unknown(reading)),
        messages=[(name, text, n) for (name, text), n in reading.messages.most_common(20)],
    )  # fmt: skip


def _times(counts: Mapping[int, int], cached: int) -> FunctionTimes:
    p50, p90, p99 = (quantile(counts, share) / _S for share in (0.5, 0.9, 0.99))
    return FunctionTimes(sum(counts.values()), p50, p90, p99, cached)


DEPLOYS = ("push_config", "push_config_with_components", "change_deployment_state")
"""Actions of the audit log after which the deployment may behave differently."""


def _named(number: int, names: list[str]) -> str:
    return "" if number == UNKNOWN else names[number]


def _completeness(reading: Reading, first: int) -> Completeness:
    tally, order = reading.tally, reading.order
    return Completeness(
        executions=tally.rows,
        repeated=reading.repeated,
        bad=dict(reading.bad.most_common()),
        first_bad=reading.first_bad,
        numbers_as_text=reading.as_text,
        skipped=dict(reading.skipped.most_common()),
        gaps=[((gap.start - first) / _S, gap.minutes * 60.0) for gap in order.gaps[:10]],
        full_buffers=order.full_buffers,
        out_of_order=order.out_of_order,
        furthest_behind_s=order.furthest / _S,
        lost_attempts_told=tally.earlier_attempts,
        lost_attempts_found=sum(sums["retried"] for sums in tally.sums.values()),
        without_caller=reading.without_caller,
        cut_off=reading.cut_off,
    )


def _pressure(reading: Reading) -> Pressure | None:
    if not reading.levels:
        return None
    lags = sorted(level.lag_s for level in reading.levels if level.lag_s >= 0)
    types = [level for level in reading.levels if level.lag_s < 0]
    jobs = [level.running for level in reading.levels if level.lag_s >= 0]
    # `scheduled_job_lag` has no number of jobs.
    behind = [level.running for level in reading.levels if level.lag_s >= _BEHIND and level.running]
    return Pressure(
        samples=len(reading.levels),
        running=max((level.running for level in types), default=0),
        queued=max((level.queued for level in types), default=0),
        lag_p50_s=lags[len(lags) // 2] if lags else 0.0,
        lag_max_s=lags[-1] if lags else 0.0,
        jobs_running=max(jobs, default=0),
        jobs_behind=round(sum(behind) / len(behind)) if behind else 0,
        lag_p95_s=lags[len(lags) * 19 // 20] if lags else 0.0,
    )


def _unknown(reading: Reading) -> Iterator[str]:
    """What these files cannot say."""
    version_1 = FORMATS[reading.format_].extract is of_v1
    if version_1:
        yield "why a function ran, who called it and what it lost to: version 1 does not say"
        yield "action compute, and what came twice: version 1 has neither memory nor requests"
    else:
        yield "who scheduled a job: no log says so; `sim explain --observed` infers it"
    if not version_1 and any(key[4] == 0 and key[3] == UNKNOWN for key in reading.tally.sums):
        yield "why some functions ran: streams say so since 2026-08-13"
    if not any(level.lag_s >= 0 for level in reading.levels):
        yield "how long jobs waited: there are no scheduler_stats"
    if not reading.tally.lost_in and reading.tally.earlier_attempts:
        yield "attempts that lost to a conflict: streams have a row for each since 2025-05-06"
    if not reading.marks:
        yield "deployments: there is no audit log"
