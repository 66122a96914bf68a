"""How complete a log is: gaps, drops, the order of its rows."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .columns import Rows

_WINDOW = 5_000_000
"""The platform keeps events for so long (µs)."""
BUFFER = 4096
"""And so many of them: the rest is dropped."""
_MINUTE = 60_000_000
_SURELY = 1e-6
"""A time without rows is a gap if it happens by chance less often than this."""
_LATE = 10_000_000
"""A row this much earlier than the one before it is out of order (µs)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a single row, which is not by chance."""

    start: int
    """µs since 1970."""
    minutes: int


class Order:
    """Looks at rows as they come."""

    def __init__(self) -> None:
        self._windows: Counter[int] = Counter()
        self._minutes: Counter[int] = Counter()
        self.out_of_order = 0
        self.furthest = 0
        """The furthest that a row was behind the one before it (µs)."""

    def look(self, rows: Rows) -> None:
        """Some more rows, in the order of the file."""
        if not len(rows):
            return
        for unit, counted in ((_WINDOW, self._windows), (_MINUTE, self._minutes)):
            values, counts = np.unique(rows.at // unit, return_counts=True)
            counted.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        back = np.maximum.accumulate(rows.at) - rows.at
        behind = int(back.max())
        self.out_of_order += int((back > _LATE).sum())
        self.furthest = max(self.furthest, behind)

    @property
    def full_buffers(self) -> int:
        """Times of five seconds with as many events as the platform keeps: it dropped the rest."""
        return sum(count >= BUFFER for count in self._windows.values())

    @property
    def gaps(self) -> list[Gap]:
        """Times without rows, the longest first."""
        minutes = sorted(self._minutes)
        if len(minutes) < 3:
            return []
        rate = sum(self._minutes.values()) / len(minutes)
        shortest = max(1, math.ceil(-math.log(_SURELY) / rate))
        found = [
            Gap((before + 1) * _MINUTE, after - before - 1)
            for before, after in pairwise(minutes)
            if after - before - 1 >= shortest
        ]
        return sorted(found, key=lambda gap: -gap.minutes)
