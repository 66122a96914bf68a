"""Experiments at their exact boundaries: two replications, five seeds, one window, a hundredth."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from sim import Result, simulate
from sim.experiments import (
    Axis,
    BackfillPlan,
    compare_replications,
    envelope,
    recover,
    replications,
    try_thresholds,
    tune,
)
from sim.experiments.backfill import _bisect, _rules, _spike_at
from sim.experiments.compare import metrics_of
from sim.experiments.replications import Estimate, Replications
from sim.experiments.series import modelled_per_bin
from sim.experiments.tune import _beaten_by
from sim.scenario import HOUR, MINUTE, Scenario, ScenarioError
from tests.made import even, made, use

A_SECOND = 600
"""Calls of `even` in ten minutes at one call a second."""


def counted(calls: int, seed: int = 1) -> Result:
    """A result of so many calls in a day."""
    result = made({"a:a": replace(use({"cron": calls}), per_day=float(calls))})
    facts = replace(result.scenario, seed=seed)
    return replace(result, scenario=facts, calls=replace(result.calls, per_day=float(calls)))


# -- replications ------------------------------------------------------------------------------


def test_a_precision_is_judged_after_exactly_five_seeds() -> None:
    assert len(replications(even(), precision=0.1).results) == 5
    assert len(replications(even(), precision=0.1, most=3).results) == 5
    assert [len(replications(even(), number).results) for number in (1, 2)] == [1, 2]


def test_a_number_or_a_precision_is_needed() -> None:
    with pytest.raises(ValueError, match="a number of replications or a precision"):
        replications(even())
    assert replications(even(), 1).too_wide() == []


def test_two_replications_can_be_compared_and_one_cannot() -> None:
    paired = compare_replications([even(seed=4), even(seed=9)], 2)
    assert [each.seeds for each in paired.runs] == [[4, 5], [4, 5]]
    with pytest.raises(ValueError, match="at least two replications"):
        compare_replications([even(), even()], 1)


def test_a_precision_is_the_half_width_as_a_share_of_the_mean() -> None:
    def precision(mean: float, half_width: float) -> float:
        return Estimate("a", "", mean, half_width, []).precision

    assert [precision(-4, 1), precision(4, 0), precision(0, 0), precision(0, 1)] == [
        0.25, 0, 0, math.inf,
    ]  # fmt: skip


def several(*calls: int, wanted: float | None, most: int = 100) -> Replications:
    """Replications of so many calls each, judged by calls."""
    results = [counted(each, seed) for seed, each in enumerate(calls, 1)]
    return Replications(even(), results, wanted, ("calls",), most)


def test_a_precision_that_is_just_reached_is_reached() -> None:
    (calls,) = several(90, 110, wanted=1e-9).too_wide()
    assert calls.name == "calls per day"
    assert several(90, 110, wanted=calls.precision).too_wide() == []
    assert several(90, 110, wanted=calls.precision * 0.999).too_wide() != []
    assert several(90, 110, wanted=None).too_wide() == []


def test_a_precision_is_hopeless_beyond_twice_the_allowed_replications() -> None:
    (calls,) = several(90, 110, wanted=1e-9).too_wide()
    half = calls.precision / 4  # a quarter of the width takes 16 times the two replications
    assert several(90, 110, wanted=half).needed(calls) == pytest.approx(32)
    found = [several(90, 110, wanted=half, most=most).is_hopeless for most in (15, 17)]
    assert found == [True, False]
    exactly = several(90, 110, wanted=half, most=16)
    assert exactly.is_hopeless is (exactly.needed(calls) > 32)


def test_differences_of_one_pair_save_nothing_that_can_be_told() -> None:
    def saved(ours: Replications, theirs: Replications) -> float | None:
        return next(each for each in ours.differences(theirs)
                    if each.name == "function calls per day").variance_saved  # fmt: skip

    one, two = several(90, wanted=None), several(90, 110, wanted=None)
    assert saved(one, one) is None
    assert saved(two, two) == 1
    assert saved(several(90, 90, wanted=None), several(90, 90, wanted=None)) is None
    assert saved(several(90, 110, wanted=None), several(110, 90, wanted=None)) == -1
    calls = next(each for each in two.differences(several(95, 113, wanted=None))
                 if each.name == "function calls per day")  # fmt: skip
    assert calls.mean == 4


# -- comparisons -------------------------------------------------------------------------------


def test_functions_of_two_thousandths_of_the_calls_are_compared() -> None:
    result = made({"a:a": use({"cron": 997}), "b:b": use({"cron": 2}), "c:c": use({"cron": 1})})
    other = made({"d:d": use({"cron": 5})})
    names = [each.name for each in metrics_of([result, other])]
    assert [name for name in names if ":" in name] == ["a:a", "b:b", "d:d"]
    functions = {each.name: each for each in metrics_of([result, other])}
    assert functions["b:b"].in_the_run == [2, 0]
    assert functions["d:d"].in_the_run == [0, 5]


def test_rates_are_per_day_whatever_the_horizon() -> None:
    result = simulate(even())  # ten minutes: a 144th of a day
    lines = {each.name: each for each in metrics_of([result])}
    assert lines["queries per day"].values == [pytest.approx(A_SECOND * 144)]
    assert lines["queries per day"].in_the_run == [A_SECOND]
    assert lines["function calls in the run"].values == [A_SECOND]
    assert lines["function calls in the run"].in_the_run is None


# -- the edge of what is safe ------------------------------------------------------------------


def rates(*per_second: int) -> Axis:
    """Organic calls a second."""
    return Axis("traffic.organic.rate", tuple(f"{each}/s" for each in per_second))


def calls_at_most(most: int) -> Scenario:
    """A budget on the calls of ten minutes."""
    return even(budgets={"a": {"metric": "calls", "max": most}})


@pytest.mark.parametrize("last", range(1, 9))
def test_the_edge_lies_between_two_neighbours_wherever_it_is(last: int) -> None:
    found = envelope(
        calls_at_most(last * A_SECOND), rates(*range(1, 10)), replications=1, workers=1
    )
    (region,) = found.regions
    assert region.safe == [("1/s", f"{last}/s")]
    (edge,) = region.edges
    assert (edge.safe, edge.unsafe, edge.broken) == (f"{last}/s", f"{last + 1}/s", ("a",))
    assert edge.decided


def test_two_values_are_enough_for_an_edge_and_one_is_not() -> None:
    found = envelope(calls_at_most(A_SECOND), rates(1, 2), replications=2, workers=1)
    assert found.regions[0].safe == [("1/s", "1/s")]
    assert [each.seeds for each in found.regions[0].probes] == [2, 2]
    with pytest.raises(ScenarioError, match="needs at least two values"):
        envelope(calls_at_most(A_SECOND), rates(1))


def test_safe_values_with_a_gap_are_two_ranges() -> None:
    gap = rates(1, 9, 2)
    (region,) = envelope(calls_at_most(2 * A_SECOND), gap, replications=1, workers=1).regions
    assert region.safe == [("1/s", "1/s"), ("2/s", "2/s")]
    assert [(each.safe, each.unsafe) for each in region.edges] == [("1/s", "9/s"), ("2/s", "9/s")]


def test_a_clear_verdict_takes_three_seeds() -> None:
    scenario = even(budgets={"a": {"metric": "calls", "min": 2 * A_SECOND}})
    (region,) = envelope(scenario, rates(1, 2), replications=9, workers=1).regions
    assert [(each.safe, each.seeds, each.decided) for each in region.probes] == [
        (False, 3, True), (True, 3, True),
    ]  # fmt: skip


def test_only_budgets_that_fail_a_check_have_an_edge() -> None:
    for budget in (
        {"metric": "calls", "max": 1, "level": "warn"},
        {"metric": "calls", "max_increase": {"absolute": 1}},
    ):
        with pytest.raises(ScenarioError, match="needs budgets with max or min"):
            envelope(even(budgets={"a": budget}), rates(1, 2))
    with pytest.raises(ScenarioError, match="is the setting whose limit is searched for"):
        envelope(calls_at_most(1), rates(1, 2), {"traffic.organic.rate": ["1/s"]})


@pytest.mark.parametrize("high", [1, 2, 3, 10])
def test_bisection_finds_the_last_value_that_breaks_nothing(high: int) -> None:
    for last in range(high + 1):
        asked: list[int] = []

        def breaks(value: int, last: int = last, asked: list[int] = asked) -> list[str]:
            asked.append(value)
            return [f"at {value}"] if value > last else []

        found = _bisect(breaks, 1, high)
        assert (found.last, found.is_end) == (last or None, last == high)
        assert found.tried == max(len(asked), 1 if last == high else 2)
        assert found.breaks == ([] if last == high else [f"at {max(1, last + 1)}"])


# -- the backfill ------------------------------------------------------------------------------


def test_runs_of_a_plan_and_how_long_they_last() -> None:
    assert [BackfillPlan(shows, 50, HOUR).runs for shows in (0, 1, 50, 51, 100)] == [0, 1, 1, 2, 2]
    assert [BackfillPlan(shows, 50, HOUR).lasts for shows in (1, 50, 51)] == [0, 0, HOUR]
    assert (BackfillPlan(1).batch, BackfillPlan(1).wait) == (50, HOUR)


def test_the_procedure_allows_fifty_shows_an_hour_and_no_more() -> None:
    def kept(shows: int, batch: int, wait: int) -> list[bool]:
        return [rule.kept for rule in _rules(BackfillPlan(shows, batch, wait))]

    assert kept(500, 50, HOUR) == [True, True]
    assert kept(500, 51, HOUR) == [False, True]
    assert kept(500, 50, HOUR - 1) == [True, False]
    assert kept(50, 50, MINUTE) == [True, True]  # one run waits for nothing
    assert kept(51, 50, MINUTE) == [True, False]


def test_a_spike_is_a_bin_at_more_than_ten_million_calls_a_day() -> None:
    def bins(*calls: int) -> Result:
        result = made({"a:a": replace(use({"cron": 1}), per_bin=list(calls)),
                       "b:b": replace(use({"cron": 1}), per_bin=[1] * len(calls))})  # fmt: skip
        return replace(result, bin_s=864.0)  # 100,000 calls in a hundredth of a day

    assert _spike_at([bins(99_999, 0)]) is None
    assert _spike_at([bins(0, 100_000, 200_000)]) == 2 * 864
    assert _spike_at([bins(0, 0, 100_000), bins(100_000, 0, 0)]) == 864
    assert _spike_at([]) is None


# -- disable thresholds ------------------------------------------------------------------------


def test_a_threshold_counts_only_what_it_did_itself() -> None:
    limits = [{"metric": "function_calls", "warn": 90}, {"metric": "function_calls",
                                                         "disable": 450}]  # fmt: skip
    scenario = even(platform={"usage_limit_interval": "1m", "usage_limits": limits})
    base = simulate(scenario)
    assert base.calls.total == 480  # above 450 at the look after 8 minutes
    early, late, never = try_thresholds(scenario, [150, 450, 10_000]).thresholds
    assert (early.disabled_at_s, early.calls_saved, early.visitors_calls_lost) == ((180,), 300, 300)
    assert (late.disabled_at_s, late.calls_saved) == ((), 0)
    assert (never.disabled_at_s, never.calls_saved, never.cron_runs_lost) == ((), 0, 0)
    assert early.dollars_saved == pytest.approx(
        base.cost.marginal_usd - simulate(even(horizon="3m")).cost.marginal_usd, rel=1e-6
    )
    assert (early.backlog, early.outcomes) == (0, {})


def test_every_run_of_a_threshold_is_told_by_name() -> None:
    told: list[str] = []
    report = try_thresholds(even(), [1000], progress=lambda name, share: told.append(name))
    assert list(dict.fromkeys(told)) == ["scenario", "scenario, disabled at 1,000 calls a day"]
    assert (report.calls, report.horizon_s, report.alerts) == (A_SECOND, 600, [])


# -- the front ---------------------------------------------------------------------------------


def test_better_in_one_and_equal_in_the_others_beats() -> None:
    rows = [{"a": [1.0], "b": [5.0]}, {"a": [2.0], "b": [5.0]}, {"a": [0.0], "b": [6.0]}]
    assert [_beaten_by(place, rows) for place in range(3)] == [None, 0, None]
    equal = [{"a": [1.0]}, {"a": [1.0]}]
    assert [_beaten_by(place, equal) for place in range(2)] == [None, None]


def test_with_two_replications_a_difference_that_may_be_noise_beats_nothing() -> None:
    noisy = [{"a": [1.0, 1.0]}, {"a": [2.0, 1.5]}]
    assert [_beaten_by(place, noisy) for place in range(2)] == [None, None]
    sure = [{"a": [1.0, 1.0]}, {"a": [2.0, 2.0]}]
    assert [_beaten_by(place, sure) for place in range(2)] == [None, 0]


def test_the_front_is_sorted_by_the_first_objective_the_best_first() -> None:
    vary = {"traffic.organic.rate": ["2/s", "1/s", "3/s"]}
    up = tune(even(), vary, maximise=("calls",), replications=1, workers=1)
    assert [each.settings["traffic.organic.rate"] for each in up.front] == ["3/s"]
    both = tune(even(), vary, ("calls",), maximise=("bandwidth",), replications=1, workers=1)
    assert [each.values["calls"] for each in both.front] == [[600], [1200], [1800]]
    other = tune(even(), vary, maximise=("bandwidth", "calls"), replications=1, workers=1)
    assert [each.values["calls"] for each in other.front] == [[1800]]


# -- recovery ----------------------------------------------------------------------------------


def busy(horizon: str) -> Scenario:
    """A small world whose crons and visitors call every few seconds."""
    return even(
        horizon=horizon, app={"background": True, "refresh": {"enabled": True, "every": "10s"}}
    )


def test_a_horizon_that_just_holds_fix_pause_and_window_is_long_enough() -> None:
    def tried(horizon: str) -> float:
        report = recover(busy(horizon), "1m", {"revision": "fixed"}, pause="1s", window="1m")
        return report.horizon_s

    assert tried("122s") == 122  # a minute, a second, a minute and the bin of a second
    with pytest.raises(ScenarioError, match="is too short for a fix at 1m, a pause of 1s"):
        tried("121s")


@pytest.mark.parametrize(("fix_at", "counted_s"), [(30, 30), (60, 60), (90, 60)])
def test_the_rate_before_the_fix_is_that_of_one_window_or_of_what_there_is(
    fix_at: int, counted_s: int
) -> None:
    scenario = busy(f"{fix_at + 62}s")
    report = recover(scenario, f"{fix_at}s", {"revision": "fixed"}, pause="1s", window="1m")
    plain = simulate(scenario.with_(bin="1s"))
    calls = sum(modelled_per_bin(plain)[fix_at - counted_s : fix_at])
    assert calls > 0
    assert report.calls_per_hour_before == pytest.approx(calls * 3600 / counted_s)
    assert report.backlog_at_fix == plain.scheduler.backlog_per_bin[fix_at - 1]
    busiest = max(sum(modelled_per_bin(plain)[start : start + 60])
                  for start in (fix_at, fix_at + 1, fix_at + 2))  # fmt: skip
    assert report.normal_calls_per_hour == pytest.approx(busiest * 60)
    limit = busiest * 1.1 + 3 * math.sqrt(busiest)
    assert report.calls_per_hour_limit == pytest.approx(limit * 60)


def test_a_fix_at_the_start_has_nothing_before_it() -> None:
    report = recover(busy("62s"), 0, {"revision": "fixed"}, pause="1s", window="1m")
    assert report.calls_per_hour_before == 0
    assert report["nothing"].recovered_after_s == 0
    assert [each.verdict for each in report.measures] == ["enough", *["not needed"] * 6]
    assert report["pause"].recovered_after_s == report["fix-pause"].recovered_after_s == 1
