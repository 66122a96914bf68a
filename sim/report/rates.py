"""Calls as columns: the rate a day, and beside it the calls of the run where that is no day.

A rate says little about a short run or a burst: 40 calls in a minute are no 57,600 a day.
"""

from __future__ import annotations

from sim.numbers import amount, count, seconds

DAY_S = 86_400


def is_a_day(horizon_s: float) -> bool:
    """Whether the calls of a run are its calls a day."""
    return horizon_s == DAY_S


def rate_columns(horizon_s: float) -> list[str]:
    """The headings of `rate_cells`."""
    return ["calls/day"] if is_a_day(horizon_s) else ["calls in the run", "calls/day"]


def rate_cells(calls: float, horizon_s: float) -> list[str]:
    """Calls of the run and a day; a mean over several runs need not be whole."""
    per_day = amount(calls * DAY_S / horizon_s)
    return [per_day] if is_a_day(horizon_s) else [amount(calls), per_day]


def in_the_run(calls: float, horizon_s: float) -> str:
    """`` (335,015 in this run of 2 h)``, after a rate; nothing where the run is a day."""
    if is_a_day(horizon_s):
        return ""
    return f" ({count(calls)} in this run of {seconds(horizon_s)})"
