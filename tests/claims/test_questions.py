"""Every kind of question, with each verdict, beside what one can work out by hand."""

from __future__ import annotations

import math

import pytest

from sim import simulate
from sim.claims.measure import Measure
from sim.claims.together import _Use
from sim.claims.verdict import Bounds, ComputedFigure
from sim.scenario import Scenario

from .conftest import AuditOf

SYNC = '"spotify:syncArtistCatalog"'
PROBE = "monitor:probe"


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ("value: {0}", "reproduced"),
        ("value: {0}, tolerance: 0", "reproduced"),
        ("value: {1}", "contradicted by the model"),
        ("value: {1}, factor: 3", "within range"),
        ("value: {1}, tolerance: 60%", "reproduced"),
        ("between: [{0}, {1}]", "reproduced"),
        ("at_most: {1}", "reproduced"),
        ("at_least: {1}", "contradicted by the model"),
        ("at_least: {1}, factor: 2", "within range"),
    ],
)
def test_a_metric_beside_what_is_stated(
    audit_of: AuditOf, monitor: Scenario, stated: str, verdict: str
) -> None:
    calls = simulate(monitor).calls.total
    figure = stated.format(calls, 2 * calls)
    claim = audit_of(f"measure: {{metric: calls, {figure}}}", monitor)
    assert claim.verdict == verdict
    assert claim.findings[0].value == calls
    assert f"In monitor calls are {calls:,}" in claim.reason


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        # Ten minutes of 4M organic calls a day, and what the fixed revision calls besides.
        ("metric: calls, per: day, value: 4M, tolerance: 10%", "input"),
        ("metric: calls, per: day, between: [3.9M, 4.4M]", "input"),
        ("metric: calls, select: {type: query}, per: day, value: 3.9M, tolerance: 10%", "input"),
        ("metric: execution_time, value: 250s, tolerance: 30%", "input"),
        # It states no figure, or one that the organic traffic alone does not reach.
        ("metric: calls, per: day, at_most: 10M", "reproduced"),
        ("metric: calls, per: day, at_least: 3M", "reproduced"),
        ("metric: calls, value: {total}, tolerance: 0", "reproduced"),
        # It does not agree with the run.
        ("metric: calls, per: day, value: 9M", "contradicted by the model"),
        ("metric: calls, per: day, value: 9M, factor: 3", "within range"),
        # Nothing of it is organic.
        ("metric: calls, select: {trigger: cron}, value: {crons}", "reproduced"),
        ("metric: conflicts_failed, value: 0", "reproduced"),
        ("metric: outcomes.shows_without_setlist, value: {without}", "reproduced"),
    ],
)
def test_a_figure_that_the_scenario_was_given_is_an_input_and_not_reproduced(
    audit_of: AuditOf, fixed: Scenario, measured: str, verdict: str
) -> None:
    result = simulate(fixed)
    figures = {
        "{total}": result.calls.total,
        "{crons}": sum(use.by_trigger.get("cron", 0) for use in result.by_function.values()),
        "{without}": result.outcomes["shows_without_setlist"],
    }
    for key, value in figures.items():
        measured = measured.replace(key, str(value))
    claim = audit_of(f"measure: {{{measured}}}")
    assert claim.verdict == verdict
    assert ("an input of the scenario (traffic.organic)" in claim.reason) == (verdict == "input")


def test_a_claim_is_an_input_only_if_nothing_of_it_is_computed(audit_of: AuditOf) -> None:
    setting = "- setting: {path: app.refresh.limit, is: 20}\n"
    given, computed = "value: 4M, tolerance: 10%", "at_most: 10M"
    for stated, verdict in ((given, "input"), (computed, "reproduced")):
        text = f"all:\n{setting}- measure: {{metric: calls, per: day, {stated}}}\n"
        assert audit_of(text).verdict == verdict


def test_a_share_of_two_metrics(audit_of: AuditOf, monitor: Scenario) -> None:
    result = simulate(monitor)
    share = result.by_function[PROBE].calls / result.calls.total
    text = (
        f'measure: {{metric: calls, select: {{function: "{PROBE}"}}, over: {{metric: calls}}, '
        "between: [30%, 40%]}"
    )
    claim = audit_of(text, monitor)
    assert claim.findings[0].value == pytest.approx(share)
    assert claim.verdict == "reproduced"
    assert f"{share:.1%}" in claim.reason


