"""What a reader should know but might not look for: sentences computed from a result."""

from __future__ import annotations

from collections import Counter

from sim.numbers import count, percent, seconds
from sim.result import Result

from .lineage import blocked_work
from .reruns import rerun
from .running import failing, looping, nothing_runs
from .scans import whole_tables
from .words import sentence

MANY_CONFLICTS = 100
"""Attempts that lost, from which on it is worth saying to whom."""
SHORT_HORIZON_S = 6 * 3600
"""Below this, figures per day say more about the start than about a day."""


def findings(result: Result, *, explained: bool = False) -> list[str]:
    """The findings of a run, the gravest first; empty if nothing stands out.

    ``explained``: the report around them says already how the calls come about.
    """
    return [
        *nothing_runs(result),
        *failing(result),
        *blocked_work(result),
        *([] if explained else looping(result)),
        *rerun(result),
        *whole_tables(result),
        *map(sentence, result.notes),
        *_lost(result),
        *_outcomes(result),
        *_platform(result),
        *_refused(result),
        *_horizon(result),
    ]


def _horizon(result: Result) -> list[str]:
    """Short runs are full of what happens at the start: crons first run at deploy."""
    if result.scenario.horizon_s >= SHORT_HORIZON_S:
        return []
    simulated = seconds(result.scenario.horizon_s)
    return [
        (
            f"Only {simulated} were simulated. The figures per day and per month are scaled up "
            "from that, and every cron runs first right after the start."
        )
    ]


def _outcomes(result: Result) -> list[str]:
    """A configuration that saves calls by not doing its job must look bad (design rule 9)."""
    outcomes = result.outcomes
    found: list[str] = []
    if "setlists_filled" not in outcomes:
        return found
    attempts, skipped = outcomes["sync_attempts"], outcomes["sync_skipped_by_guard"]
    blocked = bool(blocked_work(result))  # says the same, and why
    if not (blocked or outcomes["catalogs_synced"]) and skipped > 0.9 * (attempts + skipped):
        found.append(
            f"{count(skipped)} of {count(attempts + skipped)} catalog syncs were skipped by their "
            f"guard ({percent(skipped / (attempts + skipped))}); none imported a catalog."
        )
    if outcomes["setlists_placeholder"]:
        old = outcomes["placeholders_older_than_24h"]
        found.append(
            f"{count(outcomes['setlists_placeholder'])} shows hold an empty placeholder at the "
            f"end, {count(old)} of them for 24 h or longer. The app takes these shows for done, so "
            "they stay empty until something else fills them."
        )
    syncs = attempts or 1
    if attempts > 1000 and outcomes["catalogs_synced"] < 0.01 * syncs:
        found.append(
            f"{count(attempts)} catalog syncs imported only "
            f"{count(outcomes['catalogs_synced'])} catalogs."
        )
    return found


def _lost(result: Result) -> list[str]:
    """One pair of functions that makes most of the conflicts: where to begin."""
    conflicts = result.conflicts.retried + result.conflicts.failed
    if conflicts < MANY_CONFLICTS or not result.conflict_pairs:
        return []
    pairs: Counter[tuple[str, str, str]] = Counter()
    for each in result.conflict_pairs:
        pairs[each.function, each.table, each.winner] += each.retried + each.failed
    ((loser, table, winner), lost), *_ = pairs.most_common(1)
    if lost < conflicts / 2 or not table or not winner:
        return []
    to = "itself" if winner == loser else winner
    return [
        (
            f"{loser} loses most write conflicts: {count(lost)} of {count(conflicts)} to {to}, in "
            f"the table {table}.{_hottest(result, table)}"
        )
    ]


def _hottest(result: Result, table: str) -> str:
    """One document or range that makes most of a table's conflicts; empty if none does."""
    for each in result.conflict_documents:
        if each.table == table and each.most > each.conflicts / 2:
            share = percent(each.most / each.conflicts)
            return f" Of that table's conflicts, {share} are about one document."
    return ""


def _refused(result: Result) -> list[str]:
    """Calls that never ran are in no other figure."""
    calls = result.calls
    if not calls.refused:
        return []
    return [
        (
            f"{count(calls.refused)} calls were refused while the deployment was paused or "
            f"disabled, {count(calls.refused_organic)} of them organic; they are not billed."
        )
    ]


def _platform(result: Result) -> list[str]:
    found = []
    scheduler = result.scheduler
    if scheduler.final_backlog > 1000:
        found.append(
            f"{count(scheduler.final_backlog)} scheduled jobs are still waiting at the end of the "
            "run."
        )
    disabled = sum(cron.skipped_disabled for cron in result.crons.values())
    busy = sum(cron.skipped for cron in result.crons.values()) - disabled
    for skipped, reason in (
        (busy, "because the run before was still going"),
        (disabled, "because the deployment was paused or disabled"),
    ):
        if skipped:
            found.append(f"{count(skipped)} cron runs were skipped, {reason}.")
    return found
