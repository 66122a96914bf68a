"""Calls by how many attempts they have had, from what engines count."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sim.platform.rules import DEEPEST, depth
from sim.simulation.attempts import attempts


@given(st.lists(st.integers(1, DEEPEST + 3), min_size=1))
def test_calls_are_told_apart_by_their_attempts(calls: list[int]) -> None:
    repeats = [0] * (DEEPEST + 1)
    for had in calls:
        for failures in range(1, had):
            repeats[depth(failures)] += 1
    expected = Counter(str(min(had, DEEPEST)) for had in calls)
    assert attempts("mutation", "f", sum(calls), {"f": repeats}) == expected


def test_other_functions_have_one_attempt_or_are_not_known() -> None:
    assert attempts("mutation", "f", 3, {}) == {"1": 3}
    assert attempts("mutation", "f", 3, None) == {}
    assert attempts("query", "f", 3, {}) == {}
