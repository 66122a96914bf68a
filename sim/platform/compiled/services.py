"""The API and its endpoints as records: their limits, where they draw from, their outages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.draws import stream_key, threshold
from sim.platform.external import others_per_million, outages_of, services_of
from sim.platform.reference import Backend
from sim.scenario import ExternalSettings

from . import layout as at
from .layout import Layout

DRAWN = ("latency", "rejected_latency", "error")
"""What an endpoint draws, each from a stream of its own."""
_TABLES = 2
"""Tables of quantiles of an endpoint: of its latencies."""


def ring(settings: ExternalSettings, later: Sequence[ExternalSettings]) -> tuple[int, int]:
    """How many accepted and how many refused requests have to be remembered, also later."""
    most = max(each.rate_limit for each in (settings, *later))
    log = settings.rate_window_kind == "log"
    return max(1, most) if log else 1, max(1, settings.lockout_after)


def changeable(settings: ExternalSettings) -> dict[str, int]:
    """The fields of a record that a deployment may change."""
    errors = threshold(settings.error_rate)
    return {
        "errors": errors > 0,
        "error_bound": max(0, errors - 1),
        "limit": settings.rate_limit,
        "quota": settings.daily_quota,
        "others": others_per_million(settings),
    }


@dataclass(frozen=True, slots=True)
class Service:
    """The API as a whole (number 0), or an endpoint that is not like it."""

    number: int
    settings: ExternalSettings
    name: str
    """The head of the purposes of its draws."""
    is_limited: bool
    """Whether it has limits of its own; else they are those of the whole API."""
    outages: list[tuple[int, int, int]]
    seed: int

    @classmethod
    def of(cls, backend: Backend, number: int) -> Service:
        """The one of that number."""
        external = backend.scenario.external
        if not number:
            outages = list(outages_of(external, ""))
            return cls(0, external, "external", True, outages, backend.seed)
        endpoint = services_of(external)[number - 1]
        own = external.endpoints.get(endpoint)
        return cls(
            number, external.endpoint(endpoint), f"external.{endpoint}",
            own is not None and own.is_limited, list(outages_of(external, endpoint)), backend.seed,
        )  # fmt: skip

    def after(self, changed: Sequence[ExternalSettings]) -> list[ExternalSettings]:
        """Its settings after changes of the API's."""
        name = self.name.removeprefix("external").removeprefix(".")
        return [each.endpoint(name) if self.number else each for each in changed]

    def row(self, layout: Layout, begin: Sequence[int], room: Sequence[int]) -> dict[str, int]:
        """Its record; ``begin``: where its rings of accepted and refused requests stand."""
        settings = self.settings
        stream, table = at.API_LATENCY_STREAM, at.API_LATENCY
        if self.number:
            stream = layout.streams + len(DRAWN) * (self.number - 1)
            table = at.FIRST_GAPS + layout.scripts + _TABLES * (self.number - 1)
        phase = stream_key(self.seed, f"{self.name}.window") % settings.rate_window
        return {
            "limits": self.number if self.is_limited else 0,
            "covered": self.is_limited and self.number > 0,
            "latency": table,
            "rejected_latency": table + 1,
            "latency_stream": stream,
            "rejected_stream": stream + 1,
            "error_stream": stream + 2,
            "window": settings.rate_window,
            "log": settings.rate_window_kind == "log",
            "start": phase - settings.rate_window,
            "accepted_at": begin[0],
            "accepted_room": room[0],
            "lockout_after": settings.lockout_after,
            "lockout": settings.lockout,
            "refused_at": begin[1],
            "refused_room": room[1],
        } | changeable(settings)
