"""The finding on queries that open pages subscribe to: whose writes run them again."""

from __future__ import annotations

from collections import Counter

from sim.numbers import count, percent
from sim.result import Result

OWN_SHARE = 0.1
"""Share of all calls from which the re-runs of a query because of one function are told."""


def rerun(result: Result) -> list[str]:
    """Queries that make many calls because a function writes what they have read."""
    calls: Counter[tuple[str, str]] = Counter()
    for edge in result.call_graph:
        if edge.trigger == "dataChange":
            calls[edge.caller, edge.function] += edge.calls
    return [
        _told(writer, query, number, result)
        for (writer, query), number in calls.most_common()
        if number >= OWN_SHARE * result.calls.total
    ]


def _told(writer: str, query: str, number: int, result: Result) -> str:
    use = result.by_function[query]
    why = "A deployment" if writer == "deployment" else f"Each write of {writer}"
    return (
        f"{why} runs {query} again in every open page that shows what it changes: "
        f"{count(number)} calls, {percent(number / result.calls.total)} of all. The query cache "
        f"answered {percent(use.cached / use.calls)} of the calls of {query}."
    )
