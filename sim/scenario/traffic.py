"""Organic traffic: a flow metered per time bin, not one event per call (design rule 6)."""

from __future__ import annotations

from pydantic import model_validator

from .model import Settings, param
from .units import Duration, Rate, Share, Size


class Organic(Settings):
    """The calls of the site's users: page queries, their re-runs, small writes, some actions.

    An app has none of them unless its module or the scenario gives an amount.
    """

    rate: Rate = param("0/day", "Function calls of organic traffic.")
    mutations: Share = param(
        0.02, "Share of the calls that are mutations.", source="our estimate", plausible="0..0.1"
    )
    actions: Share = param(
        0.002, "Share of the calls that are actions.", source="our estimate", plausible="0..0.02"
    )
    cached: Share = param(
        0.9,
        "Share of queries answered from the query cache: billed as calls, without reading bytes.",
        source="platform.md, Metering; the share is our estimate",
        plausible="0.5..0.99",
    )
    query_time: Duration = param(
        "8ms", "Mean execution time of a query.", source="our estimate", plausible="3ms..15ms"
    )
    mutation_time: Duration = param(
        "20ms", "Mean execution time of a mutation.", source="our estimate", plausible="8ms..30ms"
    )
    action_time: Duration = param(
        "400ms", "Mean run time of an action.", source="our estimate", plausible="100ms..2s"
    )
    read: Size = param(
        "800B", "Mean bytes read by a call that reads.", source="our estimate",
        plausible="0.2kB..20kB",
    )  # fmt: skip
    written: Size = param(
        "400B", "Mean bytes written by a mutation.", source="our estimate", plausible="0.1kB..2kB"
    )

    @model_validator(mode="after")
    def _shares(self) -> Organic:
        if self.mutations + self.actions > 1:
            raise ValueError("the shares of mutations and actions add up to more than 1")
        return self


class Traffic(Settings):
    """Traffic that does not come from the modelled functions."""

    organic: Organic = param(Organic(), "The flow of organic traffic.")
