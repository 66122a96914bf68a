"""The report of `sim tune`: the Pareto front, each setting with its intervals."""

from __future__ import annotations

from sim.experiments import Candidate, Tuning
from sim.metrics import metric
from sim.numbers import estimate, titled

from .blocks import Block, Heading, TableBlock, Text
from .sweep import short_names
from .words import listed, seeds_text, setting


def tune_report(found: Tuning) -> list[Block]:
    """The blocks of the report."""
    front, every = found.front, found.candidates
    names = short_names(found.sweep.axes)
    budgets = ["budgets broken"] if found.sweep.scenario.budgets else []
    columns = [*names, *map(_titled, found.objectives), *budgets]
    table = TableBlock(
        "Pareto front",
        columns,
        [_row(each, found, with_budgets=bool(budgets)) for each in front],
        labels=len(names),
        notes=len(budgets),
    )
    name = found.sweep.scenario.name
    return [
        Heading(f"{name}: {len(front)} of {len(every)} combinations of settings are on the front"),
        Text(f"{_better(found)} {_beaten(found)}"),
        table,
    ]


def _better(found: Tuning) -> str:
    """Which way each objective is better."""
    parts = []
    for way, is_more in (("Lower", False), ("Higher", True)):
        names = [_titled(name) for name in found.objectives
                 if (name in found.maximised) is is_more]  # fmt: skip
        if names:
            parts.append(f"{way} is better for {listed(names)}.")
    return " ".join(parts)


def _beaten(found: Tuning) -> str:
    """Why the other combinations are not on the front."""
    seeds = found.sweep.seeds
    if len(seeds) == 1:
        return (
            f"Each combination ran once, under {seeds_text(seeds)}. A combination is left out if "
            "another one is at least as good in everything and better in something."
        )
    return (
        f"Each combination ran under {seeds_text(seeds)}; ± is half of the 95% confidence "
        "interval. A combination is left out if another one has no worse mean in anything, and a "
        "better one in something, by more than the 95% confidence interval of the difference "
        "(paired by seed)."
    )


def _titled(objective: str) -> str:
    return titled(objective.rpartition(".")[2].replace("_", " "), metric(objective).unit)


def _row(each: Candidate, found: Tuning, *, with_budgets: bool) -> list[str]:
    return [
        *map(setting, each.settings.values()),
        *(estimate(*each.estimate(name), metric(name).unit) for name in found.objectives),
        *([", ".join(each.broken) or "none"] if with_budgets else []),
    ]
