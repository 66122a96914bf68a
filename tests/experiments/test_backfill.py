"""The manual backfill: what is safe, and what a run without a cursor reaches."""

from __future__ import annotations

import json
import math

import pytest

from sim.experiments import BackfillPlan, backfill
from sim.scenario import HOUR, MINUTE, Scenario, ScenarioError, load_budgets, load_scenario

CHECKLIST = "scenarios/budgets/incident-checklist.yaml"


def scenario(*overrides: str, name: str = "fixed") -> Scenario:
    """A scenario under the report's checklist, one hour of it."""
    return load_scenario(
        f"scenarios/{name}.yaml", overrides, horizon="1h", below=[load_budgets(CHECKLIST)]
    )


CALLS_ONLY = (
    "budgets.bandwidth.level=off", "budgets.action-compute.level=off",
    "budgets.conflicts-generate.level=off", "budgets.conflicts-update-spotify.level=off",
)  # fmt: skip


def test_a_plan_reaches_no_more_rows_than_a_batch_however_many_runs() -> None:
    report = backfill(
        scenario(), BackfillPlan(shows=120, batch=50, wait=20 * MINUTE), replications=2
    )
    assert report.runs == 3
    assert report.rows_reached == 50
    assert report.lasts_s == 2 * 1200 + 50 * 10
    assert [rule.kept for rule in report.rules] == [True, False]


def test_what_the_backfill_adds_is_the_difference_of_pairs() -> None:
    plan = BackfillPlan(shows=100, batch=100, wait=HOUR)
    with_it = load_scenario(
        "scenarios/fixed.yaml", ["app.manual_backfill.runs=1", "app.manual_backfill.limit=100"]
    )
    from sim import simulate

    report = backfill(scenario(), plan, replications=2)
    horizon = "1h16m40s"  # until the last job of the batch is due, and an hour
    pairs = [
        simulate(with_it.with_(horizon=horizon), seed=seed).calls.total
        - simulate(load_scenario("scenarios/fixed.yaml", horizon=horizon), seed=seed).calls.total
        for seed in (1, 2)
    ]
    calls = next(effect for effect in report.effects if effect.metric == "calls")
    assert calls.mean == sum(pairs) / 2
    assert calls.half_width > 0


def test_the_edge_is_the_last_batch_that_breaks_no_budget() -> None:
    tight = scenario(*CALLS_ONLY).with_(**{"budgets.jobs": {"metric": "jobs_created", "max": 60}})
    edge = backfill(tight, BackfillPlan(50, 50, HOUR), replications=1).edges[0]
    assert edge.setting == "largest batch"
    assert not edge.is_end_of_search
    assert edge.breaks == ["jobs"]
    last = int(edge.value)
    assert backfill(tight, BackfillPlan(50, last, HOUR), replications=1).safe
    assert not backfill(tight, BackfillPlan(50, last + 1, HOUR), replications=1).safe


def test_on_the_buggy_revision_nothing_is_safe() -> None:
    report = backfill(scenario(name="spike"), BackfillPlan(shows=50), replications=1)
    assert not report.safe
    assert report.spike_at_s is not None
    assert all(math.isnan(edge.value) for edge in report.edges)
    data = json.loads(report.to_json())
    assert data["edges"][0]["value"] is None


def test_an_app_without_a_backfill_is_refused() -> None:
    with pytest.raises(ScenarioError, match="has no manual backfill"):
        backfill(load_scenario("scenarios/monitor.yaml"), BackfillPlan(shows=10))
