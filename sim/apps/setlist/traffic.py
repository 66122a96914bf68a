"""The site's own traffic, besides the calls that are modelled one by one."""

from __future__ import annotations

from sim.scenario import Organic as AnyOrganic
from sim.scenario import Rate, param
from sim.scenario import Traffic as AnyTraffic


class SetlistOrganic(AnyOrganic):
    """The organic traffic of the site before the incident."""

    rate: Rate = param(
        "4M/day", "Function calls of organic traffic.",
        source="incident-report.md, Problem summary", plausible="3.8M..4.2M/day",
    )  # fmt: skip


class SetlistTraffic(AnyTraffic):
    """The `traffic:` section of this app."""

    organic: SetlistOrganic = param(SetlistOrganic(), "The flow of organic traffic.")
