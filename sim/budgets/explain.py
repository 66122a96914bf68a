"""Why a budget is broken: which functions exceed it, and which changed setting causes that."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.metrics import PERIOD_DAYS, Measurable, metric
from sim.result import Result
from sim.scenario import Budget, Scenario, ScenarioError, diff
from sim.simulation import simulate

from .judge import Check, keeps, value_of
from .replications import Told

SHOWN = 5
"""The most functions named for each broken bound."""
WORTH_NAMING = 0.01
"""A function is named if its excess is at least this share of the largest one."""
_NOT_SWITCHED = ("revision", "engine", "seed")
"""Settings that are not switched: a revision is switched setting by setting, and the others do not
change the system."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One function's part of a broken metric, by trigger if that is known."""

    function: str
    trigger: str
    value: float
    """In the budget's unit and period."""
    reference: float | None
    """The same in the reference run; None without one."""

    @property
    def excess(self) -> float:
        """Its value above the reference, or its whole value without one."""
        return self.value - (self.reference or 0.0)


@dataclass(frozen=True, slots=True)
class SwitchedBack:
    """What one setting does: the metrics with only this setting switched back to the reference."""

    setting: str
    now: Any
    before: Any
    where: str
    """The place that set it."""
    values: Mapping[str, float]
    """By budget id: its metric with the setting switched back."""
    restores: tuple[str, ...] = ()
    """The broken budgets that then hold."""
    impossible: str = ""
    """Why it cannot be switched alone."""


@dataclass(frozen=True, slots=True)
class WhyBroken:
    """The explanation of all broken budgets of a scenario."""

    carriers: Mapping[str, Sequence[Carrier]]
    """By budget id, the largest excess first."""
    reference: str = ""
    """The name of what the scenario was compared with; empty if nothing."""
    broken_there: Sequence[str] = ()
    """The budgets that the reference breaks too, so no changed setting is to blame."""
    seed: int = 0
    """The seed under which the settings were switched."""
    switches: Sequence[SwitchedBack] = ()


def carriers(
    budget: Budget, results: Sequence[Result], reference: Sequence[Result]
) -> list[Carrier]:
    """The functions with the largest part of a metric, or of its increase over the reference.

    Empty for metrics without parts, such as outcomes.
    """
    ours, theirs = _parts(budget, results), _parts(budget, reference)
    rows = [
        Carrier(name, trigger, ours.get((name, trigger), 0.0),
                theirs.get((name, trigger), 0.0) if reference else None)
        for name, trigger in {**ours, **theirs}
    ]  # fmt: skip
    high_is_bad = budget.max is not None or budget.max_increase is not None
    rows.sort(key=lambda row: (-row.excess if high_is_bad else row.excess, row.function))
    least = WORTH_NAMING * max((abs(row.excess) for row in rows), default=0.0)
    return [row for row in rows if abs(row.excess) > least][:SHOWN]


def _parts(budget: Budget, results: Sequence[Result]) -> dict[tuple[str, str], float]:
    """By function and trigger, the mean over the replications."""
    measured, chosen = metric(budget.metric), budget.select.selection
    by_function = measured.by_function
    if by_function is None or not results:
        return {}
    parts: dict[tuple[str, str], list[float]] = {}
    for result in map(budget.part, results):
        period = PERIOD_DAYS.get(budget.per)
        factor = 1.0 if period is None else period * 86_400 / result.scenario.horizon_s
        for name, use in result.by_function.items():
            if not chosen.matches(name, use.type):
                continue
            if chosen.table or chosen.won_by:
                amount = measured.read(result, replace(chosen, function=name))
                if amount:
                    parts.setdefault((name, ""), []).append(amount * factor)
                continue
            amounts: Mapping[str, float] = (
                use.by_trigger
                if budget.metric == "calls" and budget.during is None
                else {"": by_function(use)}
            )
            for trigger, amount in amounts.items():
                if chosen.trigger not in ("", trigger):
                    continue
                named = _by_writer(result, name) if trigger == "dataChange" else {}
                for label, part in (named or {trigger: amount}).items():
                    parts.setdefault((name, label), []).append(part * factor)
    return {key: sum(values) / len(results) for key, values in parts.items()}


def _by_writer(result: Measurable, query: str) -> dict[str, float]:
    """Re-runs of a query by the function that wrote what it had read; empty in a part of a run."""
    return {
        f"dataChange: {edge.caller}": float(edge.calls)
        for edge in sorted(result.whole().call_graph, key=lambda edge: edge.caller)
        if (edge.function, edge.trigger) == (query, "dataChange")
    }


def changed_settings(scenario: Scenario, reference: Scenario) -> dict[str, tuple[Any, Any]]:
    """Dotted path → (value now, value in the reference) of what changes the simulation."""
    return {
        path: values
        for path, values in diff(scenario, reference).items()
        if path not in _NOT_SWITCHED and path.split(".")[0] not in ("budgets", "alerts")
    }


def switches(
    scenario: Scenario,
    reference: Scenario,
    broken: Sequence[Check],
    progress: Told | None = None,
) -> Iterator[SwitchedBack]:
    """Every changed setting switched back alone, under the scenario's seed."""
    names = {check.budget for check in broken}
    budgets = {name: scenario.budgets[name] for name in scenario.budgets if name in names}
    changes = changed_settings(scenario, reference)
    for number, (path, (now, before)) in enumerate(changes.items(), 1):
        where = scenario.where(tuple(path.split(".")))
        label = f"{scenario.name}, {path} switched back ({number} of {len(changes)})"
        if before is None or now is None:
            why = "only one of the two has it"
            yield SwitchedBack(path, now, before, where, {}, impossible=why)
            continue
        try:
            switched = scenario.with_(**{path: before})
        except ScenarioError as error:
            why = error.problems[0].message
            yield SwitchedBack(path, now, before, where, {}, impossible=why)
            continue
        told = None if progress is None else _named(progress, label)
        result = simulate(switched, progress=told)
        values = {name: value_of(budget, result) for name, budget in budgets.items()}
        restored = tuple(name for name in names if holds(name, values[name], broken))
        yield SwitchedBack(path, now, before, where, values, restores=tuple(sorted(restored)))


def _named(progress: Told, label: str) -> Any:
    return lambda share: progress(label, share)


def holds(name: str, value: float, broken: Sequence[Check]) -> bool:
    """Whether a value would keep every broken bound of a budget."""
    return all(
        keeps(value, check.limit, high_is_bad=check.high_is_bad)
        for check in broken
        if check.budget == name and check.limit is not None
    )


def by_effect(found: Sequence[SwitchedBack], broken: Sequence[Check]) -> list[SwitchedBack]:
    """The switches by how many budgets they restore.

    Ties are ordered by how much they improve the first broken metric.
    """
    first = broken[0]

    def rank(switch: SwitchedBack) -> tuple[int, float]:
        value = switch.values.get(first.budget, math.inf if first.high_is_bad else -math.inf)
        return -len(switch.restores), value if first.high_is_bad else -value

    return sorted(found, key=rank)
