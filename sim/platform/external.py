"""The third-party API: latency, a rolling rate limit with 429s, lock-outs and other failures.

What the API knows about an artist is a fact of the world (`sim.apps.setlist.world`), not of a
request.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from sim.draws import samples, stream_key, threshold, uniforms
from sim.scenario import ExternalSettings

from .rules import (
    counted_before,
    counter_has_room,
    has_left,
    locks_out,
    log_has_room,
    windows_passed,
)

OK: Final = 200
RATE_LIMITED: Final = 429
FAILED: Final = 503


class SlidingCounter:
    """A rolling window as most services count it: fixed windows, the last one fading out.

    See `counter_has_room`.
    """

    __slots__ = ("_current", "_limit", "_phase", "_previous", "_start", "_window")

    def __init__(self, limit: int, window: int, phase: int) -> None:
        self._limit = limit
        self._window = window
        self._start = phase - window
        self._current = 0
        self._previous = 0

    def admits(self, now: int) -> bool:
        """Whether a request at ``now`` is accepted; if so it is counted."""
        window = self._window
        if now - self._start >= window:
            passed = windows_passed(now, self._start, window)
            self._previous = counted_before(passed, self._current)
            self._current = 0
            self._start += passed * window
        if not counter_has_room(
            now, self._start, window, self._limit, self._current, self._previous
        ):
            return False
        self._current += 1
        return True


class SlidingLog:
    """A rolling window that remembers the time of every accepted request."""

    __slots__ = ("_accepted", "_limit", "_window")

    def __init__(self, limit: int, window: int, phase: int) -> None:
        self._limit = limit
        self._window = window
        self._accepted: deque[int] = deque()

    def admits(self, now: int) -> bool:
        """Whether a request at ``now`` is accepted; if so it is counted."""
        accepted = self._accepted
        while accepted and has_left(accepted[0], now, self._window):
            accepted.popleft()
        if not log_has_room(len(accepted), self._limit):
            return False
        accepted.append(now)
        return True


class External:
    """The API's side of every request; responses are HTTP status codes."""

    __slots__ = (
        "_error_bound",
        "_latency",
        "_limit",
        "_locked_until",
        "_lockout",
        "_lockout_after",
        "_luck",
        "_refused",
        "_rejected_latency",
        "_window",
        "_window_length",
        "errors",
        "limited",
        "lockouts",
        "rejected",
        "rejected_locked_out",
        "requests",
    )

    def __init__(self, settings: ExternalSettings, seed: int, name: str = "external") -> None:
        """``name`` is the head of the purposes of its draws."""
        self._latency = samples(stream_key(seed, f"{name}.latency"), settings.latency)
        self._rejected_latency = samples(
            stream_key(seed, f"{name}.rejected_latency"), settings.rejected_latency
        )
        self._luck = uniforms(stream_key(seed, f"{name}.error"))
        self._error_bound = threshold(settings.error_rate)
        self._limit = settings.rate_limit
        self._window_length = settings.rate_window
        kind = SlidingCounter if settings.rate_window_kind == "counter" else SlidingLog
        phase = stream_key(seed, f"{name}.window") % settings.rate_window
        self._window: SlidingCounter | SlidingLog = kind(
            settings.rate_limit, settings.rate_window, phase
        )
        self._lockout_after = settings.lockout_after
        self._lockout = settings.lockout
        self._locked_until = 0
        self._refused: deque[int] = deque()
        self.requests = 0
        self.limited = 0
        """Requests to endpoints that the rate limit covers."""
        self.rejected = 0
        self.rejected_locked_out = 0
        """Those that came while the app was locked out."""
        self.lockouts = 0
        self.errors = 0

    def request(self) -> tuple[int, int]:
        """A request to an endpoint without a rate limit: (status, round trip in µs)."""
        self.requests += 1
        if next(self._luck) < self._error_bound:
            self.errors += 1
            return FAILED, next(self._latency)
        return OK, next(self._latency)

    def limited_request(self, now: int) -> tuple[int, int]:
        """A request that arrives at ``now``: accepted only while the rolling window has room."""
        self.limited += 1
        if self._limit and (now < self._locked_until or not self._window.admits(now)):
            self.requests += 1
            self.rejected += 1
            self.rejected_locked_out += now < self._locked_until
            if self._lockout_after:
                self._count_refusal(now)
            return RATE_LIMITED, next(self._rejected_latency)
        return self.request()

    def _count_refusal(self, now: int) -> None:
        """A window with too many refusals locks the app out (platform.md, Plausible ranges)."""
        refused = self._refused
        refused.append(now)
        while has_left(refused[0], now, self._window_length):
            refused.popleft()
        if locks_out(len(refused), self._lockout_after, now, self._locked_until):
            self._locked_until = now + self._lockout
            self.lockouts += 1
            refused.clear()

    def locked_out_us(self, now: int) -> int:
        """For how long the app has been locked out until ``now`` (µs)."""
        return locked_out_us(self.lockouts, self._lockout, self._locked_until, now)


def locked_out_us(lockouts: int, lockout: int, locked_until: int, now: int) -> int:
    """The time of so many lock-outs until ``now`` (µs): none overlap, the last may not be over."""
    return lockouts * lockout - max(0, locked_until - now) if lockouts else 0
