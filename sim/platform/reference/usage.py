"""Usage limits: warning and disable thresholds over a UTC day or month (platform.md, Usage limits).

Usage is compared with the thresholds every ``usage_limit_interval``. A disabled deployment refuses
new calls, skips its crons and lets scheduled jobs queue (docs: production/usage-limits and
production/pause-deployment) until the window rolls over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from sim.counters import gb_hours
from sim.result import LimitEvent
from sim.scenario import SECOND, UsageLimit

from .environment import Moment, Process, Steps

if TYPE_CHECKING:
    from .backend import Backend

_MICROSECOND = timedelta(microseconds=1)


def next_window(moment: datetime, window: str) -> datetime:
    """When the UTC day or calendar month that ``moment`` lies in is over."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if window == "day":
        return midnight + timedelta(days=1)
    return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)


class UsageLimits:
    """Watches the ledger and disables the deployment."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.events: list[LimitEvent] = []
        self.watches: list[tuple[int, int, Iterator[int]]] = []
        """What compares usage with a limit: when it does so first, its serial number, and an
        iterator that does so and gives the time at which to do so next."""
        env = backend.env
        for limit in backend.platform.usage_limits:
            watch, serial = self._watch(limit), next(env.serials)
            first = next(watch)
            self.watches.append((first, serial, watch))
            Process(env, self._follow(first, serial, watch), serial)

    def _follow(self, first: int, serial: int, watch: Iterator[int]) -> Steps:
        """The process of a watch."""
        for time in chain([first], watch):
            yield Moment(self._backend.env, time, serial)

    def _watch(self, limit: UsageLimit) -> Iterator[int]:
        """Compare usage with a limit, again and again; the times at which to do so."""
        backend, env = self._backend, self._backend.env
        starts = backend.starts
        now = 0
        while True:
            window_ends = (
                next_window(starts + now * _MICROSECOND, limit.window) - starts
            ) // _MICROSECOND
            at_window_start = self._measure(limit)
            disabled_by: int | None = None
            pending = {"warn": limit.warn, "disable": limit.disable}
            while now < window_ends:
                now = min(now + backend.platform.usage_limit_interval, window_ends)
                yield now
                used = self._measure(limit) - at_window_start
                for kind, bound in list(pending.items()):
                    if bound is not None and used > bound:
                        del pending[kind]
                        event = LimitEvent(limit.metric, kind, env.now / SECOND, used, limit.window)
                        self.events.append(event)
                        if kind == "disable":
                            disabled_by = len(self.events) - 1
                        if kind == "disable" and now < window_ends:
                            backend.disable(limit)
            if disabled_by is not None:
                enabled = env.now / SECOND
                self.events[disabled_by] = replace(self.events[disabled_by], until_s=enabled)
                backend.enable(limit)

    def _measure(self, limit: UsageLimit) -> float:
        backend = self._backend
        backend.meter_flow()
        if limit.metric == "function_calls":
            return float(sum(edge.calls for edge in backend.ledger))
        if limit.metric == "action_gb_hours":
            return gb_hours(sum(edge.mib_ms for edge in backend.ledger))
        return sum(edge.read_bytes + edge.written_bytes for edge in backend.ledger) / 1e9
