"""Every rate carries what it comes to over the whole run: a run may be shorter than a day."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sim import Result, check, simulate
from sim.causes import call_graph
from sim.experiments import Axis, compare, replications, sweep
from sim.metrics import METRICS, metric
from sim.scenario import Scenario, load_scenario

TEN_MINUTES = 1 / 144
"""The run's length as a share of a day."""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(
        "scenarios/fixed.yaml",
        [("budgets", {"rate": {"metric": "calls", "per": "day", "max": "9M"},
                      "bill": {"metric": "cost", "per": "month", "max": "$900"},
                      "total": {"metric": "calls", "max": "9M"}})],
        horizon="10m",
    )  # fmt: skip


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> Result:
    return simulate(scenario)


def rates(data: Any, path: str = "") -> list[tuple[str, float, dict[str, Any]]]:
    """Every figure of plain data whose name says that it is per day, and what stands beside it."""
    if isinstance(data, list):
        return [found for each in data for found in rates(each, f"{path}[]")]
    if not isinstance(data, dict):
        return []
    own = [(f"{path}.{key}", value, data) for key, value in data.items() if key.endswith("per_day")]
    return own + [found for key, value in data.items() for found in rates(value, f"{path}.{key}")]


def test_every_figure_per_day_of_a_result_has_its_total_beside_it(result: Result) -> None:
    found = rates(result.to_dict())
    assert {path.rpartition(".")[2] for path, _, _ in found} == {
        "per_day", "action_gb_hours_per_day", "bandwidth_mb_per_day",
    }  # fmt: skip
    for path, per_day, beside in found:
        total = beside.get("total", beside.get("calls"))
        if not path.endswith(".per_day"):
            total = beside[path.rpartition(".")[2].removesuffix("_per_day")]
        assert per_day * TEN_MINUTES == pytest.approx(total), path


@pytest.mark.parametrize("name", METRICS)
def test_a_metrics_rate_comes_to_its_amount(result: Result, name: str) -> None:
    measured = metric(name)
    for per in measured.periods:
        whole = measured.in_the_run(measured.value(result, per=per), per, 600)
        if per == "run" or (per == "month" and measured.per_month):
            assert whole is None
        else:
            assert whole == pytest.approx(measured.value(result))


def test_comparisons_replications_and_sweeps_have_the_totals_of_their_rates(
    scenario: Scenario,
) -> None:
    for line in compare([scenario]).metrics():
        is_rate = "per day" in line.name or line.unit == "calls/day"
        assert (line.in_the_run is not None) == (is_rate or "per month" in line.name)
        if is_rate and line.in_the_run is not None:
            assert line.values[0] * TEN_MINUTES == pytest.approx(line.in_the_run[0]), line.name
    for estimate in replications(scenario, 2).estimates():
        if "per day" in estimate.name:
            assert estimate.mean * TEN_MINUTES == pytest.approx(estimate.in_the_run)
    swept = sweep(scenario, [Axis("app.refresh.limit", (10, 40))], replications=2, workers=1)
    for cell in json.loads(swept.to_json())["cells"]:
        calls = cell["metrics"]["function calls per day"]
        assert calls["mean"] * TEN_MINUTES == pytest.approx(calls["in_the_run"])
        assert "in_the_run" not in cell["metrics"]["peak backlog"]


def test_a_budget_per_day_has_the_total_of_its_value(scenario: Scenario, result: Result) -> None:
    (one,) = check([scenario]).to_dict()["scenarios"]
    whole = {each["budget"]: each["in_the_run"] for each in one["checks"]}
    assert whole == {"rate": pytest.approx(result.calls.total), "bill": None, "total": None}


def test_functions_of_the_call_graph_know_their_calls(result: Result) -> None:
    for name, node in call_graph(result).nodes(data=True):
        use = result.by_function.get(name)
        assert node["calls"] == (use.calls if use else 0)
