"""Which limits of the platform or the API were reached (design rule 9).

All of them are found here, so that no report says that nothing was reached while another one knows
better.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sim.numbers import seconds
from sim.observation import Observation
from sim.platform.reference import Edge
from sim.result import Bound, LimitEvent
from sim.scenario import SECOND, Scenario, format_duration

_AMOUNTS = {
    "function_calls": "calls",
    "action_gb_hours": "GB-hours of action compute",
    "database_io_gb": "GB of database I/O",
}


def find_bounds(observation: Observation, scenario: Scenario, edges: Sequence[Edge]) -> list[Bound]:
    """The limits that were reached, the most important first."""
    modelled = [edge for edge in edges if edge.trigger != "flow"]
    bounds = [
        _slots(observation, scenario),
        *_usage_limits(observation, scenario),
        *_api(observation, scenario),
        *_job_caps(observation, scenario),
        *_places(observation, scenario, modelled),
        *_executions(observation, scenario, modelled),
    ]
    return sorted((bound for bound in bounds if bound.share > 0), key=lambda b: -b.share)


def _share(number: int, of: int) -> float:
    return min(1.0, number / of) if of else 0.0


def _calls(edges: Sequence[Edge], *types: str) -> int:
    return sum(edge.calls for edge in edges if edge.function.type in types)


def _slots(observation: Observation, scenario: Scenario) -> Bound:
    scheduler = observation.scheduler
    return Bound(
        "scheduler slots",
        f"{scheduler.slots} jobs at once",
        scheduler.behind_us / scenario.horizon,
        f"every slot busy and jobs waiting; peak backlog {scheduler.peak_backlog:,}",
    )


# -- usage limits ------------------------------------------------------------------------------


def _usage_limits(observation: Observation, scenario: Scenario) -> Iterator[Bound]:
    """The usage limits that disabled the deployment, by what they measure over which window."""
    disabling = [
        event for event in observation.usage_limits
        if event.threshold == "disable" and event.until_s != event.at_s
    ]  # fmt: skip
    for (metric, window), group in groupby(
        sorted(disabling, key=_measured), key=_measured
    ):  # fmt: skip
        events = list(group)
        allowed = min(
            limit.disable for limit in scenario.platform.usage_limits
            if (limit.metric, limit.window) == (metric, window) and limit.disable is not None
        )  # fmt: skip
        horizon_s = scenario.horizon / SECOND
        disabled_s = _union([(e.at_s, e.until_s or horizon_s) for e in events])
        yield Bound(
            f"usage limit on {metric}",
            f"{allowed:,} {_AMOUNTS[metric]} a {window}",
            disabled_s / horizon_s,
            f"disabled the deployment first after {seconds(min(e.at_s for e in events))}, for "
            f"{seconds(disabled_s)} in all",
        )


def _measured(event: LimitEvent) -> tuple[str, str]:
    return event.metric, event.window


def _union(intervals: Sequence[tuple[float, float]]) -> float:
    """How long the intervals cover together (µs)."""
    covered, end = 0.0, 0.0
    for begins, ends in sorted(intervals):
        covered += max(0.0, ends - max(begins, end))
        end = max(end, ends)
    return covered


# -- the API -----------------------------------------------------------------------------------


def _api(observation: Observation, scenario: Scenario) -> Iterator[Bound]:
    """The rate limit, and the lock-outs that follow if it is not respected."""
    external, settings = observation.external, scenario.external
    allowed = f"{settings.rate_limit:,} requests in {format_duration(settings.rate_window)}"
    if any(each.is_limited for each in settings.endpoints.values()):
        allowed += ", endpoints by their own limits"
    if settings.daily_quota:
        allowed += f", {settings.daily_quota:,} on a day"
    limits = (settings.rate_limit, settings.daily_quota)
    if any(each.external and (each.external.rate_limit, each.external.daily_quota) != limits
           for each in scenario.operations):  # fmt: skip
        allowed += ", until a deployment changed that"
    over_the_rate = external.rejected - external.rejected_locked_out
    yield Bound(
        "API rate limit",
        allowed,
        _share(over_the_rate, external.limited),
        f"{over_the_rate:,} of {external.limited:,} limited requests answered with 429",
    )
    yield _outages(scenario)
    times = "once" if external.lockouts == 1 else f"{external.lockouts:,} times"
    yield Bound(
        "API lock-out",
        f"{format_duration(settings.lockout)} after {settings.lockout_after:,} refusals",
        _share(external.rejected_locked_out, external.limited),
        f"locked out {times}, for {seconds(external.locked_out_us / SECOND)} in all; "
        f"{external.rejected_locked_out:,} of {external.limited:,} limited requests answered with "
        "429 meanwhile",
    )


def _outages(scenario: Scenario) -> Bound:
    """The time in which the API, or an endpoint of it, did not answer."""
    horizon = scenario.horizon
    outages = [each for each in scenario.external.outages if each.since < horizon]
    out = _union([(each.since, min(each.until, horizon)) for each in outages])
    named = list(dict.fromkeys(each.endpoint for each in outages))
    whom = "all endpoints" if "" in named else ", ".join(named)
    return Bound(
        "API outage", f"{len(outages):,} in the scenario", out / horizon,
        f"{seconds(out / SECOND)} in all without an answer from {whom}",
    )  # fmt: skip


# -- the scheduler's caps ----------------------------------------------------------------------


def _job_caps(observation: Observation, scenario: Scenario) -> Iterator[Bound]:
    scheduler, settings = observation.scheduler, scenario.platform.scheduler
    attempts = scheduler.created + scheduler.rejected
    for name, limit, rejected in (
        ("outstanding-job cap", f"{settings.outstanding_cap:,} jobs",
         scheduler.rejected - scheduler.rejected_by_function),
        ("per-function job cap", f"{settings.per_function_cap:,} jobs of one execution",
         scheduler.rejected_by_function),
    ):  # fmt: skip
        detail = f"{rejected:,} of {attempts:,} attempts to schedule threw"
        yield Bound(name, limit, _share(rejected, attempts), detail)


# -- concurrency and single executions ---------------------------------------------------------


def _places(
    observation: Observation, scenario: Scenario, modelled: Sequence[Edge]
) -> Iterator[Bound]:
    concurrency = scenario.platform.concurrency
    limits = {
        "query": concurrency.queries,
        "mutation": concurrency.mutations,
        "action": concurrency.actions,
        "Node action": concurrency.node_actions,
    }
    for type_, queue in observation.queues.items():
        yield Bound(
            f"{type_} concurrency",
            f"{limits[type_]:,} at once",
            _share(queue.delayed, max(1, _calls(modelled, type_.split()[-1]))),
            f"{queue.delayed:,} calls waited, {queue.rejected:,} gave up",
        )


def _executions(
    observation: Observation, scenario: Scenario, modelled: Sequence[Edge]
) -> Iterator[Bound]:
    """Limits of one execution: of a transaction, of an action's time, of nested calls."""
    refusals, platform = observation.refusals, scenario.platform
    transactions, actions = platform.transactions, platform.actions
    yield Bound(
        "transaction limits",
        f"{transactions.documents_read:,} documents and {transactions.bytes_read:,} bytes read, "
        f"{transactions.documents_written:,} documents written, "
        f"{format_duration(transactions.time)}",
        _share(refusals.too_large, _calls(modelled, "query", "mutation")),
        f"{refusals.too_large:,} queries and mutations were beyond them and failed",
    )
    yield Bound(
        "action time-out",
        f"{format_duration(actions.timeout)}, {format_duration(actions.node_timeout)} in Node",
        _share(refusals.timed_out, _calls(modelled, "action")),
        f"{refusals.timed_out:,} actions were ended by it",
    )
    nested = sum(
        edge.calls for edge in modelled
        if edge.trigger == "action" and edge.function.type == "action"
    )  # fmt: skip
    yield Bound(
        "call depth",
        f"{platform.concurrency.call_depth:,} calls inside each other",
        _share(refusals.too_deep, nested + refusals.too_deep),
        f"{refusals.too_deep:,} calls of actions by actions failed",
    )
