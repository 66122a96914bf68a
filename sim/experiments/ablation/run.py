"""`ablate`: every change between two scenarios made alone, taken back alone, and shared out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.budgets import Statistic
from sim.budgets.statistic import described
from sim.metrics import OUTCOME
from sim.scenario import Budget, Scenario, as_scenario
from sim.simulation import Deployed, check_metrics, check_names

from ..runs import Done, Job, Runner, Store
from .changes import Switches, changes_between
from .effects import effects, spread
from .plan import Plan, plan_for
from .result import Ablation, Combination
from .smallest import search
from .table import Table

MAX_RUNS = 5000
"""Runs unless more are allowed: a few minutes on two cores for a day of the built-in app."""
TOLERANCE = 0.02
"""Share of a metric's range over all runs that counts as noise: what timing alone may move."""
WITHIN = 1.1
"""Without budgets: how many times the calls of the fixed scenario are as good as these."""
_TOTALS = ("calls", "conflicts", "cost")
_OUTCOMES = (
    "setlists_filled", "setlists_placeholder", "shows_without_setlist", "catalogs_synced",
    "hours_to_setlist",
)  # fmt: skip
"""The outcomes shown of an app that counts these; of another one, all of them are."""


def ablate(
    buggy: Scenario | str | Path,
    fixed: Scenario | str | Path,
    *,
    metrics: Sequence[str] = (),
    changes: Mapping[str, Sequence[str]] | None = None,
    replications: int = 1,
    max_runs: int = MAX_RUNS,
    store: Store | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    planned: Callable[[Plan], None] | None = None,
    done: Done | None = None,
) -> Ablation:
    """Find what each change between two scenarios does, all runs under the same seeds.

    ``metrics``: names as budgets use them; the calls, conflicts and cost, and the app's outcomes,
    unless given. ``changes``: name → paths of settings that are switched together, besides the
    names that the app gives. If all combinations of changes take at most ``max_runs`` runs, the
    Shapley shares are exact; else they are estimated from random orders of the changes. The
    budgets are those of ``fixed``, else of ``buggy``, else one on its calls. ``planned`` is told
    before anything runs. Raises `ScenarioError` if the two cannot be compared.
    """
    buggy, fixed = as_scenario(buggy), as_scenario(fixed)
    switches = Switches(buggy, fixed, changes_between(buggy, fixed, changes))
    names = _metrics(metrics, buggy)
    for scenario in (fixed, buggy):
        check_names(scenario)
    plan = plan_for(len(switches.changes), buggy.seed, replications, max_runs)
    if planned is not None:
        planned(plan)
    seeds = tuple(range(buggy.seed, buggy.seed + replications))
    with Runner(store=store, workers=workers, cluster=cluster, done=_of(plan, done)) as runner:
        budgets, source = _given(fixed, buggy)
        statistic: Statistic = "bound"
        if not budgets:
            ends = [switches.scenario(each) for each in (0, switches.everything)]
            results = runner.results([Job(end, seed) for end in ends for seed in seeds])
            budgets, source = _by_calls([r.calls.per_day for r in results[replications:]], fixed)
            # It is made from the mean, so by the mean the fixed scenario keeps it: by a confidence
            # bound it might break its own.
            statistic = "mean"
        table = Table(switches, seeds, names, budgets, statistic, runner)
        table.run(plan.combinations())
        room = 0 if plan.exact else plan.most - len(table.worth)
        smallest, proven = search(table, plan.changes, room)
    worth, everything = table.worth, switches.everything
    low, high = (bound(np.stack([*worth.values()]), axis=(0, 2)) for bound in (np.min, np.max))

    def judged(combination: int) -> Combination:
        return Combination(switches.names(combination), table.broken(combination))

    return Ablation(
        buggy=buggy,
        fixed=fixed,
        seeds=seeds,
        changes=list(switches.changes),
        metrics=names,
        exact=plan.exact,
        orders=2 * len(plan.pairs),
        combinations=len(worth),
        ends={
            name: (spread(worth[0][row]), spread(worth[everything][row]))
            for row, name in enumerate(names)
        },
        effects=effects(switches, names, plan, worth),
        noise=dict(zip(names, (TOLERANCE * (high - low)).tolist(), strict=True)),
        budgets=budgets,
        budgets_of=source,
        tested=described(statistic, replications),
        singles=[judged(each) for each in (0, *(1 << n for n in range(plan.changes)))],
        complete=judged(everything),
        smallest=[judged(each) for each in smallest],
        proven=proven,
    )


def _metrics(given: Sequence[str], scenario: Scenario) -> tuple[str, ...]:
    """The metrics asked for, or those that are shown of such an app."""
    check_metrics(scenario, {name: f"--metric {name}" for name in given})
    if given:
        return tuple(dict.fromkeys(given))
    outcomes = Deployed.of(scenario).outcomes
    usual = [name for name in _OUTCOMES if name in outcomes] or outcomes
    return (*_TOTALS, *(OUTCOME + name for name in usual))


def _of(plan: Plan, done: Done | None) -> Done | None:
    """Progress towards all runs, not only those that the runner has been asked for so far."""
    return None if done is None else lambda ended, _: done(ended, max(ended, plan.runs))


def _given(*scenarios: Scenario) -> tuple[dict[str, Budget], str]:
    """The budgets of the first scenario that has any to be judged by."""
    for scenario in scenarios:
        budgets = {
            name: budget for name, budget in scenario.budgets.items()
            if budget.level == "error" and (budget.max is not None or budget.min is not None)
        }  # fmt: skip
        if budgets:
            return budgets, f"the budgets of {scenario.name}"
    return {}, ""


def _by_calls(calls: Sequence[float], fixed: Scenario) -> tuple[dict[str, Budget], str]:
    """A budget on the calls, where there is none at all."""
    most = WITHIN * sum(calls) / len(calls)
    budget = Budget(metric="calls", per="day", max=most)
    return {"calls": budget}, f"calls a day within {WITHIN - 1:.0%} of {fixed.name} (no budgets)"
