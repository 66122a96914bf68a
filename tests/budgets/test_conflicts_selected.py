"""Budgets on write conflicts by the table and by the function that won."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from sim import Result, Scenario, ScenarioError, check
from sim.metrics import Selection, metric
from sim.result import ConflictPair
from sim.scenario import scenario_from
from tests.made import made, use

PAIRS = [
    ConflictPair("a:one", "rows", "a:one", 100, 3),
    ConflictPair("a:one", "rows", "b:two", 20, 0),
    ConflictPair("a:two", "cells", "b:two", 5, 1),
    ConflictPair("a:two", "cells", "", 7, 0),
]


def lost() -> Result:
    """A day with these conflicts."""
    return replace(made({"a:one": use({"client": 500}, "mutation")}), conflict_pairs=PAIRS)


@pytest.mark.parametrize(
    ("selected", "retried", "failed"),
    [
        ({"table": "rows"}, 120, 3),
        ({"table": "cells"}, 12, 1),
        ({"won_by": "b:two"}, 25, 1),
        ({"won_by": "b:*"}, 25, 1),
        ({"won_by": "*:one"}, 100, 3),
        ({"table": "rows", "won_by": "b:two"}, 20, 0),
        ({"function": "a:two", "won_by": "b:two"}, 5, 1),
        ({"function": "a:*", "table": "rows"}, 120, 3),
        ({"type": "query", "table": "rows"}, 0, 0),
        ({"table": "none"}, 0, 0),
    ],
)
def test_conflicts_are_counted_by_what_they_were_lost_to(
    selected: dict[str, str], retried: int, failed: int
) -> None:
    chosen = Selection(**selected)
    counted = [metric(name).value(lost(), chosen)
               for name in ("conflicts_retried", "conflicts_failed", "conflicts")]  # fmt: skip
    assert counted == [retried, failed, retried + failed]


def budgeted(**select: Any) -> Scenario:
    """Half a minute of the spike with a budget on some of its conflicts."""
    return scenario_from({
        "revision": "buggy", "horizon": "30s", "seed": 3,
        "budgets": {"some": {"metric": "conflicts", "select": select, "max": 0}},
    })  # fmt: skip


def test_a_budget_on_them_says_which_are_meant_and_who_carries_them() -> None:
    (checked,) = check([budgeted(table="artists", won_by="artists:update*")]).scenarios
    (one,) = checked.checks
    assert one.selection == "table artists, won by artists:update*"
    assert one.value > 0
    assert one.verdict == "fail"


@pytest.mark.parametrize(
    ("select", "said"),
    [
        (
            {"table": "artist"},
            "budgets.some.select.table: unknown table 'artist'; allowed",
        ),
        ({"won_by": "artists:updateSpotify"}, "budgets.some.select.won_by: unknown function"),
    ],
)
def test_names_that_do_not_exist_are_refused(select: dict[str, str], said: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(said)):
        check([budgeted(**select)])


def test_other_metrics_cannot_be_selected_by_them() -> None:
    with pytest.raises(ScenarioError, match="calls cannot be selected by table"):
        scenario_from(
            {"budgets": {"a": {"metric": "calls", "select": {"table": "artists"}, "max": 1}}}
        )


def test_a_part_of_the_run_has_no_count_of_them() -> None:
    budget = {"metric": "conflicts", "select": {"table": "artists"}, "max": 1,
              "during": ["1h", "2h"]}  # fmt: skip
    with pytest.raises(ScenarioError, match="conflicts by table is not counted in time bins"):
        scenario_from({"budgets": {"a": budget}})
