"""The comparison finds what differs, says where, and is not content with equal numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim import Result, simulate
from sim.result import Performance
from sim.scenario import scenario_from
from tests.platform.compiled.difference import first_difference
from tests.platform.compiled.strategies import BASE


@pytest.fixture(scope="module")
def result() -> Result:
    return simulate(scenario_from({**BASE, "horizon": "1m", "bin": "20s"}))


def changed(result: Result, **changes: Any) -> str | None:
    return first_difference(result, replace(result, **changes))


def test_equal_results_have_no_difference_whatever_the_engine_and_its_speed(result: Result) -> None:
    assert changed(result) is None
    assert changed(result, engine="other", performance=Performance(9, 9, 9)) is None


def test_a_difference_is_named_by_its_path_and_both_values(result: Result) -> None:
    name = "setlists:autoGenerateSetlist"
    use = result.by_function[name]
    bins = [*use.per_bin[:-1], use.per_bin[-1] + 1]
    found = changed(result, by_function={**result.by_function, name: replace(use, per_bin=bins)})
    assert found == (
        f"functions.{name}.per_bin[2]: {use.per_bin[-1]} in the reference, {bins[-1]} in the other"
    )


def test_what_only_one_of_them_has_is_a_difference(result: Result) -> None:
    more = {**result.outcomes, "more": 1}
    assert (
        changed(result, outcomes=more) == "outcomes.more: nothing in the reference, 1 in the other"
    )
    fewer = result.scheduler.backlog_per_bin[:-1]
    scheduler = replace(result.scheduler, backlog_per_bin=fewer)
    assert "scheduler.backlog_per_bin[2]: 0 in" in str(changed(result, scheduler=scheduler))


def test_one_and_one_point_zero_are_different_bytes(result: Result) -> None:
    assert changed(result, bin_s=20) == "bin_s: 20.0 in the reference, 20 in the other"


def test_the_order_of_keys_is_part_of_the_bytes(result: Result) -> None:
    backwards = dict(reversed(result.by_function.items()))
    assert "functions: keys in another order" in str(changed(result, by_function=backwards))
