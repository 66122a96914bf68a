"""Lineage in reports: root causes, the call graph, and guards that block their own work."""

from __future__ import annotations

from collections import Counter

from sim.numbers import count, percent
from sim.platform.reference import BEFORE_THE_RUN
from sim.result import Result

from .blocks import Table

SHOWN_EDGES = 14
OWN_SHARE = 0.1
"""Share of the answers of a guard from which refusals of its own work are a finding: a few may be
coincidence, such as a second request within the window."""


def roots_table(result: Result) -> Table:
    """What the calls descend from."""
    days = result.scenario.horizon_s / 86_400
    rows = [
        [root, count(number / days), percent(number / result.calls.total)]
        for root, number in result.by_root.items()
    ]
    return Table("What the calls descend from", ["root cause", "calls/day", "share"], rows)


def edges_table(result: Result) -> Table:
    """The busiest edges of the call graph."""
    edges = sorted(result.call_graph, key=lambda edge: (-edge.calls, edge.caller, edge.function))
    rows = [
        [edge.caller, edge.function, "schedules" if edge.jobs else "calls", count(edge.per_day)]
        for edge in edges[:SHOWN_EDGES]
    ]
    left = len(edges) - len(rows)
    title = "Call graph" + (f" (the busiest of {len(edges)} edges)" if left else "")
    return Table(title, ["from", "to", "", "calls/day"], rows, labels=3)


def generations_table(result: Result) -> Table:
    """How far from their roots functions are called."""
    deep = [
        (name, use) for name, use in result.by_function.items() if use.generation_deepest > 0
    ]  # fmt: skip
    rows = [
        [name, f"{use.generation_mean:,.1f}", count(use.generation_deepest)]
        for name, use in sorted(deep, key=lambda item: (-item[1].generation_deepest, item[0]))
    ]
    return Table(
        "Generations: how many times work was scheduled on the way from the root",
        ["function", "mean", "deepest"],
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
            f"The guard of {function} blocks its own work: of {count(asked)} runs it refused "
            f"{count(refused)}, {count(own)} of them ({percent(own / asked)} of all) for a field "
            "that the very execution which scheduled the run had written, before any of the work "
            f"was done; for {count(only_own)} nothing else stood against it."
        )
        if unfilled:
            text += f" {count(unfilled)} shows whose artist has a catalog have no songs at the end."
        found.append(text)
        if others := _written_by_others(function, result):
            found.append(others)
    return found


def _written_by_others(function: str, result: Result) -> str:
    """Whose writing a guard refuses for, where it is no run of the guarded function."""
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
    named = ", ".join(f"{name} ({count(number)})" for name, number in others[:4])
    return (
        f"Among those who wrote the fields that the guard of {function} refused for are {named}: "
        "none of these is a run of it."
    )
