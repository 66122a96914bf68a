"""Runs that stop early: when nothing can make a broken bound hold again, and no sooner."""

from __future__ import annotations

from typing import Any

import pytest

from sim.budgets import STATISTICS, Base, BudgetRuns, How, Statistic, check, replicate
from sim.budgets.judge import judge_stopped
from sim.budgets.statistic import described, pessimistic
from sim.scenario import Budget
from tests.made import even

FIRST_LOOK, CALLS = 300, 600
"""Calls at the first look, after five minutes, and at the end of ten."""


def stopped(
    limit: float, seeds: tuple[int, ...] = (1,), statistic: Statistic = "bound",
    base: Base | None = None, **budget: Any,
) -> BudgetRuns:  # fmt: skip
    """Replications under a budget of so many calls."""
    settings = {"metric": "calls", **({} if "max_increase" in budget else {"max": limit}), **budget}
    scenario = even(budgets={"a": settings})
    return replicate(
        scenario, seeds, fail_fast=True, statistic=statistic, baseline={"a": base or Base()}
    )


def test_a_run_is_stopped_at_the_first_look_above_the_limit() -> None:
    broken = stopped(FIRST_LOOK - 1).broken
    assert broken is not None
    assert (broken.at_s, broken.seed, broken.budgets) == (300, 1, ("a",))
    assert broken.so_far.calls.total == FIRST_LOOK
    reached = stopped(FIRST_LOOK).broken
    assert reached is not None
    assert (reached.at_s, reached.so_far.calls.total) == (600, CALLS)
    assert stopped(CALLS).broken is None


def test_later_seeds_may_use_what_earlier_ones_left_of_the_mean() -> None:
    done = stopped((CALLS + FIRST_LOOK) / 2, (1, 2))
    assert (len(done.results), done.broken and done.broken.at_s) == (1, 600)
    tight = stopped((CALLS + FIRST_LOOK - 1) / 2, (1, 2))
    assert (len(tight.results), tight.broken and tight.broken.at_s) == (1, 300)
    assert tight.broken is not None
    assert tight.broken.seed == 2
    assert len(stopped(CALLS, (1, 2, 3)).results) == 3


def test_the_worst_of_all_is_above_the_limit_as_soon_as_one_is() -> None:
    worst = stopped(CALLS - 1, (1, 2, 3), "worst")
    assert (len(worst.results), worst.broken and worst.broken.at_s) == (0, 600)
    mean = stopped(CALLS - 1, (1, 2, 3), "mean")
    assert (len(mean.results), mean.broken and mean.broken.at_s) == (2, 600)
    assert stopped(CALLS, (1, 2, 3), "worst").broken is None


@pytest.mark.parametrize(
    "budget",
    [
        {"level": "warn"},
        {"metric": "backlog_end", "max": 0},
        {"metric": "outcomes.shows", "max": 0},
        {"max": None, "min": 10_000},
        {"max": None, "max_decrease": {"absolute": 0}},
    ],
)
def test_what_may_still_hold_or_may_not_fail_stops_nothing(budget: dict[str, Any]) -> None:
    assert stopped(FIRST_LOOK, **budget).broken is None


def test_the_lower_of_two_upper_limits_stops_the_run() -> None:
    both: dict[str, Any] = {"max": CALLS, "max_increase": {"absolute": 10}}
    tight = stopped(0, base=Base((FIRST_LOOK - 11,)), **both).broken
    assert tight is not None
    assert tight.at_s == 300
    assert stopped(0, base=Base((CALLS - 10.0,)), **both).broken is None
    assert stopped(0, max_increase={"absolute": 0}).broken is None  # no baseline, so no limit


def test_of_a_stopped_run_only_the_bound_that_stopped_it_is_judged() -> None:
    budgets = {
        "both": Budget.model_validate(
            {"metric": "calls", "min": 1, "max": 500, "max_increase": {"absolute": 10}}
        ),
        "other": Budget.model_validate({"metric": "calls", "max": 100}),
        "open": Budget.model_validate({"metric": "calls", "max_increase": {"absolute": 1}}),
    }
    so_far = replicate(even(), [1]).results[0]
    base = {"both": Base((400.0,))}
    checks = judge_stopped(budgets, so_far, ("both", "open"), base, {"both": "a.yaml:1:2"})
    assert [(each.budget, each.kind, each.limit, each.verdict) for each in checks] == [
        ("both", "max", 500, "not judged"),
        ("both", "min", 1, "not judged"),
        ("both", "max_increase", 410, "fail"),
        ("other", "max", 100, "not judged"),
        ("open", "max_increase", None, "not judged"),
    ]
    assert {each.where for each in checks if each.budget == "both"} == {"a.yaml:1:2"}
    assert {each.value for each in checks} == {CALLS}


def test_a_run_is_named_by_its_seed_if_there_are_several() -> None:
    told: list[str] = []
    replicate(even(), [4], progress=lambda name, share: told.append(name))
    (alone,) = set(told)
    told.clear()
    replicate(even(), [4, 5], progress=lambda name, share: told.append(name))
    assert list(dict.fromkeys(told)) == [f"{alone}, seed 4", f"{alone}, seed 5"]


def test_two_replications_have_a_spread_and_one_has_none() -> None:
    assert pessimistic([3.0], "bound", high_is_bad=True) == 3
    assert pessimistic([1.0, 3.0], "mean", high_is_bad=True) == 2
    # Student's t with one degree of freedom at 95% is 6.3138; the standard error is 1.
    assert pessimistic([1.0, 3.0], "bound", high_is_bad=True) == pytest.approx(8.3138, abs=1e-4)
    assert pessimistic([1.0, 3.0], "bound", high_is_bad=False) == pytest.approx(-4.3138, abs=1e-4)
    assert pessimistic([1.0, 3.0], "worst", high_is_bad=True) == 3
    assert pessimistic([1.0, 3.0], "worst", high_is_bad=False) == 1


def test_the_statistic_is_said_in_words() -> None:
    assert [described(each, 1) for each in STATISTICS] == ["the value of a single run"] * 3
    assert described("mean", 2) == "the mean of 2 replications"
    assert described("worst", 2) == "the worst of 2 replications"
    assert described("bound", 2).startswith(
        "the 95% confidence bound of the mean of 2 replications"
    )


def test_every_seed_from_the_first_on_is_run_and_a_stopped_check_keeps_no_baseline() -> None:
    limit = {"a": {"metric": "calls", "max": CALLS - 1}}
    report = check(even(budgets=limit, seed=7), How(replications=2, explain=False))
    assert report.scenarios[0].seeds == (7, 8)
    assert list(report.scenarios[0].checks[0].values) == [CALLS, CALLS]
    assert [entry.seeds for entry in report.baseline.entries.values()] == [(7, 8)]
    fast = check(even(budgets=limit), How(fail_fast=True, explain=False))
    assert fast.scenarios[0].stopped_at_s == 600
    assert fast.scenarios[0].checks[0].stopped_at_s == 600
    assert fast.baseline.entries == {}
