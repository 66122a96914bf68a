"""Replications of a scenario, stopped as soon as a budget can no longer hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sim.metrics import metric
from sim.result import Result
from sim.scenario import MINUTE, SECOND, Budget, Scenario
from sim.simulation import Glance, SoFar, simulate

from .judge import Base, BudgetLimits, limits_of, value_of
from .statistic import Statistic

LOOK_EVERY = 5 * MINUTE
"""Simulated time between two looks at the budgets (µs)."""
Told = Callable[[str, float], None]
"""Called with a run's name and the share of it that is done."""


@dataclass(frozen=True, slots=True)
class BrokenEarly:
    """Bounds that can no longer hold, and when that was noticed."""

    at_s: float
    seed: int
    so_far: Result
    """Totals up to then; rates are over the whole horizon."""
    budgets: tuple[str, ...]


@dataclass(slots=True)
class BudgetRuns:
    """One result for each seed that ran to its end."""

    seeds: tuple[int, ...]
    results: list[Result] = field(default_factory=list)
    broken: BrokenEarly | None = None

    def values(self, budgets: Mapping[str, Budget]) -> dict[str, list[float]]:
        """By budget id, its metric in each replication."""
        return {
            name: [value_of(budget, result) for result in self.results]
            for name, budget in budgets.items()
        }


class _Stop(Exception):
    def __init__(self, broken: BrokenEarly) -> None:
        super().__init__()
        self.broken = broken


def replicate(
    scenario: Scenario,
    seeds: Sequence[int],
    *,
    progress: Told | None = None,
    fail_fast: bool = False,
    baseline: Mapping[str, Base] | None = None,
    statistic: Statistic = "bound",
) -> BudgetRuns:
    """Run a scenario under every seed.

    With ``fail_fast`` the runs stop when a budget of level error cannot hold any more: its metric
    never falls, and is above what all replications together may reach.
    """
    done = BudgetRuns(tuple(seeds))
    ceilings = _ceilings(scenario.budgets, baseline or {}) if fail_fast else {}
    for seed in seeds:
        name = scenario.name if len(seeds) == 1 else f"{scenario.name}, seed {seed}"
        told = _named(progress, name)
        glance = None
        if ceilings:
            glance = _watch(scenario.budgets, ceilings, done, len(seeds), statistic, seed)
        try:
            done.results.append(simulate(scenario, seed=seed, progress=told, glance=glance))
        except _Stop as stop:
            done.broken = stop.broken
            return done
    return done


def _named(progress: Told | None, name: str) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress(name, share)


def _ceilings(budgets: Mapping[str, Budget], baseline: Mapping[str, Base]) -> dict[str, float]:
    """The lowest upper limit of each budget that can be judged before the end."""
    ceilings = {}
    for name, budget in budgets.items():
        if budget.level != "error" or not metric(budget.metric).grows:
            continue
        limits: BudgetLimits = limits_of(budget, baseline.get(name, Base()))
        upper = [
            limit for kind in ("max", "max_increase") if (limit := limits.get(kind)) is not None
        ]
        if upper:
            ceilings[name] = min(upper)
    return ceilings


def _watch(
    budgets: Mapping[str, Budget], ceilings: Mapping[str, float], done: BudgetRuns, number: int,
    statistic: Statistic, seed: int,
) -> Glance:  # fmt: skip
    """A look at the budgets that stops the run when one is certain to be broken."""
    before = done.values({name: budgets[name] for name in ceilings})
    # The statistic is never below the mean, and the runs that are still to come cannot lower the
    # sum.
    room = {
        name: ceiling if statistic == "worst" else ceiling * number - sum(before[name])
        for name, ceiling in ceilings.items()
    }

    def look(now: int, so_far: SoFar) -> None:
        broken = tuple(name for name in room if value_of(budgets[name], so_far) > room[name])
        if broken:
            raise _Stop(BrokenEarly(now / SECOND, seed, so_far.whole(), broken))

    return Glance(LOOK_EVERY, look)
