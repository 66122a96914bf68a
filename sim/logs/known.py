"""What a result from logs can say: a budget or a claim on anything else is not judged."""

from __future__ import annotations

from sim.metrics import OUTCOME, Selection
from sim.result import Result

_NOT_LOGGED = {
    "backlog_peak", "backlog_end", "saturated_share", "slot_use",
    "jobs_rejected", "cron_runs", "cron_skipped", "calls_refused", "api_requests",
    "api_rejected", "api_lockouts",
    "scheduling_lag_p50", "scheduling_lag_p95", "scheduling_lag_p99",
    "retry_time_p50", "retry_time_p95", "retry_time_p99",
}  # fmt: skip
"""Metrics that no log has."""


def is_logged(metric: str, selection: Selection, result: Result) -> bool:
    """Whether a result from logs has a metric of the selected calls.

    A function that is not in the logs may not have been called, or have another name: a count of
    zero would hide a mistake.
    """
    if metric in _NOT_LOGGED or metric.startswith(OUTCOME) or selection.cron:
        return False
    uses = result.by_function
    if metric in ("documents_read", "documents_written") and not any(
        use.read_documents or use.written_documents for use in uses.values()
    ):
        return False
    if metric == "attempts_most" and not any(use.attempts for use in uses.values()):
        return False
    if selection.trigger:
        unknown = any("unknown" in use.by_trigger for use in uses.values())
        if selection.trigger == "flow" or unknown:
            return False
    if selection.table or selection.won_by:
        return any(selection.lost(pair) for pair in result.conflict_pairs)
    named = selection.function or selection.type
    return not named or any(selection.matches(name, use.type) for name, use in uses.items())
