"""The report of causes inferred from logs."""

from __future__ import annotations

from sim.causes import ObservedCauses, ObservedSpan
from sim.numbers import amount, count, percent, seconds

from .blocks import Block, Bullets, Heading, TableBlock, Text

SHOWN = 14


def causes_report(causes: ObservedCauses) -> list[Block]:
    """The blocks of the report."""
    name = causes.logs.result.scenario.name
    known = (
        "with a table of jobs that says when each was scheduled" if causes.timed
        else "from the logs alone"
    )  # fmt: skip
    blocks: list[Block] = [
        Heading(f"{name}: causes inferred from {count(causes.jobs)} jobs"),
        Text(
            f"No log says who scheduled a job, so it is inferred {known}. The likeliest "
            f"scheduler of a job has a probability of {percent(causes.certainty)} on average."
        ),
    ]
    if causes.missing > 0.001:
        blocks.append(Text(f"{percent(causes.missing)} of the executions have no row."))
    if causes.cycles:
        rows = [
            [" → ".join(cycle.path), count(cycle.passes), _interval(cycle.reproduction, 3),
             seconds(cycle.interval_s), _trend(cycle.reproduction)]
            for cycle in causes.cycles[:SHOWN]
        ]  # fmt: skip
        columns = ["cycle", "passes", "each starts (95%)", "after", "so it"]
        blocks.append(TableBlock("Cycles that repeated", columns, rows, notes=1))
    else:
        blocks.append(Text("No cycle repeated."))
    if causes.edges:
        rows = [
            [edge.caller, edge.function, amount(edge.jobs), percent(edge.confidence)]
            for edge in causes.edges[:SHOWN]
        ]
        blocks.append(TableBlock("Who schedules whom", ["caller", "function", "jobs", "confidence"],
                            rows, labels=2))  # fmt: skip
    if causes.roots:
        rows = [[name, percent(share.value), f"{percent(share.low)} to {percent(share.high)}"]
                for name, share in list(causes.roots.items())[:SHOWN]]  # fmt: skip
        blocks.append(TableBlock("Root causes", ["root", "share of calls", "95% interval"], rows))
    blocks.append(Bullets("What these files do not say", causes.unknown))
    return blocks


def _interval(figure: ObservedSpan, digits: int) -> str:
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"


def _trend(reproduction: ObservedSpan) -> str:
    if reproduction.low > 1:
        return "grows"
    return "dies out" if reproduction.high < 1 else "may go on"
