"""One line on standard error that says what is going on, drawn by a thread while work goes on.

In a terminal it moves; elsewhere a plain line is written now and then. It has no colours, so there
is nothing that NO_COLOR would switch off.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from sim.escaping import plain

QUIET_FOR = 2.0
"""Seconds before anything is shown: shorter work needs no progress."""
LINE_EVERY = 10.0
"""Seconds between lines where standard error is no terminal."""
REDRAW_EVERY = 0.2
COMPILING_TAKES = 20.0
"""Seconds that compiling the engine takes on a usual machine."""
_BAR = 24
"""Characters of a bar."""


class Line(ABC):
    """Shows `text` while work goes on inside a ``with`` block, and that the engine is compiled."""

    def __init__(self, *, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._clock = clock
        self._began = clock()
        self._compiling_since: float | None = None
        self._compiled = ""
        self._shown_at = -LINE_EVERY
        self._drawn = False
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._hooks = ExitStack()

    @abstractmethod
    def text(self, now: float, passed: float, *, plain: bool) -> str:
        """What to say at a time, so many seconds after the start; ``plain``: without a bar."""

    def __enter__(self) -> Self:
        from sim.platform.compiled import compiling_shown_by

        self._hooks.enter_context(compiling_shown_by(self._compiling))
        if not self._quiet:
            self._thread = threading.Thread(target=self._keep_showing, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        self._hooks.close()
        _write(self._erased())

    def _erased(self) -> str:
        """What takes the moving line away."""
        drawn, self._drawn = self._drawn, False
        return "\r\x1b[K" if drawn else ""

    def say(self, text: str) -> None:
        """Write a line of its own, which stays."""
        if not self._quiet:
            _write(f"{self._erased()}sim: {plain(text)}\n")

    def show(self) -> None:
        """Draw the line, if it is time."""
        now = self._clock()
        if self._quiet or (self._compiling_since is None and now - self._began < QUIET_FOR):
            return
        if is_terminal():
            text = plain(self._moving(now))
            _write(f"\r{text[: shutil.get_terminal_size().columns - 1]}\x1b[K")
            self._drawn = True
        elif self._compiling_since is None and now - self._shown_at >= LINE_EVERY:
            self._shown_at = now
            _write(f"sim: {plain(self.text(now, now - self._began, plain=True))}\n")

    def _moving(self, now: float) -> str:
        if self._compiling_since is None:
            return self.text(now, now - self._began, plain=False)
        passed = now - self._compiling_since
        share = min(passed / COMPILING_TAKES, 0.99)
        what = f"compiling {self._compiled}"
        return f"{bar(share)} {what}: {span(passed)} of about {span(COMPILING_TAKES)}"

    def _keep_showing(self) -> None:
        while not self._over.wait(REDRAW_EVERY):
            self.show()

    @contextmanager
    def _compiling(self, what: str) -> Iterator[None]:
        """While something is compiled; what follows is timed from its end."""
        self._compiled = what
        if not self._quiet and not is_terminal():
            _write(f"sim: compiling {what}, about {span(COMPILING_TAKES)}\n")
        self._compiling_since = self._clock()
        try:
            yield
        finally:
            self._compiling_since = None
            self._began = self._clock()


def is_terminal() -> bool:
    """Whether a line on standard error can move."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def bar(share: float) -> str:
    """A bar of which a share is full."""
    full = round(_BAR * share)
    return f"[{'#' * full}{'-' * (_BAR - full)}]"


def span(seconds: float) -> str:
    """A time as people say it: ``40 s``, ``3 min``, ``2.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
