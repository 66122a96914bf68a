"""The report of `sim backfill`: the answer first, then what it rests on."""

from __future__ import annotations

import math

from sim.experiments import BackfillReport, Edge, Effect
from sim.numbers import count, seconds, signed

from .blocks import Block, Bullets, Heading, Table, Text


def backfill_report(report: BackfillReport) -> list[Block]:
    """The blocks of the report."""
    blocks: list[Block] = [
        Heading(
            f"{report.scenario}: backfill of {report.shows:,} shows, {report.batch} a run, "
            f"{seconds(report.wait_s)} between runs: {'SAFE' if report.safe else 'NOT SAFE'}"
        ),
        Text(_safety(report)),
        Text(_reach(report)),
        Table(
            "The report's procedure", ["rule", "planned", "kept"],
            [[rule.rule, rule.detail, "yes" if rule.kept else "NO"] for rule in report.rules],
            labels=3,
        ),
        Table(
            "What the backfill adds (mean of pairs by seed, 95% confidence)",
            ["", "mean", "interval"], [_effect(effect) for effect in report.effects],
        ),
        Table(
            "How far it could go, the other setting as planned",
            ["", "last that is safe", "beyond it"], [_edge(edge) for edge in report.edges], notes=1,
        ),
    ]  # fmt: skip
    if report.broken_before:
        blocks.append(Bullets("Not held against the backfill", [
            f"broken without it too: {', '.join(report.broken_before)}"
        ]))  # fmt: skip
    return blocks


def _safety(report: BackfillReport) -> str:
    seeds = len(report.seeds)
    over = f"over {seeds} replications" if seeds > 1 else "in one replication (no confidence)"
    level = ", at the 95% confidence bound of each mean" if seeds > 1 else ""
    broken = dict.fromkeys(check.budget for check in report.checks if check.verdict == "fail")
    held = len(report.checks) - sum(check.verdict == "fail" for check in report.checks)
    parts = []
    if report.spike_at_s is not None:
        parts.append(
            f"Calls spike in the time bin that ends after {seconds(report.spike_at_s)}: the "
            "procedure says to stop there."
        )
    if broken:
        parts.append(f"It breaks {', '.join(broken)}.")
    if not report.checks:
        parts.append("No budget was judged: the scenario has none that holds without the backfill.")
    else:
        parts.append(f"{held} of {len(report.checks)} bounds hold {over}{level}.")
    return " ".join(parts)


def _reach(report: BackfillReport) -> str:
    runs = f"{report.runs:,} run{'s' if report.runs != 1 else ''}"
    lasts = f"{runs} last {seconds(report.lasts_s)}."
    if report.rows_reached >= report.shows:
        return f"{lasts} They look at all {report.shows:,} shows."
    return (
        f"{lasts} But a run has no cursor: each looks at the same first {report.rows_reached:,} "
        f"rows, so {report.shows - report.rows_reached:,} of {report.shows:,} shows are never "
        "reached, however long one waits. A larger batch reaches more rows; a second run of the "
        "same batch reaches none."
    )


def _effect(effect: Effect) -> list[str]:
    money = effect.metric == "dollars"
    mean = f"${effect.mean:,.4f}" if money else signed(effect.mean)
    if not math.isfinite(effect.half_width):
        return [effect.metric, mean, "one replication: unknown"]
    ends = (effect.mean - effect.half_width, effect.mean + effect.half_width)
    low, high = ((f"${end:,.4f}" if money else signed(end)) for end in ends)
    return [effect.metric, mean, f"{low} to {high}"]


def _edge(edge: Edge) -> list[str]:
    if math.isnan(edge.value):
        return [edge.setting, "none", f"broken everywhere: {', '.join(edge.breaks)}"]
    value = seconds(edge.value) if edge.unit == "s" else f"{count(edge.value)} {edge.unit}"
    if edge.is_end_of_search:
        return [edge.setting, value, "the end of the search, still safe"]
    return [edge.setting, value, f"breaks {', '.join(edge.breaks)} ({edge.tried} values tried)"]
