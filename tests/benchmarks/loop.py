"""The loop that every peer runs, in numbers: the shape of the incident without its conflicts.

A sync takes one of the scheduler's slots, makes its queries and requests, and for each show runs a
query and a mutation; then it queues again. Nothing fails, nothing conflicts, nothing is metered.
"""

from __future__ import annotations

from typing import Final

from sim.scenario import Distribution

SLOTS: Final = 10
JOBS: Final = 4 * SLOTS
QUERIES, REQUESTS, SHOWS = 2, 2, 3

SHORT: Final = Distribution(shape="uniform", low=3_000, high=13_000)
"""How long a query or a mutation takes, µs."""
LONG: Final = Distribution(shape="uniform", low=25_000, high=120_000)
"""How long a request to the third-party API takes, µs."""

CALLS: Final = 1 + QUERIES + 2 * SHOWS
"""Function calls of one sync: itself, its queries, a query and a mutation for each show."""
EVENTS: Final = QUERIES + REQUESTS + 2 * SHOWS
"""Waits of one sync."""
