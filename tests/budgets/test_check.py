"""`check` as Python code calls it: what it refuses, its verdicts, its counts in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim.budgets import (
    Base,
    Baseline,
    CheckReport,
    How,
    ScenarioCheck,
    check,
    judge,
    summary,
    surely_broken,
    to_annotations,
    to_junit,
)
from sim.budgets.baseline import BaselineEntry, entry_of
from sim.budgets.judge import key_of
from sim.scenario import Budget, ScenarioError
from tests.made import check as one_check
from tests.made import even

CALLS = 600
LIMIT = {"a": {"metric": "calls", "max": CALLS}}


def report(*verdicts: str, required: bool = False, **facts: Any) -> CheckReport:
    """A report of one scenario with these verdicts."""
    checks = [one_check(f"b{n}", verdict=verdict, **facts) for n, verdict in enumerate(verdicts)]
    stopped_at_s = 30.0 if "not judged" in verdicts else None
    one = ScenarioCheck("app", "", "0", 60.0, (1,), "compiled", "one", checks,
                        stopped_at_s=stopped_at_s, baseline_required=required)  # fmt: skip
    return CheckReport([one], How(), Baseline())


@pytest.mark.parametrize("number", [1, 1000])
def test_from_one_to_a_thousand_replications_can_be_had(number: int) -> None:
    assert How(replications=number).replications == number


@pytest.mark.parametrize("number", [0, 1001, -1, True, 2.0, "3"])
def test_other_numbers_of_replications_are_refused(number: Any) -> None:
    with pytest.raises(ScenarioError, match="expected a whole number from 1 to 1000"):
        How(replications=number)


@pytest.mark.parametrize("key", ["fail_fast", "explain", "require_baseline"])
def test_a_switch_is_true_or_false(key: str) -> None:
    for wrong in (1, "yes", None):
        given: dict[str, Any] = {key: wrong}
        with pytest.raises(ScenarioError, match=f"{key}=.*: expected True or False"):
            How(**given)


@pytest.mark.parametrize(
    ("verdicts", "required", "verdict", "summary", "code"),
    [
        (["pass"], False, "pass", "PASS, 1 bound holds", 0),
        (["pass"] * 2, False, "pass", "PASS, 2 bounds hold", 0),
        (["fail"], False, "fail", "FAIL, 1 of 1 bound broken", 1),
        (["fail", "pass", "incomparable"], True, "fail",
         "FAIL, 1 of 3 bounds broken, 1 not judged (the baseline cannot be compared)", 1),
        (["warn", "pass"], False, "warn", "PASS with warnings, 1 warning, 1 bound holds", 0),
        (["warn"] * 2, False, "warn", "PASS with warnings, 2 warnings", 0),
        (["pass", "incomparable"], False, "no verdict",
         "NO VERDICT, 1 bound holds, 1 not judged (the baseline cannot be compared)", 2),
        (["warn", "no baseline"], True, "no verdict",
         "NO VERDICT, 1 warning, 1 not judged (no baseline)", 2),
        (["pass", "no baseline"], False, "pass",
         "PASS, 1 bound holds, 1 not judged (no baseline)", 0),
        (["no baseline"] * 2, False, "not judged", "NOT JUDGED, 2 not judged (no baseline)", 0),
        (["fail", "not judged"], False, "fail",
         "FAIL, 1 of 2 bounds broken, 1 not judged (the run was stopped)", 1),
    ],
)  # fmt: skip
def test_the_worst_check_is_the_verdict(
    verdicts: list[str], required: bool, verdict: str, summary: str, code: int
) -> None:
    found = report(*verdicts, required=required)
    one = found.scenarios[0]
    assert (one.verdict, one.summary, found.exit_code) == (verdict, summary, code)


def test_one_broken_scenario_fails_all_and_one_without_a_verdict_is_worse_than_none() -> None:
    def exit_code(*verdicts: str) -> int:
        scenarios = [report(each).scenarios[0] for each in verdicts]
        return CheckReport(scenarios, How(), Baseline()).exit_code

    assert exit_code("pass", "fail", "incomparable") == 1
    assert exit_code("pass", "incomparable", "warn") == 2
    assert exit_code("pass", "warn", "no baseline") == 0


def test_headroom_is_what_is_left_below_an_upper_and_above_a_lower_limit() -> None:
    def headroom(kind: str) -> float | None:
        return one_check(kind=kind, limit=10.0, value=7.0).headroom

    assert [headroom(kind) for kind in ("max", "max_increase", "min", "max_decrease")] == [
        3, 3, -3, -3,
    ]  # fmt: skip
    assert one_check(limit=None).headroom is None


def test_a_bound_is_surely_broken_if_even_the_good_end_of_the_interval_breaks_it() -> None:
    def broken(kind: str, limit: float | None, *values: float) -> bool:
        return surely_broken(one_check(kind=kind, limit=limit, values=values))

    assert [broken("max", limit, 5.0) for limit in (4.9, 5.0)] == [True, False]
    assert [broken("min", limit, 5.0) for limit in (5.1, 5.0)] == [True, False]
    assert not broken("max", None, 5.0)
    # The interval of 9, 10 and 11 reaches from 8.31 to 11.69.
    assert [broken("max", limit, 9, 10, 11) for limit in (8.3, 8.4)] == [True, False]
    assert [broken("max_increase", limit, 9, 10, 11) for limit in (8.3, 8.4)] == [True, False]
    assert [broken("min", limit, 9, 10, 11) for limit in (11.7, 11.6)] == [True, False]
    assert [broken("max_decrease", limit, 9, 10, 11) for limit in (11.7, 11.6)] == [True, False]


def test_the_limit_of_a_decrease_lies_below_the_baseline() -> None:
    budget = Budget.model_validate({"metric": "calls", "max_decrease": {"relative": "10%"}})
    verdicts = {}
    for value in (90.0, 89.0):
        (found,) = judge({"a": budget}, {"a": [value]}, {"a": Base((100.0,))})
        verdicts[value] = (found.limit, found.baseline, found.headroom, found.verdict)
    assert verdicts == {90.0: (90, 100, 0, "pass"), 89.0: (90, 100, -1, "fail")}


def test_keys_in_a_baseline_stay_as_they_are() -> None:
    """A changed key would make every committed baseline useless."""
    plain = Budget.model_validate({"metric": "calls", "max": 1, "per": "day"})
    chosen = Budget.model_validate(
        {"metric": "calls", "max": 1, "select": {"function": "a:b", "trigger": "cron"}}
    )
    assert key_of(plain) == "calls/day"
    assert key_of(chosen) == "calls{function=a:b,trigger=cron}/run"


def test_a_scenario_without_a_budget_that_is_on_is_refused() -> None:
    for budgets in ({}, {"a": {"metric": "calls", "max": 1, "level": "off"}}):
        with pytest.raises(ScenarioError, match="has no budgets"):
            check(even(budgets=budgets))


def test_two_scenarios_of_one_name_cannot_share_a_baseline() -> None:
    twice = [even(budgets=LIMIT), even(budgets=LIMIT)]
    with pytest.raises(ScenarioError, match="two scenarios of one name"):
        check(twice, baseline=Baseline())
    assert len(check(twice, How(explain=False)).scenarios) == 2
    other = [twice[0], twice[1].with_(name="other")]
    assert set(check(other, How(explain=False), baseline=Baseline()).baseline.entries) == {
        each.name for each in other
    }


def checked(entry: BaselineEntry | None, **how: Any) -> ScenarioCheck:
    """A scenario of 600 calls checked against a baseline that allows no increase."""
    scenario = even(budgets={"a": {"metric": "calls", "max_increase": {"absolute": 0}}})
    baseline = Baseline({} if entry is None else {scenario.name: entry})
    return check(scenario, How(**{"explain": False, **how}), baseline=baseline).scenarios[0]


def test_a_baseline_is_compared_if_version_and_seeds_are_the_same() -> None:
    scenario = even(budgets={"a": {"metric": "calls", "max_increase": {"absolute": 0}}})
    entry = entry_of(scenario, (1,), {"a": (CALLS,)})
    same = checked(entry)
    assert (same.verdict, same.same_as_baseline, same.incomparable) == ("pass", True, "")
    assert same.reference == "the baseline"
    other = checked(replace(entry, hash="x", metrics={"calls/run": (CALLS - 1.0,)}))
    assert (other.verdict, other.same_as_baseline) == ("fail", False)
    none = checked(None)
    assert (none.verdict, none.same_as_baseline, none.reference) == ("not judged", None, "")
    five = checked(replace(entry, seeds=(1, 2, 3, 4, 5)))
    assert five.incomparable == "measured under seeds 1, 2, 3, 4, 5"
    six = checked(replace(entry, seeds=(1, 2, 3, 4, 5, 6)))
    assert six.incomparable == "measured under seeds 1, 2, 3, 4, 5, …"
    assert checked(replace(entry, settings={"app": "x"})).reference == ""


def test_updating_a_baseline_judges_no_change() -> None:
    scenario = even(budgets={"a": {"metric": "calls", "max_increase": {"absolute": 0}}})
    old = Baseline({scenario.name: entry_of(scenario, (1,), {"a": (1,)}),
                    "else": entry_of(scenario, (1,), {"a": (1,)})})  # fmt: skip
    updated = check(scenario, How(explain=False), baseline=old, update=True)
    assert updated.scenarios[0].verdict == "pass"
    assert updated.baseline.entries[scenario.name].metrics == {"calls/run": (CALLS,)}
    assert updated.baseline.entries["else"].metrics == {"calls/run": (1,)}


def test_only_what_the_reference_does_not_break_too_is_explained_by_changed_settings() -> None:
    budgets = {"a": {"metric": "calls", "max": 700}, "b": {"metric": "calls", "max": 100}}
    ours = even(budgets=budgets, traffic={"organic": {"rate": "2/s"}})
    explained = check(ours, against=even()).scenarios[0].explanation
    assert explained is not None
    assert explained.broken_there == ["b"]
    assert [(each.setting, each.restores) for each in explained.switches] == [
        ("traffic.organic.rate", ("a",)),
    ]  # fmt: skip
    only_b = even(budgets={"b": budgets["b"]}, traffic={"organic": {"rate": "2/s"}})
    both = check(only_b, against=even()).scenarios[0].explanation
    assert both is not None
    assert (both.broken_there, both.switches) == (["b"], [])
    alone = check(ours).scenarios[0].explanation
    assert alone is not None
    assert (alone.reference, alone.switches) == ("", [])
    assert check(even(budgets=LIMIT)).scenarios[0].explanation is None


def test_a_stopped_run_is_not_compared_with_a_whole_one() -> None:
    ours = even(budgets={"a": {"metric": "calls", "max": 400}})
    stopped, whole = (
        check(ours, How(fail_fast=fast), against=even()).scenarios[0].explanation
        for fast in (True, False)
    )
    assert stopped is not None
    assert whole is not None
    assert [each.reference for each in stopped.carriers["a"]] == [None]
    assert whole.carriers["a"] == []


def test_a_rate_says_what_the_whole_run_came_to() -> None:
    found = check(even(budgets={
        "rate": {"metric": "calls", "per": "day", "max": 1e9},
        "run": {"metric": "calls", "max": 1e9},
        "bill": {"metric": "cost", "per": "month", "max": 1e9},
    })).scenarios[0]  # fmt: skip
    values = {each.budget: found.in_the_run(each) for each in found.checks}
    assert values == {"rate": pytest.approx(CALLS), "run": None, "bill": None}


def test_junit_counts_failures_errors_and_skipped_cases() -> None:
    xml = to_junit(
        report("fail", "warn", "pass", "incomparable", "no baseline", "not judged"),
        lambda each: f"<{each.verdict}>",
    )
    assert '<testsuites name="sim check" tests="6" failures="1" errors="1" skipped="2">' in xml
    assert xml.count('<error message="&lt;incomparable&gt;" type="baseline"') == 1
    assert xml.count('<failure message="&lt;fail&gt;" type="budget"') == 1
    assert xml.count('<skipped message="&lt;no baseline&gt;"') == 1
    assert xml.count('<skipped message="&lt;not judged&gt;"') == 1
    assert "<system-out>&lt;warn&gt;</system-out>" in xml
    assert "<system-out>&lt;pass&gt;</system-out>" in xml


@pytest.mark.parametrize(("found", "shown", "rest"), [(10, 10, 0), (11, 9, 2)])
def test_ten_annotations_are_shown_and_of_more_the_last_one_counts_the_rest(
    found: int, shown: int, rest: int
) -> None:
    for verdict, kind in (("fail", "error"), ("incomparable", "error"), ("warn", "warning")):
        text = to_annotations(report(*[verdict] * found), lambda each: f"about {each.budget}")
        lines = text.splitlines()
        assert all(line.startswith(f"::{kind} ") for line in lines)
        assert sum("::about b" in line for line in lines) == shown
        last = [f"::{kind} title=sim check::and {rest} more: see the step's output"]
        assert lines[shown:] == (last if rest else [])


def test_an_annotation_is_at_the_budgets_place_if_that_is_known() -> None:
    known = to_annotations(report("fail", where="a b.yaml:3:11"), lambda each: "text")
    assert known == "::error file=a b.yaml,line=3,col=11,title=app%3A b0::text\n"
    unknown = to_annotations(report("fail", where="--set"), lambda each: "text")
    assert unknown == "::error title=app%3A b0::text\n"


def test_what_was_not_judged_is_one_notice_a_scenario_and_ten_at_most() -> None:
    one = report("no baseline", "not judged").scenarios[0]
    text = to_annotations(CheckReport([one] * 11, How(), Baseline()), lambda each: "")
    assert text.splitlines() == [f"::notice title=sim check::app: {one.summary}"] * 10
    assert to_annotations(report("pass"), lambda each: "") == ""


def test_a_step_summary_has_at_most_a_mebibyte() -> None:
    line = "x" * 1023 + "\n"
    assert summary(line * 1024) == line * 1024
    cut = summary(line * 1024 + "y")
    assert cut.endswith("(shortened: the whole report is in the step's output)\n")
    assert 2**20 - 2048 < len(cut) <= 2**20


def test_data_is_indented_by_two_and_ends_in_a_newline() -> None:
    found = check(even(budgets=LIMIT))
    assert found.to_json().startswith('{\n  "schema": "sim.check/1",\n')
    assert found.baseline.to_json().startswith('{\n  "schema": "sim.baseline/1",\n')
    assert found.to_json().endswith("\n}\n")
    assert found.baseline.to_json().endswith("\n}\n")
