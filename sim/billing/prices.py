"""Price lists as data, dated and sourced (platform.md, Prices): US dollars, US regions, monthly.

Prices apply pro rata: half a million calls beyond the quota cost half the price of a million.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from sim.scenario import Billing

Profile = Literal["2025-11", "2026-03", "2026-08"]
"""The dates there are prices for: those of the platform's profiles."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a metered quantity costs beyond the part that a month includes."""

    included: float
    """Units a month includes."""
    usd: float
    """Dollars per further unit (US)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The prices of one plan."""

    seat_usd: float
    """Dollars per developer and month."""
    calls: Price
    """Per million function calls."""
    node_compute: Price
    """Per GB-hour of actions in the Node runtime."""
    own_compute: Price | None
    """Per GB-hour of actions in the platform's own runtime; None: priced with Node's.

    Business charges its CPU time here. The model meters wall time, waiting included, so that line
    is an upper bound.
    """
    database_io: Price
    """Per GB read or written."""
    storage: Price
    """Per GB stored, a month."""
    files: Price
    """Per GB of files and backups stored, a month."""
    egress: Price
    """Per GB of data egress."""
    search_storage: Price
    """Per GB of search indexes, a month."""
    search_queries: Price
    """Per 1,000 query-GBs of search."""
    transaction_compute: Price | None = None
    """Per GB-hour of queries and mutations; None: free, as it is on serverless deployments."""
    deployment_usd: float = 0.0
    """Dollars per month for the deployment itself."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices in force at a date."""

    source: str
    plans: Mapping[str, Plan]
    """On serverless deployments, by the plan's name."""
    dedicated: Plan
    """On dedicated deployments, which Business has."""
    eu_factor: float
    """EU regions cost so many times the US price of what is used; seats cost the same."""


def _capped(plan: Plan) -> Plan:
    """A plan whose quotas are hard caps: nothing beyond them is ever billed."""
    prices = {field.name: getattr(plan, field.name) for field in fields(plan)}
    free: dict[str, Any] = {
        name: replace(price, usd=0.0) for name, price in prices.items() if isinstance(price, Price)
    }
    return replace(plan, **free)


_STARTER = Plan(
    seat_usd=0.0,
    calls=Price(1, 2.20),
    node_compute=Price(20, 0.33),
    own_compute=None,
    database_io=Price(1, 0.22),
    storage=Price(0.5, 0.22),
    files=Price(1, 0.033),
    egress=Price(1, 0.132),
    search_storage=Price(0.5, 0.55),
    search_queries=Price(3, 0.11),
)
# Business also has a monthly minimum and a fee by deployment class. Its documentation states
# neither, so they are left out: a bill below the minimum is too low.
_BUSINESS = Plan(
    seat_usd=0.0,
    calls=Price(0, 2.00),
    node_compute=Price(0, 0.32),
    own_compute=Price(0, 0.16),
    database_io=Price(0, 0.20),
    storage=Price(0, 0.20),
    files=Price(0, 0.03),
    egress=Price(0, 0.12),
    search_storage=Price(0, 0.50),
    search_queries=Price(0, 0.10),
)
_PLANS: Mapping[str, Plan] = {
    "free": _capped(_STARTER),
    "starter": _STARTER,
    "professional": Plan(
        seat_usd=25.0,
        calls=Price(25, 2.00),
        node_compute=Price(250, 0.30),
        own_compute=None,
        database_io=Price(50, 0.20),
        storage=Price(50, 0.20),
        files=Price(100, 0.03),
        egress=Price(50, 0.12),
        search_storage=Price(1, 0.50),
        search_queries=Price(50, 0.10),
    ),
    "business": _BUSINESS,
}
_DEDICATED = replace(
    _BUSINESS,
    calls=Price(0, 0.20),
    database_io=Price(0, 0.15),
    storage=Price(0, 0.45),
    transaction_compute=Price(0, 0.45),
)
_EU_FACTOR = 1.3

_THEN = PriceList(
    source="platform.md, Prices: calls and action compute cost the same in 2025-11; the other "
    "lines, Business and the EU factor are those of 2026-08 for want of a record",
    plans=_PLANS,
    dedicated=_DEDICATED,
    eu_factor=_EU_FACTOR,
)

PRICES: Mapping[Profile, PriceList] = {
    "2025-11": _THEN,
    "2026-03": _THEN,
    "2026-08": PriceList(
        source="platform.md, Prices (docs: production/state/limits, snapshot of 2026-08-21)",
        plans=_PLANS,
        dedicated=_DEDICATED,
        eu_factor=_EU_FACTOR,
    ),
}
"""Price lists by the platform profile they belong to."""


def plan_of(billing: Billing, profile: Profile, *, dedicated: bool = False) -> Plan:
    """The prices that a scenario pays: its plan's, and its own where it has some."""
    prices = PRICES[profile]
    plan = prices.dedicated if dedicated else prices.plans[billing.plan]
    own = billing.prices
    changes: dict[str, Any] = {}
    if own.seat is not None:
        changes["seat_usd"] = own.seat
    if own.deployment is not None:
        changes["deployment_usd"] = own.deployment
    for name, price in (
        ("calls", own.calls), ("node_compute", own.action_compute),
        ("own_compute", own.own_compute), ("database_io", own.database_io),
        ("storage", own.storage), ("files", own.files), ("egress", own.egress),
        ("search_storage", own.search_storage), ("search_queries", own.search_queries),
        ("transaction_compute", own.transaction_compute),
    ):  # fmt: skip
        if price is not None:
            below = getattr(plan, name) or Price(0, 0)
            changes[name] = Price(
                below.included if price.included is None else price.included,
                below.usd if price.usd is None else price.usd,
            )
    if own.action_compute is not None and own.own_compute is None:
        changes["own_compute"] = None  # one price for both runtimes, and one quota
    return replace(plan, **changes)
