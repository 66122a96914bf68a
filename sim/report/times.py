"""How long calls take, how late jobs start, and what conflicts cost, by function."""

from __future__ import annotations

from sim.counters import TimesUse, together
from sim.numbers import count, seconds
from sim.result import Result

from .blocks import Block, TableBlock

SHOWN = 14
_TITLES = {
    "latency": "Latency: from a call to its answer",
    "scheduling_lag": "How late jobs and runs of crons start",
    "retry_time": "Time in retries of the calls that lost to a conflict",
}


def times_tables(result: Result) -> list[Block]:
    """A table for each kind of times that there are."""
    tables = (_table(result, kind, title) for kind, title in _TITLES.items())
    return [table for table in tables if table.rows]


def _table(result: Result, kind: str, title: str) -> TableBlock:
    found: list[tuple[str, TimesUse]] = [
        (name, times) for name, use in result.by_function.items() if (times := getattr(use, kind))
    ]
    found.sort(key=lambda item: -item[1].count)
    rest = [times for _, times in found[SHOWN:]]
    if rest:
        found[SHOWN:] = [(f"({len(rest)} others)", together(rest))]
    rows = [
        [name, count(times.count), *map(seconds, (times.p50_s, times.p95_s, times.p99_s))]
        for name, times in found
    ]
    return TableBlock(title, ["function", "how many", "p50", "p95", "p99"], rows)
