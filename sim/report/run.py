"""The report of one run: the answer first, then where the calls, conflicts and dollars went."""

from __future__ import annotations

from sim.numbers import amount, count, dollars, percent, seconds
from sim.result import FunctionUse, Result

from .blocks import Block, Bullets, Heading, Table, Text
from .findings import findings

SHOWN_FUNCTIONS = 14


def run_report(result: Result) -> list[Block]:
    """The blocks of the report."""
    blocks: list[Block] = [
        Heading(_title(result)),
        Text(_headline(result)),
        Text(_bound(result)),
        _functions(result),
        _platform(result),
        _cost(result),
        _outcomes(result),
    ]
    if found := findings(result):
        blocks.append(Bullets("Findings", found))
    if result.performance.note:
        blocks.append(Text(f"Simulated by the SimPy engine: {result.performance.note}."))
    return blocks


def _title(result: Result) -> str:
    facts = result.scenario
    revision = f", revision {facts.revision}" if facts.revision else ""
    return f"{facts.name}{revision}: {seconds(facts.horizon_s)} simulated, seed {facts.seed}"


def organic(result: Result) -> float:
    """Calls a day of organic traffic."""
    return sum(use.per_day for use in result.by_function.values() if "flow" in use.by_trigger)


def _headline(result: Result) -> str:
    background = organic(result)
    return (
        f"{count(result.calls.per_day)} function calls a day: {count(background)} organic and "
        f"{count(result.calls.per_day - background)} from the modelled functions. "
        f"{dollars(result.cost.projected_monthly_usd)} a month at this rate on "
        f"{result.cost.plan.capitalize()}."
    )


def _bound(result: Result) -> str:
    if not result.bounds:
        return "Nothing bound the rate: no limit of the platform or the API was met."
    parts = [
        f"{bound.name} ({bound.limit}; {percent(bound.share)}: {bound.detail})"
        for bound in result.bounds
    ]
    return "What bound the rate: " + "; then ".join(parts) + "."


def _functions(result: Result) -> Table:
    shown = list(result.by_function.items())[:SHOWN_FUNCTIONS]
    rows = [[name, *_function_cells(use, result)] for name, use in shown]
    rest = list(result.by_function.values())[SHOWN_FUNCTIONS:]
    if rest:
        calls = sum(use.per_day for use in rest)
        rows.append([
            f"({len(rest)} others)", count(calls), percent(calls / result.calls.per_day),
            count(sum(use.conflicts_retried for use in rest)),
            count(sum(use.conflicts_failed for use in rest)),
            count(sum(use.errors for use in rest)), "",
        ])  # fmt: skip
    columns = ["function", "calls/day", "share", "retried", "failed", "errors", "called by"]
    return Table("Calls by function (conflicts and errors: whole run)", columns, rows, notes=1)


def _function_cells(use: FunctionUse, result: Result) -> list[str]:
    return [
        count(use.per_day),
        percent(use.calls / result.calls.total),
        count(use.conflicts_retried),
        count(use.conflicts_failed),
        count(use.errors),
        ", ".join(sorted(use.by_trigger, key=lambda trigger: -use.by_trigger[trigger])),
    ]


def _platform(result: Result) -> Table:
    scheduler = result.scheduler
    rows = [
        ["conflicts: attempts retried", count(result.conflicts.retried)],
        ["conflicts: calls failed permanently", count(result.conflicts.failed)],
        ["scheduled jobs executed", count(scheduler.executed)],
        ["scheduler slots in use, mean", percent(scheduler.slot_use)],
        ["backlog, peak", count(scheduler.peak_backlog)],
        ["backlog, at the end", count(scheduler.final_backlog)],
        ["API requests (429s)", (f"{count(result.external.requests)} "
                                f"({count(result.external.rejected)})")],
        ["action compute per day", f"{amount(result.compute.action_gb_hours_per_day)} GB-hours"],
        ["database I/O per day", f"{amount(result.database.bandwidth_mb_per_day)} MB"],
    ]  # fmt: skip
    return Table("Platform", ["", "value"], rows)


def _cost(result: Result) -> Table:
    cost = result.cost
    rows = [
        [line.item, f"{amount(line.quantity)} {line.unit}", f"{amount(line.included)}",
         dollars(line.price), dollars(line.horizon_usd), dollars(line.monthly_usd)]
        for line in cost.lines
    ]  # fmt: skip
    rows.append(["total", "", "", "", dollars(cost.horizon_usd),
                 dollars(cost.projected_monthly_usd)])  # fmt: skip
    title = f"Cost on {cost.plan.capitalize()} ({cost.region.upper()})"
    columns = ["line", "usage", "included/month", "price", "this run", "a month at this rate"]
    return Table(title, columns, rows)


def _outcomes(result: Result) -> Table:
    rows = [[name.replace("_", " "), count(value)] for name, value in result.outcomes.items()]
    return Table("Outcomes", ["", "value"], rows)
