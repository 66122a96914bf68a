"""Bills, against sums done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.billing import Usage, bill, marginal_usd
from sim.scenario import DAYS_PER_MONTH, Billing

NOTHING = Usage(0, 0, 0, 0, 0, 1)
STARTER = Billing(plan="starter")
PROFESSIONAL = Billing(plan="professional")
BUSINESS = Billing(plan="business")


def test_three_days_of_the_spike_on_starter() -> None:
    usage = replace(NOTHING, calls=57_000_000, node_gb_hours=80, days=3)
    cost = bill(usage, STARTER)
    assert cost.horizon_usd == pytest.approx(56 * 2.20 + 60 * 0.33)
    assert marginal_usd(usage, STARTER) == pytest.approx(57 * 2.20 + 80 * 0.33)


def test_four_million_calls_a_day_for_a_month() -> None:
    usage = replace(NOTHING, calls=4_000_000)
    calls = 4 * DAYS_PER_MONTH
    assert bill(usage, STARTER).projected_monthly_usd == pytest.approx((calls - 1) * 2.20)
    assert bill(usage, PROFESSIONAL).projected_monthly_usd == pytest.approx(
        (calls - 25) * 2.00 + 25
    )


def test_a_quota_is_included_to_its_last_unit() -> None:
    within = replace(NOTHING, calls=25_000_000, node_gb_hours=250, database_io_gb=50)
    assert bill(within, PROFESSIONAL).horizon_usd == pytest.approx(25 / DAYS_PER_MONTH)
    beyond = replace(within, calls=26_000_000)
    assert bill(beyond, PROFESSIONAL).horizon_usd == pytest.approx(2 + 25 / DAYS_PER_MONTH)


def test_business_prices_the_two_runtimes_apart() -> None:
    usage = replace(NOTHING, node_gb_hours=10, own_gb_hours=10)
    assert bill(usage, BUSINESS).horizon_usd == pytest.approx(10 * 0.32 + 10 * 0.16)
    assert bill(usage, STARTER).horizon_usd == 0
    assert bill(replace(usage, own_gb_hours=12), STARTER).horizon_usd == pytest.approx(2 * 0.33)


def test_seats_and_storage_are_pro_rata() -> None:
    month = replace(NOTHING, storage_gb=60, days=DAYS_PER_MONTH)
    three = Billing(plan="professional", developers=3)
    assert bill(month, three).horizon_usd == pytest.approx(75 + 10 * 0.20)
    assert bill(replace(month, days=1), three).horizon_usd == pytest.approx(77 / DAYS_PER_MONTH)


usages = st.builds(
    Usage,
    calls=st.integers(0, 10**10),
    node_gb_hours=st.floats(0, 1e5),
    own_gb_hours=st.floats(0, 1e5),
    database_io_gb=st.floats(0, 1e5),
    storage_gb=st.floats(0, 1e4),
    days=st.floats(0.01, 400),
)
plans = st.builds(Billing, plan=st.sampled_from(["starter", "professional", "business"]))


@given(usage=usages, billing=plans, more=st.integers(0, 10**9))
def test_more_usage_never_costs_less(usage: Usage, billing: Billing, more: int) -> None:
    cost = bill(usage, billing)
    dearer = bill(replace(usage, calls=usage.calls + more), billing)
    assert cost.horizon_usd >= 0
    assert dearer.horizon_usd >= cost.horizon_usd
    assert dearer.projected_monthly_usd >= cost.projected_monthly_usd


@given(usage=usages, billing=plans)
def test_lines_add_up_and_the_eu_costs_thirty_percent_more(usage: Usage, billing: Billing) -> None:
    us = bill(usage, billing)
    eu = bill(usage, Billing.model_validate({**billing.model_dump(), "region": "eu"}))
    assert us.horizon_usd == pytest.approx(sum(line.horizon_usd for line in us.lines))
    for here, there in zip(us.lines, eu.lines, strict=True):
        factor = 1 if here.item == "seats" else 1.3
        assert there.monthly_usd == pytest.approx(here.monthly_usd * factor)
