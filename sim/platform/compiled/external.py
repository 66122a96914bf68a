"""The third-party API: what `sim.platform.external` does."""

from __future__ import annotations

from sim.platform.external import FAILED, MILLION, OK, RATE_LIMITED
from sim.platform.rules import (
    counted_before,
    counter_has_room,
    day_of,
    has_left,
    is_out,
    is_used_up,
    locks_out,
    log_has_room,
    windows_passed,
)

from .compile import hot, jit
from .memory import Record, State, service_record, words
from .random import sample, uniform

OUTAGE_WORDS = 3
"""Since, until, status."""


@hot
def service_of(s: State, endpoint: int) -> Record:
    """`External.endpoint`."""
    return service_record(s, words(s.service_of)[endpoint])


@jit
def request(s: State, own: Record, now: int) -> tuple[int, int]:
    """`External.request`: (status, round trip in µs)."""
    api = s.api
    api.requests += 1
    for n in range(own.first_outage, own.last_outage):
        outage = n * OUTAGE_WORDS
        if is_out(now, words(s.outages)[outage], words(s.outages)[outage + 1]):
            if words(s.outages)[outage + 2] == RATE_LIMITED:
                api.rejected += 1
                return RATE_LIMITED, sample(s, own.rejected_stream, own.rejected_latency)
            api.failed += 1
            return FAILED, sample(s, own.latency_stream, own.latency)
    u = uniform(s, own.error_stream)
    # The bound itself may be 2^64, so the greatest draw below it is what is kept.
    if own.errors and u <= own.error_bound:
        api.failed += 1
        return FAILED, sample(s, own.latency_stream, own.latency)
    return OK, sample(s, own.latency_stream, own.latency)


@jit
def limited_request(s: State, own: Record, now: int) -> tuple[int, int]:
    """`External.limited_request`."""
    api, limits = s.api, service_record(s, own.limits)
    api.limited += 1
    locked = now < limits.locked_until
    if _refuse(s, limits, now):
        api.requests += 1
        api.rejected += 1
        api.rejected_locked_out += locked
        return RATE_LIMITED, sample(s, own.rejected_stream, own.rejected_latency)
    return request(s, own, now)


@hot
def _refuse(s: State, limits: Record, now: int) -> bool:
    """`Allowance.refuse`."""
    limits.owed += limits.others
    while limits.owed >= MILLION:
        limits.owed -= MILLION
        _refuses(s, limits, now)
    return _refuses(s, limits, now)


@jit
def _refuses(s: State, limits: Record, now: int) -> bool:
    """`Allowance._refuses`."""
    if limits.limit and (now < limits.locked_until or not _admits(s, limits, now)):
        if limits.lockout_after:
            _count_refusal(s, limits, now)
        return True
    return limits.quota > 0 and _is_used_up(s, limits, now)


@jit
def _is_used_up(s: State, limits: Record, now: int) -> bool:
    """`Allowance._is_used_up`."""
    day = day_of(now, s.api.since_midnight)
    if day != limits.day:
        limits.day = day
        limits.used = 0
    if is_used_up(limits.used, limits.quota):
        return True
    limits.used += 1
    return False


@hot
def _admits(s: State, limits: Record, now: int) -> bool:
    if limits.log:
        return _log_admits(s, limits, now)
    return _counter_admits(limits, now)


@hot
def _counter_admits(limits: Record, now: int) -> bool:
    """`SlidingCounter.admits`."""
    window = limits.window
    if now - limits.start >= window:
        passed = windows_passed(now, limits.start, window)
        limits.previous = counted_before(passed, limits.current)
        limits.current = 0
        limits.start += passed * window
    if not counter_has_room(
        now, limits.start, window, limits.limit, limits.current, limits.previous
    ):
        return False
    limits.current += 1
    return True


@jit
def _log_admits(s: State, limits: Record, now: int) -> bool:
    """`SlidingLog.admits`: a ring of the accepted requests."""
    ring, first, room = words(s.accepted), limits.accepted_at, limits.accepted_room
    while limits.accepted > 0 and has_left(ring[first + limits.oldest], now, limits.window):
        limits.oldest = (limits.oldest + 1) % room
        limits.accepted -= 1
    if not log_has_room(limits.accepted, limits.limit):
        return False
    ring[first + (limits.oldest + limits.accepted) % room] = now
    limits.accepted += 1
    return True


@jit
def _count_refusal(s: State, limits: Record, now: int) -> None:
    """`Allowance._count_refusal`: the last ``lockout_after`` refusals are all that matters."""
    ring, first, room = words(s.refused), limits.refused_at, limits.refused_room
    ring[first + limits.refused % room] = now
    limits.refused += 1
    if not locks_out(limits.refused, limits.lockout_after, now, limits.locked_until):
        return
    if not has_left(ring[first + limits.refused % room], now, limits.window):
        limits.locked_until = now + limits.lockout
        limits.lockouts += 1
        limits.refused = 0
