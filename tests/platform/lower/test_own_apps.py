"""A user's own app runs on both engines, with the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim import Result, Scenario, simulate
from sim.scenario import load_scenario
from tests.platform.compiled.difference import first_difference

from .conftest import Made

QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
COUNTS = st.sampled_from([1, 2, 3, 7])
PLATFORM = {
    "seed": st.integers(1, 1 << 40),
    "platform__scheduler__parallelism": st.sampled_from([1, 2, 10, 300]),
    "platform__scheduler__outstanding_cap": st.sampled_from([3, 20, 100_000]),
    "platform__scheduler__per_function_cap": st.sampled_from([2, 5, 1000]),
    "platform__concurrency__mutations": st.sampled_from([1, 3, 16]),
    "platform__transactions__documents_read": st.sampled_from([6, 40, 10_000]),
    "platform__occ__called_retries": st.integers(0, 4),
    "platform__latency__mutation": st.sampled_from(["5ms", "1ms..40ms", "0s"]),
    "platform__latency__functions": st.sampled_from(
        [
            {},
            {"*": {"mutation": "2ms..60ms"}},
            {"*": {"commit": {"p50": "10ms", "p95": "40ms", "p99": "300ms"}}},
            {"*": {"mutation": "5ms", "commit": "1ms"}},
        ]
    ),
    "external__rate_limit": st.sampled_from([0, 3, 100]),
    "external__error_rate": st.sampled_from([0, 0.3, 1]),
}
"""Settings of platform and API that decide which way a run takes."""
OWN = {
    "counter_app": {
        "app__voters": st.sampled_from(["40k/day", "1M/day"]),
        "app__votes": COUNTS,
        "app__shards": COUNTS,
    },
    "fan_out_app": {
        "app__subscribers": st.sampled_from([1, 4, 19, 40]),
        "app__tries": COUNTS,
        "app__every": st.sampled_from(["1s", "20s"]),
        "app__pause": st.sampled_from(["0s", "10ms", "3s"]),
    },
    "scan_app": {
        "app__rows": st.sampled_from([0, 5, 60]),
        "app__page": COUNTS,
        "app__grows": st.sampled_from(["500ms", "5s"]),
        "app__pause": st.sampled_from(["1ms", "100ms"]),
        "app__mode": st.sampled_from(["touch", "look"]),
        "app__extra": st.sampled_from(["[]", "[1s, 0s, 20ms]"]),
    },
}


def both(scenario: Scenario) -> Result:
    """The result, if the engines agree on it."""
    reference = simulate(scenario.with_(engine="reference"))
    compiled = simulate(scenario.with_(engine="compiled"))
    assert compiled.engine == "compiled", compiled.performance.note
    assert first_difference(reference, compiled) is None
    return reference


@pytest.mark.parametrize("app", OWN)
def test_an_app_runs_on_both_engines_with_the_same_bytes(app: str, scenario_of: Made) -> None:
    result = both(scenario_of(app, horizon="90s"))
    assert result.calls.total > 50
    assert sum(result.outcomes.values()) > 0


@pytest.mark.parametrize("app", OWN)
def test_its_random_scenarios_do_too(app: str, scenario_of: Made) -> None:
    @given(st.fixed_dictionaries({}, optional=PLATFORM | OWN[app]))
    @settings(max_examples=20, suppress_health_check=QUIET)
    def check(drawn: dict[str, Any]) -> None:
        both(scenario_of(app, horizon="20s", bin="7s", **drawn))

    check()


def test_the_monitor_of_the_documentation_is_compiled() -> None:
    result = both(load_scenario("scenarios/monitor.yaml", horizon="3m"))
    assert result.outcomes["probes_recorded"] > 100
