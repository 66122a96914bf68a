"""Bills, against sums done by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.billing import Usage, bill, marginal_usd
from sim.result import Cost
from sim.scenario import DAYS_PER_MONTH, Billing

NOTHING = Usage(0, 0, 0, 0, 0, 1)
STARTER = Billing(plan="starter")
PROFESSIONAL = Billing(plan="professional")
BUSINESS = Billing(plan="business")


def horizon_by_item(cost: Cost) -> dict[str, float]:
    return {line.item: round(line.horizon_usd, 9) for line in cost.lines}


def test_three_days_of_the_spike_on_starter() -> None:
    usage = replace(NOTHING, calls=57_000_000, node_gb_hours=80, database_io_gb=5, days=3)
    cost = bill(usage, STARTER)
    assert horizon_by_item(cost) == {
        "function calls": 123.20,  # (57 - 1) × 2.20
        "action compute": 19.80,  # (80 - 20) × 0.33
        "database I/O": 0.88,  # (5 - 1) × 0.22
        "storage": 0,
    }
    assert cost.horizon_usd == pytest.approx(143.88)
    assert cost.projected_monthly_usd == pytest.approx(
        (578.3125 - 1) * 2.20 + (80 / 3 * 30.4375 - 20) * 0.33 + (5 / 3 * 30.4375 - 1) * 0.22
    )


def test_the_same_three_days_with_the_quota_used_up() -> None:
    calls = replace(NOTHING, calls=57_000_000, days=3)
    assert marginal_usd(calls, STARTER) == pytest.approx(125.40)  # 57 × 2.20
    compute = replace(NOTHING, node_gb_hours=80, days=3)
    assert marginal_usd(compute, STARTER) == pytest.approx(26.40)  # 80 × 0.33
    assert marginal_usd(calls, PROFESSIONAL) == pytest.approx(114.00)  # 57 × 2.00, no seats


def test_four_million_calls_a_day_for_a_month() -> None:
    usage = replace(NOTHING, calls=4_000_000)
    assert bill(usage, STARTER).projected_monthly_usd == pytest.approx(265.65)  # 120.75 × 2.20
    assert bill(usage, PROFESSIONAL).projected_monthly_usd == pytest.approx(
        218.50  # 96.75 × 2.00 + one seat
    )


def test_a_quota_is_included_to_its_last_unit() -> None:
    within = replace(NOTHING, calls=25_000_000, node_gb_hours=250, database_io_gb=50, storage_gb=50)
    assert bill(within, PROFESSIONAL).horizon_usd == pytest.approx(25 / DAYS_PER_MONTH)
    beyond = replace(within, calls=26_000_000)
    assert bill(beyond, PROFESSIONAL).horizon_usd == pytest.approx(2 + 25 / DAYS_PER_MONTH)


def test_a_horizon_of_two_months_has_two_quotas() -> None:
    usage = replace(NOTHING, calls=3_000_000, days=2 * DAYS_PER_MONTH)
    cost = bill(usage, STARTER)
    assert cost.horizon_usd == pytest.approx(2.20)
    assert cost.projected_monthly_usd == pytest.approx(1.10)


def test_both_runtimes_share_one_quota() -> None:
    usage = replace(NOTHING, node_gb_hours=10, own_gb_hours=10)
    assert bill(usage, STARTER).horizon_usd == 0
    assert bill(replace(usage, own_gb_hours=12), STARTER).horizon_usd == pytest.approx(2 * 0.33)


def test_business_prices_the_two_runtimes_apart_and_includes_nothing() -> None:
    usage = Usage(1_000_000, 10, 10, 10, 30, DAYS_PER_MONTH)
    assert horizon_by_item(bill(usage, BUSINESS)) == {
        "function calls": 2.00,
        "action compute, Node": 3.20,
        "action compute": 1.60,
        "database I/O": 2.00,
        "storage": 6.00,
    }


def test_seats_and_storage_are_pro_rata() -> None:
    month = replace(NOTHING, storage_gb=60, days=DAYS_PER_MONTH)
    three = Billing(plan="professional", developers=3)
    assert bill(month, three).horizon_usd == pytest.approx(75 + 10 * 0.20)
    assert bill(replace(month, days=1), three).horizon_usd == pytest.approx(77 / DAYS_PER_MONTH)


def test_a_line_says_what_was_used_what_is_included_and_the_price_beyond() -> None:
    calls = bill(replace(NOTHING, calls=19_000_000), Billing(plan="starter", region="eu")).lines[0]
    assert (calls.item, calls.unit, calls.quantity, calls.included) == (
        "function calls",
        "million",
        19,
        1,
    )
    assert calls.price == pytest.approx(2.86)


def test_files_egress_and_search_are_billed_where_they_are_used() -> None:
    usage = Usage(0, 0, 0, 0, 0, DAYS_PER_MONTH, files_gb=101, egress_gb=60,
                  search_storage_gb=2, search_query_gb=60_000)  # fmt: skip
    assert horizon_by_item(bill(usage, PROFESSIONAL)) == {
        "function calls": 0, "action compute": 0, "database I/O": 0, "storage": 0,
        "data egress": 1.20,  # (60 - 50) × 0.12
        "search queries": 1.00,  # (60 - 50) × 0.10
        "files": 0.03,  # (101 - 100) × 0.03
        "search storage": 0.50,  # (2 - 1) × 0.50
        "seats": 25,
    }  # fmt: skip


def test_a_dedicated_deployment_pays_for_queries_and_mutations_and_less_for_calls() -> None:
    usage = Usage(10_000_000, 0, 0, 10, 10, DAYS_PER_MONTH, transaction_gb_hours=4)
    assert horizon_by_item(bill(usage, BUSINESS, "2026-08", dedicated=True)) == {
        "function calls": 2.00,  # 10 × 0.20
        "action compute, Node": 0,
        "action compute": 0,
        "database I/O": 1.50,
        "query and mutation compute": 1.80,  # 4 × 0.45
        "storage": 4.50,
    }


def test_the_free_plan_never_bills() -> None:
    usage = Usage(57_000_000, 80, 5, 9, 9, 3, files_gb=9, egress_gb=9, search_storage_gb=9)
    cost = bill(usage, Billing(plan="free"))
    assert cost.horizon_usd == cost.marginal_usd == cost.projected_monthly_usd == 0


def test_prices_of_ones_own_replace_what_they_name() -> None:
    prices = {"calls": {"included": 2, "usd": 1}, "action_compute": 0.5, "seat": 10,
              "deployment": 100}  # fmt: skip
    usage = Usage(3_000_000, 260, 0, 60, 0, DAYS_PER_MONTH)
    own = Billing.model_validate({"plan": "professional", "prices": prices})
    assert horizon_by_item(bill(usage, own)) == {
        "function calls": 1.00,  # (3 - 2) × 1
        "action compute": 5.00,  # (260 - 250) × 0.50: the plan's quota stays
        "database I/O": 2.00,  # the plan's price stays
        "storage": 0,
        "seats": 10,
        "deployment": 100,
    }


def test_one_price_for_actions_holds_in_both_runtimes() -> None:
    own = Billing.model_validate({"plan": "business", "prices": {"action_compute": 1}})
    usage = replace(NOTHING, node_gb_hours=2, own_gb_hours=3, days=DAYS_PER_MONTH)
    assert horizon_by_item(bill(usage, own))["action compute"] == 5