def test_a_share_of_nothing_is_not_testable(audit_of: AuditOf, monitor: Scenario) -> None:
    text = "measure: {metric: calls, over: {metric: errors}, at_most: 1}"
    claim = audit_of(text, monitor)
    assert claim.verdict == "not testable"
    assert claim.reason == "monitor has no errors to divide by"


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        # 4M a day are 121.75M a month: 120.75 × $2.20 on Starter; 96.75 × $2 + $25 on Professional;
        # 121.75 × $2 + 0.1 GB × $0.20 on Business.
        ("usage: {calls: 4M}, between: [$20, $30]", "contradicted by the model",
         "$265.65 on Starter, $218.50 on Professional, $243.52 on Business"),
        ("usage: {calls: 4M}, plan: starter, between: [$20, $30]", "contradicted by the model",
         # ($30 / $2.20 + 1)M a month
         "$30.00 pay for 14.64M calls a month there, 480,866 a day"),
        ("usage: {calls: 4M}, at_most: $220", "reproduced",
         "on Professional, the statement says at most $220"),
        ("usage: {calls: 4M}, plan: starter, value: $200, factor: 2", "within range",
         "1.33 times as much"),
        # 57 × $2.20 + 80 × $0.33
        ("usage: {calls: 57M, action_compute: 80 GB-hours}, within: 3d, bill: marginal, "
         "value: $151.80, tolerance: 0.01%", "reproduced", "$151.80 on Starter"),
        # 56 × $2.20 + 60 × $0.33, quotas of a whole month
        ("usage: {calls: 57M, action_compute: 80 GB-hours}, within: 3d, bill: invoice, "
         "plan: starter, value: 143", "reproduced", "$143.00 on Starter"),
    ],
    ids=lambda value: value[:50],
)  # fmt: skip
def test_a_price_beside_hand_arithmetic(
    audit_of: AuditOf, text: str, verdict: str, reason: str
) -> None:
    claim = audit_of(f"price: {{{text}}}")
    assert claim.verdict == verdict
    assert reason in claim.reason


def test_calls_and_compute_that_cannot_both_hold(audit_of: AuditOf, monitor: Scenario) -> None:
    result = simulate(monitor)
    probe = result.by_function[PROBE]
    share = probe.calls / result.calls.total
    # 64 MiB each: 1 GB-hour over 3M calls leaves a probe 1 × 16 × 3600 s / (3M × share).
    implied = 16 * 3600 / (3e6 * share)
    floors = "floors: {a probe: [query, http, mutation]}"
    text = (
        f'together: {{calls: 3M, compute: 1 GB-hours, select: {{function: "{PROBE}"}}, {floors}}}'
    )
    claim = audit_of(text, monitor)
    assert claim.findings[0].value == pytest.approx(implied, rel=0.02)
    # 3 + 25 + 5 + 18 ms at least; 8 + 72.5 + 6.5 + 20 ms on average
    assert "takes 51 ms at the very least and 107 ms on average" in claim.reason
    assert claim.verdict == "contradicted by the model"
    gb_hours = probe.gb_hours / result.calls.total * 3e6
    same = audit_of(text.replace("1 GB-hours", f"{gb_hours:.4f} GB-hours"), monitor)
    assert same.verdict == "reproduced"
    twice = text.replace("1 GB-hours", f"{2 * gb_hours:.4f} GB-hours")
    assert audit_of(twice, monitor).verdict == "contradicted by the model"
    wide = twice.replace("calls: 3M", "factor: 3, calls: 3M")
    assert audit_of(wide, monitor).verdict == "within range"


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("path: app.refresh.every, is: 720m", "input", "app.refresh.every is 12h"),
        ("path: app.refresh.every, is: 6h", "contradicted by the model", "is not 6h but 12h"),
        ("path: app.backfill.enabled, is: false", "input", "app.backfill.enabled is false"),
        ("path: app.refresh.limit, at_most: 19", "contradicted by the model", "limit is 20"),
        ("path: app.refresh.stagger, gaps_of: app.refresh.limit, at_most: 200s", "input",
         "the 19 gaps of 10s (app.refresh.stagger) between 20 (app.refresh.limit) are 3m10s"),
        ("path: app.refresh.stagger, gaps_of: app.refresh.limit, at_most: 3m",
         "contradicted by the model",
         "the statement says at most 3m; the model has 1.06 times as much"),
    ],
)  # fmt: skip
def test_a_setting(audit_of: AuditOf, text: str, verdict: str, reason: str) -> None:
    claim = audit_of(f"setting: {{{text}}}")
    assert claim.verdict == verdict
    assert reason in claim.reason


@pytest.mark.parametrize(
    ("move", "verdict"),
    [
        ("falls: 40%", "reproduced"),  # half the chains make half the calls
        ("falls: 60%", "contradicted by the model"),
        ("falls: 60%, factor: 2", "within range"),
        ("rises: 10%", "contradicted by the model"),
        ("stays: 60%", "reproduced"),
        ("stays: 10%", "contradicted by the model"),
    ],
)
def test_cause_and_effect(audit_of: AuditOf, monitor: Scenario, move: str, verdict: str) -> None:
    text = f"switch: {{set: {{app.already_running: 43}}, metric: calls, per: day, {move}}}"
    claim = audit_of(text, monitor)
    assert claim.verdict == verdict
    change = claim.findings[0].value
    assert change == pytest.approx(-0.5, abs=0.02)
    assert "with app.already_running=43" in claim.reason


