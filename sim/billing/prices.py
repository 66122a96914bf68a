"""Price lists as data, dated and sourced (platform.md, Prices): US dollars, US regions, monthly.

Prices apply pro rata: half a million calls beyond the quota cost half the price of a million.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices in force at a date."""

    source: str
    plans: Mapping[str, Plan]
    eu_factor: float
    """EU regions cost so many times the US price of what is used; seats cost the same."""


_PLANS: Mapping[str, Plan] = {
    "starter": Plan(
        seat_usd=0.0,
        calls=Price(1, 2.20),
        node_compute=Price(20, 0.33),
        own_compute=None,
        database_io=Price(1, 0.22),
        storage=Price(0.5, 0.22),
    ),
    "professional": Plan(
        seat_usd=25.0,
        calls=Price(25, 2.00),
        node_compute=Price(250, 0.30),
        own_compute=None,
        database_io=Price(50, 0.20),
        storage=Price(50, 0.20),
    ),
    # Serverless deployments. Business also has a monthly minimum; platform.md does not state it, so
    # it is left out and a bill below it is too low.
    "business": Plan(
        seat_usd=0.0,
        calls=Price(0, 2.00),
        node_compute=Price(0, 0.32),
        own_compute=Price(0, 0.16),
        database_io=Price(0, 0.20),
        storage=Price(0, 0.20),
    ),
}
_EU_FACTOR = 1.3

_THEN = PriceList(
    source="platform.md, Prices: calls and action compute cost the same in 2025-11; the other "
    "lines, Business and the EU factor are those of 2026-08 for want of a record",
    plans=_PLANS,
    eu_factor=_EU_FACTOR,
)

PRICES: Mapping[Profile, PriceList] = {
    "2025-11": _THEN,
    "2026-03": _THEN,
    "2026-08": PriceList(
        source="platform.md, Prices (docs: production/state/limits, snapshot of 2026-08-21)",
        plans=_PLANS,
        eu_factor=_EU_FACTOR,
    ),
}
"""Price lists by the platform profile they belong to."""
