"""From what an engine observed to the result: shares, days and bins by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from sim import simulate
from sim.observation import (
    ExternalObservation,
    Observation,
    QueueObservation,
    SchedulerObservation,
    Series,
)
from sim.platform.reference import GuardUse, Refusals
from sim.result import Bound, LimitEvent
from sim.scenario import ScenarioError
from sim.simulation import check_names
from sim.simulation.bounds import _union, find_bounds
from sim.simulation.collect import _columns, _documents, _pairs, _scans, _slot_use
from sim.simulation.collect_lineage import call_graph, guards, hops
from tests.made import even

QUIET = Observation(
    edges=(),
    scheduler=SchedulerObservation(100, 90, 10, 0, 0, 0, 8, 3, 0, 0, 0),
    crons={}, external=ExternalObservation(50, 40, 0, 0), queues={}, refusals=Refusals(),
    usage_limits=(), lineages=None, series=Series(), outcomes={}, events=0,
)  # fmt: skip
"""Nothing met a limit."""


def edge(type_: str, calls: int, trigger: str = "scheduler", **facts: Any) -> Any:
    """Calls of one type."""
    function = SimpleNamespace(type=type_, name=f"f:{type_}", memory_mib=64)
    given = {"caller": "f:caller", "root": SimpleNamespace(name="cron:c"), "jobs": 0, **facts}
    return SimpleNamespace(function=function, calls=calls, trigger=trigger, **given)


EDGES = [edge("query", 30), edge("mutation", 20), edge("action", 10), edge("query", 940, "flow")]
"""Sixty modelled calls, and organic ones that no share is taken of."""


def bounds(edges: list[Any] = EDGES, **observed: Any) -> list[Bound]:
    """What bound a run of ten minutes."""
    return find_bounds(replace(QUIET, **observed), even(), edges)


def only(**observed: Any) -> tuple[str, float, str]:
    """The only bound."""
    (bound,) = bounds(**observed)
    return bound.name, bound.share, bound.detail


def test_nothing_is_a_bound_where_nothing_was_met() -> None:
    assert bounds() == []
    assert bounds([]) == []


def test_the_scheduler_is_a_bound_for_the_time_that_jobs_wait() -> None:
    behind = replace(QUIET.scheduler, behind_us=150_000_000, peak_backlog=1234)
    assert only(scheduler=behind) == (
        "scheduler slots", 0.25, "every slot busy and jobs waiting; peak backlog 1,234",
    )  # fmt: skip


def test_rejected_jobs_are_told_by_the_cap_that_they_met() -> None:
    rejected = replace(QUIET.scheduler, rejected=100, rejected_by_function=30)
    found = {bound.name: (bound.share, bound.detail) for bound in bounds(scheduler=rejected)}
    assert found == {
        "outstanding-job cap": (0.35, "70 of 200 attempts to schedule threw"),
        "per-function job cap": (0.15, "30 of 200 attempts to schedule threw"),
    }


def test_refusals_during_a_lock_out_are_not_counted_for_the_rate_limit() -> None:
    api = ExternalObservation(50, 40, 30, 0, 1, 10, 90_000_000)
    found = {bound.name: (bound.share, bound.detail) for bound in bounds(external=api)}
    assert found["API rate limit"] == (0.5, "20 of 40 limited requests answered with 429")
    assert found["API lock-out"] == (
        0.25, "locked out once, for 90 s in all; 10 of 40 limited requests answered with 429 "
        "meanwhile",
    )  # fmt: skip
    twice = bounds(external=replace(api, lockouts=2))
    assert "locked out 2 times" in " ".join(bound.detail for bound in twice)
    assert bounds(external=ExternalObservation(50, 0, 30, 0)) == []


def test_outages_are_a_bound_for_the_time_in_which_nothing_answers() -> None:
    def outage(since: str, until: str, endpoint: str = "") -> dict[str, str]:
        return {"since": since, "until": until, "endpoint": endpoint}

    scenario = even(horizon="10h", external={"outages": [
        outage("1h", "2h"), outage("90m", "3h", "search"), outage("9h", "20h"),
        outage("11h", "12h"),
    ]})  # fmt: skip
    (bound,) = find_bounds(QUIET, scenario, EDGES)
    assert (bound.name, bound.limit) == ("API outage", "3 in the scenario")
    assert bound.share == pytest.approx(0.3)
    assert bound.detail == "3 h in all without an answer from all endpoints"


@pytest.mark.parametrize(
    ("type_", "limit", "of"),
    [("query", 16, 30), ("mutation", 16, 20), ("action", 64, 10), ("Node action", 64, 10)],
)
def test_calls_that_waited_for_a_place_are_a_share_of_their_type(
    type_: str, limit: int, of: int
) -> None:
    name, share, detail = only(queues={type_: QueueObservation(5, 2)})
    assert (name, share) == (f"{type_} concurrency", 5 / of)
    assert detail == "5 calls waited, 2 gave up"


def test_a_share_is_at_most_everything() -> None:
    assert only(edges=[], queues={"query": QueueObservation(5, 2)})[1] == 1
    assert only(edges=[edge("query", 4)], queues={"query": QueueObservation(5, 2)})[1] == 1


def test_limits_of_one_execution_are_shares_of_what_can_meet_them() -> None:
    large = only(refusals=Refusals(too_large=5))
    assert large[:2] == ("transaction limits", 0.1)
    assert only(refusals=Refusals(timed_out=5))[:2] == ("action time-out", 0.5)
    nested = [*EDGES, edge("action", 15, "action"), edge("query", 5, "action")]
    assert only(edges=nested, refusals=Refusals(too_deep=5))[:2] == ("call depth", 0.25)


def test_the_limit_that_was_met_most_comes_first() -> None:
    found = bounds(refusals=Refusals(timed_out=5, too_large=5), queues={
        "query": QueueObservation(9, 0)})  # fmt: skip
    assert [bound.name for bound in found] == [
        "action time-out", "query concurrency", "transaction limits",
    ]  # fmt: skip


def test_a_warning_and_a_limit_lifted_at_once_are_no_bounds() -> None:
    limits = [{"metric": "function_calls", "warn": 5, "disable": 9}]
    scenario = even(platform={"usage_limits": limits})
    events = [
        LimitEvent("function_calls", "warn", 60.0, 6.0),
        LimitEvent("function_calls", "disable", 540.0, 10.0, "day", 540.0),
    ]
    assert find_bounds(replace(QUIET, usage_limits=events), scenario, EDGES) == []
    events.append(LimitEvent("function_calls", "disable", 450.0, 10.0))
    (bound,) = find_bounds(replace(QUIET, usage_limits=events), scenario, EDGES)
    assert (bound.limit, bound.share) == ("9 calls a day", 0.25)


@pytest.mark.parametrize(
    ("intervals", "covered"),
    [
        ([], 0), ([(1, 3)], 2), ([(1, 3), (3, 5)], 4), ([(1, 3), (2, 5)], 4),
        ([(4, 5), (1, 9)], 8), ([(1, 2), (4, 6)], 3), ([(0, 2), (0, 2)], 2),
    ],
)  # fmt: skip
def test_intervals_that_overlap_are_covered_once(
    intervals: list[tuple[float, float]], covered: float
) -> None:
    assert _union(intervals) == covered


@pytest.mark.parametrize(
    ("horizon", "series"),
    [
        ("24h", [86_400]), ("36h", [86_400, 43_200]), ("48h", [86_400, 86_400]), ("6h", [21_600]),
    ],
)  # fmt: skip
def test_calls_are_counted_for_their_simulated_day(horizon: str, series: list[int]) -> None:
    result = simulate(even(horizon=horizon, bin="6h"))
    assert result.calls.per_day_series == series
    assert result.calls.per_day == pytest.approx(86_400)
    assert (result.calls.query, result.calls.mutation, result.calls.action) == (sum(series), 0, 0)


def test_a_bin_that_crosses_midnight_counts_for_the_day_it_begins_in() -> None:
    result = simulate(even(horizon="28h", bin="14h"))
    assert result.calls.per_day_series == [28 * 3600, 0]


def test_the_use_of_the_slots_is_the_mean_over_bins_the_last_one_shorter() -> None:
    busy = even(horizon="100s", bin="30s", revision="buggy",
                app={"background": True, "refresh": {"enabled": True, "every": "10s"}})  # fmt: skip
    result = simulate(busy)
    per_bin = result.scheduler.slot_use_per_bin
    assert len(per_bin) == 4
    lengths = [30, 30, 30, 10]
    mean = sum(use * length for use, length in zip(per_bin, lengths, strict=True)) / 100
    assert result.scheduler.slot_use == pytest.approx(mean)
    assert mean > 0


def test_functions_are_sorted_by_calls_and_their_parts_add_up() -> None:
    result = simulate(even(traffic={"organic": {"mutations": 0.2, "actions": 0.3}}))
    calls = [use.calls for use in result.by_function.values()]
    assert calls == sorted(calls, reverse=True)
    assert len(calls) == 3
    for use in result.by_function.values():
        assert sum(use.by_trigger.values()) == sum(use.by_caller.values()) == use.calls
        assert sum(use.by_root.values()) == sum(use.per_bin) == use.calls
    assert result.calls.action == 180
    bytes_ = sum(use.read_mb + use.written_mb for use in result.by_function.values())
    assert result.database.bandwidth_mb == pytest.approx(bytes_)
    assert result.database.bandwidth_mb_per_day == pytest.approx(144 * bytes_)
    assert result.compute.action_gb_hours_per_day == pytest.approx(
        144 * result.compute.action_gb_hours
    )


def test_edges_from_a_root_are_merged_and_those_between_functions_are_not() -> None:
    edges = [
        edge("query", 3, "cron", caller="x", jobs=1), edge("query", 4, "cron", caller="y"),
        edge("query", 5, "scheduler", caller="x"), edge("query", 6, "scheduler", caller="y"),
    ]  # fmt: skip
    found = [(each.caller, each.function, each.trigger, each.calls, each.per_day, each.jobs)
             for each in call_graph(edges, 2.0)]  # fmt: skip
    assert found == [
        ("cron:c", "f:query", "cron", 7, 3.5, 1), ("x", "f:query", "scheduler", 5, 2.5, 0),
        ("y", "f:query", "scheduler", 6, 3, 0),
    ]  # fmt: skip


def test_pairs_documents_and_scans_are_sorted_by_how_much_they_cost_then_by_name() -> None:
    seen = replace(
        QUIET,
        lost={
            ("f:b", "t", "f:w", "by_id", "document"): (1, 2),
            ("f:a", "t", "f:w", "by_id", "document"): (2, 1),
            ("f:c", "t", "f:w", "by_id", "document"): (0, 4),
            ("f:a", "s", "f:w", "by_id", "document"): (3, 0),
        },
        hot={"b": (2, 9, 9), "a": (2, 1, 1), "c": (1, 3, 2)},
        scans={("f:b", "t"): (1, 50), ("f:a", "t"): (2, 50), ("f:c", "t"): (1, 90)},
    )
    pairs = [(each.function, each.table, each.retried, each.failed) for each in _pairs(seen)]
    assert pairs == [
        ("f:c", "t", 0, 4), ("f:a", "s", 3, 0), ("f:a", "t", 2, 1), ("f:b", "t", 1, 2),
    ]  # fmt: skip
    hot = [(each.table, each.conflicts) for each in _documents(seen)]
    assert hot == sorted(hot, key=lambda each: (-each[1], each[0]))
    scans = [(each.function, each.documents) for each in _scans(seen)]
    assert scans == [("f:c", 90), ("f:a", 50), ("f:b", 50)]


def test_an_outcome_that_is_not_counted_yet_is_zero() -> None:
    assert _columns([{"a": 1}, {"a": 2, "b": 3}]) == {"a": [1, 2], "b": [0, 3]}
    assert _columns([]) == {}


def test_the_use_of_the_slots_is_a_share_of_each_bin() -> None:
    series = Series(slot_us=[8 * 300_000_000, 8 * 300_000_000 + 4 * 100_000_000])
    seen = replace(QUIET, series=series)  # of eight slots
    assert _slot_use(seen, even(bin="5m")) == [1.0, pytest.approx(4 * 100 / (8 * 300))]
    assert _slot_use(replace(seen, series=Series(slot_us=[])), even(bin="5m")) == []


def test_lineages_keep_functions_that_scheduled_nothing() -> None:
    @dataclass(frozen=True)
    class Named:
        name: str

    a, b = Named("a"), Named("b")
    lineages: Any = SimpleNamespace(
        ended={a: 7, b: 9},
        hops={(a, b): SimpleNamespace(through=2, jobs=4, ahead_us=8_000_000)},
        guards={
            ("f", "rare"): GuardUse(True, 1), ("f", "often"): GuardUse(False, 5),
            ("f", "also"): GuardUse(False, 5), ("e", "x"): GuardUse(True, 1),
        },
    )  # fmt: skip
    found = [(use.caller, use.function, use.executions, use.through, use.jobs, use.ahead_s)
             for use in hops(lineages)]  # fmt: skip
    assert found == [("a", "b", 7, 2, 4, 2), ("b", "", 9, 0, 0, 0)]
    answers = [(answer.function, answer.reason) for answer in guards(lineages)]
    assert answers == [("e", "x"), ("f", "also"), ("f", "often"), ("f", "rare")]


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ({"function": "nope:a"}, "unknown function 'nope:a'"),
        ({"function": "organic:query", "type": "mutation"}, "no function that matches is a mut"),
    ],
)
def test_a_selection_that_matches_nothing_is_refused(select: dict[str, str], said: str) -> None:
    scenario = even(budgets={"a": {"metric": "calls", "max": 1, "select": select}})
    with pytest.raises(ScenarioError, match=said):
        check_names(scenario)
    good = even(budgets={"a": {"metric": "calls", "max": 1, "select": {"type": "query"}}})
    check_names(good)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        ({"metric": "outcomes.shws"}, "budgets.a.metric: unknown outcome 'shws'"),
        ({"metric": "cron_runs", "select": {"cron": "refrsh"}},
         "budgets.a.select.cron: unknown cron 'refrsh'"),
        ({"metric": "conflicts", "select": {"table": "artsts"}},
         "budgets.a.select.table: unknown table 'artsts'"),
        ({"metric": "conflicts", "select": {"won_by": "spotfy:*"}},
         "budgets.a.select.won_by: unknown function 'spotfy:*'"),
        ({"metric": "conflicts", "select": {"table": "artists", "won_by": "spotify:*"}}, ""),
        ({"metric": "outcomes.shows"}, ""),
        ({"metric": "cron_runs", "select": {"cron": "refresh-auto-setlists"}}, ""),
    ],
)  # fmt: skip
def test_outcomes_crons_tables_and_winners_are_those_of_the_app(
    budget: dict[str, Any], said: str
) -> None:
    scenario = even(app={"refresh": {"enabled": True}}, budgets={"a": {"max": 1, **budget}})
    if said:
        with pytest.raises(ScenarioError, match=re.escape(said)):
            check_names(scenario)
    else:
        check_names(scenario)
