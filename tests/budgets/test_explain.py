"""Explanations: who carries a broken bound, and which setting would mend it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.budgets import SwitchedBack
from sim.budgets.explain import by_effect, carriers, changed_settings, holds, switches
from sim.scenario import Budget, Scenario, load_scenario
from tests.made import check, even, made, use


def budget(**settings: Any) -> Budget:
    """A budget of at most one call, unless it says otherwise."""
    return Budget.model_validate({"metric": "calls", **({"max": 1} | settings)})


def test_the_functions_that_add_most_are_named_by_trigger_the_largest_first() -> None:
    result = made({"a:a": use({"cron": 10, "scheduler": 30}), "b:b": use({"client": 20})})
    found = [(each.function, each.trigger, each.value) for each in carriers(budget(), [result], [])]
    assert found == [("a:a", "scheduler", 30), ("b:b", "client", 20), ("a:a", "cron", 10)]
    assert all(each.reference is None for each in carriers(budget(), [result], []))


def test_other_metrics_have_no_triggers() -> None:
    result = made({"a:a": use({"cron": 10}, errors=3), "b:b": use({"cron": 10}, errors=4)})
    found = carriers(budget(metric="errors"), [result], [])
    assert [(each.function, each.trigger, each.value) for each in found] == [
        ("b:b", "", 4), ("a:a", "", 3),
    ]  # fmt: skip


def test_equal_parts_stand_in_the_order_of_their_names() -> None:
    result = made({"b:b": use({"cron": 5}), "a:a": use({"cron": 5})})
    assert [each.function for each in carriers(budget(), [result], [])] == ["a:a", "b:b"]


def test_at_most_five_are_named_and_none_of_a_hundredth_of_the_largest() -> None:
    many = made({f"f:{n}": use({"cron": 100 - n}) for n in range(7)})
    assert [each.value for each in carriers(budget(), [many], [])] == [100, 99, 98, 97, 96]
    few = made({"a:a": use({"cron": 200}), "b:b": use({"cron": 3}), "c:c": use({"cron": 2})})
    assert [each.function for each in carriers(budget(), [few], [])] == ["a:a", "b:b"]
    assert carriers(budget(), [made({"a:a": use({"cron": 0})})], []) == []


def test_with_a_reference_it_is_the_increase_that_counts() -> None:
    ours = made({"a:a": use({"cron": 100}), "b:b": use({"cron": 60})})
    theirs = made({"a:a": use({"cron": 90}), "c:c": use({"cron": 30})})
    found = [(each.function, each.value, each.reference, each.excess)
             for each in carriers(budget(), [ours], [theirs])]  # fmt: skip
    assert found == [("b:b", 60, 0, 60), ("a:a", 100, 90, 10), ("c:c", 0, 30, -30)]


@pytest.mark.parametrize("bound", [{"min": 500}, {"max_decrease": {"relative": "5%"}}])
def test_below_a_lower_bound_those_that_lost_most_come_first(bound: dict[str, Any]) -> None:
    ours = made({"a:a": use({"cron": 10}), "b:b": use({"cron": 60})})
    theirs = made({"a:a": use({"cron": 90}), "b:b": use({"cron": 70}), "c:c": use({"cron": 1})})
    low = Budget.model_validate({"metric": "calls", **bound})
    found = [(each.function, each.excess) for each in carriers(low, [ours], [theirs])]
    assert found == [("a:a", -80), ("b:b", -10), ("c:c", -1)]


def test_parts_are_means_over_replications_and_rates_over_the_period() -> None:
    first = made({"a:a": use({"cron": 10})}, horizon_s=43_200.0)
    second = made({"a:a": use({"cron": 20}), "b:b": use({"cron": 8})}, horizon_s=43_200.0)
    found = {each.function: each.value for each in carriers(budget(), [first, second], [])}
    assert found == {"a:a": 15, "b:b": 4}
    by_day = {
        each.function: each.value for each in carriers(budget(per="day"), [first, second], [])
    }
    assert by_day == {"a:a": 30, "b:b": 8}


def test_only_selected_calls_are_parts() -> None:
    result = made({
        "a:a": use({"cron": 10, "action": 5}), "b:b": use({"action": 7}, "mutation"),
    })  # fmt: skip

    def found(**select: str) -> list[tuple[str, str]]:
        chosen = carriers(budget(select=select), [result], [])
        return [(each.function, each.trigger) for each in chosen]

    assert found(trigger="action") == [("b:b", "action"), ("a:a", "action")]
    assert found(type="mutation") == [("b:b", "action")]
    assert found(function="a:*") == [("a:a", "cron"), ("a:a", "action")]


def test_what_has_no_parts_has_no_carriers() -> None:
    result = made({"a:a": use({"cron": 10})})
    assert carriers(budget(metric="outcomes.shows"), [result], []) == []
    assert carriers(budget(), [], []) == []


def test_a_bound_holds_again_at_its_limit() -> None:
    high, low = check(kind="max", limit=5.0), check(kind="min", limit=3.0)
    assert [holds("a", value, [high]) for value in (5, 5.1)] == [True, False]
    assert [holds("a", value, [low]) for value in (3, 2.9)] == [True, False]
    assert [holds("a", value, [high, low]) for value in (2, 3, 4, 5, 6)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    zero = check(kind="max", limit=0.0)
    assert [holds("a", value, [zero]) for value in (0, 0.5)] == [True, False]


def test_only_the_budgets_own_bounds_with_a_limit_must_hold_again() -> None:
    assert holds("a", 9, [check("b", limit=5.0)])
    assert holds("a", 9, [check("a", limit=None)])


def switch(setting: str, value: float | None, *restores: str) -> SwitchedBack:
    """A setting that was switched back, with the metric of `a` then."""
    return SwitchedBack(setting, 1, 2, "", {} if value is None else {"a": value}, restores)


def test_the_switch_that_restores_most_comes_first_then_the_one_that_improves_most() -> None:
    found = [
        switch("impossible", None), switch("more", 90), switch("less", 40),
        switch("one", 3, "a"), switch("two", 5, "a", "b"),
    ]  # fmt: skip
    above = by_effect(found, [check(kind="max")])
    assert [each.setting for each in above] == ["two", "one", "less", "more", "impossible"]
    below = by_effect(found, [check(kind="min")])
    assert [each.setting for each in below] == ["two", "one", "more", "less", "impossible"]
    assert math.isfinite(above[0].values["a"])


def test_what_does_not_change_the_system_is_no_changed_setting() -> None:
    ours = even(seed=3, engine="simpy", budgets={"a": {"metric": "calls", "max": 1}},
                alerts={"b": {"metric": "calls", "above": 1}}, horizon="20m")  # fmt: skip
    assert changed_settings(ours, even()) == {"horizon": ("20m", "10m")}


def test_each_changed_setting_is_switched_back_alone() -> None:
    ours = even(
        traffic={"organic": {"rate": "2/s"}}, platform={"latency": {"commit": "9ms"}},
        budgets={"a": {"metric": "calls", "max": 600}, "b": {"metric": "errors", "max": 0}},
    )  # fmt: skip
    told: list[str] = []
    broken = [check("a", limit=600.0, value=1200.0)]
    found = list(switches(ours, even(), broken, lambda name, share: told.append(name)))
    by_setting = {each.setting: (each.values, each.restores) for each in found}
    assert by_setting == {
        "traffic.organic.rate": ({"a": 600}, ("a",)),
        "platform.latency.commit": ({"a": 1200}, ()),
    }
    assert {name.rpartition(" (")[2] for name in told} == {"1 of 2)", "2 of 2)"}


def test_a_setting_that_cannot_be_switched_alone_says_why() -> None:
    def shares(mutations: float, actions: float) -> Scenario:
        return even(traffic={"organic": {"mutations": mutations, "actions": actions}})

    broken = [check("a", limit=600.0)]
    ours = shares(0.2, 0.3).with_(budgets={"a": {"metric": "calls", "max": 600}})
    found = {each.setting: each for each in switches(ours, shares(0.8, 0.1), broken)}
    alone = found["traffic.organic.mutations"]
    assert "add up to more than 1" in alone.impossible
    assert (alone.now, alone.before, alone.values, alone.restores) == (0.2, 0.8, {}, ())
    assert found["traffic.organic.actions"].values == {"a": 600}


def test_a_setting_that_only_one_of_the_two_has_is_not_switched() -> None:
    other = load_scenario("scenarios/monitor.yaml", horizon="10m")
    ours = even(budgets={"a": {"metric": "calls", "max": 600}})
    found = switches(ours, other, [check("a", limit=600.0)])
    only = next(each for each in found if each.setting.startswith("app.") and not each.before)
    assert only.impossible == "only one of the two has it"
