"""The report of a comparison: side by side, the settings that differ, what stands out."""

from __future__ import annotations

from sim.experiments import Comparison, MetricValues
from sim.numbers import amount, cell, percent, signed, times, titled
from sim.result import Result

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .findings import findings
from .rates import in_the_run, is_a_day
from .sweep import CALLS
from .words import setting

_IDENTICAL = (
    "These scenarios are identical: with the same settings and the same seed they give the same "
    "result."
)


def compare_report(comparison: Comparison) -> list[Block]:
    """The blocks of the report."""
    names = [result.scenario.name for result in comparison.results]
    blocks: list[Block] = [Heading(" vs ".join(names))]
    if len({(r.scenario.hash, r.scenario.seed) for r in comparison.results}) == 1:
        blocks.append(Text(_IDENTICAL))
    blocks += [Text(f"{r.scenario.name}: {_sentence(r)}") for r in comparison.results]
    columns = ["metric", *names]
    if len(names) == 2:
        columns += ["difference", "ratio"]
    by_the_day = all(is_a_day(result.scenario.horizon_s) for result in comparison.results)
    metrics = [each for each in comparison.metrics() if not (by_the_day and each.name == CALLS)]
    rows = [_row(metric, len(names) == 2) for metric in metrics]
    blocks.append(TableBlock("Side by side", columns, rows))
    settings = comparison.settings()
    if settings:
        rows = [[path, *map(setting, values)] for path, values in settings.items()]
        blocks.append(
            TableBlock("Settings that differ", ["setting", *names], rows, notes=len(names))
        )
    for result in comparison.results:
        if found := findings(result):
            blocks.append(Bullets(f"Findings: {result.scenario.name}", found))
    return blocks


def _sentence(result: Result) -> str:
    rate = amount(result.calls.per_day)
    whole = in_the_run(result.calls.total, result.scenario.horizon_s)
    reached = ", ".join(f"{bound.name} ({percent(bound.share)})" for bound in result.bounds)
    return f"{rate} calls a day{whole}. Limits reached: {reached or 'none'}."


def _row(metric: MetricValues, pair: bool) -> list[str]:
    row = [titled(metric.name, metric.unit), *(cell(value, metric.unit) for value in metric.values)]
    if pair:
        first, second = metric.values
        row += [signed(second - first, metric.unit), times(second, first)]
    return row
