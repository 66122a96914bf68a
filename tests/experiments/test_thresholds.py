"""Alerts on the spike, and what disable thresholds save and break."""

from __future__ import annotations

import json

from sim import simulate
from sim.experiments import try_thresholds
from sim.scenario import load_scenario


def test_quicker_alerts_fire_earlier_and_cheaper() -> None:
    report = try_thresholds(load_scenario("scenarios/alerts.yaml", horizon="2h"), [])
    alerts = {alert.id: alert for alert in report.alerts}
    assert alerts["minute"].first_at_s == 60
    assert alerts["hour"].first_at_s is not None
    assert 60 < alerts["hour"].first_at_s <= 3600
    assert alerts["day"].first_at_s is None
    late = alerts["hour-told-late"]
    assert late.first_at_s is not None
    assert late.told_at_s == late.first_at_s + 600
    assert late.calls > alerts["hour"].calls > alerts["minute"].calls
    assert json.loads(report.to_json())["schema"] == "sim.alerts/1"


def test_a_threshold_saves_calls_and_refuses_visitors() -> None:
    scenario = load_scenario("scenarios/alerts.yaml", horizon="2h")
    (tried,) = try_thresholds(scenario, [1_000_000]).thresholds
    base = simulate(scenario)
    limited = simulate(scenario.with_(**{
        "platform.usage_limits": [
            {"metric": "function_calls", "window": "day", "disable": 1_000_000}
        ]
    }))  # fmt: skip
    assert tried.calls_saved == base.calls.total - limited.calls.total > 0
    assert tried.visitors_calls_lost > 0
    assert len(tried.disabled_at_s) == 1
    assert tried.dollars_saved > 0


def test_a_threshold_that_is_not_reached_changes_nothing() -> None:
    scenario = load_scenario("scenarios/fixed.yaml", horizon="1h")
    (tried,) = try_thresholds(scenario, [10_000_000]).thresholds
    assert tried.disabled_at_s == ()
    assert tried.calls_saved == tried.visitors_calls_lost == tried.cron_runs_lost == 0
    assert tried.outcomes == {}
