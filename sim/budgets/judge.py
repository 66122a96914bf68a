"""Budgets compared with results: one check per bound, each with its verdict and headroom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Literal

from sim.intervals import at_most
from sim.metrics import Measurable, metric
from sim.result import Result
from sim.scenario import Budget

from .statistic import Statistic, pessimistic

BoundKind = Literal["max", "min", "max_increase", "max_decrease"]
Verdict = Literal["pass", "warn", "fail", "no baseline", "incomparable", "not judged"]


@dataclass(frozen=True, slots=True)
class Check:
    """One bound of one budget, and whether it held."""

    budget: str
    """The budget's id."""
    metric: str
    selection: str
    """Which calls count, in words; empty for all."""
    unit: str
    per: str
    kind: BoundKind
    limit: float | None
    """The limit in the metric's unit; None if it needs a baseline and there is none."""
    value: float
    """The metric by the statistic that is compared; if the run was stopped, the value reached."""
    values: tuple[float, ...]
    """The metric in each replication, in the order of the seeds."""
    baseline: float | None
    """The mean of the baseline, for `max_increase` and `max_decrease`."""
    verdict: Verdict
    level: Literal["error", "warn"]
    message: str = ""
    where: str = ""
    """The place of the budget: ``file:line:column``."""
    stopped_at_s: float | None = None
    """The simulated time at which it was clear that the bound is broken, and the run stopped."""
    when: str = ""
    """Which part of the run, in words; empty for all of it."""

    @property
    def headroom(self) -> float | None:
        """Distance from the value to the limit, in the metric's unit; negative if it is broken."""
        if self.limit is None:
            return None
        return self.limit - self.value if self.high_is_bad else self.value - self.limit

    @property
    def high_is_bad(self) -> bool:
        """Whether the limit is an upper limit."""
        return self.kind in ("max", "max_increase")


@dataclass(frozen=True, slots=True)
class Base:
    """The baseline of one metric, or why it cannot be compared."""

    values: tuple[float, ...] = ()
    incomparable: str = ""


def key_of(budget: Budget) -> str:
    """The key of a budget's value in a baseline: metric, selection, period and part of the run."""
    parts = asdict(budget.select.selection)
    selection = ",".join(f"{key}={value}" for key, value in parts.items() if value)
    selected = f"{{{selection}}}" if selection else ""
    return f"{budget.metric}{selected}/{budget.per}{budget.when}"


BudgetLimits = Mapping[BoundKind, float | None]
"""The limits of a budget in its metric's unit; None if it needs a baseline and there is none."""


def limits_of(budget: Budget, base: Base) -> dict[BoundKind, float | None]:
    """The limit for each bound that the budget has."""
    limits: dict[BoundKind, float | None] = {}
    if budget.max is not None:
        limits["max"] = float(budget.max)
    if budget.min is not None:
        limits["min"] = float(budget.min)
    mean = fmean(base.values) if base.values else None
    if budget.max_increase is not None:
        limits["max_increase"] = None if mean is None else mean + budget.max_increase.allowed(mean)
    if budget.max_decrease is not None:
        limits["max_decrease"] = None if mean is None else mean - budget.max_decrease.allowed(mean)
    return limits


def value_of(budget: Budget, result: Measurable) -> float:
    """The budget's metric of one result, or of a run in progress."""
    return budget.read(result)


def judge(
    budgets: Mapping[str, Budget],
    values: Mapping[str, Sequence[float]],
    baseline: Mapping[str, Base],
    statistic: Statistic = "bound",
    where: Mapping[str, str] | None = None,
) -> list[Check]:
    """One check for every bound of every budget that is not off.

    ``values``: by budget id, its metric in each replication. ``baseline``: by budget id.
    """
    places = where or {}
    return [
        check
        for name, budget in budgets.items()
        if budget.level != "off"
        for check in _checks(
            name, budget, tuple(values[name]), baseline.get(name, Base()), statistic,
            places.get(name, ""),
        )
    ]  # fmt: skip


def judge_stopped(
    budgets: Mapping[str, Budget], so_far: Result, broken: Collection[str],
    baseline: Mapping[str, Base], where: Mapping[str, str],
) -> list[Check]:  # fmt: skip
    """The bounds of a run that was stopped early: only those that stopped it are judged."""
    checks = []
    for name, budget in budgets.items():
        value = value_of(budget, so_far)
        limits = limits_of(budget, baseline.get(name, Base()))
        upper = [limit for kind in ("max", "max_increase")
                 if (limit := limits.get(kind)) is not None]  # fmt: skip
        for kind, limit in limits.items():
            is_it = name in broken and limit is not None and upper and limit == min(upper)
            checks.append(
                _check(name, budget, kind, limit, (value,), value,
                       "fail" if is_it and kind in ("max", "max_increase") else "not judged",
                       where.get(name, ""))
            )  # fmt: skip
    return checks


def surely_broken(check: Check) -> bool:
    """Whether even the optimistic end of the mean's confidence interval breaks the limit."""
    if check.limit is None:
        return False
    best = pessimistic(check.values, "bound", high_is_bad=not check.high_is_bad)
    return not keeps(best, check.limit, high_is_bad=check.high_is_bad)


def keeps(value: float, limit: float, *, high_is_bad: bool) -> bool:
    """Whether a value keeps a limit."""
    return at_most(value, limit) if high_is_bad else at_most(limit, value)


def _checks(
    name: str, budget: Budget, values: tuple[float, ...], base: Base, statistic: Statistic,
    where: str,
) -> Iterator[Check]:  # fmt: skip
    for kind, limit in limits_of(budget, base).items():
        high = kind in ("max", "max_increase")
        mean = None
        if base.values and kind in ("max_increase", "max_decrease"):
            # Replications are paired by seed, so what both runs share does not widen the interval.
            mean = fmean(base.values)
            changes = [a - b for a, b in zip(values, base.values, strict=True)]
            value = mean + pessimistic(changes, statistic, high_is_bad=high)
        else:
            value = pessimistic(values, statistic, high_is_bad=high)
        verdict: Verdict
        if limit is not None:
            verdict = _verdict(value, limit, budget, high=high)
        else:
            verdict = "incomparable" if base.incomparable else "no baseline"
        yield _check(name, budget, kind, limit, values, value, verdict, where, mean)


def _check(
    name: str, budget: Budget, kind: BoundKind, limit: float | None, values: tuple[float, ...],
    value: float, verdict: Verdict, where: str, baseline: float | None = None,
) -> Check:  # fmt: skip
    assert budget.level != "off"
    return Check(
        budget=name,
        metric=budget.metric,
        selection=str(budget.select.selection),
        unit=metric(budget.metric).unit,
        per=budget.per,
        kind=kind,
        limit=limit,
        value=value,
        values=values,
        baseline=baseline,
        verdict=verdict,
        level=budget.level,
        message=budget.message,
        where=where,
        when=budget.when,
    )


def _verdict(value: float, limit: float, budget: Budget, *, high: bool) -> Verdict:
    if keeps(value, limit, high_is_bad=high):
        return "pass"
    return "fail" if budget.level == "error" else "warn"
