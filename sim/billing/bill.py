"""From usage to a bill.

Two columns, two questions. `horizon_usd` is what the horizon's usage costs on its own: metered
quantities against a whole month's included quota, as if nothing else happened that month; seats and
storage pro rata. `monthly_usd` keeps the horizon's rate up for a month (30.4375 days), against one
month's quota. `marginal_usd` answers a third one: what usage costs once the quota is used up.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.result import Cost, CostLine
from sim.scenario import DAYS_PER_MONTH, Billing

from .prices import EU_FACTOR, PLANS, Price


@dataclass(frozen=True, slots=True)
class Usage:
    """What is billed."""

    calls: int
    node_gb_hours: float
    own_gb_hours: float
    """Action compute in the platform's own runtime."""
    database_io_gb: float
    storage_gb: float
    days: float
    """The time in which it was used."""


@dataclass(frozen=True, slots=True)
class _Metered:
    item: str
    unit: str
    quantity: float
    price: Price


def _metered(usage: Usage, plan_name: str) -> list[_Metered]:
    plan = PLANS[plan_name]
    lines = [_Metered("function calls", "million", usage.calls / 1e6, plan.calls)]
    if plan.own_compute is None:
        both = usage.node_gb_hours + usage.own_gb_hours
        lines.append(_Metered("action compute", "GB-hour", both, plan.node_compute))
    else:
        lines += [
            _Metered("action compute, Node", "GB-hour", usage.node_gb_hours, plan.node_compute),
            _Metered("action compute", "GB-hour", usage.own_gb_hours, plan.own_compute),
        ]
    return [*lines, _Metered("database I/O", "GB", usage.database_io_gb, plan.database_io)]


def _beyond(quantity: float, included: float, usd: float) -> float:
    return max(0.0, quantity - included) * usd


def bill(usage: Usage, billing: Billing) -> Cost:
    """The bill of a horizon, and of a month at its rate, line by line."""
    plan = PLANS[billing.plan]
    factor = EU_FACTOR if billing.region == "eu" else 1.0
    months = usage.days / DAYS_PER_MONTH
    lines = [
        CostLine(
            item=line.item,
            quantity=line.quantity,
            unit=line.unit,
            included=line.price.included,
            price=line.price.usd * factor,
            horizon_usd=_beyond(line.quantity, line.price.included, line.price.usd * factor),
            monthly_usd=_beyond(
                line.quantity / months, line.price.included, line.price.usd * factor
            ),
        )
        for line in _metered(usage, billing.plan)
    ]
    storage = _beyond(usage.storage_gb, plan.storage.included, plan.storage.usd * factor)
    lines.append(
        CostLine("storage", usage.storage_gb, "GB", plan.storage.included,
                 plan.storage.usd * factor, storage * months, storage)
    )  # fmt: skip
    if plan.seat_usd:
        seats = plan.seat_usd * billing.developers
        lines.append(
            CostLine("seats", billing.developers, "developer", 0, plan.seat_usd, seats * months,
                     seats)
        )  # fmt: skip
    return Cost(
        plan=billing.plan,
        region=billing.region,
        horizon_usd=sum(line.horizon_usd for line in lines),
        projected_monthly_usd=sum(line.monthly_usd for line in lines),
        lines=lines,
    )


def marginal_usd(usage: Usage, billing: Billing) -> float:
    """Dollars that metered usage costs when the month's included quota is used up already."""
    factor = EU_FACTOR if billing.region == "eu" else 1.0
    return sum(line.quantity * line.price.usd for line in _metered(usage, billing.plan)) * factor
