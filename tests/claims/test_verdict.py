"""Verdicts at the very bounds, and how a figure is put beside the stated one."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.claims.measure import Measure, unit_of
from sim.claims.price import Priced
from sim.claims.setting import Setting, quantity
from sim.claims.switch import Switch, _moved
from sim.claims.together import Together, _floor, _Use
from sim.claims.verdict import Bounds, ComputedFigure, noise, of_an_input, spelled, worst
from sim.scenario import Rated, Scenario, overlay
from tests.claims.conftest import AuditOf, ErrorsOf
from tests.made import even, made, use

BOUNDS = Bounds(90, 110, 50, 200)


def exact(value: float) -> ComputedFigure:
    """A figure without noise."""
    return ComputedFigure(value, 0.0)


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (90, "reproduced"), (110, "reproduced"), (89.9, "within range"), (110.1, "within range"),
        (50, "within range"), (200, "within range"), (49.9, "contradicted by the model"),
        (200.1, "contradicted by the model"), (math.nan, "not testable"),
    ],
)  # fmt: skip
def test_the_bounds_themselves_belong_to_the_better_verdict(value: float, verdict: str) -> None:
    assert BOUNDS.verdict(exact(value)) == verdict


def test_an_interval_counts_up_to_its_ends() -> None:
    assert (
        BOUNDS.verdict(ComputedFigure(95, 5))
        == BOUNDS.verdict(ComputedFigure(105, 5))
        == "reproduced"
    )
    assert (
        BOUNDS.verdict(ComputedFigure(45, 5))
        == BOUNDS.verdict(ComputedFigure(205, 5))
        == "within range"
    )
    assert [BOUNDS.straddled(ComputedFigure(mean, 5)) for mean in (95, 94.9, 105, 105.1)] == [
        False, True, False, True,
    ]  # fmt: skip
    assert [BOUNDS.straddled(ComputedFigure(mean, 5)) for mean in (55, 45, 195, 205)] == [False] * 4
    assert noise(BOUNDS, ComputedFigure(95, 5)) == ""
    assert noise(BOUNDS, ComputedFigure(94, 5)).startswith(
        "; the 95% interval of the mean contains a bound"
    )


def test_the_nearest_end_is_that_which_a_figure_is_beyond() -> None:
    found = [BOUNDS.nearest(value) for value in (89, 90, 100, 110, 111)]
    assert found == [90, None, None, None, 110]


def test_ends_move_outwards_whatever_their_sign() -> None:
    assert Bounds.around(100, 200, slack=0.5) == Bounds(50, 300, 50, 300)
    assert Bounds.around(-200, -100, slack=0.5) == Bounds(-300, -50, -300, -50)
    assert Bounds.around(100, 200, slack=2) == Bounds(0, 600, 0, 600)
    assert Bounds.around(-200, -100, slack=2) == Bounds(-600, 0, -600, 0)
    assert Bounds.around(0, 0, slack=0.5, factor=3) == Bounds(0, 0, 0, 0)
    assert Bounds.around(100, 100) == Bounds(100, 100, 100, 100)


def test_the_worst_verdict_counts_and_an_input_is_no_proof() -> None:
    assert worst(["reproduced", "input"]) == "reproduced"
    assert worst(["within range", "not testable", "reproduced"]) == "not testable"
    assert [of_an_input(each) for each in ("reproduced", "within range")] == [
        "input", "within range",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.5, "share", "50.0%"), (1, "share", "100%"), (-1, "share", "-100.0%"),
        (1.5, "share", "150%"), (-1.5, "share", "-150%"), (2, "MB", "2 MB"),
        (math.inf, "", "without bound"), (math.nan, "", "infinite under some seeds"),
    ],
)  # fmt: skip
def test_a_figure_is_spelled_with_its_unit(value: float, unit: str, text: str) -> None:
    assert spelled(value, unit) == text


def test_a_figure_of_one_seed_has_no_noise_and_of_two_it_has() -> None:
    assert (ComputedFigure.of([3.0]).mean, ComputedFigure.of([3.0]).half_width) == (3, 0)
    assert ComputedFigure.of([3.0, 5.0]).mean == 4
    assert ComputedFigure.of([3.0, 5.0]).half_width > 0
    assert ComputedFigure.of([3.0, 3.0]).text("MB") == "3 MB"
    assert ComputedFigure(3, 0.5).text("MB") == "3 MB ± 0.50 MB"


def measure(**settings: Any) -> Measure:
    """A measure of calls."""
    return Measure.model_validate({"metric": "calls", **settings})


@pytest.mark.parametrize(
    ("stated", "value", "text"),
    [
        ({"value": 100}, 100, "exactly the stated 100"),
        ({"value": 100}, 104, "4.0% above the stated 100"),
        ({"value": 100}, 96, "4.0% below the stated 100"),
        ({"value": 100}, 150, "the statement says 100; the model has 1.50 times as much"),
        ({"value": 100, "factor": 1.5}, 150,
         "the statement says 100; the model has 1.50 times as much, within a factor of 1.5"),
        ({"value": 100, "factor": 1.5}, 151,
         "the statement says 100; the model has 1.51 times as much, beyond a factor of 1.5"),
        ({"value": 100, "factor": 2}, 50,
         "the statement says 100; the model has 0.50 times as much, within a factor of 2"),
        ({"between": [100, 200]}, 150, "the statement says 100 to 200, which holds"),
        ({"between": [100, 200]}, 50,
         "the statement says 100 to 200; the model has 0.50 times as much"),
        ({"between": [100, 200]}, 400,
         "the statement says 100 to 200; the model has 2.00 times as much"),
        ({"at_most": 100}, 100, "the statement says at most 100, which holds"),
        ({"at_least": 100}, 0, "the statement says at least 100"),
        ({"at_least": "1k"}, 1000, "the statement says at least 1k, which holds"),
        ({"at_most": 0}, 5, "the statement says at most 0"),
        ({"value": 100}, math.nan, "there is nothing to compare 100 with"),
    ],
)  # fmt: skip
def test_a_figure_beside_the_stated_one(stated: dict[str, Any], value: float, text: str) -> None:
    assert measure(**stated).against(exact(value), "calls") == text


def test_only_a_single_figure_has_a_tolerance_of_its_own() -> None:
    assert measure(value=100).bounds("calls") == Bounds(95, 105, 95, 105)
    assert measure(value=100, tolerance=0).bounds("calls") == Bounds(100, 100, 100, 100)
    assert measure(at_most=100).bounds("calls").high == 100
    assert measure(at_least=100).bounds("calls").low == 100
    assert measure(between=[1, 2]).bounds("calls") == Bounds(1, 2, 1, 2)
    assert measure(between=[2, 2]).text("calls") == "2 to 2"


def test_the_unit_of_a_ratio_is_a_share_where_both_count() -> None:
    def unit(name: str, over: str) -> str:
        return unit_of(name, Rated.model_validate({"metric": over}))

    assert unit_of("bandwidth", None) == "MB"
    assert unit("calls", "calls") == unit("conflicts", "calls") == "share"
    assert unit("bandwidth_read", "bandwidth") == "share"
    assert unit("bandwidth", "calls") == unit("calls", "bandwidth") == "ratio"


def switch(**move: Any) -> Switch:
    """A switch of one setting."""
    return Switch.model_validate({"metric": "calls", "set": {"app.a": 1}, **move})


def test_the_bounds_of_a_move() -> None:
    assert switch(falls=0.4)._bounds() == Bounds(-math.inf, -0.4, -math.inf, -0.4)
    assert switch(rises=0.4, factor=2)._bounds() == Bounds(0.4, math.inf, 0.2, math.inf)
    assert switch(stays=0.1)._bounds() == Bounds(-0.1, 0.1, -0.1, 0.1)
    assert switch(falls=0)._bounds().high == 0
    assert switch(falls=1)._stated() == "falls by at least 100%"
    assert switch(rises=0.125)._stated() == "rises by at least 12.5%"
    assert switch(stays=0)._stated() == "stays within 0%"


def test_a_change_is_told_with_its_way_and_its_noise() -> None:
    assert _moved(exact(0.0)) == "no change"
    assert _moved(exact(0.5)) == "50% more"
    assert _moved(exact(-0.125)) == "12.5% less"
    assert _moved(ComputedFigure(0.0, 0.1)) == "0% ± 10% less"
    assert _moved(ComputedFigure(0.5, 0.1)) == "50% ± 10% more"
    assert _moved(exact(math.nan)) == "infinite under some seeds"


def price(scenario: Scenario | None = None, **settings: Any) -> str:
    """The reason of a price of a million calls a month."""
    asked = {"usage": {"calls": "1M"}, "within": "30d10h30m", **settings}
    return Priced.model_validate(asked).ask(scenario or even(), lambda _: []).reason


def test_stated_money_buys_what_is_left_after_quota_and_seats() -> None:
    assert "$2.20 pay for 2.00M calls a month there" in price(plan="starter", at_most="$2.20")
    professional = price(plan="professional", at_most="$27")
    assert "$27.00 pay for 26.00M calls a month there, 854,209 a day" in professional
    assert "$25.00 pay for 25.00M calls" in price(plan="professional", at_most="$25")
    assert "$24.00 do not pay for the seats there" in price(plan="professional", at_most="$24")
    assert "pay for" not in price(plan="starter", at_least="$2")
    assert "pay for" not in price(plan="starter", at_most="$0")
    beyond = price(plan="starter", at_most="$2.20", bill="marginal")
    assert "$2.20 pay for 1.00M calls beyond the quotas there." in beyond


def test_money_buys_less_in_the_eu_and_seats_cost_the_same() -> None:
    eu = even(billing={"region": "eu", "developers": 2})
    assert "$2.86 pay for 2.00M calls" in price(eu, plan="starter", at_most="$2.86")
    beyond = price(eu, plan="starter", at_most="$2.86", bill="marginal")
    assert "$2.86 pay for 1,000,000 calls beyond the quotas" in beyond
    assert "$52.60 pay for 26.00M calls" in price(eu, plan="professional", at_most="$52.60")


def test_other_usage_has_units_of_its_own() -> None:
    compute = price(usage={"action_compute": 20}, plan="starter", at_most="$3.30")
    assert compute.startswith("20 GB-hours in ")
    assert "$3.30 pay for 30 GB-hours of action compute a month" in compute
    bytes_ = price(usage={"bandwidth": "3GB"}, plan="starter", at_most="$0.44")
    assert bytes_.startswith("3GB in ")
    assert "$0.44 on Starter" in bytes_
    assert "$0.44 pay for 3 GB of database I/O a month" in bytes_
    both = price(usage={"calls": 1000, "bandwidth": "5MB"}, plan="starter", at_most="$1")
    assert both.startswith("1,000 calls and 5MB in ")


def test_the_plan_that_fits_best_decides() -> None:
    usage = {"calls": "26M"}
    assert "; on Professional, " in price(usage=usage, value="$28")
    assert "; on Starter, " in price(usage=usage, value="$54")
    assert "; on Business, " in price(usage=usage, value="$51")
    assert "; on Starter, " in price(usage=usage, at_least="$53")
    assert "; on Starter, " in price(usage=usage, value="$100")
    assert "; on Professional, " in price(usage=usage, value="$1")


def setting(**settings: Any) -> Setting:
    """A statement about a setting."""
    return Setting.model_validate(settings)


@pytest.mark.parametrize(
    ("things", "gaps", "total"), [(0, 0, "0s"), (1, 0, "0s"), (2, 1, "10s"), (20, 19, "3m10s")]
)
def test_there_is_one_gap_fewer_than_there_are_things(things: int, gaps: int, total: str) -> None:
    scenario = even(app={"refresh": {"limit": things, "stagger": "10s"}})
    stated = setting(path="app.refresh.stagger", gaps_of="app.refresh.limit", at_most="1h")
    assert f"the {gaps} gaps of 10s" in stated.ask(scenario, lambda _: []).reason
    assert f"(app.refresh.limit) are {total};" in stated.ask(scenario, lambda _: []).reason


def test_a_finding_names_the_setting_and_what_its_gaps_are_between() -> None:
    scenario = even(app={"refresh": {"limit": 3, "stagger": "10s"}})
    facts: list[tuple[str, str, Any, str]] = []
    for more in ({}, {"gaps_of": "app.refresh.limit"}):
        stated = setting(path="app.refresh.stagger", at_most="1h", **more)
        found = stated.ask(scenario, lambda _: [])
        facts.append((found.asked, found.computed, found.value, found.unit))
    assert facts == [
        ("app.refresh.stagger", "10s", 10, "s"),
        ("app.refresh.stagger × app.refresh.limit", "20s", 20, "s"),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, (3, "")), (2.5, (2.5, "")), ("10s", (10, "s")), ("24/day", (24, "/day")),
        ("2kB", (2000, "B")), (0, (0, "")),
    ],
)  # fmt: skip
def test_a_setting_is_a_number_and_its_unit(value: Any, expected: tuple[float, str]) -> None:
    assert quantity(value) == expected


@pytest.mark.parametrize("value", [True, "text", None, [1]])
def test_other_settings_are_no_quantities(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        quantity(value)


def test_the_usage_of_selected_actions() -> None:
    chosen = Together.model_validate({"calls": 1, "compute": 1}).select
    result = made({
        "a:a": use({"cron": 30}, "action"), "b:b": use({"cron": 10}, "query"),
    })  # fmt: skip
    found = _Use.of(result, chosen)
    assert (found.calls, found.share) == (30, 0.75)
    none = _Use.of(made({}), chosen)
    assert (none.calls, none.share, none.mean_s, none.gigabytes) == (0, 0, 0, 0)


def together(monkeypatch: pytest.MonkeyPatch, audit_of: AuditOf, compute: str, **more: str) -> Any:
    """An audit of 1,000 calls, a tenth of them actions of 10 s at half a gigabyte in the run."""
    monkeypatch.setattr(_Use, "of", lambda result, _: _Use(100, 0.1, 1000.0, 1000 * 0.5 / 3600))
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    return audit_of(f"together: {{calls: 1k, compute: {compute} GB-hours{extra}}}", even())


def test_stated_compute_leaves_each_action_so_much_time(
    monkeypatch: pytest.MonkeyPatch, audit_of: AuditOf
) -> None:
    # 100 actions × t × 0.5 GB are 50 t GB-seconds: 10 s need 500 / 3600 GB-hours.
    same = together(monkeypatch, audit_of, f"{500 / 3600:.9f}")
    assert same.verdict == "reproduced"
    assert "10.0% of the calls of" in same.reason
    assert "100 of 1k; at 0.50 GB" in same.reason
    assert same.findings[0].value == pytest.approx(10)
    assert same.findings[0].computed == "10 s"
    half = together(monkeypatch, audit_of, f"{250 / 3600:.9f}")
    assert half.verdict == "contradicted by the model"
    assert half.findings[0].value == pytest.approx(5)
    wide = together(monkeypatch, audit_of, f"{250 / 3600:.9f}", factor="2.1")
    assert wide.verdict == "within range"


@pytest.mark.parametrize("used", [_Use(0, 0, 0, 0), _Use(100, 0.1, 0, 0)])
def test_actions_that_use_no_compute_leave_nothing_to_compare(
    monkeypatch: pytest.MonkeyPatch, audit_of: AuditOf, used: _Use
) -> None:
    monkeypatch.setattr(_Use, "of", lambda result, _: used)
    claim = audit_of("together: {calls: 1k, compute: 1 GB-hours}", even())
    assert claim.verdict == "not testable"
    assert "so there is no time to compare" in claim.reason


def test_steps_that_take_longer_than_the_implied_time_never_fit(
    monkeypatch: pytest.MonkeyPatch, audit_of: AuditOf
) -> None:
    latency = {"platform": {"latency": {"query": "4s", "mutation": "1s..2s", "commit": "1s"}}}
    scenario = even(**overlay(latency, {"external": {"latency": "1s", "rejected_latency": "7s"}}))
    monkeypatch.setattr(_Use, "of", lambda result, _: _Use(100, 0.1, 1000.0, 1000 * 0.5 / 3600))

    def fit(*steps: str, seconds: float) -> str:
        floors = f"{{a way: [{', '.join(steps)}]}}"
        compute = f"{seconds * 50 / 3600:.9f} GB-hours"
        text = f"together: {{calls: 1k, compute: {compute}, floors: {floors}}}"
        claim = audit_of(text, scenario)
        return f"{claim.verdict}: {claim.reason.partition('takes ')[2].split(' In ')[0]}"

    assert fit("query", "query", seconds=10) == (
        "reproduced: 8 s at the very least and 8 s on average, which fits."
    )
    assert "2 s at the very least and 2.50 s on average, which fits" in fit("mutation", seconds=10)
    assert "1 s at the very least and 1 s on average" in fit("http", seconds=10)
    assert "7 s at the very least and 7 s on average" in fit("http_rejected", seconds=10)
    assert fit("query", "query", "query", seconds=10) == (
        "contradicted by the model: 12 s at the very least and 12 s on average, which never fits."
    )
    unlikely = fit("mutation", "mutation", "mutation", "mutation", seconds=9)
    assert unlikely.startswith("contradicted by the model: 8 s at the very least and 10.00 s on ")
    assert unlikely.endswith("and the mean of many cannot be below that.")


def test_steps_that_take_exactly_the_implied_time_fit() -> None:
    asked = {"calls": 1, "compute": 1, "tolerance": 0, "floors": {"way": ["query"]}}
    fit = Together.model_validate(asked)._fit
    assert fit({"way": (10.0, 10.0)}, exact(10.0)).endswith("on average, which fits. ")
    assert fit({"way": (10.1, 10.1)}, exact(10.0)).endswith("which never fits. ")
    assert fit({"way": (10.0, 10.1)}, exact(10.0)).endswith("cannot be below that. ")
    assert fit({}, exact(10.0)) == ""


def test_steps_take_their_mean_however_skewed_their_latencies_are() -> None:
    latency = {"query": {"mean": "10s"}, "mutation": "1s..2s", "commit": "500ms"}
    scenario = even(platform={"latency": latency})
    assert _floor(("query",), scenario) == pytest.approx((0, 10), rel=1e-5)
    assert _floor(("query", "mutation"), scenario) == pytest.approx((1.5, 12), rel=1e-5)


def test_a_bill_is_that_of_the_first_seed_if_there_are_several(audit_of: AuditOf) -> None:
    text = "measure: {metric: cost, per: month, at_most: $1000000}"
    one, two = (audit_of(text, even(seed=4), number).reason for number in (1, 2))
    assert "(the run used 0.0006 million × $2.20, " in one
    assert "under seed" not in one
    assert " under seed 4); " in two
    assert "$" not in audit_of("measure: {metric: calls, at_most: 1M}", even()).reason


def test_what_a_ratio_consists_of_and_other_metrics_are_mentioned(audit_of: AuditOf) -> None:
    per_call = "metric: bandwidth, over: {metric: calls}, at_most: 1"
    reason = audit_of(f"measure: {{{per_call}, besides: [{{metric: calls}}]}}", even()).reason
    assert " / 600); " in reason
    assert reason.endswith("; besides: calls 600.")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("metric: calls, at_most: 9", "In even calls are 600"),
        ("metric: bandwidth, at_most: 9MB", "In even bandwidth is 0.0"),
        ("metric: calls, over: {metric: calls}, at_most: 9", "In even calls / calls is 100%"),
    ],
)
def test_several_things_are_and_one_is(audit_of: AuditOf, asked: str, said: str) -> None:
    reason = audit_of(f"measure: {{{asked}}}", even(name="even")).reason
    assert reason.startswith(said)


def test_nothing_falls_by_more_than_everything() -> None:
    with pytest.raises(ValueError, match="nothing can fall by more than 100%"):
        switch(falls=1.01)
    assert switch(rises=1.01)._bounds().low == 1.01
    with pytest.raises(ValueError, match="expected exactly one of falls, rises, stays"):
        switch(falls=0.1, rises=0.1)


@pytest.mark.parametrize(
    ("metric", "value", "stated"),
    [("conflicts", "150%", 1.5), ("conflicts", 1.5, 1.5), ("bandwidth", 0.5, 0.5),
     ("bandwidth", 2, 2), ("bandwidth", "2k", 2000)],
)  # fmt: skip
def test_a_ratio_is_stated_as_a_share_or_as_a_number(
    metric: str, value: Any, stated: float
) -> None:
    asked = {"metric": metric, "over": {"metric": "calls"}, "value": value, "tolerance": 0}
    ratio = Measure.model_validate(asked)
    assert ratio.bounds(unit_of(metric, ratio.over)).low == stated


def test_only_a_rate_says_what_the_whole_run_came_to(audit_of: AuditOf) -> None:
    def whole(asked: str) -> float | None:
        return audit_of(f"measure: {{{asked}, at_most: 1M}}", even()).findings[0].in_the_run

    assert whole("metric: calls, per: day") == pytest.approx(600)
    assert whole("metric: calls") is None
    assert whole("metric: bandwidth, over: {metric: calls}, per: day") is None


def test_an_input_below_one_is_an_input_and_nothing_is_none(audit_of: AuditOf) -> None:
    def verdict(asked: str) -> str:
        return audit_of(f"measure: {{{asked}}}", even()).verdict

    assert verdict("metric: bandwidth, value: 48kB") == "input"  # 600 calls of 80 bytes
    assert verdict("metric: conflicts_failed, value: 0") == "reproduced"


def test_a_setting_whose_gaps_are_asked_for_must_be_there(errors_of: ErrorsOf) -> None:
    gaps = "setting: {path: app.refresh.stagger, gaps_of: app.refresh.limt, at_most: 1h}"
    assert any("unknown setting 'app.refresh.limt'" in line for line in errors_of(gaps))


def test_an_audit_runs_at_least_once(audit_of: AuditOf) -> None:
    with pytest.raises(ValueError, match="at least one replication"):
        audit_of("untestable: A wish.", even(), 0)


def test_a_change_that_changes_no_metric_is_said_so(audit_of: AuditOf) -> None:
    text = "switch: {set: {platform.latency.commit: 9ms}, metric: calls, stays: 0}"
    assert "600, no change; if the statement holds" in audit_of(text, even()).reason


def test_stored_data_is_paid_by_the_gigabyte() -> None:
    stored = even(billing={"storage_mb": 100_500})
    assert "$20.00 on Starter" not in price(even(), plan="starter", at_most="$30")
    assert "$22.00 on Starter" in price(stored, plan="starter", at_most="$30")
