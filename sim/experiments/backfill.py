"""The incident report's manual backfill: whether a plan is safe, and how far it could go."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sim.apps.setlist import Settings
from sim.budgets import Base, Check, Told, judge, replicate, value_of
from sim.intervals import interval
from sim.json_text import json_text
from sim.result import Result
from sim.scenario import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Given,
    Scenario,
    as_scenario,
    fault,
    format_duration,
)
from sim.simulation import check_names

AUTO_GENERATE = "setlists:autoGenerateSetlist"
PROCEDURE = "incident-report.md, Manual backfill procedure"
MOST_SHOWS = 50
"""incident-report.md, Manual backfill procedure, step 3."""
SHORTEST_WAIT = HOUR
"""incident-report.md, Manual backfill procedure, step 4."""
SPIKE_PER_DAY = 10_000_000
"""incident-report.md, Next steps: alerts for usage spikes above this many calls a day. Compared
with the rate in each time bin."""
LARGEST_BATCH = 500
"""app.md, Crons: the most shows that the admin backfill takes."""
SHORTEST_SEARCHED = MINUTE


@dataclass(frozen=True, slots=True)
class BackfillPlan:
    """A backfill of ``shows`` shows in runs of ``batch`` shows, ``wait`` µs apart."""

    shows: int
    batch: int = MOST_SHOWS
    wait: int = SHORTEST_WAIT

    @property
    def runs(self) -> int:
        """How many runs that takes."""
        return -(-self.shows // self.batch)

    @property
    def lasts(self) -> int:
        """From the first run to the last (µs)."""
        return (self.runs - 1) * self.wait


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the report's procedure, and whether the plan follows it."""

    rule: str
    kept: bool
    detail: str


@dataclass(frozen=True, slots=True)
class AddedUse:
    """How much the backfill adds to a metric; replications are paired by seed."""

    metric: str
    mean: float
    half_width: float
    """Of the 95% confidence interval; infinite for one replication."""


@dataclass(frozen=True, slots=True)
class SafeLimit:
    """How far one setting of the plan can go, with the other one as planned."""

    setting: str
    value: float
    """The last value at which every budget held; NaN if there is none."""
    unit: str
    is_end_of_search: bool
    """No unsafe value was found, so the real limit may be further out."""
    tried: int
    breaks: list[str]
    """The budgets that the first unsafe value breaks, or ``spike``."""


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What `backfill` found out about a plan."""

    scenario: str
    shows: int
    batch: int
    wait_s: float
    runs: int
    lasts_s: float
    """From the first run until the last job of the last run is due (s)."""
    rows_reached: int
    """How many rows the runs look at in all: every run starts at the beginning of the table."""
    rules: list[Rule]
    safe: bool
    checks: list[Check]
    """The bounds that hold without the backfill, judged with it."""
    broken_before: list[str]
    """Budgets that are broken even without the backfill; they do not count against the plan."""
    spike_at_s: float | None
    """End of the first time bin with more calls than `SPIKE_PER_DAY`, in whichever replication
    reaches it first."""
    effects: list[AddedUse]
    edges: list[SafeLimit]
    seeds: tuple[int, ...]

    def to_json(self) -> str:
        """As JSON text, ending in a newline."""
        data: dict[str, Any] = {"schema": "sim.backfill/1", **asdict(self)}
        return json_text(_finite(data))


def backfill(
    scenario: Given, plan: BackfillPlan, *, replications: int = 5, progress: Told | None = None
) -> BackfillReport:
    """Simulate the plan and the same world without it, then search for the limits of what is safe.

    A plan is safe if every bound that holds without the backfill also holds with it, and no time
    bin has calls at the rate of a spike. Over several replications a bound is judged at the
    pessimistic end of the confidence interval. The search assumes that larger batches and shorter
    waits are never safer. Raises `ScenarioError` if the app has no manual backfill, or if a budget
    names something that the app does not have.
    """
    scenario = as_scenario(scenario)
    if not isinstance(scenario.app, Settings):
        raise fault(scenario.name, f"the app {scenario.app_name!r} has no manual backfill: "
                    "only the built-in setlist app has one")  # fmt: skip
    check_names(scenario)
    trial = _Trial(scenario, plan, replications, progress)
    planned = trial.outcome(plan)
    rows = len(planned.results) and int(planned.results[0].outcomes["shows"])
    return BackfillReport(
        scenario=scenario.name,
        shows=plan.shows,
        batch=plan.batch,
        wait_s=plan.wait / SECOND,
        runs=plan.runs,
        lasts_s=(plan.lasts + plan.batch * scenario.app.refresh.stagger) / SECOND,
        rows_reached=min(plan.batch, rows),
        rules=_rules(plan),
        safe=not planned.breaks,
        checks=planned.checks,
        broken_before=trial.broken_before,
        spike_at_s=planned.spike_at_s,
        effects=trial.effects(planned.results),
        edges=_edges(trial, plan),
        seeds=trial.seeds,
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One plan, simulated under every seed."""

    results: list[Result]
    checks: list[Check]
    spike_at_s: float | None

    @property
    def breaks(self) -> list[str]:
        """Why the plan is unsafe; empty if it is safe."""
        broken = dict.fromkeys(each.budget for each in self.checks if each.verdict == "fail")
        return [*(["spike"] if self.spike_at_s is not None else []), *broken]


