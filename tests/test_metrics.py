"""Metrics read what a result says: parts add up, rates are amounts over time."""

from __future__ import annotations

import pytest

from sim import Result, simulate
from sim.metrics import ALL, METRICS, PERIOD_DAYS, Selection, metric
from sim.quantiles import ERROR
from sim.scenario import load_scenario

TYPES = ("query", "mutation", "action")
TRIGGERS = ("cron", "scheduler", "action", "client", "flow")


@pytest.fixture(scope="module")
def result() -> Result:
    """Ten minutes of the spike, three hours' worth of everything."""
    return simulate(load_scenario("scenarios/spike.yaml", horizon="10m"))


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_can_be_read_over_its_periods(result: Result, name: str) -> None:
    known = metric(name)
    amount = known.value(result)
    for period in known.periods:
        value = known.value(result, ALL, period)
        if period in PERIOD_DAYS and known.per_month is None:
            assert value == pytest.approx(amount * PERIOD_DAYS[period] * 144)  # of ten minutes
        else:
            assert value >= 0


@pytest.mark.parametrize("name", [name for name, each in METRICS.items() if each.by_function])
def test_the_parts_by_function_and_by_type_add_up(result: Result, name: str) -> None:
    known = metric(name)
    parts = [known.value(result, Selection(function=each)) for each in result.by_function]
    by_type = [known.value(result, Selection(type=each)) for each in TYPES]
    assert sum(parts) == pytest.approx(known.value(result))
    assert sum(by_type) == pytest.approx(known.value(result))


def test_calls_by_trigger_add_up_to_all_calls(result: Result) -> None:
    calls = metric("calls")
    assert sum(calls.value(result, Selection(trigger=each)) for each in TRIGGERS) == (
        result.calls.total
    )


def test_a_pattern_selects_a_module(result: Result) -> None:
    own = sum(use.calls for name, use in result.by_function.items() if name.startswith("setlists:"))
    assert metric("calls").value(result, Selection(function="setlists:*")) == own > 0


def test_totals_agree_with_the_result(result: Result) -> None:
    assert metric("calls").value(result) == result.calls.total
    assert metric("conflicts_retried").value(result) == result.conflicts.retried
    assert metric("conflicts_failed").value(result) == result.conflicts.failed
    assert metric("bandwidth").value(result) == pytest.approx(result.database.bandwidth_mb)
    assert metric("action_compute").value(result) == pytest.approx(result.compute.action_gb_hours)
    assert metric("cost").value(result, ALL, "month") == result.cost.projected_monthly_usd
    assert metric("outcomes.setlists_filled").value(result) == result.outcomes["setlists_filled"]


def test_an_unknown_metric_is_a_key_error() -> None:
    for name in ("cals", "outcomes.", ""):
        with pytest.raises(KeyError):
            metric(name)


def test_what_a_rate_comes_to_over_a_run() -> None:
    def whole(name: str, per: str) -> float | None:
        return metric(name).in_the_run(240.0, per, horizon_s=43_200.0)

    assert [whole("calls", per) for per in ("run", "hour", "day")] == [None, 2880, 120]
    assert whole("calls", "month") == pytest.approx(120 / 30.4375)
    assert whole("cost", "month") is None, "a month's bill is not proportional to the run"


def test_months_are_average_ones_and_outcomes_have_the_unit_that_their_name_says() -> None:
    assert PERIOD_DAYS == {"hour": 1 / 24, "day": 1, "month": 365.25 / 12}
    units = [
        metric(f"outcomes.{name}").unit for name in ("hours_to_x", "x_seconds", "dollars", "x")
    ]
    assert units == ["h", "s", "$", ""]
    named = ("calls", "backlog_peak", "backlog_end", "outcomes.x")
    assert [metric(name).grows for name in named] == [True, True, False, False]


def test_a_selection_says_what_it_selects() -> None:
    assert str(Selection("a:b", "query", "cron", "x")) == "a:b, query, by cron, x"
    assert str(ALL) == ""
    chosen = Selection(function="a:*", type="query")
    assert [chosen.matches(*each) for each in (
        ("a:b", "query"), ("a:b", "action"), ("b:a", "query"),
    )] == [True, False, False]  # fmt: skip
    assert ALL.matches("x", "action")


def test_runs_are_those_of_the_cron_that_is_selected(result: Result) -> None:
    runs = {name: use.runs for name, use in result.crons.items()}
    counted = metric("cron_runs")
    assert counted.value(result) == sum(runs.values())
    assert {name: counted.value(result, Selection(cron=name)) for name in runs} == runs


def test_what_the_bins_say_is_of_the_selected_calls() -> None:
    calls = simulate(load_scenario("scenarios/monitor.yaml", ["bin=1m"], horizon="10m"))
    by_bin = [
        sum(bins) for bins in zip(*(u.per_bin for u in calls.by_function.values()), strict=True)
    ]
    assert metric("calls_peak").value(calls) == max(by_bin)
    one = next(iter(calls.by_function))
    assert metric("calls_peak").value(calls, Selection(function=one)) == max(
        calls.by_function[one].per_bin
    )
    assert metric("bursts").value(calls) == 1
    assert metric("burst_hours").value(calls) == pytest.approx(10 / 60)


TIMES = [f"{kind}_p{n}" for kind in ("latency", "scheduling_lag", "retry_time") for n in (50, 99)]


@pytest.mark.parametrize("name", TIMES)
def test_a_quantile_of_one_function_is_that_of_the_result(result: Result, name: str) -> None:
    kind, _, percent = name.rpartition("_")
    for function, use in result.by_function.items():
        times = getattr(use, kind)
        expected = 0 if times is None else getattr(times, f"{percent}_s")
        assert metric(name).value(result, Selection(function=function)) == expected


@pytest.mark.parametrize("name", TIMES)
def test_a_quantile_of_several_functions_is_that_of_all_their_times(
    result: Result, name: str
) -> None:
    kind, _, percent = name.rpartition("_p")
    times = [times for use in result.by_function.values() if (times := getattr(use, kind))]
    all_us = sorted(int(us) for each in times for us, n in each.from_us.items() for _ in range(n))
    exact = all_us[max(0, -(-len(all_us) * int(percent) // 100) - 1)] / 1e6
    assert metric(name).value(result) == pytest.approx(exact, rel=2 * ERROR)
