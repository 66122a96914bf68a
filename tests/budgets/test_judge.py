"""Verdicts: what holds, what is broken, what nothing can be said of."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from sim.budgets import (
    Base,
    Baseline,
    Check,
    CheckReport,
    How,
    ScenarioCheck,
    judge,
    load_baseline,
    summary,
    to_annotations,
    to_junit,
)
from sim.budgets.baseline import BaselineEntry
from sim.budgets.judge import key_of
from sim.budgets.statistic import pessimistic
from sim.intervals import interval
from sim.scenario import Budget

VALUES = st.floats(0, 1e9)
SEEDS = st.lists(VALUES, min_size=1, max_size=6)


def verdicts(values: list[float], base: Base | None = None, **settings: Any) -> list[str]:
    """The verdicts on a budget of calls."""
    budget = Budget.model_validate({"metric": "calls", **settings})
    return [check.verdict for check in
            judge({"a": budget}, {"a": values}, {"a": base or Base()})]  # fmt: skip


@given(value=VALUES, limit=VALUES)
def test_a_limit_may_be_reached_and_not_passed(value: float, limit: float) -> None:
    assert verdicts([value], max=limit) == ["pass" if value <= limit else "fail"]
    assert verdicts([value], min=limit) == ["pass" if value >= limit else "fail"]


@given(values=SEEDS, limits=st.tuples(VALUES, VALUES))
def test_a_wider_limit_never_breaks_what_a_tighter_one_holds(
    values: list[float], limits: tuple[float, float]
) -> None:
    tight, wide = sorted(limits)
    assert verdicts(values, max=tight) == ["fail"] or verdicts(values, max=wide) == ["pass"]
    assert verdicts(values, min=wide) == ["fail"] or verdicts(values, min=tight) == ["pass"]


@given(values=SEEDS, base=SEEDS)
def test_changes_are_taken_from_pairs_by_seed(values: list[float], base: list[float]) -> None:
    size = min(len(values), len(base))
    values, base = values[:size], base[:size]
    budget = Budget.model_validate({"metric": "calls", "max_increase": {"relative": "10%"}})
    (check,) = judge({"a": budget}, {"a": values}, {"a": Base(tuple(base))}, "mean")
    assert check.baseline == pytest.approx(sum(base) / size)
    assert check.value == pytest.approx(sum(values) / size, rel=1e-6, abs=1e-3)
    assert check.limit == pytest.approx(1.1 * sum(base) / size)


def test_pairs_that_differ_by_the_same_amount_have_no_spread() -> None:
    budget = Budget.model_validate({"metric": "calls", "max_increase": {"absolute": 5}})
    (check,) = judge({"a": budget}, {"a": [15, 105, 1005]}, {"a": Base((10, 100, 1000))})
    assert check.value == check.limit
    assert check.verdict == "pass"


def test_of_two_allowed_increases_the_larger_one_holds() -> None:
    increase = {"absolute": 25, "relative": "10%"}
    assert verdicts([125], Base((100.0,)), max_increase=increase) == ["pass"]
    assert verdicts([126], Base((100.0,)), max_increase=increase) == ["fail"]
    assert verdicts([1100], Base((1000.0,)), max_increase=increase) == ["pass"]
    assert verdicts([1101], Base((1000.0,)), max_increase=increase) == ["fail"]


def test_a_count_of_zero_is_data() -> None:
    assert verdicts([0], max=0, min=0) == ["pass", "pass"]
    assert verdicts([0], Base((0.0,)), max_increase={"absolute": 0}) == ["pass"]
    assert verdicts([1], Base((0.0,)), max_increase={"relative": "50%"}) == ["fail"]


def test_levels_and_missing_baselines() -> None:
    assert verdicts([2], max=1, level="warn") == ["warn"]
    assert verdicts([2], max=1, level="off") == []
    assert verdicts([2], max_increase={"relative": 0.1}) == ["no baseline"]
    assert verdicts([2], Base(incomparable="why"), max=3, max_decrease={"absolute": 0}) == [
        "pass", "incomparable",
    ]  # fmt: skip


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_the_bound_is_students(values: list[float]) -> None:
    low, high = scipy.stats.t.interval(
        0.9, len(values) - 1, loc=sum(values) / len(values),
        scale=scipy.stats.sem(values) or 1e-300,
    )  # fmt: skip
    tolerance = 1e-6 * max(1.0, *map(abs, values))
    assert pessimistic(values, "bound", high_is_bad=True) == pytest.approx(high, abs=tolerance)
    assert pessimistic(values, "bound", high_is_bad=False) == pytest.approx(low, abs=tolerance)
    mean, half = interval(values)
    wide = scipy.stats.t.interval(0.95, len(values) - 1, loc=mean,
                                  scale=scipy.stats.sem(values) or 1e-300)  # fmt: skip
    assert mean + half == pytest.approx(wide[1], abs=tolerance)


@given(values=SEEDS)
def test_the_worst_is_no_better_than_the_mean(values: list[float]) -> None:
    for high in (True, False):
        worst = pessimistic(values, "worst", high_is_bad=high)
        mean = pessimistic(values, "mean", high_is_bad=high)
        assert (worst - mean) * (1 if high else -1) >= -1e-6 * max(1.0, abs(mean))


TEXT = st.text(max_size=60)


def report(checks: list[Check]) -> CheckReport:
    """A report of one scenario."""
    one = ScenarioCheck("app", "", "0", 60.0, (1,), "compiled", "one", checks)
    return CheckReport([one], How(), Baseline())


def check(name: str, verdict: Any, message: str = "", where: str = "") -> Check:
    """A check with that verdict."""
    return Check(name, "calls", "", "calls", "run", "max", 1.0, 2.0, (2.0,), None, verdict,
                 "error", message, where)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(["fail", "warn", "pass", "incomparable", "no baseline"]),
                          TEXT), max_size=30))  # fmt: skip
def test_reports_for_machines_survive_any_text(found: list[tuple[str, str]]) -> None:
    checks = [check(f"b{n}", verdict, text, text) for n, (verdict, text) in enumerate(found)]
    lines = to_annotations(report(checks), lambda each: each.message).split("\n")[:-1]
    for kind in ("error", "warning", "notice"):
        assert sum(line.startswith(f"::{kind} ") for line in lines) <= 10
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    root = ET.fromstring(to_junit(report(checks), lambda each: each.message))
    assert root.get("tests") == str(len(found))
    assert root.get("failures") == str(sum(verdict == "fail" for verdict, _ in found))
    assert len(root.findall(".//testcase")) == len(found)


@given(text=st.text(max_size=400), room=st.integers(60, 500))
def test_a_summary_fits(text: str, room: int) -> None:
    cut = summary(text, room)
    assert len(cut.encode()) <= max(room, len(text.encode()) if cut == text else 0)
    assert cut == text or cut.endswith("(shortened: the whole report is in the step's output)\n")


@given(seeds=st.lists(st.integers(0, 99), min_size=1, max_size=3, unique=True), data=st.data())
def test_a_baseline_survives_its_file(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int], data: st.DataObject
) -> None:
    values = st.lists(VALUES, min_size=len(seeds), max_size=len(seeds)).map(tuple)
    metrics = data.draw(st.dictionaries(TEXT, values, max_size=4))
    entry = BaselineEntry("abc", "0.1.0", tuple(seeds), metrics, {"horizon": "1h"})
    old = Baseline({"app": entry})
    file = tmp_path_factory.mktemp("baseline") / "b.json"
    file.write_text(old.to_json(), encoding="utf-8")
    assert load_baseline(file).entries == old.entries
    assert load_baseline(file).to_json() == old.to_json()


def test_a_key_tells_budgets_of_one_metric_apart() -> None:
    keys = {
        key_of(Budget.model_validate({"metric": "calls", "max": 1, "per": per, "select": select}))
        for per in ("run", "day")
        for select in ({}, {"type": "query"}, {"trigger": "cron"}, {"function": "a:b"})
    }
    assert len(keys) == 8