class _Trial:
    """Tries plans on one scenario and compares them with the same world without a backfill."""

    def __init__(
        self, scenario: Scenario, plan: BackfillPlan, replications: int, progress: Told | None
    ) -> None:
        self._scenario = scenario
        self._progress = progress
        self._stagger = scenario.app.refresh.stagger  # type: ignore[attr-defined]
        self.seeds = tuple(range(scenario.seed, scenario.seed + replications))
        self._horizon = max(scenario.horizon, plan.lasts + plan.batch * self._stagger + HOUR)
        self._without = self._run(_NO_PLAN, "without the backfill")
        self._held = {
            (check.budget, check.kind)
            for check in self._judged(self._without)
            if check.verdict == "pass"
        }
        self.broken_before = sorted(
            {check.budget for check in self._judged(self._without) if check.verdict != "pass"}
        )

    def outcome(self, plan: BackfillPlan, label: str = "as planned") -> _Outcome:
        """The plan, simulated and judged."""
        results = self._run(plan, label)
        checks = [
            check for check in self._judged(results) if (check.budget, check.kind) in self._held
        ]
        return _Outcome(results, checks, _spike_at(results))

    def effects(self, results: Sequence[Result]) -> list[AddedUse]:
        """How much the backfill adds to each metric; replications are paired by seed."""
        found = []
        for name, read in _EFFECTS.items():
            pairs = zip(results, self._without, strict=True)
            mean, half_width = interval([read(a) - read(b) for a, b in pairs])
            found.append(AddedUse(name, mean, half_width))
        return found

    def _run(self, plan: BackfillPlan, label: str) -> list[Result]:
        scenario = self._scenario.with_(
            **{
                "name": f"{self._scenario.name}, {label}",
                "horizon": format_duration(self._horizon),
                "app.manual_backfill.runs": plan.runs,
                "app.manual_backfill.limit": plan.batch,
                "app.manual_backfill.wait": format_duration(plan.wait),
            }
        )
        return replicate(scenario, self.seeds, progress=self._progress).results

    def _judged(self, results: Sequence[Result]) -> list[Check]:
        budgets = {
            name: budget for name, budget in self._scenario.budgets.items()
            if budget.level == "error"
        }  # fmt: skip
        values = {
            name: [value_of(budget, result) for result in results]
            for name, budget in budgets.items()
        }
        # A change is measured from the world without the backfill.
        base = {
            name: Base(tuple(value_of(budget, result) for result in self._without))
            for name, budget in budgets.items()
        }
        return judge(budgets, values, base)


_NO_PLAN = BackfillPlan(0, 1, HOUR)
_EFFECTS: Mapping[str, Callable[[Result], float]] = {
    "calls": lambda result: float(result.calls.total),
    "generations": lambda result: float(
        result.by_function[AUTO_GENERATE].calls if AUTO_GENERATE in result.by_function else 0
    ),
    "conflicts": lambda result: float(result.conflicts.retried + result.conflicts.failed),
    "dollars": lambda result: result.cost.marginal_usd,
    "shows with a filled setlist": lambda result: result.outcomes["setlists_filled"],
}


def _rules(plan: BackfillPlan) -> list[Rule]:
    """Whether the plan follows the report's procedure."""
    return [
        Rule(f"at most {MOST_SHOWS} shows at a time", plan.batch <= MOST_SHOWS,
             f"{plan.batch} shows a run"),
        Rule(f"wait {format_duration(SHORTEST_WAIT)} between runs",
             plan.wait >= SHORTEST_WAIT or plan.runs <= 1, f"{format_duration(plan.wait)} planned"),
    ]  # fmt: skip


def _spike_at(results: Sequence[Result]) -> float | None:
    """End of the first time bin with calls at the rate of a spike, over all replications."""
    times = []
    for result in results:
        most = SPIKE_PER_DAY * result.bin_s / (DAY / SECOND)
        per_bin = zip(*(use.per_bin for use in result.by_function.values()), strict=True)
        for number, calls in enumerate(per_bin, 1):
            if sum(calls) > most:
                times.append(number * result.bin_s)
                break
    return min(times, default=None)


def _edges(trial: _Trial, plan: BackfillPlan) -> list[SafeLimit]:
    """The largest safe batch and the shortest safe wait, each found by bisection."""
    batches = _bisect(
        lambda batch: trial.outcome(
            BackfillPlan(plan.shows, batch, plan.wait), f"{batch} rows a run"
        ).breaks,
        1, LARGEST_BATCH,
    )  # fmt: skip
    minutes = _bisect(
        lambda less: trial.outcome(
            BackfillPlan(plan.shows, plan.batch, plan.wait - less * MINUTE),
            f"{format_duration(plan.wait - less * MINUTE)} between runs",
        ).breaks,
        0, max(0, (plan.wait - SHORTEST_SEARCHED) // MINUTE),
    )  # fmt: skip
    shortest = math.nan if minutes.last is None else (plan.wait - minutes.last * MINUTE) / SECOND
    largest = math.nan if batches.last is None else float(batches.last)
    return [
        SafeLimit("largest batch", largest, "rows", batches.is_end, batches.tried, batches.breaks),
        SafeLimit("shortest wait", shortest, "s", minutes.is_end, minutes.tried, minutes.breaks),
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    last: int | None
    """The largest value that was safe."""
    is_end: bool
    tried: int
    breaks: list[str]


def _bisect(breaks: Callable[[int], list[str]], low: int, high: int) -> _Found:
    """The largest value that breaks nothing, if all larger ones break something."""
    broken = breaks(high)
    if not broken:
        return _Found(high, is_end=True, tried=1, breaks=[])
    at_low = broken if low == high else breaks(low)
    if at_low:
        return _Found(None, is_end=False, tried=2, breaks=at_low)
    tried = 2
    while high - low > 1:
        middle = (low + high) // 2
        tried += 1
        if found := breaks(middle):
            high, broken = middle, found
        else:
            low = middle
    return _Found(low, is_end=False, tried=tried, breaks=broken)


def _finite(data: Any) -> Any:
    """The data with null for infinite and undefined numbers, which JSON does not have."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data
