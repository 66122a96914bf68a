"""The finding on functions that read whole tables: their cost grows with the table."""

from __future__ import annotations

from sim.numbers import count
from sim.result import Result

MANY = 100
"""Documents of one run from which a whole table is worth a word."""
MOST = 3
"""Findings of this kind."""


def whole_tables(result: Result) -> list[str]:
    """Functions that read whole tables, most documents first."""
    large = [each for each in result.table_scans if each.documents >= MANY * each.runs]
    return [
        f"{each.function} reads the whole table {each.table}: {count(each.documents / each.runs)} "
        f"documents in a run, {count(each.runs)} runs. A range of an index, or a limit, reads less."
        for each in large[:MOST]
    ]
