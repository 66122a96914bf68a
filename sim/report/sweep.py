"""The report of `sim sweep`: a line for every cell of the grid."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.experiments import Sweep
from sim.numbers import amount, count

from .blocks import Block, Heading, Table, Text

SHOWN = {
    "function calls per day": "calls/day",
    "conflicts failed per day": "failed/day",
    "cost per month at this rate": "$/month",
    "setlists filled": "filled",
    "setlists placeholder": "placeholder",
    "shows without setlist": "no row",
}
"""Metrics that the table shows where a scenario has them, and how; the JSON has all."""


def sweep_report(done: Sweep) -> list[Block]:
    """The blocks of the report."""
    table = done.table()
    shown = [name for name in SHOWN if name in table[0]]
    columns = [
        *(axis.path.rpartition(".")[2] for axis in done.axes),
        *(SHOWN[name] for name in shown),
    ]
    rows = [
        [*(setting(value) for value in cell.settings.values()),
         *(mean_text(*row[name]) for name in shown)]
        for cell, row in zip(done.cells, table, strict=True)
    ]  # fmt: skip
    seeds = len(done.seeds)
    confidence = "; ± is half of the 95% confidence interval" if seeds > 1 else ""
    return [
        Heading(f"{done.scenario.name}: {len(done.cells)} cells, {_seeds(done.seeds)}"),
        Text(f"{len(done.cells) * seeds} runs{confidence}."),
        Table("Cells", columns, rows, labels=len(done.axes)),
    ]


def _seeds(seeds: Sequence[int]) -> str:
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def setting(value: object) -> str:
    """A setting as a scenario file spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def mean_text(mean: float, half_width: float) -> str:
    """A mean with its half-width, where it has one."""
    text = count(mean) if abs(mean) >= 1e4 else amount(mean)
    if not math.isfinite(half_width) or not half_width:
        return text
    return f"{text} ±{amount(half_width)}"
