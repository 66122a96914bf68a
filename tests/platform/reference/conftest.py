"""A bare deployment to register functions on: no app, no organic traffic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.platform.reference import Backend
from sim.scenario import overlay, scenario_from

MakeBackend = Callable[..., Backend]

QUIET: dict[str, Any] = {
    "platform": {
        "scheduler": {"overhead": "0s"},
        "latency": {"query": "10ms", "mutation": "10ms", "commit": "5ms"},
    },
    "external": {"latency": "50ms", "rejected_latency": "20ms", "error_rate": 0},
    "traffic": {"organic": {"rate": 0}},
}


@pytest.fixture
def make_backend() -> MakeBackend:
    """Makes a deployment with constant latencies; keyword arguments override the scenario."""

    def make(seed: int = 1, **settings: Any) -> Backend:
        return Backend(scenario_from(overlay(QUIET, settings)), seed)

    return make
