"""How usage is priced: the plan, the region, what is stored, and prices of one's own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from .model import Settings, param
from .platform import UsageLimit
from .units import PositiveCount, Size

_PRICES = "platform.md, Prices"
_ALL_PRICES = "docs: production/state/limits, snapshot of 2026-08-21"

Amount = Annotated[float, Field(ge=0)]


class OwnPrice(Settings):
    """What one metered quantity costs, where it is not what the plan says."""

    included: Amount | None = param(
        None, "Units that a month includes; by default what the plan includes."
    )
    usd: Amount | None = param(
        None, "Dollars for a further unit; by default what the plan asks for."
    )

    @model_validator(mode="before")
    @classmethod
    def _number(cls, value: Any) -> Any:
        """A bare number is the price."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return {"usd": value} if is_number else value


class Prices(Settings):
    """A price list of one's own: what it does not name stays as the plan has it."""

    seat: Amount | None = param(None, "Dollars per developer and month.")
    deployment: Amount | None = param(
        None,
        "Dollars per month for the deployment itself. Business charges a fee by deployment class "
        "that its documentation does not state; without this setting it is left out.",
    )
    calls: OwnPrice | None = param(None, "Per million function calls.")
    action_compute: OwnPrice | None = param(
        None, "Per GB-hour of actions, in both runtimes unless `own_compute` is given."
    )
    own_compute: OwnPrice | None = param(
        None, "Per GB-hour of actions in the platform's own runtime, if it has a price of its own."
    )
    transaction_compute: OwnPrice | None = param(None, "Per GB-hour of queries and mutations.")
    database_io: OwnPrice | None = param(None, "Per GB read from or written to the database.")
    storage: OwnPrice | None = param(None, "Per GB of database storage and month.")
    files: OwnPrice | None = param(None, "Per GB of files and backups and month.")
    egress: OwnPrice | None = param(None, "Per GB of data egress.")
    search_storage: OwnPrice | None = param(None, "Per GB of search indexes and month.")
    search_queries: OwnPrice | None = param(None, "Per 1,000 query-GBs of search.")


class Billing(Settings):
    """How usage is priced; the plans' prices themselves are in `sim.billing`.

    Files, egress and search are billed but not simulated: a scenario says how much of them a month
    uses.
    """

    plan: Literal["free", "starter", "professional", "business"] = param(
        "starter",
        "The plan whose prices and included quotas apply. On `free` the quotas are hard caps: "
        "calls are refused for the rest of the month once one is used up.",
        source=_PRICES,
    )
    region: Literal["us", "eu"] = param(
        "us", "EU prices are 1.3 times the US ones.", source=_PRICES
    )
    developers: PositiveCount = param(1, "Number of seats, billed on Professional.", source=_PRICES)
    storage_mb: Amount = param(0.0, "Database storage in use at the start.")
    files: Size = param(0, "Files and backups stored.", source=_ALL_PRICES)
    egress: Size = param(0, "Data egress in a month: files served, backups.", source=_ALL_PRICES)
    search_storage: Size = param(0, "Text and vector search indexes.", source=_ALL_PRICES)
    search_queries: Amount = param(
        0.0, "Search queries in a month, in query-GBs.", source=_ALL_PRICES
    )
    price_list: str = param(
        "",
        "A YAML file with `prices`, beside the scenario or below it. Prices in the scenario win "
        "over the file's.",
    )
    prices: Prices = param(Prices(), "Prices of one's own, where they differ from the plan's.")


FREE_CAPS = tuple(
    UsageLimit.model_validate({"metric": metric, "window": "month", "disable": cap})
    for metric, cap in (("function_calls", 1_000_000), ("action_gb_hours", 20),
                        ("database_io_gb", 1))
)  # fmt: skip
"""The Free plan's monthly quotas, which are hard caps there (docs: production/state/limits)."""


def with_free_caps(given: dict[str, Any]) -> dict[str, Any]:
    """The platform's settings as given, with the Free plan's caps if that is the plan.

    Anything malformed is returned as it is: validation says what is wrong with it.
    """
    billing, platform = given.get("billing"), given.get("platform", {})
    if not (isinstance(billing, dict) and billing.get("plan") == "free"):
        return {}
    limits = platform.get("usage_limits", []) if isinstance(platform, dict) else None
    if not isinstance(limits, list):
        return {}
    caps = [cap.model_dump(mode="json") for cap in FREE_CAPS]
    return {"platform": {**platform, "usage_limits": [
        *limits, *(cap for cap in caps if cap not in limits)]}}  # fmt: skip
