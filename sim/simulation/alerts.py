"""When each alert of a scenario would have fired, and what had been spent by then."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

from sim.metrics import ALL, metric
from sim.observation import LiveRun
from sim.result import AlertUse
from sim.scenario import SECOND, Alert, Scenario

from .so_far import Glances, SoFar


class AlertWatch:
    """Evaluates one alert during a run; an `Observer`."""

    def __init__(self, name: str, alert: Alert, scenario: Scenario, glances: Glances) -> None:
        self._name = name
        self._alert = alert
        self._since_midnight = (
            scenario.starts - scenario.starts.replace(hour=0, minute=0, second=0, microsecond=0)
        ) // timedelta(microseconds=1)
        self._glances = glances
        self._metric = metric(alert.metric)
        self._selection = alert.select.selection
        self._threshold = alert.threshold
        looks = alert.window // alert.every
        self._before: deque[float] = deque([0.0] * looks, maxlen=looks)
        """The metric at each evaluation within one window, oldest first; zero before the start."""
        self._window_began = 0.0
        self._window = 0
        self._is_above = False
        self._firings = 0
        self._first: tuple[int, float] | None = None
        self._spent: tuple[int, float] | None = None
        """Calls and dollars by the time that somebody was told."""

    @property
    def every(self) -> int:
        """The evaluation interval (µs)."""
        return self._alert.every

    @property
    def again_after(self) -> int:
        """How long after an evaluation somebody may be told (µs), between it and the next."""
        return self._alert.delay % self._alert.every

    def look(self, now: int, live: LiveRun) -> None:
        """Evaluate the alert when it is due, and see what has gone when somebody is told."""
        so_far = self._glances.at(now, live)
        if now % self.every == 0:
            self._evaluate(now, so_far)
        if self._first and now == self._first[0] + self._alert.delay:
            self._spent = (so_far.called(ALL), so_far.cost.marginal_usd)

    def _evaluate(self, now: int, so_far: SoFar) -> None:
        total = self._metric.read(so_far, self._selection)
        within = self._in_window(now, total)
        above = within > self._threshold
        if above and not self._is_above:
            self._firings += 1
            self._first = self._first or (now, within)
        self._is_above = above

    def _in_window(self, now: int, total: float) -> float:
        if "hour" not in self._metric.periods:
            return total  # a level, not an amount: nothing is summed
        if self._alert.calendar:
            # An evaluation at a boundary judges the window that ends there.
            window = (self._since_midnight + now - 1) // self._alert.window
            if window != self._window:
                self._window, self._window_began = window, self._before[-1]
            self._before.append(total)
            return total - self._window_began
        began = self._before[0]
        self._before.append(total)
        return total - began

    def use(self) -> AlertUse:
        """The alert in the result."""
        alert = self._alert
        first, within = self._first or (None, 0.0)
        calls, usd = self._spent or (0, 0.0)
        return AlertUse(
            id=self._name,
            metric=alert.metric,
            threshold=self._threshold,
            window_s=alert.window / SECOND,
            firings=self._firings,
            first_at_s=None if first is None else first / SECOND,
            told_at_s=None
            if first is None or self._spent is None
            else (first + alert.delay) / SECOND,
            value=within,
            calls=calls,
            usd=usd,
        )
