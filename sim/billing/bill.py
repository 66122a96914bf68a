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

from .prices import PRICES, Plan, Price, Profile, plan_of
from .usage import Usage


@dataclass(frozen=True, slots=True)
class _Metered:
    """A quantity, and what the plan charges for it."""

    item: str
    unit: str
    quantity: float
    price: Price


def bill(
    usage: Usage, billing: Billing, profile: Profile = "2025-11", *, dedicated: bool = False
) -> Cost:
    """The bill of a horizon, and of a month at its rate; the totals are the sums of the lines.

    ``profile`` dates the prices, ``dedicated`` asks for those of a dedicated deployment. A line's
    ``quantity`` is the horizon's, ``included`` one month's quota and ``price`` what the region
    pays. What is not simulated has a line only where it is used.
    """
    plan = plan_of(billing, profile, dedicated=dedicated)
    factor = _factor(billing, profile)
    lines = [_metered_line(line, usage.days, factor) for line in _metered(usage, plan)]
    lines += [_held_line(line, usage.days, factor) for line in _held(usage, plan)]
    if plan.seat_usd:
        lines.append(_fee_line("seats", "developer", billing.developers, plan.seat_usd, usage.days))
    if plan.deployment_usd:
        lines.append(_fee_line("deployment", "deployment", 1, plan.deployment_usd, usage.days))
    return Cost(
        plan=billing.plan,
        region=billing.region,
        horizon_usd=sum(line.horizon_usd for line in lines),
        marginal_usd=marginal_usd(usage, billing, profile, dedicated=dedicated),
        projected_monthly_usd=sum(line.monthly_usd for line in lines),
        lines=lines,
    )


def marginal_usd(
    usage: Usage, billing: Billing, profile: Profile = "2025-11", *, dedicated: bool = False
) -> float:
    """Dollars that a horizon's usage adds to an invoice whose quotas are used up already.

    What is metered, at its full price; storage, seats and fees would have been paid for anyway.
    Linear in usage: the cost of an incident is the difference to a normal run's.
    """
    plan = plan_of(billing, profile, dedicated=dedicated)
    return sum(line.quantity * line.price.usd for line in _metered(usage, plan)) * _factor(
        billing, profile
    )


def _factor(billing: Billing, profile: Profile) -> float:
    """What usage prices are multiplied with in the region."""
    return PRICES[profile].eu_factor if billing.region == "eu" else 1.0


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
    lines.append(_Metered("database I/O", "GB", usage.database_io_gb, plan.database_io))
    if plan.transaction_compute is not None:
        lines.append(_Metered("query and mutation compute", "GB-hour",
                              usage.transaction_gb_hours, plan.transaction_compute))  # fmt: skip
    return [*lines, *_used(
        _Metered("data egress", "GB", usage.egress_gb, plan.egress),
        _Metered("search queries", "1,000 query-GB", usage.search_query_gb / 1000,
                 plan.search_queries),
    )]  # fmt: skip


def _held(usage: Usage, plan: Plan) -> list[_Metered]:
    """What is kept during the horizon and paid for by the month."""
    return [_Metered("storage", "GB", usage.storage_gb, plan.storage), *_used(
        _Metered("files", "GB", usage.files_gb, plan.files),
        _Metered("search storage", "GB", usage.search_storage_gb, plan.search_storage),
    )]  # fmt: skip


def _used(*lines: _Metered) -> list[_Metered]:
    return [line for line in lines if line.quantity]


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


def _held_line(line: _Metered, days: float, factor: float) -> CostLine:
    usd = line.price.usd * factor
    monthly = _beyond(line.quantity, line.price.included, usd)
    return CostLine(
        item=line.item,
        quantity=line.quantity,
        unit=line.unit,
        included=line.price.included,
        price=usd,
        horizon_usd=monthly * days / DAYS_PER_MONTH,
        monthly_usd=monthly,
    )


def _fee_line(item: str, unit: str, quantity: int, usd: float, days: float) -> CostLine:
    return CostLine(
        item=item,
        quantity=quantity,
        unit=unit,
        included=0,
        price=usd,
        horizon_usd=quantity * usd * days / DAYS_PER_MONTH,
        monthly_usd=quantity * usd,
    )
