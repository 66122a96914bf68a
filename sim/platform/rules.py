"""What the platform decides: limits, places, retries and windows as pure functions of integers.

The platform is written twice on purpose, once for SimPy and once for arrays, so that each checks
the other. What it decides is written once, here: both engines call these functions, and the
compiled one compiles this very source. So they take and give plain integers, and times are
microseconds. Where a number says why something is refused, it is negative.

A new limit is a setting (`sim.scenario.Platform`), a field of `Limits` or an argument here, and the
place in each engine that asks. The rules are those of platform.md.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.draws import scale
from sim.scenario import DAY, Platform

NEVER: Final = 1 << 62
"""A time that does not come."""


# -- limits ----------------------------------------------------------------------------------------

SMALL_TRANSACTION: Final = 10
"""Documents that the base latency of a transaction covers."""
FEW_WRITES: Final = 10
"""Writes that need no look at the limits, unless fewer are allowed."""

TOO_MANY_DOCUMENTS: Final = -1
TOO_MANY_BYTES: Final = -2
TOO_LONG: Final = -3
"""Why a transaction fails: what `transaction_time` gives instead of a time."""


class Limits(NamedTuple):
    """The platform's limits on a single call, as the rules need them."""

    documents_read: int
    documents_written: int
    bytes_read: int
    time: int
    """How long the code of a query or mutation may run (µs)."""
    per_document: int
    """What each document beyond `SMALL_TRANSACTION` takes (µs)."""
    call_depth: int
    small_transaction: int
    """Documents in the read set that need no look at the limits."""
    few_writes: int
    """Writes that need none."""

    @classmethod
    def of(cls, platform: Platform) -> Limits:
        """The limits that a scenario sets."""
        limits = platform.transactions
        return cls(
            documents_read=limits.documents_read,
            documents_written=limits.documents_written,
            bytes_read=limits.bytes_read,
            time=limits.time,
            per_document=platform.latency.document,
            call_depth=platform.concurrency.call_depth,
            small_transaction=min(SMALL_TRANSACTION, limits.documents_read),
            few_writes=min(FEW_WRITES, limits.documents_written),
        )


def is_small(limits: Limits, documents: int, has_many_writes: bool, read_bytes: int) -> bool:
    """Whether a mutation can break no limit, so that `transaction_time` need not be asked."""
    return (
        documents <= limits.small_transaction
        and not has_many_writes
        and read_bytes <= limits.bytes_read
    )


def transaction_time(limits: Limits, documents: int, writes: int, read_bytes: int) -> int:
    """How much longer a large mutation takes (µs), or which limit it breaks."""
    if documents > limits.documents_read or writes > limits.documents_written:
        return TOO_MANY_DOCUMENTS
    if read_bytes > limits.bytes_read:
        return TOO_MANY_BYTES
    extra = max(0, documents - SMALL_TRANSACTION) * limits.per_document
    return TOO_LONG if extra > limits.time else extra


def query_reads_too_much(limits: Limits, read_bytes: int) -> bool:
    """Whether a query reads more than it may."""
    return read_bytes > limits.bytes_read


def is_too_deep(limits: Limits, depth: int) -> bool:
    """Whether an action that is ``depth`` calls below its root may call no other."""
    return depth >= limits.call_depth


# -- jobs and slots --------------------------------------------------------------------------------

ROOM: Final = 0
SCHEDULER_IS_FULL: Final = -1
FUNCTION_IS_FULL: Final = -2
"""Whether there is room for one more job, and what has none."""


def room_for_job(
    scheduled: int, buffered: int, outstanding: int, per_function_cap: int, cap: int
) -> int:
    """Whether a function may schedule one more job.

    It has scheduled so many, of which ``buffered`` are not among the outstanding ones yet.
    """
    if scheduled >= per_function_cap:
        return FUNCTION_IS_FULL
    return ROOM if buffered < cap - outstanding else SCHEDULER_IS_FULL


PASSES: Final = (1 << 36) - 2
"""Serial number of the passes of the scheduler's executor; those of the crons' have the next one.

So a pass sees everything else that happens at its time.
"""


def starts_next(running: int, slots: int, waiting: int, paused: bool) -> bool:
    """Whether the job that has waited longest gets a slot now."""
    return running < slots and waiting > 0 and not paused


def next_pass(now: int, over: int) -> int:
    """When an executor looks for due jobs, whose last pass is over at a time."""
    return max(now, over)


def job_due(now: int, delay: int, visible_at: int) -> int:
    """When a job is due that a mutation scheduled: not before its commit is visible."""
    return max(now + delay, visible_at)


# -- crons -----------------------------------------------------------------------------------------

