"""The keys of `app.clients`: who calls the app from outside, and when."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, TypeAdapter, model_validator

from sim.scenario import Count, Duration, Latency, Rate, Settings, param

from .json_value import any_json
from .picks import checked_args, picks_in
from .short_forms import OneOrMore, or_short

MOST_AT_ONCE = 1_000_000
"""Clients of a burst, or pages that each pick what they show: more take minutes."""
_HOURS = 24
_STAY = "5m"
_USUAL_STAY = TypeAdapter(Latency).validate_python(_STAY)

Args = Annotated[Any, BeforeValidator(any_json), AfterValidator(checked_args)]
"""Arguments, in which `{$pick: TABLE}` stands for a document that is picked at each call."""


class Subscription(Settings):
    """A query that an open page keeps up to date; its path alone if it needs no arguments."""

    model_config = ConfigDict(
        json_schema_extra=or_short({"type": "string", "description": "The query's path alone."})
    )

    function: str = param(..., "The query's path, such as `notes:list`.")
    args: Args = param({}, "Its arguments, as those of a client.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"function": value} if isinstance(value, str) else value


def _one_or_more(value: Any) -> Any:
    """A list, also of one that stands alone."""
    return [value] if isinstance(value, dict) else value


class Burst(Settings):
    """Many clients in a short time."""

    at: Duration = param(..., "When it begins, after the start.")
    calls: Count = param(..., "How many clients come.")
    within: Duration = param("0s", "In how long; 0: all at once.")

    @model_validator(mode="after")
    def _not_too_many(self) -> Burst:
        if self.calls > MOST_AT_ONCE:
            raise ValueError(f"calls: expected at most {MOST_AT_ONCE:,}")
        return self


class Client(Settings):
    """Clients of one kind that call the app: a function each, a script, or open pages."""

    function: str = param(
        "", "The function that each of these clients calls, such as `notes:list`."
    )
    args: Args = param(
        {}, "The arguments of that call. `{$pick: TABLE}` is a document of that table, drawn for "
        "each call among those that are there then; with `index` and `equals` for a part of an "
        "index, `field` instead of its id, `law: zipf` with `exponent` (of the oldest, or with "
        "`order: desc` of the newest), and `as: NAME` for the same document in several arguments.",
    )  # fmt: skip
    script: str = param(
        "", "Instead of `function`: what these clients do is a function that the module `mocks` "
        "exports, called as script(client, number, luck) "
        "with client.query, client.mutation, client.action, client.subscribe (a query that is kept "
        "up to date for the `stay`) and client.ids(table), the ids of the documents at the start; "
        "luck is drawn from [0, 1).",
    )  # fmt: skip
    subscribe: tuple[Subscription, ...] = param(
        (), "Instead of `function`: each of these clients opens a page that subscribes to these "
        'queries, such as `["notes:list"]`. They run again whenever something is written that '
        "they have read.",
    )  # fmt: skip
    stay: Latency = param(_STAY, "How long a page stays open that subscribes, once it has loaded.")
    sessions: Count = param(
        0, "Pages that are open from the start to the end, beside those that arrive."
    )
    rate: Rate = param(0, "How many of these clients arrive.")
    arrive: Literal["poisson", "even"] = param(
        "poisson", "How they arrive: at random (a Poisson process), or in equal intervals."
    )
    by_hour: tuple[float, ...] = param(
        (), "How busy each hour of the day is, from midnight UTC on: 24 numbers, of which only the "
        "proportions count. The `rate` is the mean of a day. The day begins as the scenario "
        "`starts`.",
    )  # fmt: skip
    at: tuple[Duration, ...] = param((), "Times after the start at which one arrives.")
    burst: Annotated[tuple[Burst, ...], BeforeValidator(_one_or_more), OneOrMore()] = param(
        (), "Bursts, one or a list: so many clients (`calls`) from a time (`at`) on, `within` a "
        "time, such as `{at: 2h, calls: 1000, within: 10s}`.",
    )  # fmt: skip
    draws: str = param("", "The purpose of the draws of luck; `client.` and its name unless given.")

    @model_validator(mode="after")
    def _does_something(self) -> Client:
        if sum(map(bool, (self.function, self.script, self.subscribe))) != 1:
            raise ValueError("expected one of function, script and subscribe")
        if self.sessions and not self.subscribe:
            raise ValueError("sessions are open pages: they need something to subscribe to")
        if self.function and self.stay != _USUAL_STAY:
            raise ValueError("stay is how long a page is open that subscribes: this one only calls")
        if not self.model_fields_set & {"rate", "at", "sessions", "burst"}:
            raise ValueError(
                "expected a rate, times (at), a burst or sessions: it would never come"
            )
        if self.args and not self.function:
            raise ValueError(
                "args are those of `function`; a page's queries have their own: "
                "subscribe: [{function: ..., args: ...}]"
            )
        if picks_in([each.args for each in self.subscribe]) and self.sessions > MOST_AT_ONCE:
            raise ValueError(
                f"sessions: expected at most {MOST_AT_ONCE:,} where each picks its own"
            )
        return self

    @model_validator(mode="after")
    def _arrives_somehow(self) -> Client:
        if self.by_hour and len(self.by_hour) != _HOURS:
            raise ValueError(
                f"by_hour: expected 24 numbers, one for each hour, not {len(self.by_hour)}"
            )
        if any(each < 0 for each in self.by_hour) or (
            self.by_hour and not 0 < sum(self.by_hour) < math.inf
        ):
            raise ValueError("by_hour: expected numbers of 0 or more, and one that is more")
        if self.by_hour and not self.rate:
            raise ValueError("by_hour says when they come: give a rate that says how many")
        if self.arrive != "poisson" and not (self.rate or self.burst):
            raise ValueError("arrive is how they come at a rate or in a burst: give one")
        return self
