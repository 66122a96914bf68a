"""Scenarios of branching processes: nothing holds them down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import Scenario
from sim.scenario import overlay, scenario_from
from sim.scenario.apps import Sources

Trees = Callable[..., Scenario]

BRANCHING = Sources.read(Path(__file__).parent, "branching_app")

FREE: dict[str, Any] = {
    "name": "trees",
    "horizon": "1h",
    "app": {"name": "branching_app"},
    "platform": {
        "deployment_class": "S256",
        "concurrency": {"actions": 1_000_000},
        "scheduler": {"overhead": "0s", "parallelism": 1_000_000},
    },
    "traffic": {"organic": {"rate": 0}},
}


@pytest.fixture
def trees() -> Trees:
    """A scenario of the branching app; keyword arguments are its settings."""

    def trees_(horizon: str = "1h", **app: Any) -> Scenario:
        return scenario_from(overlay(FREE, {"horizon": horizon, "app": app}), BRANCHING)

    return trees_