NOT_YET: Final = -1
"""When a cron was due last that has not been due yet."""


def next_due(last: int, every: int, now: int) -> int:
    """When an interval cron is due that is deployed now with an interval, or with 0 no more.

    A new one at once, else an interval after it was due last (model/src/cron_jobs).
    """
    if every == 0:
        return NEVER
    return now if last == NOT_YET else max(now, last + every)


def skips(busy: bool, disabled: bool) -> bool:
    """Whether a cron that is due does not run: its run before goes on, or no call is taken."""
    return busy or disabled


# -- commits and retries ---------------------------------------------------------------------------

CEILINGS: Final = 32
"""After so many failures a backoff grows no more."""
UNLIMITED: Final = -1
"""The most retries of a mutation that is retried until it commits."""


def ceilings(initial: int, most: int) -> tuple[int, ...]:
    """Backoff ceilings (µs) after 0, 1, 2, … earlier failures; the last one stays."""
    return tuple(min(most, initial << failures) for failures in range(CEILINGS))


def ceiling_after(failures: int) -> int:
    """Which of the `ceilings` holds after so many earlier failures."""
    return min(failures, CEILINGS - 1)


def backoff(ceiling: int, luck: int) -> int:
    """How long to wait before the next attempt (µs): full jitter, by a draw on [0, 2^64).

    At least one, the clock's unit: attempts that take no time would retry for ever at one time.
    """
    return max(1, scale(ceiling, luck))


DEEPEST: Final = 64
"""Attempts of a call from which on they are not told apart."""


def depth(failures: int) -> int:
    """Where an attempt is counted that comes after so many lost ones of its call."""
    return min(failures, DEEPEST)


def gives_up(failures: int, limit: int) -> bool:
    """Whether a mutation that has lost again after so many failures is not retried."""
    return failures == limit


def visible_from(commit: int, last: int) -> int:
    """When a commit is visible that was to be so at ``commit``: not before the one before it."""
    return max(commit, last)


# -- places ----------------------------------------------------------------------------------------

NO_PLACE: Final = -1
"""Instead of a time: the call waits in vain."""


def nobody_waits(live: int, places: int) -> bool:
    """Whether a call gets its place for certain: an execution makes one call at a time."""
    return live <= places


def place_from(now: int, free_at: int, longest_wait: int) -> int:
    """When a call gets its place if the first one is free at ``free_at``, or `NO_PLACE`."""
    begin = max(now, free_at)
    return NO_PLACE if begin - now > longest_wait else begin


# -- actions ---------------------------------------------------------------------------------------


def metered_time(now: int, begin: int, deadline: int) -> int:
    """How long an action ran (µs) that was over ``now``, or ended at its deadline before."""
    return min(now, deadline) - begin


def is_timed_out(now: int, deadline: int) -> bool:
    """Whether an action has run beyond its time-out."""
    return now > deadline


def metered_memory(memory_mib: int, duration: int) -> int:
    """What an action's compute is billed by: MiB × whole milliseconds."""
    return memory_mib * (duration // 1000)


# -- rate limit of the third-party API -------------------------------------------------------------


def windows_passed(now: int, start: int, window: int) -> int:
    """How many fixed windows are over since the one that started at ``start``."""
    return (now - start) // window


def counted_before(passed: int, current: int) -> int:
    """What the fixed window before the current one accepted, once ``passed`` ones are over."""
    return current if passed == 1 else 0


def counter_has_room(
    now: int, start: int, window: int, limit: int, current: int, previous: int
) -> bool:
    """Whether a sliding counter admits a request.

    The estimate of the last ``window`` µs is what the current fixed window, begun at ``start``, has
    accepted, plus the share of the previous one that the rolling window still covers.
    """
    return (limit - current) * window > previous * (window - (now - start))


def has_left(accepted: int, now: int, window: int) -> bool:
    """Whether a request accepted at a time is no longer within the rolling window."""
    return accepted <= now - window


def log_has_room(accepted: int, limit: int) -> bool:
    """Whether a log with so many accepted requests admits one more."""
    return accepted < limit


def locks_out(refused: int, lockout_after: int, now: int, locked_until: int) -> bool:
    """Whether so many refusals within a window lock the app out, if it is not already."""
    return refused >= lockout_after and now >= locked_until


def day_of(now: int, since_midnight: int) -> int:
    """The number of a UTC day, counted from that of the start, so long (µs) after its midnight."""
    return (now + since_midnight) // DAY


def is_used_up(used: int, quota: int) -> bool:
    """Whether a day's quota admits no more."""
    return used >= quota


def is_out(now: int, since: int, until: int) -> bool:
    """Whether an outage goes on: it is over at its end."""
    return since <= now < until
