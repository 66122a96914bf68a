"""Runs of the setlist app on a small world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim import Result, Scenario, simulate
from sim.scenario import overlay, scenario_from

Run = Callable[..., Result]

SMALL: dict[str, Any] = {
    "horizon": "2h",
    "app": {"background": False, "visitors": {"page_views": "0", "imports": "0"}},
    "population": {
        "shows": 12, "shows_without_setlist": 9, "artists_with_songs": 3, "upcoming": 1,
        "filtered": [2, 1], "unknown": [1], "importable": [2],
    },
    "external": {"error_rate": 0},
    "traffic": {"organic": {"rate": "0"}},
}  # fmt: skip


def small(revision: str, **settings: Any) -> Scenario:
    """A small world: two filtered artists (2 and 1 shows), an unknown and an importable one."""
    return scenario_from(overlay({**SMALL, "revision": revision}, settings))


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs a small scenario."""

    def run_(revision: str, **settings: Any) -> Result:
        return simulate(small(revision, **settings))

    return run_
