"""Settings that a part of a log says directly: latencies, the rates of clients, other traffic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from sim.logs import Counted, Slices, Times
from sim.scenario import DAY, Latency, Scenario

from .rhythm import Rhythm, rhythm_of

CLIENT = ("initialSubscription", "identityChange", "webSocket", "httpApi", "httpEndpoint", "tester")
"""Why a function ran that somebody outside asked for."""
RERUN = "dataChange"
"""Why a query ran again: what it had read had changed."""
_POINTS = (
    (1000, (1, 5, 25, 50, 75, 95, 99)),
    (100, (5, 25, 50, 75, 95)),
    (20, (10, 50, 90)),
)
"""How many executions it takes at least, and the quantiles (per cent) that are read then."""
FEWEST = _POINTS[-1][0]
"""With fewer executions a function keeps its latency."""
_KNOWN = 0.99
"""The share of executions that the log must say the reason of: without it nobody is a client."""
_HALF_MS = 500
_DIGITS = 3
_PLACES = 6
_latency: TypeAdapter[Any] = TypeAdapter(Latency)


@dataclass(frozen=True, slots=True)
class FittedLatency:
    """The latency of one function, as measured."""

    function: str
    step: str
    """`query` or `mutation`."""
    executions: int
    quantiles: dict[str, str]
    """As a scenario spells them: ``p50: 20ms``."""
    again: dict[str, str]
    """The same quantiles of the rest of the log; empty if it has too few executions."""


@dataclass(frozen=True, slots=True)
class FittedClient:
    """The rate of one kind of clients."""

    name: str
    function: str
    calls: int
    """Calls of the function by clients."""
    per_day: float
    by_hour: tuple[float, ...] = ()
    """Calls in each hour of the day, from midnight UTC on; empty if they hardly differ."""
    even: bool = False
    """Whether they come evenly, not at random."""
    had_hours: bool = False
    """Whether the scenario had a rhythm, in place of which the mean stands now."""

    @property
    def rate(self) -> str:
        """As a scenario spells it."""
        return _per_day(self.per_day)

    @property
    def settings(self) -> dict[str, Any]:
        """Keys of the client as a scenario spells them."""
        found: dict[str, Any] = {"rate": self.rate}
        if self.by_hour or self.had_hours:
            found["by_hour"] = [float(f"{each:.4g}") for each in self.by_hour]
        if self.even:
            found["arrive"] = "even"
        return found


@dataclass(frozen=True, slots=True)
class FittedTraffic:
    """Calls by clients of functions that the app does not have, as a flow."""

    calls: int
    settings: dict[str, str | float]
    """Keys of `traffic.organic` as a scenario spells them."""


@dataclass(slots=True)
class FromLogs:
    """What could be read from the log, and what could not."""

    latencies: list[FittedLatency] = field(default_factory=list)
    clients: list[FittedClient] = field(default_factory=list)
    traffic: FittedTraffic | None = None
    unfitted: list[str] = field(default_factory=list)
    """What stays as the scenario has it, a sentence each."""

    def by_path(self) -> dict[str, Any]:
        """The settings by path."""
        found: dict[str, Any] = {}
        if self.latencies:
            found["platform.latency.functions"] = {
                each.function: {each.step: each.quantiles} for each in self.latencies
            }
        for client in self.clients:
            found.setdefault("app.clients", {})[client.name] = client.settings
        if self.traffic is not None:
            found |= {f"traffic.organic.{key}": each for key, each in self.traffic.settings.items()}
        return found


def from_logs(
    slices: Slices, scenario: Scenario, functions: Mapping[str, str], time: tuple[int, int, int]
) -> FromLogs:
    """What the log says of the executions that began in the first part of its time.

    ``functions``: name → type of the functions that the scenario's app has. ``time``: where the
    log, the rest of it and its end are (µs since 1970, whole minutes).
    """
    since, split, _ = time
    found = FromLogs()
    rows = list(slices.counted(since, split))
    _find_latencies(found, slices, functions, time)
    known = sum(sums.calls for _, _, reason, sums in rows if reason)
    if known < _KNOWN * sum(sums.calls for *_, sums in rows):
        found.unfitted.append(
            "the log does not say why functions ran (streams do since 2026-08-13): the rates of "
            "clients and of other traffic"
        )
        return found
    begins = max(since, slices.first)
    days = (split - begins) / DAY
    found.traffic = _traffic(rows, functions, days)
    asked = _asked_by_clients(slices, functions, since, split)
    rhythms = {name: rhythm_of(minutes, begins, split) for name, minutes in asked.items()}
    found.clients = list(_clients(asked, rhythms, scenario))
    found.unfitted += _arrivals(found.clients, rhythms)
    pages = {query for client in _all_clients(scenario) for query in _shown(client)}
    fitted = {each.function for each in found.clients} | pages
    found.unfitted += _others(rows, functions, fitted, pages, days)
    return found


# -- latencies ---------------------------------------------------------------------------------


def _find_latencies(
    found: FromLogs, slices: Slices, functions: Mapping[str, str], time: tuple[int, int, int]
) -> None:
    """The latencies of queries and mutations; actions have none of their own."""
    since, split, until = time
    times, rest = slices.times(since, split), slices.times(split, until)
    never = [name for name, type_ in functions.items() if type_ != "action" and name not in times]
    few: list[str] = []
    for name, type_ in functions.items():
        if type_ == "action" or name not in times:
            continue
        quantiles = _quantiles(times[name], whole_ms=slices.whole_ms)
        if quantiles:
            again = _quantiles(rest[name], whole_ms=slices.whole_ms) if name in rest else {}
            found.latencies.append(FittedLatency(name, type_, times[name].number, quantiles, again))
        else:
            few.append(f"{name} ({times[name].number})")
    if never:
        found.unfitted.append(f"the latency of what was not called: {', '.join(never)}")
    if few:
        found.unfitted.append(
            f"the latency of what ran fewer than {FEWEST} times: {', '.join(few)}"
        )
    if any(type_ == "action" for type_ in functions.values()):
        found.unfitted.append(
            "what actions wait for outside: an action takes as long as what it does"
        )


def _quantiles(times: Times, *, whole_ms: bool) -> dict[str, str]:
    """As many quantiles as so many executions bear, and as a latency can have."""
    for least, points in _POINTS:
        if times.number >= least:
            quantiles = {f"p{point}": _time(times, point, whole_ms) for point in points}
            try:
                _latency.validate_python(quantiles)
            except ValueError:  # they rise too steeply between two of them
                continue
            return quantiles
    return {}


def _time(times: Times, point: int, whole_ms: bool) -> str:
    """A quantile as a scenario spells it.

    A log of whole milliseconds has cut off half a one on average.
    """
    us = times.quantile(point / 100)
    if whole_ms:
        us = round(us, -3) + _HALF_MS
    return f"{max(0.001, us / 1000):.{_DIGITS}g}ms"


# -- who calls ---------------------------------------------------------------------------------

_Rows = Iterable[tuple[str, str, str, Counted]]


def _per_day(rate: float) -> str:
    """A rate as a scenario spells it."""
    return f"{float(f'{rate:.6g}'):f}".rstrip("0").rstrip(".") + "/day"


def _traffic(rows: _Rows, functions: Mapping[str, str], days: float) -> FittedTraffic:
    """The calls by clients of functions that the app does not have."""
    kinds = {kind: Counted() for kind in ("query", "mutation", "action")}
    for name, kind, reason, sums in rows:
        if name not in functions and (reason in CLIENT or reason == RERUN):
            kinds["action" if kind == "http_action" else kind].add(sums)
    query, mutation, action = kinds.values()
    calls = query.calls + mutation.calls + action.calls
    settings: dict[str, str | float] = {"rate": _per_day(calls / days)}
    if calls:
        settings["mutations"] = round(mutation.calls / calls, _PLACES)
        settings["actions"] = round(action.calls / calls, _PLACES)
    if query.calls:
        settings["cached"] = round(query.cached / query.calls, _PLACES)
    reading = query.calls - query.cached + mutation.calls
    if reading:
        settings["read"] = f"{round((query.read + mutation.read) / reading)}B"
    if mutation.calls:
        settings["written"] = f"{round(mutation.written / mutation.calls)}B"
    for kind, sums in kinds.items():
        if sums.calls:
            settings[f"{kind}_time"] = f"{sums.took / sums.calls / 1000:.4g}ms"
    return FittedTraffic(calls, settings)


def _asked_by_clients(
    slices: Slices, functions: Mapping[str, str], since: int, until: int
) -> dict[str, Counter[int]]:
    """By function of the app: minute → calls by clients."""
    found: dict[str, Counter[int]] = {}
    for (name, reason), minutes in slices.asked(since, until).items():
        if name in functions and reason in CLIENT:
            found.setdefault(name, Counter()).update(minutes)
    return found


def _clients(
    asked: Mapping[str, Counter[int]], rhythms: Mapping[str, Rhythm], scenario: Scenario
) -> Iterator[FittedClient]:
    """The rates of the scenario's clients; those that call the same function share its calls.

    A page asks for each of its queries once: the first one tells how many were opened.
    """
    rates: dict[str, dict[str, float]] = {}
    own: Mapping[str, Any] = getattr(scenario.app, "clients", {})
    for name, client in own.items():
        asks = getattr(client, "function", "") or next(iter(_shown(client)), "")
        if asks and not client.at:
            rates.setdefault(asks, {})[name] = client.rate
    for function, of in rates.items():
        whole = sum(of.values())
        rhythm = rhythms.get(function, Rhythm(0.0))
        for name, rate in of.items():
            share = rate / whole if whole else 1 / len(of)
            by_hour = tuple(share * each for each in rhythm.by_hour)
            yield FittedClient(
                name, function, asked.get(function, Counter()).total(), share * rhythm.per_day,
                by_hour, rhythm.even, bool(getattr(own[name], "by_hour", ())),
            )  # fmt: skip


def _arrivals(clients: Iterable[FittedClient], rhythms: Mapping[str, Rhythm]) -> Iterator[str]:
    """What is not known of when clients come."""
    fitted = {each.function: rhythms[each.function] for each in clients if each.calls}
    if unseen := {rhythm.unseen for rhythm in fitted.values() if rhythm.unseen}:
        hours = ", ".join(str(hour) for hour in sorted(set().union(*unseen)))
        yield f"how busy these hours of the day (UTC) are, which have the others' mean: {hours}"
    if bursts := [name for name, rhythm in fitted.items() if rhythm.in_bursts]:
        yield f"bursts: these are called less evenly than at random: {', '.join(bursts)}"


def _all_clients(scenario: Scenario) -> Iterable[Any]:
    clients: dict[str, Any] = getattr(scenario.app, "clients", {})
    return clients.values()


def _shown(client: Any) -> list[str]:
    """The queries that a page subscribes to."""
    return [each.function for each in getattr(client, "subscribe", ())]


def _others(
    rows: _Rows, functions: Mapping[str, str], fitted: set[str], pages: set[str], days: float
) -> Iterator[str]:
    """What has no setting of its own."""
    by_clients: dict[str, int] = {}
    unknown: dict[str, int] = {}
    reruns = 0
    errors: dict[str, Counted] = {}
    for name, _, reason, sums in rows:
        if name not in functions:
            if reason not in CLIENT and reason != RERUN:
                unknown[name] = unknown.get(name, 0) + sums.asked
            continue
        errors.setdefault(name, Counted()).add(sums)
        reruns += sums.asked if reason == RERUN and name not in pages else 0
        if reason in CLIENT and name not in fitted:
            by_clients[name] = by_clients.get(name, 0) + sums.asked
    if by_clients:
        named = ", ".join(f"{name} ({calls / days:,.0f} a day)"
                          for name, calls in by_clients.items())  # fmt: skip
        yield f"calls by clients that no client of the scenario makes at a rate of its own: {named}"
    if unknown:
        named = ", ".join(f"{name} ({calls:,})" for name, calls in unknown.items())
        yield f"executions of functions that are not in the app: {named}"
    if reruns:
        yield (
            f"{reruns:,} executions of queries whose data had changed, which no client of the "
            "scenario subscribes to"
        )
    failing = [
        f"{name} ({number / sums.asked:.2%} of {sums.asked:,})"
        for name, sums in errors.items() if (number := sums.errors - sums.failed)
    ]  # fmt: skip
    if failing:
        yield (
            "the errors of other services, external.error_rate, of which a log only knows the "
            f"functions that failed for other reasons than conflicts: {', '.join(failing)}"
        )
