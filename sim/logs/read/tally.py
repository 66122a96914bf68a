"""Counts of a log, added up row by row: what the observation and the facts are made of."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from sim.quantiles import BUCKETS, buckets_of

from .columns import CACHED, FAILED, LOST, NODE, REASONS, RETRIES, UNKNOWN, Ints
from .requests import ACTION, SCHEDULER, Placed

MINUTE = 60_000_000
_MUTATION = 1
Key = tuple[int, int, int, int, int]
"""Function, kind, trigger, outermost function, reason of the outermost."""
CRON, CLIENT, UNKNOWN_TRIGGER = REASONS.index("cron"), 100, 101
"""Triggers: those reasons that are triggers of their own, clients for all others."""
_SUMS = ("calls", "retried", "failed", "errors", "took", "mib_ms", "read", "written", "cached",
         "node", "documents_read", "documents_written")  # fmt: skip


class Tally:
    """Adds up placed rows; names are numbers of one list for all files."""

    def __init__(self) -> None:
        self.sums: dict[Key, dict[str, int]] = {}
        self.minutes: defaultdict[Key, Counter[int]] = defaultdict(Counter)
        self.times: dict[int, Ints] = {}
        """Function → how many executions took how long, by bucket of `sim.quantiles`."""
        self.ended: dict[int, Ints] = {}
        """Those of them that ended a call, and were not answered from the query cache."""
        self.lost_in: Counter[tuple[int, int, int, bool]] = Counter()
        """Loser, table, winner, and whether it was retried → conflicts."""
        self.lost_on: Counter[tuple[int, int]] = Counter()
        """Table and document → conflicts, of those whose document is known."""
        self.repeats: Counter[tuple[int, int]] = Counter()
        """Function, and n → attempts of its calls after n lost ones, by the rows of lost ones."""
        self.first, self.last = 1 << 62, 0
        self.job_us = 0
        """Time that scheduled jobs ran (µs)."""
        self.jobs = 0
        self.earlier_attempts = 0
        """Lost attempts that the last attempts of their calls tell of."""
        self.rows = 0

    def add(self, placed: Placed) -> None:
        """Count some rows."""
        rows = placed.rows
        if not len(rows):
            return
        self.rows += len(rows)
        begun = np.where(rows.begun == UNKNOWN, rows.at - rows.took, rows.begun)
        self.first = min(self.first, int(begun.min()))
        self.last = max(self.last, int(rows.at.max()))
        trigger = _triggers(placed)
        keys = np.stack([rows.path, rows.kind, trigger, placed.root, placed.root_reason])
        packed = (((keys[0] * 8 + keys[1]) * 128 + keys[2]) << 24 | keys[3] + 1) * 16 + keys[4]
        _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
        number = len(first)
        lost = rows.flags & LOST != 0
        retried = rows.flags & RETRIES != 0
        columns = {
            "calls": None,
            "retried": retried,
            "failed": lost & ~retried,
            "errors": (rows.flags & FAILED != 0) & ~retried,
            "took": rows.took,
            "mib_ms": rows.memory * (rows.took // 1000),
            "read": rows.read,
            "written": rows.written,
            "cached": rows.flags & CACHED != 0,
            "node": rows.flags & NODE != 0,
            "documents_read": rows.documents_read,
            "documents_written": rows.documents_written,
        }
        added = {
            name: np.bincount(inverse, weights=values, minlength=number).round().astype(np.int64)
            for name, values in columns.items()
        }
        minute = rows.at // MINUTE
        base = int(minute.min())
        span = int(minute.max()) - base + 1
        if span * number < 4 * len(rows) + 100_000:
            by_minute = np.bincount(inverse * span + (minute - base), minlength=number * span)
            table = by_minute.reshape(number, span)
            cells = [(row, column, table[row, column]) for row, column in np.argwhere(table)]
        else:
            pairs, counts = np.unique(np.stack([inverse, minute - base]), axis=1,
                                      return_counts=True)  # fmt: skip
            cells = [(*pair, each) for pair, each in zip(pairs.T, counts, strict=True)]
        made: list[Key] = [
            (int(a), int(b), int(c), int(d), int(e)) for a, b, c, d, e in keys[:, first].T
        ]
        for place, key in enumerate(made):
            own = self.sums.setdefault(key, dict.fromkeys(_SUMS, 0))
            for name, values in added.items():
                own[name] += int(values[place])
        for row, column, count in cells:
            self.minutes[made[row]][int(column) + base] += int(count)
        buckets, ended = buckets_of(rows.took), ~retried & (rows.flags & CACHED == 0)
        _count_times(self.times, rows.path, buckets)
        _count_times(self.ended, rows.path[ended], buckets[ended])
        self._count_lost(placed)
        jobs = (rows.reason == SCHEDULER) & ~retried
        self.jobs += int(jobs.sum())
        self.job_us += int(rows.took[rows.reason == SCHEDULER].sum())
        over = ~retried & (rows.kind == _MUTATION)
        self.earlier_attempts += int(rows.retries[over].sum())

    def _count_lost(self, placed: Placed) -> None:
        rows = placed.rows
        lost = rows.where(rows.flags & LOST != 0)
        for loser, table, winner, flags in zip(
            lost.path.tolist(), lost.table.tolist(), lost.winner.tolist(), lost.flags.tolist(),
            strict=True,
        ):  # fmt: skip
            self.lost_in[loser, table, winner, bool(flags & RETRIES)] += 1
        known = lost.where(lost.document != 0)
        self.lost_on.update(zip(known.table.tolist(), known.document.tolist(), strict=True))
        again = lost.where(lost.flags & RETRIES != 0)
        self.repeats.update(zip(again.path.tolist(), (again.retries + 1).tolist(), strict=True))


def _count_times(times: dict[int, Ints], path: Ints, buckets: Ints) -> None:
    counted = np.bincount(path * BUCKETS + buckets)
    for each in np.unique(path):
        own = times.setdefault(int(each), np.zeros(BUCKETS, np.int64))
        part = counted[each * BUCKETS : (each + 1) * BUCKETS]
        own[: len(part)] += part


def _triggers(placed: Placed) -> Ints:
    rows = placed.rows
    trigger = np.where(rows.reason == 0, UNKNOWN_TRIGGER, CLIENT)
    trigger = np.where(np.isin(rows.reason, (CRON, SCHEDULER)), rows.reason, trigger)
    trigger = np.where((rows.reason == 0) & (rows.job != 0), SCHEDULER, trigger)
    found: Ints = np.where(placed.awaited, ACTION, trigger)
    return found
