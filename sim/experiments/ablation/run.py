"""`ablate`: every change between two scenarios made alone, taken back alone, and its share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from sim.budgets import Statistic
from sim.budgets.statistic import described
from sim.metrics import OUTCOME
from sim.scenario import Budget, Scenario, as_scenario
from sim.simulation import Deployed, check_metrics, check_names

from ..runs import Done, RunJob, Runner, Store
from .changes import Switches, changes_between
from .effects import effects, spread
from .plan import AblationPlan, plan_for
from .result import Ablation, Combination
from .smallest import search
from .table import CombinationTable

MAX_RUNS = 5000
"""The most runs by default: a few minutes on two cores for a day of the built-in app."""
TOLERANCE = 0.02
"""Share of a metric's range over all runs that counts as noise: changed timing alone can cause that
much."""
WITHIN = 1.1
"""Without budgets: a combination is good if its calls are at most this many times those of the
fixed scenario."""
_TOTALS = ("calls", "conflicts", "cost")
_OUTCOMES = (
    "setlists_filled", "setlists_placeholder", "shows_without_setlist", "catalogs_synced",
    "hours_to_setlist",
)  # fmt: skip
"""The outcomes shown for an app that has them; for any other app all outcomes are shown."""


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
    planned: Callable[[AblationPlan], None] | None = None,
    done: Done | None = None,
) -> Ablation:
    """Find what each change between two scenarios does; all runs use the same seeds.

    ``metrics``: names as budgets use them; by default calls, conflicts, cost and the app's
    outcomes. ``changes``: name → paths of settings that are switched together, in addition to the
    app's own names. If all combinations of changes fit into ``max_runs`` runs, the Shapley shares
    are exact; otherwise they are estimated from random orders of the changes. The budgets are those
    of ``fixed``, or else those of ``buggy``, or else one on the calls of ``fixed``. ``planned`` is
    called before anything runs. Raises `ScenarioError` if the two cannot be compared.
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
            results = runner.results([RunJob(end, seed) for end in ends for seed in seeds])
            budgets, source = _by_calls([r.calls.per_day for r in results[replications:]], fixed)
            # This budget is made from the mean of the fixed scenario. Judged by a confidence bound,
            # the fixed scenario could break its own budget.
            statistic = "mean"
        table = CombinationTable(switches, seeds, names, budgets, statistic, runner)
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
    """The metrics asked for, or the usual ones for such an app."""
    check_metrics(scenario, {name: f"--metric {name}" for name in given})
    if given:
        return tuple(dict.fromkeys(given))
    outcomes = Deployed.of(scenario).outcomes
    usual = [name for name in _OUTCOMES if name in outcomes] or outcomes
    return (*_TOTALS, *(OUTCOME + name for name in usual))


def _of(plan: AblationPlan, done: Done | None) -> Done | None:
    """Progress counted against all planned runs, not only those requested so far."""
    return None if done is None else lambda ended, _: done(ended, max(ended, plan.runs))


def _given(*scenarios: Scenario) -> tuple[dict[str, Budget], str]:
    """The budgets of the first scenario that has any."""
    for scenario in scenarios:
        budgets = {
            name: budget for name, budget in scenario.budgets.items()
            if budget.level == "error" and (budget.max is not None or budget.min is not None)
        }  # fmt: skip
        if budgets:
            return budgets, f"the budgets of {scenario.name}"
    return {}, ""


def _by_calls(calls: Sequence[float], fixed: Scenario) -> tuple[dict[str, Budget], str]:
    """A budget on the calls, for scenarios without any budget."""
    most = WITHIN * sum(calls) / len(calls)
    budget = Budget(metric="calls", per="day", max=most)
    return {"calls": budget}, f"calls a day within {WITHIN - 1:.0%} of {fixed.name} (no budgets)"
