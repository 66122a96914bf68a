"""What the report of a check says: limits, headroom, and what would mend it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.budgets import Baseline, Carrier, CheckReport, How, ScenarioCheck, SwitchedBack, WhyBroken
from sim.report.cards import check_cards
from sim.report.check import alert_table, check_report, clock, described, headroom_text, limit_text
from sim.report.figures import limits_chart
from sim.result import AlertUse
from tests.made import check
from tests.report.told import told


def test_a_time_of_the_simulation_is_in_whole_minutes() -> None:
    assert [clock(at) for at in (0, 29, 31, 3600, 5430)] == [
        "0 min", "0 min", "1 min", "1 h", "1 h 30 min",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "limit", "headroom", "sentence"),
    [
        ({"limit": 4.0, "value": 3.0, "verdict": "pass"}, "≤ 4", "1 (25%)",
         "calls is 3, within its limit of 4."),
        ({"limit": 4.0, "value": 4.0, "verdict": "pass"}, "≤ 4", "0",
         "calls is 4, within its limit of 4."),
        ({"limit": 4.0, "value": 5.0}, "≤ 4", "over by 1 (25%)",
         "calls is 5, 1 above its limit of 4."),
        ({"limit": 4.0, "value": 3.0, "kind": "min"}, "≥ 4", "short by 1 (25%)",
         "calls is 3, 1 below its limit of 4."),
        ({"limit": 0.0, "value": 3.0}, "≤ 0", "over by 3", "calls is 3, 3 above its limit of 0."),
        ({"limit": 1.0, "value": 101.0}, "≤ 1", "over by 100",
         "calls is 101, 100 above its limit of 1."),
        ({"limit": 1.0, "value": 100.0}, "≤ 1", "over by 99 (9900%)",
         "calls is 100, 99 above its limit of 1."),
        ({"limit": None, "verdict": "no baseline"}, "none yet", "", "calls is 2: no baseline."),
        ({"limit": 4.0, "baseline": 3.0, "kind": "max_increase", "value": 4.5,
          "message": "Oh\n no"},
         "≤ 4 (was 3)", "over by 0.50 (12%)", "calls is 4.50, 0.50 above its limit of 4. Oh no"),
        ({"limit": 4.0, "value": 5.0, "stopped_at_s": 300.0, "per": "day", "selection": "a:b"},
         "≤ 4", "over by 1 (25%)",
         "calls of a:b per day has reached 5 after 5 min, 1 above its limit of 4."),
        ({"limit": 4.0, "value": 5.0, "verdict": "not judged"}, "≤ 4", "",
         "calls is 5: not judged."),
    ],
)  # fmt: skip
def test_a_check_in_words(facts: dict[str, Any], limit: str, headroom: str, sentence: str) -> None:
    one = check(**facts)
    assert (limit_text(one), headroom_text(one), described(one)) == (limit, headroom, sentence)


def checked(*checks: Any, **facts: Any) -> ScenarioCheck:
    """A scenario of an hour with these checks."""
    return ScenarioCheck("app", "", "0", 3600.0, (1,), "compiled", "one", list(checks), **facts)


def report(one: ScenarioCheck) -> str:
    """Its report on one line."""
    return told(check_report(CheckReport([one], How(), Baseline())))


def test_the_worst_checks_come_first() -> None:
    verdicts = ("pass", "not judged", "warn", "no baseline", "incomparable", "fail")
    text = report(
        checked(*(check(f"b-{each.replace(' ', '')}", verdict=each) for each in verdicts))
    )
    places = [text.index(f"b-{each.replace(' ', '')}") for each in reversed(verdicts)]
    assert places == sorted(places)


def test_it_says_what_it_was_compared_with() -> None:
    assert "Tested: one. The baseline is incomparable: why." in report(
        checked(check(), incomparable="why")
    )
    assert "measured on the same settings" in report(checked(check(), same_as_baseline=True))
    assert "measured on other settings" in report(checked(check(), same_as_baseline=False))
    stopped = report(checked(check(), stopped_at_s=300.0, same_as_baseline=True))
    assert "; stopped after 5 min of 60 min" in stopped
    assert "Stopped as soon as a budget could no longer hold" in stopped
    assert "baseline" not in report(checked(check()))


def why(**facts: Any) -> WhyBroken:
    """An explanation of the budget `a`."""
    return WhyBroken(**{"carriers": {}, **facts})


def test_a_table_of_one_function_is_not_repeated_unless_it_is_compared() -> None:
    alone = Carrier("f:f", "cron", 2.0, None)
    other = Carrier("g:g", "cron", 1.0, None)
    assert "add most to" not in report(checked(check(), explanation=why(carriers={"a": [alone]})))
    both = report(checked(check(), explanation=why(carriers={"a": [alone, other]})))
    assert "Functions that add most to a" in both
    beside = report(checked(check(), explanation=why(
        reference="old", carriers={"a": [Carrier("f:f", "cron", 2.0, 0.5)]})))  # fmt: skip
    assert "in old | difference" in beside
    assert "| 2 | 0.50 | +1.50 |" in beside


def test_settings_that_make_budgets_hold_again_are_named_with_their_place() -> None:
    switches = [
        SwitchedBack("app.a", 1, 2, "x.yaml:1:2", {"a": 0.5, "b": 3.0}, ("a",)),
        SwitchedBack("app.b", 1, None, "--set app.b=1", {"a": 0.25, "b": 3.0}, ("a",)),
        SwitchedBack("app.c", [], True, "", {}, (), "cannot be"),
    ]
    one = checked(check("a"), check("b"), explanation=why(reference="old", switches=switches))
    text = report(one)
    assert "a holds again with app.a [x.yaml:1:2] or app.b switched back." in text
    assert "No single setting makes b hold again." in text
    assert "cannot be" in text
    there = report(checked(*(check(f"b{n}") for n in range(8)), explanation=why(
        reference="old", broken_there=[f"b{n}" for n in range(8)])))  # fmt: skip
    assert "Broken in old too: b0, b1, b2, b3, b4, b5 and 2 more." in there
    six = report(checked(check(), explanation=why(
        reference="old", broken_there=[f"b{n}" for n in range(6)])))  # fmt: skip
    assert "Broken in old too: b0, b1, b2, b3, b4, b5." in six


def test_alerts_say_when_they_fired_and_what_had_gone_by_when_somebody_was_told() -> None:
    never = AlertUse("a", "calls", 5.0, 3600.0, 0, None, None, 0.0, 0, 0.0)
    late = AlertUse("b", "bandwidth", 5.0, 60.0, 2, 120.0, None, 9.0, 0, 0.0)
    told_ = AlertUse("c", "calls", 5.0, 60.0, 1, 120.0, 180.0, 9.0, 7, 0.5)
    assert alert_table([never, late, told_]).rows == [
        ["a", "> 5 calls in 60 min", "never", "", "", "", "0"],
        ["b", "> 5 MB in 60 s", "2 min", "not within the run", "", "", "2"],
        ["c", "> 5 calls in 60 s", "2 min", "3 min", "7", "$0.50", "1"],
    ]


def test_a_verdict_as_a_card() -> None:
    one = checked(check("a", verdict="pass", limit=4.0, value=3.0), check("b", verdict="warn"),
                  check("c", verdict="no baseline", limit=None))  # fmt: skip
    held, most = check_cards(one).cards
    assert (held.readings[0].value, held.readings[0].is_better) == ("1 of 2 bounds broken", False)
    assert (held.readings[0].detail, held.readings[0].is_bad) == ("only warnings", False)
    assert (most.title, most.readings[0].detail) == ("Most of a limit used", "b")
    good = check_cards(checked(check("a", verdict="pass", limit=4.0, value=3.0))).cards[0]
    assert (good.readings[0].value, good.readings[0].detail) == ("1 of 1 bound holds", "")
    assert good.readings[0].is_better is True
    many = [check(f"f{n}") for n in range(2)] + [check(f"p{n}", verdict="pass") for n in range(3)]
    (bad, _) = check_cards(checked(*many)).cards
    assert (bad.readings[0].value, bad.readings[0].change) == ("2 of 5 bounds broken", "fail")
    assert bad.readings[0].is_bad


def test_the_chart_of_limits_names_every_bar_and_what_has_none() -> None:
    chart = limits_chart([
        check("calls", limit=100.0, value=509.0),
        check("calls", kind="max_increase", limit=100.0, value=92.0, verdict="pass"),
        check("errors", limit=0.0, value=3.0),
        check("jobs", kind="max_increase", limit=None, verdict="no baseline"),
        check("filled", kind="min", limit=1.0, value=2.0, verdict="pass"),
    ])  # fmt: skip
    drawn = chart.svg()
    for text in ("calls (max)", "calls (max_increase)", "509% (cut)", "92.0%", "300%"):
        assert f">{text}</text>" in drawn, text
    assert chart.alt.endswith(
        "calls (max) 509%, calls (max_increase) 92.0%. Bars with a gap are cut at 300%. Not drawn: "
        "errors (its limit is 0, its value 3), jobs (no baseline)."
    )


def test_a_scenario_that_the_baseline_does_not_have_is_told_which_it_has() -> None:
    one = checked(check(verdict="no baseline", limit=None),
                  not_in_baseline="b.json has no scenario 'app' (it has: old)")  # fmt: skip
    assert "b.json has no scenario 'app' (it has: old)." in report(one)
    none = check_cards(checked(check("a", verdict="incomparable", limit=None))).cards
    assert len(none) == 1
    assert none[0].readings[0].is_better is None


def test_budgets_of_an_app_that_nothing_calls_say_nothing() -> None:
    said = "so these budgets say nothing"
    assert said in report(checked(nothing_ran=True))
    assert said not in report(checked())


def test_a_check_says_what_the_app_says_of_the_run() -> None:
    text = report(checked(notes=["clients found nothing to pick"]))
    assert "Clients found nothing to pick." in text
