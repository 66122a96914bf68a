"""What logs say minute by minute, so that a part of their time can be looked at on its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from sim.quantiles import buckets_of, quantile

from .read.columns import CACHED, FAILED, KINDS, LOST, REASONS, RETRIES, Rows
from .read.tally import MINUTE

_MINUTE_SHIFT, _PATH_SHIFT, _KIND_SHIFT = 36, 16, 8
"""A minute since 1970 has 25 bits: with all of a key 61."""
_MS = 1000
_BUCKETS_BITS = 12


@dataclass(slots=True)
class Counted:
    """Sums over some executions."""

    calls: int = 0
    """Attempts: each has a row."""
    retried: int = 0
    """Attempts that lost to a write conflict and were tried again."""
    failed: int = 0
    """Attempts that lost for good."""
    errors: int = 0
    cached: int = 0
    """Queries that were answered from the query cache."""
    took: int = 0
    """µs."""
    read: int = 0
    written: int = 0

    def add(self, other: Counted) -> None:
        """Add up."""
        for each in fields(Counted):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def asked(self) -> int:
        """Calls that somebody made: a call that was tried again counts once."""
        return self.calls - self.retried


@dataclass(slots=True)
class Times:
    """How long executions took."""

    number: int
    buckets: dict[int, int]
    """Bucket of `sim.quantiles` → executions, in the order of the buckets."""

    def quantile(self, share: float) -> float:
        """µs."""
        return quantile(self.buckets, share)


@dataclass(slots=True)
class Slices:
    """Sees all rows (a `Look`), and keeps them by minute, function, kind and reason."""

    names: Sequence[str] = ()
    whole_ms: bool = True
    """Whether every time is a whole number of milliseconds: the log has cut off the rest."""
    first: int = 1 << 62
    """When the first execution began (µs since 1970)."""
    _sums: dict[tuple[int, int, int, int], Counted] = field(default_factory=dict)
    _times: Counter[tuple[int, int, int]] = field(default_factory=Counter)

    def __call__(self, rows: Rows, names: Sequence[str]) -> None:
        """Keep some rows."""
        self.names = names
        if not len(rows):
            return
        self.whole_ms &= not (rows.took % _MS).any()
        begun = rows.at - rows.took
        self.first = min(self.first, int(begun.min()))
        minute = begun // MINUTE
        lost, again = rows.flags & LOST != 0, rows.flags & RETRIES != 0
        cached = rows.flags & CACHED != 0
        key = (
            minute << _MINUTE_SHIFT
            | rows.path << _PATH_SHIFT
            | rows.kind << _KIND_SHIFT
            | rows.reason
        )
        found, inverse = np.unique(key, return_inverse=True)
        weights = {
            "calls": None, "retried": again, "failed": lost & ~again,
            "errors": (rows.flags & FAILED != 0) & ~again, "cached": cached, "took": rows.took,
            "read": rows.read, "written": rows.written,
        }  # fmt: skip
        sums = {
            name: np.bincount(inverse, weights=each, minlength=len(found)).round().astype(np.int64)
            for name, each in weights.items()
        }
        for place, packed in enumerate(found.tolist()):
            where = (packed >> _MINUTE_SHIFT, packed >> _PATH_SHIFT & 0xFFFFF,
                     packed >> _KIND_SHIFT & 0xFF, packed & 0xFF)  # fmt: skip
            own = self._sums.setdefault(where, Counted())
            own.add(Counted(**{name: int(each[place]) for name, each in sums.items()}))
        bucket = buckets_of(rows.took)
        timed = (minute << _MINUTE_SHIFT | rows.path << _BUCKETS_BITS | bucket)[~cached]
        cells, numbers = np.unique(timed, return_counts=True)
        for packed, number in zip(cells.tolist(), numbers.tolist(), strict=True):
            path = packed >> _BUCKETS_BITS & 0xFFFFFF
            self._times[packed >> _MINUTE_SHIFT, path, packed & (1 << _BUCKETS_BITS) - 1] += number

    def counted(self, since: int, until: int) -> Iterator[tuple[str, str, str, Counted]]:
        """Function, kind, reason (empty: unknown) and sums of executions that began in a time.

        ``since`` and ``until`` are whole minutes (µs since 1970).
        """
        found: dict[tuple[int, int, int], Counted] = {}
        for (minute, *key), sums in self._sums.items():
            if since <= minute * MINUTE < until:
                path, kind, reason = key
                found.setdefault((path, kind, reason), Counted()).add(sums)
        for (path, kind, reason), sums in sorted(found.items()):
            yield self.names[path], KINDS[kind], REASONS[reason], sums

    def asked(self, since: int, until: int) -> dict[tuple[str, str], Counter[int]]:
        """By function and reason: minute (since 1970) → calls that began in it, tried again or not.

        ``since`` and ``until`` as for `counted`.
        """
        found: dict[tuple[str, str], Counter[int]] = {}
        for (minute, path, _, reason), sums in self._sums.items():
            if since <= minute * MINUTE < until:
                key = self.names[path], REASONS[reason]
                found.setdefault(key, Counter())[minute] += sums.asked
        return found

    def times(self, since: int, until: int) -> dict[str, Times]:
        """By function: how long the executions took that began in a time; cached ones left out."""
        found: dict[int, Counter[int]] = {}
        for (minute, path, bucket), number in self._times.items():
            if since <= minute * MINUTE < until:
                found.setdefault(path, Counter())[bucket] += number
        return {
            self.names[path]: Times(own.total(), dict(sorted(own.items())))
            for path, own in found.items()
        }
