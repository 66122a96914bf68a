"""When each alert of a scenario would have fired, and what had been spent by then."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta

from sim.metrics import metric
from sim.observation import Observation
from sim.result import AlertUse, Result
from sim.scenario import SECOND, Alert, Scenario

SoFar = Callable[[Observation], Result]
"""Turns an observation into a result of the same horizon."""


class AlertWatch:
    """Evaluates one alert during a run; an `Observer`."""

    def __init__(self, name: str, alert: Alert, scenario: Scenario, so_far: SoFar) -> None:
        self._name = name
        self._alert = alert
        self._since_midnight = (
            scenario.starts - scenario.starts.replace(hour=0, minute=0, second=0, microsecond=0)
        ) // timedelta(microseconds=1)
        self._so_far = so_far
        self._metric = metric(alert.metric)
        self._selection = alert.select.selection
        looks = alert.window // alert.every
        self._before: deque[float] = deque([0.0] * looks, maxlen=looks)
        """The metric at each evaluation within one window, oldest first; zero before the start."""
        self._window_began = 0.0
        self._window = 0
        self._is_above = False
        self._firings = 0
        self._first: tuple[int, float] | None = None
        self._told: Result | None = None

    @property
    def every(self) -> int:
        """The evaluation interval (µs)."""
        return self._alert.every

    @property
    def again_after(self) -> int:
        """How long after an evaluation somebody may be told (µs), between it and the next."""
        return self._alert.delay % self._alert.every

    def look(self, now: int, observe: Callable[[], Observation]) -> None:
        """Evaluate the alert when it is due, and see what has gone when somebody is told."""
        if now % self.every == 0:
            self._evaluate(now, self._so_far(observe()))
        if self._first and now == self._first[0] + self._alert.delay:
            self._told = self._so_far(observe())

    def _evaluate(self, now: int, seen: Result) -> None:
        total = self._metric.read(seen, self._selection)
        within = self._in_window(now, total)
        above = within > self._alert.threshold
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
        told = self._told
        return AlertUse(
            id=self._name,
            metric=alert.metric,
            threshold=alert.threshold,
            window_s=alert.window / SECOND,
            firings=self._firings,
            first_at_s=None if first is None else first / SECOND,
            told_at_s=None if first is None or not told else (first + alert.delay) / SECOND,
            value=within,
            calls=0 if told is None else told.calls.total,
            usd=0.0 if told is None else told.cost.marginal_usd,
        )