def test_a_claim_is_as_good_as_its_worst_part(audit_of: AuditOf) -> None:
    text = (
        "all:\n"
        "- setting: {path: app.refresh.limit, is: 20}\n"
        "- setting: {path: app.refresh.every, is: 6h}\n"
    )
    claim = audit_of(text)
    assert [each.verdict for each in claim.findings] == ["input", "contradicted by the model"]
    assert claim.verdict == "contradicted by the model"
    assert audit_of("untestable: A wish.").verdict == "not testable"


def test_no_verdict_hangs_on_noise() -> None:
    bounds = Bounds(90, 110, 50, 200)
    assert bounds.verdict(ComputedFigure(100, 5)) == "reproduced"
    for straddling in (ComputedFigure(108, 5), ComputedFigure(48, 5), ComputedFigure(201, 5)):
        assert bounds.verdict(straddling) == "within range"
        assert bounds.straddled(straddling)
    assert bounds.verdict(ComputedFigure(40, 5)) == "contradicted by the model"
    assert bounds.verdict(ComputedFigure(300, 50)) == "contradicted by the model"


def test_what_is_reproduced_is_within_range_at_any_factor() -> None:
    bounds = Bounds.around(100, 100, slack=0.05)
    assert bounds.verdict(ComputedFigure(103.5, 2)) == "within range"
    assert Bounds.around(100, 100, slack=0.05, factor=2) == Bounds(95, 105, 50, 200)
    assert Bounds.around(-math.inf, 5, slack=1) == Bounds(-math.inf, 10, -math.inf, 10)
    assert Bounds.around(10, math.inf, slack=3) == Bounds(0, math.inf, 0, math.inf)
    # Outwards is towards zero for a fall of at least 60%, and away from it for within 10%.
    assert Bounds.around(-math.inf, -0.6, factor=2).widest_high == -0.3
    assert Bounds.around(-0.1, 0.1, factor=2) == Bounds(-0.1, 0.1, -0.2, 0.2)


def test_a_whole_tolerance_is_no_trap(audit_of: AuditOf) -> None:
    text = "measure: {metric: outcomes.shows_without_setlist, at_least: 5, tolerance: 100%}"
    assert audit_of(text).verdict == "reproduced"


def test_what_is_without_bound_under_some_seeds_only_is_not_testable(
    audit_of: AuditOf, monitor: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ComputedFigure.of([math.inf, math.inf]).mean == math.inf
    assert math.isnan(ComputedFigure.of([1.0, math.inf]).mean)
    monkeypatch.setattr(
        Measure, "read", lambda _, result: math.inf if result.scenario.seed == 1 else 5.0
    )
    claim = audit_of("measure: {metric: calls, at_most: 9}", monitor, replications=2)
    assert claim.verdict == "not testable"
    assert (
        "calls are infinite under some seeds; there is nothing to compare at most 9" in claim.reason
    )


def test_nothing_cannot_fall(audit_of: AuditOf, monitor: Scenario) -> None:
    switch = "switch: {{set: {{app.already_running: 43}}, metric: conflicts, {}}}"
    claim = audit_of(switch.format("falls: 40%"), monitor)
    assert claim.verdict == "not testable"
    assert claim.reason == (
        "In monitor conflicts: 0, with app.already_running=43 too; there is nothing that could "
        "fall."
    )
    assert audit_of(switch.format("stays: 10%"), monitor).verdict == "reproduced"


def test_no_size_needs_no_unit(audit_of: AuditOf) -> None:
    text = "setting: {path: app.refresh.stagger, at_least: 0}"
    assert audit_of(text).verdict == "input"


def test_calls_and_compute_take_means_over_all_seeds(
    audit_of: AuditOf, monitor: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = {1: _Use(100, 0.2, 3600, 0.25), 2: _Use(100, 0.4, 3600, 0.75)}
    monkeypatch.setattr(_Use, "of", lambda result, _: used[result.scenario.seed])
    reason = audit_of("together: {calls: 3M, compute: 1}", monitor, replications=2).reason
    assert "30.0% of the calls of monitor are" in reason
    assert "900,000 of 3M; at 0.50 GB" in reason
    assert "3M calls make 4,500 GB-hours" in reason  # 900,000 × 36 s × 0.5 GB


def test_several_seeds_give_a_mean_and_its_interval(audit_of: AuditOf, fixed: Scenario) -> None:
    values = [simulate(fixed, seed=seed).calls.total for seed in (1, 2, 3)]
    assert len(set(values)) > 1
    mean = sum(values) / 3
    text = f"measure: {{metric: calls, at_most: {mean}}}"
    claim = audit_of(text, replications=3)
    assert claim.findings[0].value == pytest.approx(mean)
    assert claim.findings[0].half_width > 0
    assert claim.verdict == "within range"
    assert "the 95% interval of the mean contains a bound" in claim.reason
    assert " ± " in claim.findings[0].computed
    paired = "switch: {set: {app.backfill.limit: 7}, metric: calls, stays: 0}"  # it is off
    assert audit_of(paired, replications=3).verdict == "reproduced"
