"""The third-party API: latency, a rolling rate limit with 429s, lock-outs and other failures.

What the API knows about an artist is a fact of the world (`sim.apps.setlist.world`), not of a
request.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from sim.draws import samples, stream_key, threshold, uniforms
from sim.scenario import ExternalSettings

from .rules import (
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

OK: Final = 200
RATE_LIMITED: Final = 429
FAILED: Final = 503
MILLION: Final = 1_000_000


class SlidingCounter:
    """A rolling window as most services count it: fixed windows, the last one fading out.

    See `counter_has_room`.
    """

    __slots__ = ("_current", "_phase", "_previous", "_start", "_window", "limit")

    def __init__(self, limit: int, window: int, phase: int) -> None:
        self.limit = limit
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
            now, self._start, window, self.limit, self._current, self._previous
        ):
            return False
        self._current += 1
        return True


class SlidingLog:
    """A rolling window that remembers the time of every accepted request."""

    __slots__ = ("_accepted", "_window", "limit")

    def __init__(self, limit: int, window: int, phase: int) -> None:
        self.limit = limit
        self._window = window
        self._accepted: deque[int] = deque()

    def admits(self, now: int) -> bool:
        """Whether a request at ``now`` is accepted; if so it is counted."""
        accepted = self._accepted
        while accepted and has_left(accepted[0], now, self._window):
            accepted.popleft()
        if not log_has_room(len(accepted), self.limit):
            return False
        accepted.append(now)
        return True


class Answers:
    """How the API answered, over all of its endpoints."""

    __slots__ = ("errors", "limited", "rejected", "rejected_locked_out", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.limited = 0
        """Requests to endpoints that a limit covers."""
        self.rejected = 0
        self.rejected_locked_out = 0
        """Those that came while the app was locked out."""
        self.errors = 0


class Allowance:
    """A rolling window, a daily quota and lock-outs; other deployments may share them."""

    __slots__ = (
        "_day", "_limit", "_locked_until", "_lockout", "_lockout_after", "_others", "_owed",
        "_quota", "_refused", "_since_midnight", "_used", "_window", "_window_length", "lockouts",
    )  # fmt: skip

    def __init__(self, settings: ExternalSettings, phase: int, since_midnight: int) -> None:
        """``since_midnight``: µs between the UTC midnight before the start and the start."""
        self._limit = settings.rate_limit
        self._window_length = settings.rate_window
        kind = SlidingCounter if settings.rate_window_kind == "counter" else SlidingLog
        self._window: SlidingCounter | SlidingLog = kind(
            settings.rate_limit, settings.rate_window, phase % settings.rate_window
        )
        self._lockout_after = settings.lockout_after
        self._lockout = settings.lockout
        self._locked_until = 0
        self._refused: deque[int] = deque()
        self._quota = settings.daily_quota
        self._since_midnight = since_midnight
        self._day = self._used = 0
        self._others = others_per_million(settings)
        self._owed = 0
        self.lockouts = 0

    def change(self, settings: ExternalSettings) -> None:
        """Have other limits from now on; what was counted stays."""
        self._limit = self._window.limit = settings.rate_limit
        self._quota = settings.daily_quota
        self._others = others_per_million(settings)

    def is_locked(self, now: int) -> bool:
        """Whether the app is locked out."""
        return now < self._locked_until

    def refuse(self, now: int) -> bool:
        """Whether a request at ``now`` is refused; what other deployments owe comes first."""
        self._owed += self._others
        while self._owed >= MILLION:
            self._owed -= MILLION
            self._refuses(now)
        return self._refuses(now)

    def locked_out_us(self, now: int) -> int:
        """For how long the app has been locked out until ``now`` (µs)."""
        return locked_out_us(self.lockouts, self._lockout, self._locked_until, now)

    def _refuses(self, now: int) -> bool:
        """Whether one request is refused; it is counted."""
        if self._limit and (now < self._locked_until or not self._window.admits(now)):
            if self._lockout_after:
                self._count_refusal(now)
            return True
        return self._quota > 0 and self._is_used_up(now)

    def _is_used_up(self, now: int) -> bool:
        """Whether the day's quota is used up; if not, the request is counted."""
        day = day_of(now, self._since_midnight)
        if day != self._day:
            self._day, self._used = day, 0
        if is_used_up(self._used, self._quota):
            return True
        self._used += 1
        return False

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


