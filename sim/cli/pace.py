"""How long work will take, from when its parts ended."""

from __future__ import annotations

from collections import deque

_REMEMBERED = 64
"""Parts that the rate is taken over: enough to be smooth, few enough to follow a change."""


class Pace:
    """A rate of work, measured from the first part that ended.

    What comes before that part ends is start-up: importing, compiling, starting processes. It says
    nothing of the parts that follow, so it is left out.
    """

    def __init__(self, least: float = 0.0) -> None:
        self._least = least
        """Work after the first part that it takes to know a rate: with several workers a round."""
        self._noted: deque[tuple[float, float]] = deque(maxlen=max(_REMEMBERED, 2 * int(least)))

    def note(self, done: float, now: float) -> None:
        """Tell that so much work is done at a time (s)."""
        if not self._noted or done > self._noted[-1][1]:
            self._noted.append((now, done))

    def skip(self, work: float) -> None:
        """Tell that so much work turned out to be done already: it took no time."""
        shifted = [(now, done + work) for now, done in self._noted]
        self._noted.clear()
        self._noted.extend(shifted)

    def left(self, total: float, now: float) -> float | None:
        """Seconds until so much work is done; None while nobody can tell."""
        if len(self._noted) < 2:
            return None
        (began, first), (last, done) = self._noted[0], self._noted[-1]
        if done - first < self._least or last <= began:
            return None
        rate = (done - first) / (last - began)
        return max(0.0, (total - done) / rate - (now - last))
