"""Claims that a small app meets at settings that are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim import Scenario, simulate
from sim.claims import Claims, load_claims
from sim.metrics import metric
from sim.scenario import load_scenario

Stated = Callable[..., Claims]


@pytest.fixture(scope="session")
def monitor() -> Scenario:
    """A quarter of an hour of the monitor: calls are in proportion to chains over the period."""
    return load_scenario("scenarios/monitor.yaml", ["app.every=5m"], horizon="15m")


@pytest.fixture
def stated(tmp_path: Path, monitor: Scenario) -> Stated:
    """A claims file whose figures are those of the monitor at some settings."""

    def claims(settings: dict[str, object], *metrics: str) -> Claims:
        result = simulate(monitor.with_(**settings))
        items = [
            f"- {{id: {name}, quote: Q, measure: {{metric: {name}, "
            f"value: {metric(name).value(result):.6g}}}}}\n"
            for name in metrics
        ]
        file = tmp_path / "stated.yaml"
        file.write_text("title: T\nclaims:\n" + "".join(items))
        return load_claims(file)

    return claims