class External:
    """The API's side of every request; responses are HTTP status codes."""

    __slots__ = (
        "_answers", "_endpoints", "_error_bound", "_latency", "_limits", "_luck", "_outages",
        "_rejected_latency", "covered",
    )  # fmt: skip

    def __init__(
        self, settings: ExternalSettings, seed: int, name: str = "external",
        since_midnight: int = 0,
    ) -> None:  # fmt: skip
        """``name`` is the head of the purposes of its draws."""
        self._answers = Answers()
        self._limits = Allowance(settings, stream_key(seed, f"{name}.window"), since_midnight)
        self.covered = False
        """Whether limits hold even for requests that the app takes for unlimited ones."""
        self._set_answers(settings, seed, name, "")
        self._endpoints = {
            each: self._endpoint(settings, seed, name, each, since_midnight)
            for each in services_of(settings)
        }

    def _set_answers(self, settings: ExternalSettings, seed: int, name: str, endpoint: str) -> None:
        self._latency = samples(stream_key(seed, f"{name}.latency"), settings.latency)
        self._rejected_latency = samples(
            stream_key(seed, f"{name}.rejected_latency"), settings.rejected_latency
        )
        self._luck = uniforms(stream_key(seed, f"{name}.error"))
        self._error_bound = threshold(settings.error_rate)
        self._outages = outages_of(settings, endpoint)

    def _endpoint(
        self, settings: ExternalSettings, seed: int, name: str, endpoint: str, since_midnight: int
    ) -> External:
        """An endpoint with settings of its own: it shares what it has no own settings for."""
        found = object.__new__(External)
        found._answers, found._limits, found.covered = self._answers, self._limits, False
        found._endpoints = {}
        own = settings.endpoint(endpoint)
        own_name = f"{name}.{endpoint}"
        if endpoint in settings.endpoints and settings.endpoints[endpoint].is_limited:
            phase = stream_key(seed, f"{own_name}.window")
            found._limits, found.covered = Allowance(own, phase, since_midnight), True
        found._set_answers(own, seed, own_name, endpoint)
        return found

    def endpoint(self, name: str) -> External:
        """The endpoint of that name; the API as a whole if it has no settings of its own."""
        return self._endpoints.get(name, self)

    def change(self, settings: ExternalSettings) -> None:
        """Answer by other settings from now on: by those that a deployment may change."""
        self._limits.change(settings)
        self._error_bound = threshold(settings.error_rate)
        for name, each in self._endpoints.items():
            own = settings.endpoint(name)
            if each.covered:
                each._limits.change(own)
            each._error_bound = threshold(own.error_rate)

    @property
    def requests(self) -> int:
        """Requests to all endpoints."""
        return self._answers.requests

    @property
    def limited(self) -> int:
        """Those that a limit covers."""
        return self._answers.limited

    @property
    def rejected(self) -> int:
        """Those that were answered with 429."""
        return self._answers.rejected

    @property
    def rejected_locked_out(self) -> int:
        """Those of them that came while the app was locked out."""
        return self._answers.rejected_locked_out

    @property
    def errors(self) -> int:
        """Those that failed for another reason."""
        return self._answers.errors

    @property
    def lockouts(self) -> int:
        """How often the app was locked out, by any endpoint."""
        return sum(each.lockouts for each in self._all_limits())

    def locked_out_us(self, now: int) -> int:
        """For how long the app has been locked out until ``now`` (µs), by all endpoints."""
        return sum(each.locked_out_us(now) for each in self._all_limits())

    def _all_limits(self) -> list[Allowance]:
        return [self._limits, *(one._limits for one in self._endpoints.values() if one.covered)]

    def request(self, now: int) -> tuple[int, int]:
        """A request at ``now`` to an endpoint without a limit: (status, round trip in µs)."""
        answers = self._answers
        answers.requests += 1
        for since, until, status in self._outages:
            if is_out(now, since, until):
                if status == RATE_LIMITED:
                    answers.rejected += 1
                    return RATE_LIMITED, next(self._rejected_latency)
                answers.errors += 1
                return FAILED, next(self._latency)
        if next(self._luck) < self._error_bound:
            answers.errors += 1
            return FAILED, next(self._latency)
        return OK, next(self._latency)

    def limited_request(self, now: int) -> tuple[int, int]:
        """A request that arrives at ``now``: accepted only while the limits have room."""
        answers, limits = self._answers, self._limits
        answers.limited += 1
        locked = limits.is_locked(now)
        if limits.refuse(now):
            answers.requests += 1
            answers.rejected += 1
            answers.rejected_locked_out += locked
            return RATE_LIMITED, next(self._rejected_latency)
        return self.request(now)


def since_midnight(starts: datetime) -> int:
    """µs between a start and the UTC midnight before it: a daily quota begins anew at midnight."""
    midnight = starts.replace(hour=0, minute=0, second=0, microsecond=0)
    return (starts - midnight) // timedelta(microseconds=1)


def others_per_million(settings: ExternalSettings) -> int:
    """Requests of other deployments for each million of this one's."""
    return round(settings.others * MILLION)


def outages_of(settings: ExternalSettings, endpoint: str) -> tuple[tuple[int, int, int], ...]:
    """The outages of an endpoint, or with an empty name those of all: since, until (µs), status."""
    return tuple(
        (each.since, each.until, each.status)
        for each in settings.outages if each.endpoint in ("", endpoint)
    )  # fmt: skip


def _only_out(settings: ExternalSettings) -> list[str]:
    """Endpoints that have outages of their own, and no settings."""
    named = dict.fromkeys(each.endpoint for each in settings.outages if each.endpoint)
    return [name for name in named if name not in settings.endpoints]


def services_of(settings: ExternalSettings) -> tuple[str, ...]:
    """The endpoints that are not like the API as a whole, in a fixed order."""
    return (*settings.endpoints, *_only_out(settings))


def locked_out_us(lockouts: int, lockout: int, locked_until: int, now: int) -> int:
    """The time of so many lock-outs until ``now`` (µs): none overlap, the last may not be over."""
    return lockouts * lockout - max(0, locked_until - now) if lockouts else 0
