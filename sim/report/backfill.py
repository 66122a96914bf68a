"""The report of `sim backfill`: the answer first, then what it rests on."""

from __future__ import annotations

import math

from sim.experiments import AddedUse, BackfillReport, SafeLimit
from sim.numbers import count, seconds, signed

from .blocks import Block, Bullets, Heading, TableBlock, Text
from .words import listed, plural


def backfill_report(report: BackfillReport) -> list[Block]:
    """The blocks of the report."""
    blocks: list[Block] = [
        Heading(
            f"{report.scenario}: backfill of {report.shows:,} shows, {report.batch} a run, "
            f"{seconds(report.wait_s)} between runs: {_verdict(report)}"
        ),
        Text(_safety(report)),
        Text(_reach(report)),
        TableBlock(
            "The incident report's procedure", ["rule", "planned", "kept"],
            [[rule.rule, rule.detail, "yes" if rule.kept else "NO"] for rule in report.rules],
            labels=3,
        ),
        TableBlock(
            "What the backfill adds to the same run without it",
            ["metric", "mean difference", "95% confidence interval"],
            [_effect(effect) for effect in report.effects],
        ),
        TableBlock(
            "How far each setting could go, with the other one as planned",
            ["setting", "last safe value", "beyond it"],
            [_edge(edge) for edge in report.edges], notes=1,
        ),
    ]  # fmt: skip
    if report.broken_before:
        blocks.append(
            Bullets("Broken without the backfill too, so not counted", report.broken_before)
        )
    return blocks


def _verdict(report: BackfillReport) -> str:
    if not report.safe:
        return "NOT SAFE"
    return "SAFE" if report.checks else "NOT JUDGED: give --budgets"


def _safety(report: BackfillReport) -> str:
    seeds = len(report.seeds)
    over = f"over {seeds} seeds" if seeds > 1 else "under one seed"
    level = (
        ", each tested at the 95% confidence bound of its mean"
        if seeds > 1
        else ", which says nothing of other seeds"
    )
    broken = dict.fromkeys(check.budget for check in report.checks if check.verdict == "fail")
    held = len(report.checks) - sum(check.verdict == "fail" for check in report.checks)
    parts = []
    if report.spike_at_s is not None:
        parts.append(
            f"Calls spike in the time bin that ends after {seconds(report.spike_at_s)}. The "
            "procedure says to stop then."
        )
    if broken:
        parts.append(f"It breaks {', '.join(broken)}.")
    if not report.checks:
        parts.append("No budget was judged: none of the scenario's holds without the backfill.")
    else:
        parts.append(f"{held} of {len(report.checks)} bounds hold {over}{level}.")
    return " ".join(parts)


def _reach(report: BackfillReport) -> str:
    lasts = f"The backfill has {plural(report.runs, 'run')} and takes {seconds(report.lasts_s)}."
    if report.rows_reached >= report.shows:
        return f"{lasts} It looks at all {report.shows:,} shows."
    return (
        f"{lasts} But every run starts again at the first row and looks at the same "
        f"{report.rows_reached:,} rows, so {report.shows - report.rows_reached:,} of "
        f"{report.shows:,} shows are never reached. Only a larger batch reaches more rows."
    )


def _effect(effect: AddedUse) -> list[str]:
    money = effect.metric == "dollars"
    name, unit = ("cost", "$") if money else (effect.metric, "")
    mean = signed(effect.mean, unit)
    if not math.isfinite(effect.half_width):
        return [name, mean, "unknown (one seed)"]
    ends = (effect.mean - effect.half_width, effect.mean + effect.half_width)
    low, high = (signed(end, unit) for end in ends)
    return [name, mean, f"{low} to {high}"]


def _edge(edge: SafeLimit) -> list[str]:
    if math.isnan(edge.value):
        return [edge.setting, "none", f"every value breaks {listed(edge.breaks)}"]
    value = seconds(edge.value) if edge.unit == "s" else f"{count(edge.value)} {edge.unit}"
    if edge.is_end_of_search:
        return [edge.setting, value, "not searched: this end of the range is still safe"]
    return [edge.setting, value, f"breaks {listed(edge.breaks)} ({edge.tried} values tried)"]
