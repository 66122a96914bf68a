"""What holds for every bill."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.billing import Usage, bill, marginal_usd
from sim.scenario import DAYS_PER_MONTH, Billing

QUANTITIES = [field.name for field in fields(Usage) if field.name != "days"]

usages = st.builds(
    Usage,
    calls=st.integers(0, 10**10),
    node_gb_hours=st.floats(0, 1e5),
    own_gb_hours=st.floats(0, 1e5),
    database_io_gb=st.floats(0, 1e5),
    storage_gb=st.floats(0, 1e4),
    days=st.floats(0.01, 400),
)
billings = st.builds(
    Billing,
    plan=st.sampled_from(["starter", "professional", "business"]),
    region=st.sampled_from(["us", "eu"]),
    developers=st.integers(1, 20),
)


def in_region(billing: Billing, region: str) -> Billing:
    return Billing.model_validate({**billing.model_dump(), "region": region})


@given(
    usage=usages,
    billing=billings,
    quantity=st.sampled_from(QUANTITIES),
    more=st.integers(0, 10**9),
)
def test_more_usage_never_costs_less(
    usage: Usage, billing: Billing, quantity: str, more: int
) -> None:
    heavier = replace(usage, **{quantity: getattr(usage, quantity) + more})
    cost, dearer = bill(usage, billing), bill(heavier, billing)
    assert dearer.horizon_usd >= cost.horizon_usd >= 0
    assert dearer.projected_monthly_usd >= cost.projected_monthly_usd >= 0
    assert marginal_usd(heavier, billing) >= marginal_usd(usage, billing) >= 0


@given(usage=usages, billing=billings)
def test_lines_add_up(usage: Usage, billing: Billing) -> None:
    cost = bill(usage, billing)
    assert cost.horizon_usd == pytest.approx(sum(line.horizon_usd for line in cost.lines))
    assert cost.projected_monthly_usd == pytest.approx(sum(line.monthly_usd for line in cost.lines))


@given(usage=usages, billing=billings)
def test_usage_costs_thirty_percent_more_in_the_eu_and_seats_do_not(
    usage: Usage, billing: Billing
) -> None:
    us, eu = in_region(billing, "us"), in_region(billing, "eu")
    for here, there in zip(bill(usage, us).lines, bill(usage, eu).lines, strict=True):
        factor = 1 if here.item == "seats" else 1.3
        assert there.price == pytest.approx(here.price * factor)
        assert there.horizon_usd == pytest.approx(here.horizon_usd * factor)
        assert there.monthly_usd == pytest.approx(here.monthly_usd * factor)
    assert marginal_usd(usage, eu) == pytest.approx(marginal_usd(usage, us) * 1.3)


@given(usage=usages, billing=billings)
def test_a_horizon_of_one_month_costs_what_a_month_costs(usage: Usage, billing: Billing) -> None:
    cost = bill(replace(usage, days=DAYS_PER_MONTH), billing)
    assert cost.horizon_usd == pytest.approx(cost.projected_monthly_usd)


@given(usage=usages, billing=billings)
def test_a_used_up_quota_adds_at_most_the_value_of_the_quota(
    usage: Usage, billing: Billing
) -> None:
    within_a_month = replace(usage, days=min(usage.days, DAYS_PER_MONTH))
    metered = [
        line
        for line in bill(within_a_month, billing).lines
        if line.item not in {"storage", "seats"}
    ]
    least = sum(line.horizon_usd for line in metered)
    quota = sum(line.included * line.price for line in metered)
    most = marginal_usd(within_a_month, billing)
    assert least - 1e-6 <= most <= least + quota + 1e-6


@pytest.mark.parametrize("quantity", [*QUANTITIES, "days"])
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_a_quantity_that_cannot_be_is_refused(quantity: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{quantity} must be a number of at least 0"):
        replace(Usage(0, 0, 0, 0, 0, 1), **{quantity: value})


def test_a_horizon_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="days must be above 0"):
        Usage(0, 0, 0, 0, 0, 0)
