"""Budgets judged on what happened: a result that was read from logs instead of simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim._version import __version__
from sim.logs import is_logged
from sim.result import Result
from sim.scenario import Budget, YamlDocument, budgets_of, fault

from .baseline import Baseline, BaselineEntry
from .check import CheckReport, How, ScenarioCheck
from .explain import WhyBroken, carriers
from .judge import Base, Check, judge, key_of, value_of

NAME = "observed"
"""What a baseline calls the values from logs, whatever the files are called."""
SEEDS = (0,)


def check_observed(
    result: Result, budgets: Sequence[YamlDocument], how: How | None = None, *,
    baseline: Baseline | None = None, update: bool = False,
) -> CheckReport:  # fmt: skip
    """Judge budgets on a result that was read from logs.

    What logs cannot tell is not judged: metrics that they do not have, and functions that are not
    in them. ``baseline`` and ``update`` are as in `check`. Raises `ScenarioError` if there are no
    budgets.
    """
    how = how or How()
    shared = budgets_of(budgets)
    chosen = {name: each for name, each in shared.budgets.items() if each.level != "off"}
    if not chosen:
        raise fault("--observed", "there are no budgets to judge: name their file with --budgets")
    old = (baseline or Baseline()).entries
    entry = None if update else old.get(NAME)
    base = {} if entry is None else {name: entry.of(each, SEEDS) for name, each in chosen.items()}
    values = {name: [value_of(each, result)] for name, each in chosen.items()}
    if update:
        base = {name: Base(tuple(own)) for name, own in values.items()}
    places = {name: shared.where(("budgets", name)) for name in chosen}
    checks = [
        _judged(each, chosen[each.budget], result)
        for each in judge(chosen, values, base, where=places)
    ]
    broken = dict.fromkeys(each.budget for each in checks if each.verdict in ("fail", "warn"))
    explanation = None
    if broken and how.explain:
        found = {name: carriers(chosen[name], [result], []) for name in broken}
        explanation = WhyBroken(found, "", [], 0, [])
    one = ScenarioCheck(
        name=result.scenario.name,
        revision="",
        hash=result.scenario.hash,
        horizon_s=result.scenario.horizon_s,
        seeds=SEEDS,
        engine=result.engine,
        tested="what the logs say",
        checks=checks,
        reference="" if entry is None else "the baseline",
        same_as_baseline=None if entry is None else entry.hash == result.scenario.hash,
        incomparable=next((each.incomparable for each in base.values()), ""),
        explanation=explanation,
        baseline_required=how.require_baseline,
    )
    known = {each.budget for each in checks if each.verdict != "not judged"}
    metrics = {key_of(chosen[name]): tuple(own) for name, own in values.items() if name in known}
    new = BaselineEntry(result.scenario.hash, __version__, SEEDS, metrics, {})
    return CheckReport([one], how, Baseline({**old, NAME: new}))


def _judged(check: Check, budget: Budget, result: Result) -> Check:
    """The check, or the same one not judged if the logs cannot tell."""
    if is_logged(budget.metric, budget.select.selection, result):
        return check
    return replace(check, verdict="not judged")
