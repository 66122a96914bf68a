"""From usage to a bill.

Quotas are granted by the month and a horizon is rarely one, so no single figure tells what a
horizon costs. Three questions have an exact answer, and each has its own figure:

- *What would the invoice say if nothing else had happened this month?* `Cost.horizon_usd`: metered
  quantities against a whole month's quota (a horizon longer than a month gets the quotas of its
  months), storage and seats for the time they were held. The least this usage can cost.
- *What does it cost once the month's quota is used up?* `Cost.marginal_usd`. The most it can cost,
  and the right figure for an incident in a busy app: at 4M calls a day Starter's quota lasts six
  hours.
- *What would a month of this cost?* `Cost.projected_monthly_usd`: the horizon's rate kept up for
  30.4375 days, against one month's quota. The normal bill of a normal day; for a spike, what it
  would come to if nobody stopped it.

Dollars are not rounded; whoever prints them rounds.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.result import Cost, CostLine
from sim.scenario import DAYS_PER_MONTH, Billing

from .prices import PRICES, Plan, Price, Profile
from .usage import Usage


@dataclass(frozen=True, slots=True)
class _Metered:
    """A quantity that adds up over the horizon, and what the plan charges for it."""

    item: str
    unit: str
    quantity: float
    price: Price


def bill(usage: Usage, billing: Billing, profile: Profile = "2025-11") -> Cost:
    """The bill of a horizon, and of a month at its rate; the totals are the sums of the lines.

    ``profile`` dates the prices. A line's ``quantity`` is the horizon's, ``included`` one month's
    quota and ``price`` what the region pays.
    """
    plan, factor = _terms(billing, profile)
    lines = [_metered_line(line, usage.days, factor) for line in _metered(usage, plan)]
    lines.append(_storage_line(usage, plan.storage, factor))
    if plan.seat_usd:
        lines.append(_seats_line(billing.developers, plan.seat_usd, usage.days))
    return Cost(
        plan=billing.plan,
        region=billing.region,
        horizon_usd=sum(line.horizon_usd for line in lines),
        marginal_usd=marginal_usd(usage, billing, profile),
        projected_monthly_usd=sum(line.monthly_usd for line in lines),
        lines=lines,
    )


def marginal_usd(usage: Usage, billing: Billing, profile: Profile = "2025-11") -> float:
    """Dollars that a horizon's usage adds to an invoice whose quotas are used up already.

    Calls, action compute and database I/O at their full price; storage and seats would have been
    paid for anyway. Linear in usage: the cost of an incident is the difference to a normal run's.
    """
    plan, factor = _terms(billing, profile)
    return sum(line.quantity * line.price.usd for line in _metered(usage, plan)) * factor


def _terms(billing: Billing, profile: Profile) -> tuple[Plan, float]:
    """The plan, and what its usage prices are multiplied with in the region."""
    prices = PRICES[profile]
    return prices.plans[billing.plan], prices.eu_factor if billing.region == "eu" else 1.0


def _metered(usage: Usage, plan: Plan) -> list[_Metered]:
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


def _metered_line(line: _Metered, days: float, factor: float) -> CostLine:
    months = days / DAYS_PER_MONTH
    included, usd = line.price.included, line.price.usd * factor
    return CostLine(
        item=line.item,
        quantity=line.quantity,
        unit=line.unit,
        included=included,
        price=usd,
        horizon_usd=_beyond(line.quantity, included * max(1.0, months), usd),
        monthly_usd=_beyond(line.quantity / months, included, usd),
    )


def _storage_line(usage: Usage, price: Price, factor: float) -> CostLine:
    usd = price.usd * factor
    monthly = _beyond(usage.storage_gb, price.included, usd)
    return CostLine(
        item="storage",
        quantity=usage.storage_gb,
        unit="GB",
        included=price.included,
        price=usd,
        horizon_usd=monthly * usage.days / DAYS_PER_MONTH,
        monthly_usd=monthly,
    )


def _seats_line(developers: int, usd: float, days: float) -> CostLine:
    return CostLine(
        item="seats",
        quantity=developers,
        unit="developer",
        included=0,
        price=usd,
        horizon_usd=developers * usd * days / DAYS_PER_MONTH,
        monthly_usd=developers * usd,
    )
