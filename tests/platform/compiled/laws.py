"""What holds in every run, whatever the scenario and the engine (design rule 5)."""

from __future__ import annotations

from collections import Counter

from sim import Result, Scenario
from sim.platform.reference import ORGANIC_WRITER
from sim.platform.rules import DEEPEST
from sim.result import FunctionUse


def broken_laws(scenario: Scenario, result: Result) -> list[str]:
    """The laws that a result breaks."""
    bins = -(-scenario.horizon // scenario.bin)
    laws = _of_the_run(scenario, result, bins)
    limits = scenario.platform.concurrency
    running = {
        "query": 0,  # one is over as soon as it is counted
        "mutation": max(1, limits.mutations),
        "action": max(1, limits.actions, limits.node_actions),
    }
    for name, use in result.by_function.items():
        laws |= {
            f"{name}: {law}": holds for law, holds in _of_a_function(use, bins, running).items()
        }
    return [law for law, holds in laws.items() if not holds]


def _of_the_run(scenario: Scenario, result: Result, bins: int) -> dict[str, bool]:
    jobs, calls, outcomes = result.scheduler, result.calls, result.outcomes
    states = ("setlists_filled", "setlists_placeholder", "shows_without_setlist")
    shares = [
        jobs.saturated_share, jobs.slot_use, *jobs.slot_use_per_bin,
        *(bound.share for bound in result.bounds),
    ]  # fmt: skip
    times = [event.at_s for event in result.usage_limits]
    lags = sum(of.count for use in result.by_function.values() if (of := use.scheduling_lag))
    cron_runs = sum(cron.runs for cron in result.crons.values())
    api, bounds = result.external, {bound.name for bound in result.bounds}
    disabling = {
        e.metric for e in result.usage_limits if e.threshold == "disable" and e.until_s != e.at_s
    }
    return {
        "created = executed + pending + dropped": (
            jobs.created == jobs.executed + jobs.pending + jobs.dropped
        ),
        "jobs are dropped where a queue is cleared": jobs.dropped == 0
        or any(operation.action == "clear-queue" for operation in scenario.operations),
        "the backlog is pending": jobs.final_backlog <= min(jobs.pending, jobs.peak_backlog),
        "conflicts by table are those by document": _of_functions(result)
        == {each.table: each.conflicts for each in result.conflict_documents},
        "the hottest has its share of the conflicts": all(
            each.most + each.documents - 1 <= each.conflicts <= each.most * each.documents
            for each in result.conflict_documents
        ),
        "conflicts are those of the functions": (
            result.conflicts.retried + result.conflicts.failed
            == sum(each.retried + each.failed for each in result.conflict_pairs)
        ),
        "jobs within the cap": jobs.pending <= scenario.platform.scheduler.outstanding_cap,
        "every job that starts has a lag": (
            jobs.executed <= lags
            or any(edge.function not in result.by_function for edge in result.call_graph)
        ),
        "only jobs that start have one": lags
        <= jobs.executed + jobs.pending - jobs.final_backlog + cron_runs,
        "shares are between 0 and 1": all(0 <= share <= 1 for share in shares),
        "one backlog per bin": len(jobs.backlog_per_bin) == bins,
        "calls by function": calls.total == sum(use.calls for use in result.by_function.values()),
        "calls by day": calls.total == sum(calls.per_day_series),
        "calls by type": calls.total == calls.query + calls.mutation + calls.action,
        "calls by edge": calls.total == sum(edge.calls for edge in result.call_graph),
        "jobs by edge": jobs.created == sum(edge.jobs for edge in result.call_graph),
        "hops are jobs": sum(hop.jobs for hop in result.hops) <= jobs.created,
        "who scheduled once or more": all(hop.through <= hop.jobs for hop in result.hops),
        "guards answer every sync": sum(answer.count for answer in result.guards)
        == outcomes["sync_attempts"] + outcomes["sync_skipped_by_guard"],
        "refusals by writer": all(
            answer.only_own <= answer.own <= sum(answer.writers.values()) <= 2 * answer.count
            for answer in result.guards
        ),
        "fillable shows are unfilled": outcomes["fillable_shows_unfilled"]
        <= outcomes["setlists_placeholder"] + outcomes["shows_without_setlist"],
        "every show is in one state": outcomes["shows"] == sum(outcomes[key] for key in states),
        "crons skipped while disabled": all(
            0 <= cron.skipped_disabled <= cron.skipped for cron in result.crons.values()
        ),
        "events in the order of time": times == sorted(times),
        "jobs wait where slots are busy": jobs.saturated_share <= jobs.slot_use + 1e-12,
        "what is locked out is rejected": api.rejected_locked_out <= api.rejected <= api.requests,
        "a lock-out of an endpoint takes time of the run": 0
        <= api.locked_out_s
        <= result.scenario.horizon_s * (1 + len(scenario.external.endpoints)),
        "organic calls are refused among others": calls.refused_organic <= calls.refused,
        "what is refused was disabled": not calls.refused
        or bool(disabling)
        or any(operation.action == "pause" for operation in scenario.operations),
        "limits that disabled are bounds": {f"usage limit on {metric}" for metric in disabling}
        <= bounds,
        "refusals of the API are bounds": not api.rejected
        or bool(bounds & {"API rate limit", "API lock-out", "API outage"}),
        "the limits of the API refuse": api.rejected > 0
        or not bounds & {"API rate limit", "API lock-out"},
        "a lock-out is a bound": (api.rejected_locked_out > 0) == ("API lock-out" in bounds),
        "what the scheduler refuses is a bound": (jobs.rejected > 0)
        == bool(bounds & {"outstanding-job cap", "per-function job cap"}),
    }


def _of_functions(result: Result) -> dict[str, int]:
    """Conflicts with functions, by table."""
    lost = Counter[str]()
    for each in result.conflict_pairs:
        if each.winner != ORGANIC_WRITER:
            lost[each.table] += each.retried + each.failed
    return dict(lost)


def _of_a_function(use: FunctionUse, bins: int, running: dict[str, int]) -> dict[str, bool]:
    over = use.latency.count if use.latency else 0
    not_over = use.calls - use.conflicts_retried - use.cached - over
    retried = use.retry_time.count if use.retry_time else 0
    attempts = sum(int(had) * calls for had, calls in use.attempts.items())
    amounts = (use.time_s, use.read_mb, use.written_mb, use.gb_hours, *use.per_bin)
    return {
        "calls by trigger": use.calls == sum(use.by_trigger.values()),
        "calls by caller": use.calls == sum(use.by_caller.values()),
        "calls by root": use.calls == sum(use.by_root.values()),
        "rounds are calls": use.rounds <= use.calls,
        "generations": 0 <= use.generation_mean <= use.generation_deepest,
        "calls by bin": use.calls == sum(use.per_bin) and len(use.per_bin) == bins,
        "nothing is negative": min(amounts) >= 0,
        "lost attempts are calls": use.conflicts_retried + use.conflicts_failed <= use.calls,
        "attempts by depth are calls": use.type != "mutation"
        or use.calls == attempts
        or (str(DEEPEST) in use.attempts and use.calls > attempts),
        "a call has one attempt that was not retried, or waits for it": use.type != "mutation"
        or use.calls - use.conflicts_retried <= sum(use.attempts.values()) <= use.calls,
        "organic traffic has no latencies": not over or "flow" not in use.by_trigger,
        "every call that is over has a latency": "flow" in use.by_trigger
        or 0 <= not_over <= running[use.type],
        "who ran again had lost": retried <= min(over, use.conflicts_retried),
        "quantiles in order": all(
            of is None or 0 <= of.p50_s <= of.p95_s <= of.p99_s
            for of in (use.latency, use.scheduling_lag, use.retry_time)
        ),
        "failed calls are errors": use.conflicts_failed <= use.errors,
    }
