"""How far a command is: with the simulated time of its runs, or with many runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from sim.interrupts import raise_if_interrupted

from .line import Line, bar, span
from .pace import Pace


class ProgressLine(Line):
    """Shows how much of the simulated time is done; ``runs``: how many runs there will be.

    Unless that is known, nobody can say how long it will take.
    """

    verb = "simulated"
    """What is done with the share."""

    def __init__(
        self, *, quiet: bool, runs: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        super().__init__(quiet=quiet, clock=clock)
        self._pace = Pace()
        self._runs = runs
        self._ended = 0
        self._name, self._share = "", 0.0

    def __call__(self, name: str, share: float) -> None:
        """Tell that ``share`` of a run is done."""
        raise_if_interrupted()
        if self._name and (name != self._name or share < self._share):
            self._ended += 1
        self._name, self._share = name, share
        self._pace.note(self._ended + share, self._clock())
        self.show()

    def text(self, now: float, passed: float, *, plain: bool) -> str:
        """The run and its share, and what is left of all runs."""
        left = None
        if self._runs is not None and self._ended < self._runs:
            left = self._pace.left(self._runs, now)
        if not self._name:
            return f"starting, {span(passed)}"
        if plain:
            return f"{self._name}: {self._share:.0%} {self.verb}, {_times(passed, left)}"
        return f"{bar(self._share)} {self._share:4.0%} of {self._name}, {_times(passed, left)}"


class RunProgress(Line):
    """Shows how many of many runs are done, and how long the others will take.

    ``workers``: how many run at once. ``is_open``: more runs may follow from those known, as in a
    search, so that nobody can say how long it will take.
    """

    def __init__(
        self, *, quiet: bool, workers: int = 1, is_open: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        super().__init__(quiet=quiet, clock=clock)
        self._pace = Pace(least=workers)
        self._is_open = is_open
        self._done, self._number = 0, 0

    def __call__(self, done: int, number: int) -> None:
        """Tell how many runs are done, and how many are known to be needed."""
        raise_if_interrupted()
        new = done - self._done
        self._done, self._number = done, number
        if new == 1:
            self._pace.note(done, self._clock())
        elif new > 1:
            self._pace.skip(new)  # they were found in a store
        self.show()

    def text(self, now: float, passed: float, *, plain: bool) -> str:
        """The runs done, and what is left."""
        if not self._number:
            return f"starting, {span(passed)}"
        if self._is_open:
            waiting = self._number - self._done
            return f"{self._done:,} runs done, {waiting:,} to go for now, {span(passed)}"
        runs = f"{self._done:,} of {self._number:,} runs"
        times = _times(passed, self._pace.left(self._number, now))
        return f"{runs}, {times}" if plain else f"{bar(self._done / self._number)} {runs}, {times}"


def _times(passed: float, left: float | None) -> str:
    return span(passed) + (f", about {span(left)} left" if left is not None else "")
