"""Price tables as data, dated and sourced (platform.md, Prices).

The call and action prices of 2025-11 are known to equal those of 2026-08; the other lines are those
of 2026-08 (docs: production/state/limits, snapshot of 2026-08-21).
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "platform.md, Prices (docs: production/state/limits, snapshot of 2026-08-21)"
EU_FACTOR = 1.3
"""EU regions cost so many times the US price."""


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
    """Per GB-hour of actions in the platform's own runtime; None: priced with Node's."""
    database_io: Price
    """Per GB read or written."""
    storage: Price
    """Per GB stored, a month."""


PLANS: dict[str, Plan] = {
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
    # The monthly minimum of Business is negotiated and not published, so it is left out.
    "business": Plan(
        seat_usd=0.0,
        calls=Price(0, 2.00),
        node_compute=Price(0, 0.32),
        own_compute=Price(0, 0.16),
        database_io=Price(0, 0.20),
        storage=Price(0, 0.20),
    ),
}
