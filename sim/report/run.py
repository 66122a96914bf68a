"""The report of one run: the answer first, then where the calls, conflicts and dollars went."""

from __future__ import annotations

from collections.abc import Sequence

from sim.counters import FunctionUse
from sim.metrics import outcome_unit
from sim.numbers import amount, cell, count, dollars, measured, percent, seconds, titled
from sim.result import Result

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .conflicts import conflict_tables
from .findings import findings
from .rates import in_the_run, is_a_day, rate_cells, rate_columns
from .reads import io_table
from .words import listed

SHOWN_FUNCTIONS = 14


def run_report(result: Result) -> list[Block]:
    """The blocks of the report."""
    blocks: list[Block] = [
        Heading(_title(result)),
        Text(_headline(result)),
        Text(_bound(result)),
        functions_table(result),
        *conflict_tables(result.conflict_pairs, result.by_function, result.conflict_documents),
        *io_table(result),
        _platform(result),
        *cost_tables(result),
        *_outcomes(result),
    ]
    if found := findings(result):
        blocks.append(Bullets("Findings", found))
    if result.performance.note:
        blocks.append(Text(f"Simulated by the reference engine: {result.performance.note}."))
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
    parts = (
        f": {amount(background)} organic, which are metered as a flow, and "
        f"{amount(result.calls.per_day - background)} from the modelled functions"
    ) if background else ""  # fmt: skip
    return (
        f"{amount(result.calls.per_day)} function calls a day"
        f"{in_the_run(result.calls.total, result.scenario.horizon_s)}{parts}. "
        f"{dollars(result.cost.projected_monthly_usd)} a month at this rate on "
        f"{result.cost.plan.capitalize()}."
    )


def _bound(result: Result) -> str:
    if not result.bounds:
        return "No limit of the platform or of the API was reached."
    parts = [
        f"{bound.name} ({bound.limit}; {percent(bound.share)}: {bound.detail})"
        for bound in result.bounds
    ]
    return f"Limits reached, the hardest first: {'; '.join(parts)}."


def functions_table(result: Result) -> TableBlock:
    """Calls by function, most first."""
    shown = list(result.by_function.items())[:SHOWN_FUNCTIONS]
    rows = [[name, *_function_cells([use], result), _triggers(use)] for name, use in shown]
    rest = list(result.by_function.values())[SHOWN_FUNCTIONS:]
    if rest:
        rows.append([f"({len(rest)} others)", *_function_cells(rest, result), ""])
    columns = [
        "function", *rate_columns(result.scenario.horizon_s), "share",
        *(["cached"] if _caches(result) else []),
        "conflicts retried", "conflicts failed", "errors", "called by",
    ]  # fmt: skip
    return TableBlock("Calls by function", columns, rows, notes=1)


def _caches(result: Result) -> bool:
    return any(use.cached for use in result.by_function.values())


def _function_cells(uses: Sequence[FunctionUse], result: Result) -> list[str]:
    """The figures of one function, or of several together."""
    calls = sum(use.calls for use in uses)
    cached = percent(sum(use.cached for use in uses) / max(1, calls))
    return [
        *rate_cells(calls, result.scenario.horizon_s),
        percent(calls / max(1, result.calls.total)),
        *([cached] if _caches(result) else []),
        count(sum(use.conflicts_retried for use in uses)),
        count(sum(use.conflicts_failed for use in uses)),
        count(sum(use.errors for use in uses)),
    ]


def _triggers(use: FunctionUse) -> str:
    return listed(sorted(use.by_trigger, key=lambda trigger: -use.by_trigger[trigger]))


def _platform(result: Result) -> TableBlock:
    scheduler = result.scheduler
    compute, database = result.compute, result.database
    rows = [
        ["write conflicts: attempts retried", count(result.conflicts.retried)],
        ["write conflicts: calls failed for good", count(result.conflicts.failed)],
        ["scheduled jobs executed", count(scheduler.executed)],
        ["scheduler slots in use, mean", percent(scheduler.slot_use)],
        ["backlog, peak (jobs)", count(scheduler.peak_backlog)],
        ["backlog at the end (jobs)", count(scheduler.final_backlog)],
        ["API requests", count(result.external.requests)],
        ["API requests answered with 429", count(result.external.rejected)],
    ]
    used = [
        ("action compute", "GB-hours", compute.action_gb_hours, compute.action_gb_hours_per_day),
        ("database I/O", "MB", database.bandwidth_mb, database.bandwidth_mb_per_day),
    ]
    for name, unit, whole, per_day in used:
        if not is_a_day(result.scenario.horizon_s):
            rows.append([f"{name} in the run", measured(whole, unit)])
        rows.append([f"{name} per day", measured(per_day, unit)])
    return TableBlock("Platform", ["measure", "value"], rows)


def cost_tables(result: Result) -> list[Block]:
    """The bill, line by line, and what its columns mean."""
    cost = result.cost
    rows = [
        [line.item, _used(line.quantity, line.unit), _used(line.included, line.unit),
         f"{dollars(line.price)} per {line.unit}", dollars(line.horizon_usd),
         dollars(line.monthly_usd)]
        for line in cost.lines
    ]  # fmt: skip
    rows.append(["total", "", "", "", dollars(cost.horizon_usd),
                 dollars(cost.projected_monthly_usd)])  # fmt: skip
    title = f"Cost on {cost.plan.capitalize()} ({cost.region.upper()})"
    columns = ["line", "usage", "included/month", "price", "cost of this run",
               "cost/month at this rate"]  # fmt: skip
    return [TableBlock(title, columns, rows), Text(
        "The cost of this run is the month's invoice if nothing else happens in it. Once the "
        f"month's quota is used up, the same run costs {dollars(cost.marginal_usd)}. A month at "
        "this rate goes on like that for 30.4 days."
    )]  # fmt: skip


def _used(quantity: float, unit: str) -> str:
    """A quantity in its unit; calls are counted in ones."""
    return f"{amount(quantity * 1e6)} calls" if unit == "million" else f"{amount(quantity)} {unit}"


def _outcomes(result: Result) -> list[Block]:
    rows = []
    for name, value in result.outcomes.items():
        unit = outcome_unit(name)
        rows.append([titled(name.replace("_", " "), unit), cell(value, unit)])
    return [TableBlock("Outcomes", ["outcome", "value"], rows)] if rows else []
