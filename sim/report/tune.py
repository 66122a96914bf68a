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
    beaten = (
        "Each of the other combinations is beaten by one that is nowhere worse on average, and "
        "for at least one metric better by more than the 95% interval of the difference."
        if seeds > 1
        else "With one replication the values are compared as they are."
    )
    return [
        Heading(
            f"{found.sweep.scenario.name}: the front of {len(front)} of {len(every)} combinations"
        ),
        Text(f"{_better(found)} {seeds} replication{'s' if seeds > 1 else ''}. {beaten}"),
        Table(
            "Front",
            columns,
            [_row(each, found, with_budgets=bool(budgets)) for each in front],
            labels=len(names),
            notes=len(budgets),
        ),
    ]


def _better(found: Tuning) -> str:
    """Which way each objective is better."""
    less = [name for name in found.objectives if name not in found.maximised]
    more = [name for name in found.objectives if name in found.maximised]
    parts = [f"{way} is better: {', '.join(names)}." for way, names in
             (("Less", less), ("More", more)) if names]  # fmt: skip
    return " ".join(parts)


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
