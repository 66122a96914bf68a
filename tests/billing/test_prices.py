"""The price lists, as data."""

from __future__ import annotations

from typing import get_args

import pytest

from sim.billing import PRICES, Profile, Usage, bill
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
