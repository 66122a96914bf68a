"""Lineage in reports: root causes, the call graph, and guards that block their own work."""

from __future__ import annotations

from collections import Counter

from sim.numbers import amount, count, percent
from sim.platform.reference import BEFORE_THE_RUN
from sim.result import CallEdge, Result

from .blocks import TableBlock
from .rates import rate_cells, rate_columns

ROOTS_TITLE = "Where the calls come from"
SHOWN_EDGES = 14
OWN_SHARE = 0.1
"""Share of the answers of a guard from which refusals of its own work are a finding: a few may be
coincidence, such as a second request within the window."""


def roots_table(result: Result) -> TableBlock:
    """What started the calls, at the beginning of their chains."""
    horizon_s = result.scenario.horizon_s
    rows = [
        [root, *rate_cells(number, horizon_s), percent(number / result.calls.total)]
        for root, number in result.by_root.items()
    ]
    columns = ["root cause", *rate_columns(horizon_s), "share of calls"]
    return TableBlock(ROOTS_TITLE, columns, rows)


def _how(edge: CallEdge) -> str:
    """How the caller calls: a cron is no caller, it starts functions."""
    if edge.jobs:
        return "scheduled"
    if edge.trigger == "dataChange":
        return "run again"
    return "started" if edge.trigger == "cron" else "called"


def edges_table(result: Result) -> TableBlock:
    """The busiest edges of the call graph."""
    horizon_s = result.scenario.horizon_s
    edges = sorted(result.call_graph, key=lambda edge: (-edge.calls, edge.caller, edge.function))
    rows = [
        [edge.caller, edge.function, _how(edge),
         *rate_cells(edge.calls, horizon_s)]
        for edge in edges[:SHOWN_EDGES]
    ]  # fmt: skip
    left = len(edges) - len(rows)
    title = "Call graph" + (f" (the busiest of {len(edges)} edges)" if left else "")
    return TableBlock(title, ["from", "to", "how", *rate_columns(horizon_s)], rows, labels=3)


def generations_table(result: Result) -> TableBlock:
    """How far from their roots functions are called."""
    deep = [
        (name, use) for name, use in result.by_function.items() if use.generation_deepest > 0
    ]  # fmt: skip
    rows = [
        [name, amount(use.generation_mean), count(use.generation_deepest)]
        for name, use in sorted(deep, key=lambda item: (-item[1].generation_deepest, item[0]))
    ]
    return TableBlock(
        "Generations: how many times work was scheduled between the root cause and the call",
        ["function", "mean generation", "deepest generation"],
        rows[:SHOWN_EDGES],
    )


def blocked_work(result: Result) -> list[str]:
    """Guards that refuse executions for what scheduled them, as sentences."""
    found = []
    for function in dict.fromkeys(answer.function for answer in result.guards):
        answers = [answer for answer in result.guards if answer.function == function]
        asked = sum(answer.count for answer in answers)
        own = sum(answer.own for answer in answers)
        if own <= OWN_SHARE * asked:
            continue
        refused = sum(answer.count for answer in answers if not answer.admits)
        only_own = sum(answer.only_own for answer in answers)
        unfilled = result.outcomes.get("fillable_shows_unfilled", 0)
        text = (
            f"The guard of {function} blocks its own work. It refused {count(refused)} of "
            f"{count(asked)} runs. In {count(own)} of these ({percent(own / asked)} of all runs) "
            "the reason was a field that was written by the same execution that scheduled the run, "
            f"before any work was done; in {count(only_own)} there was no other reason."
        )
        if unfilled:
            text += (
                f" {count(unfilled)} shows have no songs at the end, although their artist has a "
                "catalog."
            )
        found.append(text)
        if others := _written_by_others(function, result):
            found.append(others)
    return found


def _written_by_others(function: str, result: Result) -> str:
    """What else wrote the fields that made a guard refuse, besides the guarded function."""
    writers: Counter[str] = Counter()
    for answer in result.guards:
        if answer.function == function:
            writers.update(answer.writers)
    others = [
        (name, number) for name, number in writers.most_common()
        if function not in name.split(" in ") and name != BEFORE_THE_RUN
    ]  # fmt: skip
    if not others:
        return ""
    named = ", ".join(f"{name} ({count(number)} times)" for name, number in others[:4])
    return (
        f"The fields that made the guard of {function} refuse were also written by {named}. "
        f"None of these is a run of {function}."
    )
