"""The third-party API: latency, a rolling rate limit with 429s, lock-outs and other failures.

What the API knows about an artist is a fact of the world (`sim.app.world`), not of a request.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from sim.draws import samples, stream_key, threshold, uniforms
from sim.scenario import External as ExternalSettings

OK: Final = 200
RATE_LIMITED: Final = 429
FAILED: Final = 503


class External:
    """The API's side of every request; responses are HTTP status codes."""

    __slots__ = (
        "_accepted", "_error_bound", "_latency", "_limit", "_locked_until", "_lockout",
        "_lockout_after", "_luck", "_refused", "_rejected_latency", "_window", "errors", "rejected",
        "requests",
    )  # fmt: skip

    def __init__(self, settings: ExternalSettings, seed: int) -> None:
        self._latency = samples(stream_key(seed, "external.latency"), settings.latency)
        self._rejected_latency = samples(
            stream_key(seed, "external.rejected_latency"), settings.rejected_latency
        )
        self._luck = uniforms(stream_key(seed, "external.error"))
        self._error_bound = threshold(settings.error_rate)
        self._limit = settings.rate_limit
        self._window = settings.rate_window
        self._lockout_after = settings.lockout_after
        self._lockout = settings.lockout
        self._locked_until = 0
        self._accepted: deque[int] = deque()
        self._refused: deque[int] = deque()
        self.requests = 0
        self.rejected = 0
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
        accepted = self._accepted
        window_start = now - self._window
        while accepted and accepted[0] <= window_start:
            accepted.popleft()
        if self._limit and (len(accepted) >= self._limit or now < self._locked_until):
            self.requests += 1
            self.rejected += 1
            if self._lockout_after:
                self._count_refusal(now)
            return RATE_LIMITED, next(self._rejected_latency)
        accepted.append(now)
        return self.request()

    def _count_refusal(self, now: int) -> None:
        """A window with too many refusals locks the app out (platform.md, Plausible ranges)."""
        refused = self._refused
        refused.append(now)
        while refused[0] <= now - self._window:
            refused.popleft()
        if len(refused) >= self._lockout_after and now >= self._locked_until:
            self._locked_until = now + self._lockout
            refused.clear()
