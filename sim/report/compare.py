"""The report of a comparison: side by side, the settings that differ, what stands out."""

from __future__ import annotations

from typing import Any

from sim.experiments import Comparison, Metric
from sim.numbers import amount, count, dollars, percent, signed, times
from sim.result import Result

from .blocks import Block, Bullets, Heading, Table, Text
from .findings import findings


def compare_report(comparison: Comparison) -> list[Block]:
    """The blocks of the report."""
    names = [result.scenario.name for result in comparison.results]
    blocks: list[Block] = [Heading(" vs ".join(names))]
    blocks += [Text(f"{r.scenario.name}: {_sentence(r)}") for r in comparison.results]
    columns = ["", *names]
    if len(names) == 2:
        columns += ["difference", "ratio"]
    rows = [_row(metric, len(names) == 2) for metric in comparison.metrics()]
    blocks.append(Table("Side by side", columns, rows))
    settings = comparison.settings()
    if settings:
        rows = [[path, *(_shown(value) for value in values)] for path, values in settings.items()]
        blocks.append(Table("Settings that differ", ["setting", *names], rows, notes=len(names)))
    for result in comparison.results:
        if found := findings(result):
            blocks.append(Bullets(f"Findings: {result.scenario.name}", found))
    return blocks


def _sentence(result: Result) -> str:
    bound = ", ".join(f"{b.name} {percent(b.share)}" for b in result.bounds) or "nothing"
    return f"{count(result.calls.per_day)} calls a day; the rate was bound by {bound}."


def _row(metric: Metric, pair: bool) -> list[str]:
    whole = all(value == int(value) for value in metric.values)
    measured = metric.unit in ("GB-hours", "MB") or (not metric.unit and not whole)
    shown = dollars if metric.unit == "$" else amount if measured else count
    label = f"{metric.name} ({metric.unit})" if metric.unit not in ("", "$") else metric.name
    row = [label, *(shown(value) for value in metric.values)]
    if pair:
        first, second = metric.values
        row += [signed(second - first) if second != first else "", times(second, first)]
    return row


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) or "[]" if isinstance(value, list) else str(value)
