"""The price lists, as data."""

from __future__ import annotations

from typing import get_args

import pytest

from sim.billing import PRICES, Profile, Usage, bill
from sim.billing.prices import Price, plan_of
from sim.scenario import Billing, Platform

PLAN_NAMES = set(get_args(Billing.model_fields["plan"].annotation))


def test_every_profile_of_the_platform_has_prices() -> None:
    assert set(PRICES) == set(get_args(Platform.model_fields["profile"].annotation))


@pytest.mark.parametrize("profile", get_args(Profile))
def test_every_price_list_names_its_source_and_has_every_plan(profile: Profile) -> None:
    assert PRICES[profile].source.startswith("platform.md, Prices")
    assert set(PRICES[profile].plans) == PLAN_NAMES


@pytest.mark.parametrize("plan", sorted(PLAN_NAMES))
def test_calls_and_actions_cost_the_same_at_both_dates(plan: str) -> None:
    billing = Billing.model_validate({"plan": plan})
    usage = Usage(57_000_000, 80, 5, 0, 0, 3)
    assert bill(usage, billing, "2025-11") == bill(usage, billing, "2026-08")
    assert bill(usage, billing, "2025-11") == bill(usage, billing, "2026-03")


PRICE_TABLE: dict[str, dict[str, tuple[float, ...] | None]] = {
    # (included a month, dollars per further unit), by platform.md, Prices
    "starter": {
        "calls": (1, 2.20), "node_compute": (20, 0.33), "own_compute": None,
        "database_io": (1, 0.22), "storage": (0.5, 0.22), "files": (1, 0.033),
        "egress": (1, 0.132), "search_storage": (0.5, 0.55), "search_queries": (3, 0.11),
    },
    "free": {  # beyond its quotas it is not charged but stopped
        "calls": (1, 0), "node_compute": (20, 0), "own_compute": None, "database_io": (1, 0),
        "storage": (0.5, 0), "files": (1, 0), "egress": (1, 0), "search_storage": (0.5, 0),
        "search_queries": (3, 0),
    },
    "professional": {
        "calls": (25, 2.00), "node_compute": (250, 0.30), "own_compute": None,
        "database_io": (50, 0.20), "storage": (50, 0.20), "files": (100, 0.03),
        "egress": (50, 0.12), "search_storage": (1, 0.50), "search_queries": (50, 0.10),
    },
    "business": {
        "calls": (0, 2.00), "node_compute": (0, 0.32), "own_compute": (0, 0.16),
        "database_io": (0, 0.20), "storage": (0, 0.20), "files": (0, 0.03), "egress": (0, 0.12),
        "search_storage": (0, 0.50), "search_queries": (0, 0.10),
    },
}  # fmt: skip


@pytest.mark.parametrize("profile", get_args(Profile))
@pytest.mark.parametrize("plan", sorted(PLAN_NAMES))
def test_quotas_and_prices_are_those_of_the_price_table(profile: Profile, plan: str) -> None:
    prices = PRICES[profile].plans[plan]
    found = {}
    for line in PRICE_TABLE[plan]:
        price = getattr(prices, line)
        found[line] = price and (price.included, price.usd)
    assert found == PRICE_TABLE[plan]
    assert prices.seat_usd == (25 if plan == "professional" else 0)
    assert PRICES[profile].eu_factor == 1.3


@pytest.mark.parametrize("profile", get_args(Profile))
def test_a_dedicated_deployment_has_prices_of_its_own(profile: Profile) -> None:
    dedicated = PRICES[profile].dedicated
    assert dedicated.transaction_compute is not None
    assert [
        (price.included, price.usd)
        for price in (dedicated.calls, dedicated.database_io, dedicated.storage,
                      dedicated.transaction_compute)
    ] == [(0, 0.20), (0, 0.15), (0, 0.45), (0, 0.45)]  # fmt: skip


def test_a_price_of_ones_own_for_what_the_plan_does_not_bill_includes_nothing_more() -> None:
    own = {"own_compute": {"usd": 0.5}, "transaction_compute": {"included": 7}}
    plan = plan_of(Billing.model_validate({"plan": "starter", "prices": own}), "2026-08")
    assert plan.own_compute == Price(0, 0.5)
    assert plan.transaction_compute == Price(7, 0)


def test_no_seat_is_included_and_each_costs_the_same() -> None:
    seats = bill(Usage(0, 0, 0, 0, 0, 1), Billing(plan="professional", developers=3)).lines[-1]
    assert (seats.item, seats.quantity, seats.included, seats.price) == ("seats", 3, 0, 25)
