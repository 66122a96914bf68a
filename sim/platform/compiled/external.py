"""The third-party API: what `sim.platform.external` does."""

from __future__ import annotations

from sim.platform.external import FAILED, OK, RATE_LIMITED
from sim.platform.rules import (
    counted_before,
    counter_has_room,
    has_left,
    locks_out,
    log_has_room,
    windows_passed,
)

from .compile import hot, jit
from .layout import (
    API_ERROR,
    API_LATENCY,
    API_LATENCY_STREAM,
    API_REJECTED_LATENCY,
    API_REJECTED_STREAM,
)
from .memory import State, words
from .random import sample, uniform


@jit
def request(s: State) -> tuple[int, int]:
    """`External.request`: (status, round trip in µs)."""
    api = s.api
    api.requests += 1
    u = uniform(s, API_ERROR)
    # The bound itself may be 2^64, so the greatest draw below it is what is kept.
    if api.errors and u <= api.error_bound:
        api.failed += 1
        return FAILED, sample(s, API_LATENCY_STREAM, API_LATENCY)
    return OK, sample(s, API_LATENCY_STREAM, API_LATENCY)


@jit
def limited_request(s: State, now: int) -> tuple[int, int]:
    """`External.limited_request`."""
    api = s.api
    api.limited += 1
    if api.limit and (now < api.locked_until or not _admits(s, now)):
        api.requests += 1
        api.rejected += 1
        api.rejected_locked_out += now < api.locked_until
        if api.lockout_after:
            _count_refusal(s, now)
        return RATE_LIMITED, sample(s, API_REJECTED_STREAM, API_REJECTED_LATENCY)
    return request(s)


@hot
def _admits(s: State, now: int) -> bool:
    if s.api.log:
        return _log_admits(s, now)
    return _counter_admits(s, now)


@hot
def _counter_admits(s: State, now: int) -> bool:
    """`SlidingCounter.admits`."""
    api = s.api
    window = api.window
    if now - api.start >= window:
        passed = windows_passed(now, api.start, window)
        api.previous = counted_before(passed, api.current)
        api.current = 0
        api.start += passed * window
    if not counter_has_room(now, api.start, window, api.limit, api.current, api.previous):
        return False
    api.current += 1
    return True


@jit
def _log_admits(s: State, now: int) -> bool:
    """`SlidingLog.admits`: a ring of the accepted requests."""
    api, ring, ring_size = s.api, words(s.accepted), s.size.accepted
    while api.accepted > 0 and has_left(ring[api.oldest], now, api.window):
        api.oldest = (api.oldest + 1) % ring_size
        api.accepted -= 1
    if not log_has_room(api.accepted, api.limit):
        return False
    ring[(api.oldest + api.accepted) % ring_size] = now
    api.accepted += 1
    return True


@jit
def _count_refusal(s: State, now: int) -> None:
    """`External._count_refusal`: the last ``lockout_after`` refusals are all that matters."""
    api, ring, ring_size = s.api, words(s.refused), s.size.refused
    ring[api.refused % ring_size] = now
    api.refused += 1
    if not locks_out(api.refused, api.lockout_after, now, api.locked_until):
        return
    if not has_left(ring[api.refused % ring_size], now, api.window):
        api.locked_until = now + api.lockout
        api.lockouts += 1
        api.refused = 0
