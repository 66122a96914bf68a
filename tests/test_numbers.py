"""How numbers read: digits, units and signs, on either side of every threshold."""

from __future__ import annotations

import math

import pytest

from sim.numbers import (
    amount,
    cell,
    count,
    dollars,
    estimate,
    measured,
    percent,
    seconds,
    signed,
    times,
    titled,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (3214, "3,214"), (999_999, "999,999"), (1e6, "1.00M"), (-1e6, "-1.00M"),
        (-999_999, "-999,999"), (3_214_000, "3.21M"), (2.5e9, "2,500.00M"),
    ],
)  # fmt: skip
def test_a_count_is_in_millions_from_a_million_on(value: float, text: str) -> None:
    assert count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (7, "7"), (-7.0, "-7"), (12, "12"), (1000.4, "1,000"), (999.6, "1,000"),
        (100.4, "100"), (100, "100"), (-100.4, "-100"), (99.96, "100.0"), (10.04, "10.0"),
        (10.5, "10.5"), (-10.5, "-10.5"), (9.996, "10.00"), (2.345, "2.35"), (0.01, "0.01"),
        (0.0101, "0.01"), (-0.01, "-0.01"), (0.0099, "0.0099"), (0.0001, "0.0001"),
        (0.00009, "<0.0001"), (-0.0099, "-0.0099"), (-0.00009, "-<0.0001"), (1_234_567.8, "1.23M"),
    ],
)  # fmt: skip
def test_an_amount_has_three_digits_where_that_matters(value: float, text: str) -> None:
    assert amount(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "$0.00"), (0.01, "$0.01"), (-0.01, "-$0.01"), (0.0099, "$0.0099"),
        (-0.0099, "-$0.0099"), (0.00001, "<$0.0001"), (2160.1, "$2,160.10"), (-3, "-$3.00"),
    ],
)  # fmt: skip
def test_dollars_have_cents_and_below_a_cent_its_parts(value: float, text: str) -> None:
    assert dollars(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0.0%"), (0.0004, "<0.1%"), (-0.0004, "-<0.1%"), (0.0005, "0.1%"), (0.123, "12.3%"),
        (0.9994, "99.9%"), (0.9995, ">99.9%"), (0.99999, ">99.9%"), (1, "100%"), (12.34, "1,234%"),
        (-0.5, "-50.0%"),
    ],
)  # fmt: skip
def test_a_share_says_when_it_is_not_quite_nothing_or_everything(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 s"), (0.25, "250 ms"), (0.9996, "1,000 ms"), (1, "1 s"), (119.96, "120 s"),
        (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (90_000, "25 h"),
    ],
)  # fmt: skip
def test_a_duration_is_in_its_natural_unit(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "in_a_cell", "alone"),
    [
        (2.5, "$", "$2.50", "$2.50"), (0.5, "share", "50.0%", "50.0%"),
        (2.5, "h", "2.50", "2.50 h"), (3, "calls", "3", "3"), (3, "MB", "3", "3 MB"),
        (0.5, "GB-hours", "0.50", "0.50 GB-hours"),
        (3, "", "3", "3"), (3, "s", "3", "3 s"),
        (0.0627, "s", "0.0627", "62.7 ms"), (0.25, "s", "0.25", "250 ms"), (0, "s", "0", "0 s"),
        (3, "GB", "3", "3 GB"),
    ],
)  # fmt: skip
def test_a_unit_is_named_where_the_value_does_not_tell_it(
    value: float, unit: str, in_a_cell: str, alone: str
) -> None:
    assert (cell(value, unit), measured(value, unit)) == (in_a_cell, alone)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (3, "", "+3"), (-3, "", "-3"), (0, "", "0"), (2, "$", "+$2.00"), (-2, "$", "-$2.00"),
        (0.055, "share", "+5.50 points"), (-0.055, "share", "-5.50 points"), (2, "MB", "+2"),
    ],
)  # fmt: skip
def test_a_difference_carries_its_sign(value: float, unit: str, text: str) -> None:
    assert signed(value, unit) == text


def test_a_difference_names_its_unit_on_demand() -> None:
    assert signed(2, "MB", named=True) == "+2 MB"
    assert signed(-0.0627, "s", named=True) == "-62.7 ms"
    assert signed(2, "calls", named=True) == "+2"
    assert signed(0.5, "share", named=True) == "+50 points"


def test_an_estimate_shows_its_interval_if_it_has_one() -> None:
    assert estimate(273, 0.84) == "273 ±0.84"
    assert estimate(2.5, 0.5, "$") == "$2.50 ±$0.50"
    assert estimate(273, 0) == estimate(273, math.inf) == estimate(273, math.nan) == "273"


@pytest.mark.parametrize(
    ("name", "unit", "title"),
    [
        ("hours_to_setlist", "h", "hours_to_setlist (h)"), ("hours to setlist", "h",
        "hours to setlist"), ("calls", "", "calls"), ("cost", "$", "cost"),
        ("slot use", "share", "slot use"), ("read", "MB", "read (MB)"), ("MB/day", "MB", "MB/day"),
        ("action compute", "GB-hours", "action compute (GB-hours)"),
        ("seconds waited", "s", "seconds waited"),
    ],
)  # fmt: skip
def test_a_title_names_the_unit_unless_it_is_told_anyway(name: str, unit: str, title: str) -> None:
    assert titled(name, unit) == title


@pytest.mark.parametrize(
    ("value", "base", "text"),
    [
        (1, 0, ""), (21, 100, "×0.21"), (100, 100, "×1.00"), (1, 100, "×0.01"), (0, 100, "×0"),
        (0.5, 100, "×0.0050"), (123_400, 100, "×1,234.00"), (-1, 100, "×-0.01"),
        (-0.5, 100, "×-0.0050"),
    ],
)  # fmt: skip
def test_a_ratio_needs_a_base(value: float, base: float, text: str) -> None:
    assert times(value, base) == text
