"""The third-party API's settings: limits, latencies, lock-outs and failures, also by endpoint."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .distribution import Latency
from .model import Settings, param
from .units import Count, Duration, Interval, Share

_LATENCY = "platform.md, Plausible ranges for latencies (an estimate, not a measurement)"
_LIMITED = ("rate_limit", "lockout_after", "daily_quota")
"""An endpoint that gives one of these has limits of its own."""
CHANGEABLE_WHILE_IT_RUNS = ("rate_limit", "daily_quota", "others", "error_rate")
"""What a deployment may change, of the API as a whole."""


class Endpoint(Settings):
    """One endpoint of the API. What it does not give is as for the whole API.

    With a rate limit, a lock-out or a quota of its own it is limited by what it gives, and no
    longer counts against the limits of the whole API.
    """

    latency: Latency | None = param(None, "Round trip of an accepted request.")
    rejected_latency: Latency | None = param(None, "Round trip of a request refused with 429.")
    rate_limit: Count | None = param(
        None, "Requests accepted in any window of `rate_window`; 0: no limit."
    )
    rate_window: Interval | None = param(None, "The rolling window of its rate limit.")
    rate_window_kind: Literal["counter", "log"] | None = param(
        None, "How its rolling window is counted."
    )
    error_rate: Share | None = param(None, "Share of accepted requests that fail otherwise.")
    lockout_after: Count | None = param(
        None, "Refusals within one window after which it locks the app out; 0: never."
    )
    lockout: Duration | None = param(None, "How long its lock-out lasts.")
    daily_quota: Count | None = param(None, "Requests accepted on a UTC day; 0: no quota.")

    @property
    def is_limited(self) -> bool:
        """Whether it has limits of its own."""
        return any(getattr(self, name) is not None for name in _LIMITED)


class Outage(Settings):
    """A time in which the API, or one endpoint of it, answers nothing but an error."""

    since: Duration = param(..., "When it begins, after the start.")
    until: Duration = param(..., "When it is over.")
    endpoint: str = param("", "Only this endpoint; empty: all of them.")
    status: Literal[429, 503] = param(503, "The HTTP status of every request meanwhile.")

    @model_validator(mode="after")
    def _lasts(self) -> Outage:
        if self.since >= self.until:
            raise ValueError("ends before it begins: expected since before until")
        return self


class ExternalSettings(Settings):
    """The third-party music API that actions call over HTTPS."""

    latency: Latency = param(
        "25ms..120ms",
        "Round trip of an accepted request.",
        source=_LATENCY,
        plausible="25ms..120ms",
    )
    rejected_latency: Latency = param(
        "25ms..50ms",
        "Round trip of a request that is refused with 429.",
        source=_LATENCY,
        plausible="the low end of 25ms..120ms",
    )
    rate_limit: Count = param(
        420,
        "Requests accepted in any window of `rate_window`; 0 switches the limit off.",
        source="platform.md, Plausible ranges for latencies",
        plausible="a few hundred",
    )
    rate_window: Interval = param(
        "30s",
        "The rolling window of the rate limit.",
        source="platform.md, Plausible ranges for latencies",
    )
    rate_window_kind: Literal["counter", "log"] = param(
        "counter",
        "How the rolling window is counted: `counter` weighs two fixed windows, as most services "
        "do; `log` remembers every request. Accepted requests come evenly or in bursts.",
        source="our assumption: the API does not say which",
    )
    error_rate: Share = param(
        0.001,
        "Share of accepted requests that fail for another reason (5xx, time-out).",
        source="our estimate",
        plausible="0..0.02",
    )
    lockout_after: Count = param(
        0,
        "Refusals within one window after which the app is locked out; 0: never. With 1 it is what "
        "a service does that answers nothing until its retry-after has passed.",
        source="platform.md, Plausible ranges for latencies",
    )
    lockout: Duration = param(
        "10m",
        "How long a lock-out lasts.",
        source="platform.md, Plausible ranges for latencies",
        plausible="minutes to a day",
    )
    daily_quota: Count = param(
        0, "Requests accepted on a UTC day; the others get 429. 0: no quota.",
        source="our assumption: none",
    )  # fmt: skip
    others: Annotated[float, Field(ge=0, le=1000)] = param(
        0.0,
        "Requests that other deployments with the same credentials send to the same limits, for "
        "each limited request of this one: 0.25 if they make a fifth of all.",
        source="our assumption: none",
        plausible="0..1",
    )
    endpoints: dict[str, Endpoint] = param(
        {}, "Settings of single endpoints, by the names that the app's code has for them."
    )
    outages: tuple[Outage, ...] = param((), "When it does not answer.")

    def endpoint(self, name: str) -> ExternalSettings:
        """The settings of an endpoint: its own over those of the whole API."""
        own = self.endpoints.get(name, Endpoint())
        given = {key: value for key in Endpoint.model_fields
                 if (value := getattr(own, key)) is not None}  # fmt: skip
        unlimited = dict.fromkeys(_LIMITED, 0) if own.is_limited else {}
        return self.model_copy(update=unlimited | given)
