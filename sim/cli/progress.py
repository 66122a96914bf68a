"""Progress on standard error, for runs that last."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from sim.escaping import visible

QUIET_FOR = 2.0
"""Seconds before anything is shown: shorter runs need no progress."""
LINE_EVERY = 10.0
"""Seconds between lines where standard error is no terminal."""


class _Line:
    """A line on standard error: one that moves in a terminal, else a new one now and then."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._began = time.monotonic()
        self._shown_at = 0.0
        self._drawn = False

    def _show(self, text: Callable[[float], str]) -> None:
        """Show a text of the seconds since the start, if it is time."""
        now = time.monotonic()
        if self._quiet or now - self._began < QUIET_FOR:
            return
        terminal = sys.stderr.isatty()
        if not terminal and now - self._shown_at < LINE_EVERY:
            return
        self._shown_at = now
        if terminal:
            sys.stderr.write(f"\r{visible(text(now - self._began))}\x1b[K")
            self._drawn = True
        else:
            sys.stderr.write(f"{visible(text(now - self._began))}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the moving line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False


class Progress(_Line):
    """Shows how much of the simulated time is done."""

    def __call__(self, name: str, share: float) -> None:
        """Tell that ``share`` of a scenario is done."""
        self._show(lambda passed: f"{name}: {share:4.0%} of the simulated time, {passed:.0f} s")


class RunProgress(_Line):
    """Shows how many of many runs are done, and how long the others will take."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        self._found: int | None = None

    def __call__(self, done: int, number: int) -> None:
        """Tell that so many of the runs are done; the first call counts those found in a store."""
        if self._found is None:
            self._found = done
        run = done - self._found

        def text(passed: float) -> str:
            left = f", about {passed / run * (number - done):.0f} s left" if run else ""
            return f"{done:,} of {number:,} runs, {passed:.0f} s{left}"

        self._show(text)
