"""The report of logs: what was recognised and how complete it is, then what a run's report says."""

from __future__ import annotations

from collections.abc import Iterator

from sim.logs import Completeness, Logs, Observed
from sim.numbers import amount, count, dollars, measured, percent, seconds
from sim.result import Result

from .blocks import Block, Bullets, Figure, Heading, TableBlock, Text
from .cards import headline_cards
from .conflicts import conflict_tables
from .figures import calls_chart
from .run import cost_tables, functions_table
from .words import listed, plural

SHOWN = 14


def observe_report(logs: Logs) -> list[Block]:
    """The blocks of the report."""
    result, observed = logs.result, logs.observed
    blocks: list[Block] = [
        Heading(f"{result.scenario.name}: {seconds(observed.span_s)} observed"),
        Text(_recognised(observed)),
        Text(_headline(result)),
        Bullets("How complete it is", list(_complete(observed.completeness))),
        functions_table(result),
        _times(observed),
    ]
    blocks += conflict_tables(observed.conflicts, result.by_function)
    blocks += [_platform(result, observed), *cost_tables(result)]
    if observed.deployments:
        rows = [[seconds(at), action] for at, action in observed.deployments[:SHOWN]]
        blocks.append(TableBlock("Deployments", ["after", "what"], rows, notes=1))
    if observed.messages:
        messages = [[name, count(n), text] for name, text, n in observed.messages]
        columns = ["function", "failures", "message"]
        blocks.append(TableBlock("Messages of failures", columns, messages, notes=1))
    blocks.append(Bullets("What these files do not say", observed.unknown))
    return blocks


def observe_page(logs: Logs) -> list[Block]:
    """The same as a page, with charts."""
    heading, *rest = observe_report(logs)
    wide, narrow = calls_chart(logs.result, narrow=False), calls_chart(logs.result, narrow=True)
    chart = Figure(wide.title, wide.alt, wide.svg(), narrow.svg())
    return [heading, headline_cards([logs.result]), *rest[:2], chart, *rest[2:]]


def _recognised(observed: Observed) -> str:
    where = f" of the deployment {observed.deployment}" if observed.deployment else ""
    number = plural(observed.completeness.executions, "execution")
    return (
        f"Recognised as {observed.format}{where}: {number} since {observed.starts[:19]} UTC, in "
        f"{plural(len(observed.files), 'file')}."
    )


def _headline(result: Result) -> str:
    cost = result.cost
    return (
        f"{amount(result.calls.per_day)} function calls a day, {count(result.calls.total)} in "
        f"{seconds(result.scenario.horizon_s)}. {dollars(cost.projected_monthly_usd)} a month at "
        f"this rate on {cost.plan.capitalize()}."
    )


def _complete(found: Completeness) -> Iterator[str]:
    if found.repeated:
        yield f"{plural(found.repeated, 'event')} came twice and count once."
    if found.bad:
        reasons = "; ".join(f"{reason}: {number:,}" for reason, number in found.bad.items())
        first = f" The first: {found.first_bad}." if found.first_bad else ""
        yield f"{plural(sum(found.bad.values()), 'row')} could not be used ({reasons}).{first}"
    if found.cut_off:
        yield f"Cut off in the middle of the last line: {listed(found.cut_off)}."
    if found.numbers_as_text:
        yield f"{plural(found.numbers_as_text, 'row')} had numbers written as text."
    if found.skipped:
        kinds = ", ".join(f"{topic} {number:,}" for topic, number in found.skipped.items())
        yield f"Other events, which say nothing of executions, were skipped: {kinds}."
    for start, length in found.gaps[:3]:
        yield f"Nothing for {seconds(length)}, from {seconds(start)} after the start: a gap."
    if found.full_buffers:
        yield (
            f"The stream was full in {plural(found.full_buffers, 'window')} of five seconds: it "
            "drops what exceeds 4,096 events, so there was more than is counted here."
        )
    if found.lost_attempts_found and found.lost_attempts_told > found.lost_attempts_found:
        missing = 1 - found.lost_attempts_found / found.lost_attempts_told
        yield (
            f"{percent(missing)} of the attempts that lost a conflict have no row: as much of "
            "everything may be missing."
        )
    if found.out_of_order:
        yield (
            f"{plural(found.out_of_order, 'row')} came more than 10 s after a later one, up to "
            f"{seconds(found.furthest_behind_s)}: files in another order, or clocks that differ."
        )
    if found.without_caller:
        number = plural(found.without_caller, "execution")
        were = "was" if found.without_caller == 1 else "were"
        yield f"{number} {were} awaited by an action that is not in the files."
    if not (found.repeated or found.bad or found.gaps or found.full_buffers):
        yield "No gaps, no repeated events, no damaged rows."


def _times(observed: Observed) -> TableBlock:
    most = sorted(observed.times.items(), key=lambda item: -item[1].executions)[:SHOWN]
    rows = [
        [name, *(measured(value, "s") for value in (time.p50_s, time.p90_s, time.p99_s)),
         percent(time.cached / time.executions) if time.cached else "–"]
        for name, time in most
    ]  # fmt: skip
    return TableBlock("Execution time", ["function", "median", "90%", "99%", "cached"], rows)


def _platform(result: Result, observed: Observed) -> TableBlock:
    rows = [
        ["write conflicts: attempts retried", count(result.conflicts.retried)],
        ["write conflicts: calls failed for good", count(result.conflicts.failed)],
        ["scheduled jobs executed", count(result.scheduler.executed)],
        ["scheduled jobs running, mean", amount(observed.mean_jobs_running)],
        ["action compute", measured(result.compute.action_gb_hours, "GB-hours")],
        ["database I/O", measured(result.database.bandwidth_mb, "MB")],
    ]
    if observed.pressure is not None:
        pressure = observed.pressure
        rows += [
            ["executions running, most", count(pressure.running)],
            ["executions queued, most", count(pressure.queued)],
            ["scheduled jobs running, most", count(pressure.jobs_running)],
            ["scheduler behind, median", seconds(pressure.lag_p50_s)],
            ["scheduler behind, 95%", seconds(pressure.lag_p95_s)],
            ["scheduler behind, most", seconds(pressure.lag_max_s)],
        ]
        if pressure.jobs_behind:
            rows.append(["scheduled jobs running while others waited",
                         count(pressure.jobs_behind)])  # fmt: skip
    return TableBlock("Platform", ["measure", "value"], rows)
