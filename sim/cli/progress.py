"""Progress on standard error, for runs that last."""

from __future__ import annotations

import sys
import time

QUIET_FOR = 2.0
"""Seconds before anything is shown: shorter runs need no progress."""
LINE_EVERY = 10.0
"""Seconds between lines where standard error is no terminal."""


class Progress:
    """Shows how much of the simulated time is done: a line that moves, or a line now and then."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._began = time.monotonic()
        self._shown_at = 0.0
        self._drawn = False

    def __call__(self, name: str, share: float) -> None:
        """Tell that ``share`` of a scenario is done."""
        now = time.monotonic()
        if self._quiet or now - self._began < QUIET_FOR:
            return
        terminal = sys.stderr.isatty()
        if not terminal and now - self._shown_at < LINE_EVERY:
            return
        self._shown_at = now
        text = f"{name}: {share:4.0%} of the simulated time, {now - self._began:.0f} s"
        if terminal:
            sys.stderr.write(f"\r{text}\x1b[K")
            self._drawn = True
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the moving line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
