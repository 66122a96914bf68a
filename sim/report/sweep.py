"""The report of `sim sweep`: a line for every cell of the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.experiments import Axis, Range, Sweep
from sim.numbers import estimate, titled

from .blocks import Block, Heading, TableBlock, Text
from .rates import is_a_day
from .words import listed, plural, seeds_text, setting

CALLS = "function calls in the run"
SHOWN = {
    CALLS: "calls in the run",
    "function calls per day": "calls/day",
    "conflicts failed per day": "conflicts failed/day",
    "cost per month at this rate": "cost/month",
}
"""What the table shows besides the outcomes, and how; the JSON has all metrics."""


def sweep_report(done: Sweep) -> list[Block]:
    """The blocks of the report."""
    table, units = done.table(), done.units()
    headings = _headings(done, units)
    alike = [name for name in headings if name not in SHOWN
             and len({row[name] for row in table}) == 1 < len(table)]  # fmt: skip
    shown = [name for name in headings if name not in alike]
    rows = [
        [*(setting(value) for value in cell.settings.values()),
         *(estimate(*row[name], units[name]) for name in shown)]
        for cell, row in zip(done.cells, table, strict=True)
    ]  # fmt: skip
    columns = [*short_names(done.axes), *(headings[name] for name in shown)]
    seeds = len(done.seeds)
    confidence = "; ± is half of the 95% confidence interval" if seeds > 1 else ""
    blocks: list[Block] = [
        Heading(
            f"{done.scenario.name}: {plural(len(done.cells), 'combination')} of settings, "
            f"{seeds_text(done.seeds)}"
        ),
        Text(f"{plural(len(done.cells) * seeds, 'run')}{confidence}."),
        TableBlock("Combinations", columns, rows, labels=len(done.axes)),
    ]
    if alike:
        same = [f"{headings[name]} {estimate(*table[0][name], units[name])}" for name in alike]
        blocks.append(Text(f"The same in every combination: {listed(same)}."))
    return blocks


def outcomes_of(done: Sweep) -> list[str]:
    """The names of the app's outcomes, as the sweep's metrics are named."""
    names = dict.fromkeys(name for cell in done.cells for result in cell.results
                          for name in result.outcomes)  # fmt: skip
    return [name.replace("_", " ") for name in names]


def _headings(done: Sweep, units: Mapping[str, str]) -> dict[str, str]:
    """Metric -> the heading of its column."""
    results = [result for cell in done.cells for result in cell.results]
    by_the_day = all(is_a_day(result.scenario.horizon_s) for result in results)
    main = {name: text for name, text in SHOWN.items() if not (by_the_day and name == CALLS)}
    return main | {name: titled(name, units[name]) for name in outcomes_of(done)}


def short_names(axes: Sequence[Axis | Range]) -> list[str]:
    """What each varied setting is called: the end of its path that no other one has."""
    paths = [axis.path.split(".") for axis in axes]

    def short(path: Sequence[str]) -> str:
        lengths = range(1, len(path) + 1)
        return next(
            (".".join(path[-n:]) for n in lengths
             if sum(other[-n:] == path[-n:] for other in paths) == 1), ".".join(path),
        )  # fmt: skip

    return [short(path) for path in paths]
