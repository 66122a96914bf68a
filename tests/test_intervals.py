"""Intervals of means: from two values on, as Student's t has them."""

from __future__ import annotations

import math

import pytest

from sim.intervals import CONFIDENCE, ConfidenceInterval, at_most, half_width, interval


def test_a_single_value_has_no_interval() -> None:
    one = ConfidenceInterval.of([5.0])
    assert (one.mean, one.half_width, one.low, one.high) == (5, math.inf, 5, 5)
    assert one.leaves_zero_out
    assert ConfidenceInterval.of([0.0]).leaves_zero_out


def test_two_values_have_the_interval_of_one_degree_of_freedom() -> None:
    mean, half = interval([1.0, 3.0])
    assert mean == 2
    assert half == pytest.approx(12.7062, abs=1e-4)  # a table of Student's t
    pair = ConfidenceInterval.of([1.0, 3.0])
    assert pair.low == pytest.approx(mean - half)
    assert pair.high == pytest.approx(mean + half)
    assert not pair.leaves_zero_out


def test_more_values_have_more_degrees_of_freedom() -> None:
    assert interval([1.0, 2.0, 3.0])[1] == pytest.approx(4.30265 / math.sqrt(3), abs=1e-4)
    assert half_width([1.0, 2.0, 3.0], 0.95) == pytest.approx(2.91999 / math.sqrt(3), abs=1e-4)
    assert CONFIDENCE == 0.95


@pytest.mark.parametrize(
    ("mean", "half", "outside"),
    [(2, 1.9, True), (2, 2, False), (-2, 1.9, True), (-2, 2, False), (0, 0, False), (1, 0, True)],
)
def test_zero_lies_inside_up_to_the_ends(mean: float, half: float, outside: bool) -> None:
    assert ConfidenceInterval(mean, half).leaves_zero_out is outside


@pytest.mark.parametrize(
    ("value", "bound", "fits"),
    [(1.0, 1.0, True), (0.9, 1.0, True), (1.1, 1.0, False), (0.2 * 1.3, 0.26, True),
     (1.3 * 3 * 0.2, 0.78, True), (1 + 1e-6, 1.0, False), (0.0, 0.0, True), (1e-12, 0.0, False),
     (math.inf, math.inf, True), (math.inf, 1.0, False), (-1.0, -1.1, False)],
)  # fmt: skip
def test_a_value_that_misses_a_bound_by_rounding_alone_is_the_bound(
    value: float, bound: float, fits: bool
) -> None:
    assert at_most(value, bound) is fits
