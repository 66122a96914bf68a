"""The report of `sim alerts`: when each alert told somebody, what a disable threshold would do."""

from __future__ import annotations

from collections.abc import Callable

from sim.experiments import AlertReport, Threshold
from sim.metrics import outcome_unit
from sim.numbers import count, dollars, percent, seconds, signed, titled

from .blocks import Block, Heading, TableBlock, Text
from .check import alert_table, clock


def alerts_report(report: AlertReport) -> list[Block]:
    """The blocks of the report."""
    blocks: list[Block] = [
        Heading(f"{report.scenario}: {seconds(report.horizon_s)} simulated, seed {report.seed}"),
        Text(
            f"{count(report.calls)} calls. They cost {dollars(report.dollars)} where the month's "
            "included usage is used up already."
        ),
    ]
    if report.alerts:
        blocks.append(alert_table(report.alerts))
    else:
        blocks.append(
            Text(
                "The scenario has no alerts: list them under its key `alerts`, or give a file of "
                "them with --budgets."
            )
        )
    if report.thresholds:
        columns = ["effect", *(f"{count(each.calls_per_day)} calls/day"
                               for each in report.thresholds)]  # fmt: skip
        title = "What a usage limit that disables the deployment at so many calls a day would do"
        blocks.append(TableBlock(title, columns, _rows(report)))
    return blocks


def _rows(report: AlertReport) -> list[list[str]]:
    """A line for every fact, a column for every threshold."""
    tried = report.thresholds
    facts: dict[str, Callable[[Threshold], str]] = {
        "disabled after": lambda each: ", ".join(map(clock, each.disabled_at_s)) or "never",
        "calls saved": lambda each: f"{count(each.calls_saved)}{_share(each, report)}",
        "money saved": lambda each: dollars(each.dollars_saved),
        "visitors' calls refused": lambda each: count(each.visitors_calls_lost),
        "cron runs lost": lambda each: count(each.cron_runs_lost),
        "backlog at the end (difference in jobs)": lambda each: signed(each.backlog),
    }
    rows = [[name, *(text(each) for each in tried)] for name, text in facts.items()]
    changed = dict.fromkeys(name for each in tried for name in each.outcomes)
    for name in changed:
        unit = outcome_unit(name)
        cells = [signed(each.outcomes.get(name, 0.0), unit) for each in tried]
        rows.append([f"{titled(name.replace('_', ' '), unit)} (difference)", *cells])
    return rows


def _share(each: Threshold, report: AlertReport) -> str:
    return f" ({percent(max(0.0, each.calls_saved / report.calls))})" if report.calls else ""
