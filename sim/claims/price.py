"""What stated usage costs on each plan, and what the stated money would buy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationInfo, field_validator

from sim.billing import PRICES, Plan, Price, Usage, bill
from sim.numbers import count, dollars, measured
from sim.scenario import (
    DAY,
    DAYS_PER_MONTH,
    BoundValue,
    Interval,
    KeyPath,
    Scenario,
    Settings,
    format_duration,
    param,
    parse_amount,
)
from sim.simulation import Deployed

from .kind import ClaimKind, Runs
from .stated import Stated
from .verdict import VERDICTS, ComputedFigure, Finding

_UNITS = {"calls": "calls", "action_compute": "GB-hours", "bandwidth": "MB"}
_BILLS = {
    "month": ", a month at this rate", "invoice": "", "marginal": ", once the quotas are used up",
}  # fmt: skip


class Used(Settings):
    """Usage as it is stated."""

    calls: BoundValue = param(0, "Function calls.")
    action_compute: BoundValue = param(0, "Action compute, such as 80 GB-hours; priced as Node's.")
    bandwidth: BoundValue = param(0, "Database I/O, such as 500MB.")

    @field_validator("*", mode="before")
    @classmethod
    def _amount(cls, value: Any, info: ValidationInfo) -> Any:
        parse_amount(value, _UNITS[str(info.field_name)])
        return value

    def amount(self, key: str) -> float:
        """One of them, in its unit."""
        return parse_amount(getattr(self, key), _UNITS[key])

    def text(self) -> str:
        """The amounts that are given, as they are spelled."""
        unit = {"calls": " calls", "action_compute": "", "bandwidth": ""}
        return " and ".join(
            f"{value if isinstance(value, str) else measured(value, _UNITS[key])}{unit[key]}"
            for key in _UNITS
            if self.amount(key) and (value := getattr(self, key))
        )


class _Usage(ClaimKind):
    usage: Used = param(Used(), "What is used.")
    within: Interval = param("1d", "The time in which this is used.")
    bill: Literal["month", "invoice", "marginal"] = param(
        "month",
        "month: the cost of a month at this rate; invoice: of this usage alone in a month; "
        "marginal: once the month's quotas are used up.",
    )
    plan: Literal["", "starter", "professional", "business"] = param(
        "", "The plan; by default the one that fits the statement best."
    )


class Priced(Stated, _Usage):
    """Stated usage and the stated dollars, on the plans of the scenario's time."""

    @classmethod
    def _unit(cls, info: ValidationInfo) -> str | None:
        return "$"

    def faults(self, scenario: Scenario, deployed: Deployed) -> Mapping[KeyPath, str]:
        """Whether any usage is given."""
        return {} if self.usage.text() else {("usage",): "expected usage, such as {calls: 4M}"}

    def ask(self, scenario: Scenario, runs: Runs) -> Finding:
        """The bill on each plan, compared with the stated dollars; the best match decides."""
        prices = PRICES[scenario.platform.profile].plans
        plans = {name: plan for name, plan in prices.items() if name != "free"}  # costs nothing
        bills = {plan: ComputedFigure(self._bill(scenario, plan), 0.0) for plan in plans}
        bounds = self.bounds("$")

        def fit(plan: str) -> tuple[int, float]:
            beyond = bounds.nearest(bills[plan].mean)
            far = 0.0 if beyond is None else abs(bills[plan].mean - beyond)
            return VERDICTS.index(bounds.verdict(bills[plan])), far

        best: str = self.plan or min(bills, key=fit)
        each = ", ".join(
            f"{figure.text('$')} on {plan.capitalize()}" for plan, figure in bills.items()
        )
        asked = f"{self.usage.text()} in {format_duration(self.within)}"
        reason = (
            f"{asked} cost {each}{_BILLS[self.bill]}; on {best.capitalize()}, "
            f"{self.against(bills[best], '$')}. "
            f"{self._buys(scenario, best, plans[best])}"
        )
        return Finding(
            scenario.name, f"price of {asked}", self.text("$"), bills[best].text("$"),
            bounds.verdict(bills[best]), reason.strip(), bills[best].mean, 0.0, "$",
        )  # fmt: skip

    def _bill(self, scenario: Scenario, plan: str) -> float:
        used = Usage(
            calls=round(self.usage.amount("calls")),
            node_gb_hours=self.usage.amount("action_compute"),
            own_gb_hours=0.0,
            database_io_gb=self.usage.amount("bandwidth") / 1000,
            storage_gb=scenario.billing.storage_mb / 1000,
            days=self.within / DAY,
        )
        cost = bill(
            used, scenario.billing.model_copy(update={"plan": plan}), scenario.platform.profile
        )
        return {
            "month": cost.projected_monthly_usd,
            "invoice": cost.horizon_usd,
            "marginal": cost.marginal_usd,
        }[self.bill]

    def _buys(self, scenario: Scenario, name: str, plan: Plan) -> str:
        """What the largest stated amount of money would buy."""
        _, most = self._ends("$")
        prices: dict[str, tuple[Price, float, str]] = {
            "calls": (plan.calls, 1e6, "calls"),
            "action_compute": (plan.node_compute, 1, "GB-hours of action compute"),
            "bandwidth": (plan.database_io, 1, "GB of database I/O"),
        }
        price, size, unit = prices[next(key for key in _UNITS if self.usage.amount(key))]
        if not 0 < most < float("inf"):
            return ""
        billing = scenario.billing
        region = PRICES[scenario.platform.profile].eu_factor if billing.region == "eu" else 1.0
        if self.bill == "marginal":
            bought = most / (price.usd * region)
            return f"{dollars(most)} pay for {count(bought * size)} {unit} beyond the quotas there."
        left = most - plan.seat_usd * billing.developers
        if left < 0:
            return f"{dollars(most)} do not pay for the seats there."
        bought = (price.included + left / (price.usd * region)) * size
        return (
            f"{dollars(most)} pay for {count(bought)} {unit} a month there, "
            f"{count(bought / DAYS_PER_MONTH)} a day."
        )
