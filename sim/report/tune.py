"""The report of `sim tune`: the Pareto front, each setting with its intervals."""

from __future__ import annotations

from sim.experiments import Candidate, Tuning
from sim.metrics import metric

from .blocks import Block, Heading, Table, Text
from .sweep import mean_text, setting


def tune_report(found: Tuning) -> list[Block]:
    """The blocks of the report."""
    front, every = found.front, found.candidates
    names = [axis.path.rpartition(".")[2] for axis in found.sweep.axes]
    budgets = ["budgets broken"] if found.sweep.scenario.budgets else []
    columns = [*names, *map(_titled, found.objectives), *budgets]
    seeds = len(found.sweep.seeds)
    sure = (
        "; the others are surely beaten: by a combination that is nowhere higher on average, and "
        "lower by more than the 95% interval of the difference (paired by seed) somewhere"
        if seeds > 1
        else "; one replication, so the values are compared as they are"
    )
    return [
        Heading(
            f"{found.sweep.scenario.name}: the front of {len(front)} of {len(every)} combinations"
        ),
        Text(f"Less is better in {', '.join(found.objectives)}. {seeds} replications{sure}."),
        Table(
            "Front",
            columns,
            [_row(each, found, with_budgets=bool(budgets)) for each in front],
            labels=len(names),
            notes=len(budgets),
        ),
    ]


def _titled(objective: str) -> str:
    unit = metric(objective).unit
    name = objective.rpartition(".")[2].replace("_", " ")
    return f"{name} ({unit})" if unit not in ("", name) else name


def _row(each: Candidate, found: Tuning, *, with_budgets: bool) -> list[str]:
    return [
        *map(setting, each.settings.values()),
        *(mean_text(*each.estimate(name)) for name in found.objectives),
        *([", ".join(each.broken) or "none"] if with_budgets else []),
    ]
