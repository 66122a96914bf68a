"""`check`: run, judge and explain scenarios; shared by `sim check` and the pytest fixture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sim._version import __version__
from sim.json_text import json_text
from sim.metrics import metric
from sim.result import AlertUse, Result
from sim.scenario import (
    Given,
    Scenario,
    ScenarioError,
    as_scenario,
    as_scenarios,
    fault,
    shown,
    unknown,
)
from sim.simulation import check_names

from .baseline import Baseline, BaselineEntry, entry_of
from .explain import SwitchedBack, WhyBroken, by_effect, carriers, holds, switches
from .judge import Base, Check, Verdict, judge, judge_stopped, value_of
from .replications import Told, replicate
from .statistic import STATISTICS, Statistic, described

SCHEMA = "sim.check/1"
MOST_REPLICATIONS = 1000
PASSED, FAILED, NO_VERDICT = 0, 1, 2
"""Exit codes."""
_VERDICTS = {
    "fail": "FAIL",
    "no verdict": "NO VERDICT",
    "warn": "PASS with warnings",
    "pass": "PASS",
    "not judged": "NOT JUDGED",
}
_UNJUDGED: Mapping[Verdict, str] = {
    "no baseline": "no baseline",
    "incomparable": "the baseline cannot be compared",
    "not judged": "the run was stopped",
}
"""Verdicts that say neither yes nor no, and the reason for each."""


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class How:
    """How scenarios are checked."""

    replications: int = 1
    statistic: Statistic = "bound"
    fail_fast: bool = False
    explain: bool = True
    require_baseline: bool = False

    def __post_init__(self) -> None:
        """Refuse values that make no sense; raises `ScenarioError`."""
        if type(self.replications) is not int or not 1 <= self.replications <= MOST_REPLICATIONS:
            raise fault(f"replications={shown(self.replications)}",
                        f"expected a whole number from 1 to {MOST_REPLICATIONS}")  # fmt: skip
        if self.statistic not in STATISTICS:
            known = unknown(str(self.statistic), "statistic", STATISTICS)
            raise fault(f"statistic={shown(self.statistic)}", known)
        for key in ("fail_fast", "explain", "require_baseline"):
            if not isinstance(getattr(self, key), bool):
                given = shown(getattr(self, key))
                raise fault(f"{key}={given}", f"expected True or False, not {given}")


@dataclass(frozen=True, slots=True)
class ScenarioCheck:
    """One scenario, judged."""

    name: str
    revision: str
    hash: str
    horizon_s: float
    seeds: tuple[int, ...]
    engine: str
    tested: str
    """The statistic that was compared, in words."""
    checks: list[Check]
    reference: str = ""
    """The name of what it was compared with; empty if nothing."""
    same_as_baseline: bool | None = None
    """Whether the baseline was measured with exactly these settings; None without a baseline."""
    incomparable: str = ""
    """Why it cannot be compared with its baseline; empty if it can."""
    not_in_baseline: str = ""
    """That the baseline's file holds other scenarios but not this one, and which."""
    stopped_at_s: float | None = None
    """The simulated time at which the run was stopped early."""
    explanation: WhyBroken | None = None
    alerts: list[AlertUse] = field(default_factory=list)
    """The alerts of the first replication."""
    baseline_required: bool = False
    """Whether a bound that needs a baseline and has none means that there is no verdict."""
    nothing_ran: bool = False
    """Whether there was not a single call: then budgets hold that mean nothing."""
    notes: list[str] = field(default_factory=list)
    """What the app has to say of the first run (`sim.result.Result.notes`)."""

    def in_the_run(self, one: Check) -> float | None:
        """A check's value over the whole run, if it is a rate."""
        if one.when:
            return None
        return metric(one.metric).in_the_run(one.value, one.per, self.horizon_s)

    def with_verdict(self, *verdicts: Verdict) -> list[Check]:
        """The checks with one of these verdicts."""
        return [check for check in self.checks if check.verdict in verdicts]

    @property
    def verdict(self) -> str:
        """The worst of its checks: fail, no verdict, warn or pass; not judged if none was."""
        if self.with_verdict("fail"):
            return "fail"
        missing = self.with_verdict("no baseline", "not judged")
        no_baseline = self.with_verdict("no baseline")
        if self.with_verdict("incomparable") or (no_baseline and self.baseline_required):
            return "no verdict"
        if self.with_verdict("warn"):
            return "warn"
        return "pass" if len(missing) < len(self.checks) else "not judged"

    @property
    def summary(self) -> str:
        """The verdict in words: how many bounds are broken or hold, and which were not judged."""
        failed, warned, held = (len(self.with_verdict(each)) for each in ("fail", "warn", "pass"))
        parts = [_VERDICTS[self.verdict]]
        if failed:
            parts.append(f"{failed:,} of {_counted(len(self.checks), 'bound')} broken")
        if warned:
            parts.append(_counted(warned, "warning"))
        if held and not failed:
            parts.append(f"{_counted(held, 'bound')} hold{'s' if held == 1 else ''}")
        for verdict, reason in _UNJUDGED.items():
            if verdict == "not judged" and self.stopped_at_s is None:
                reason = "the logs do not tell"
            if unjudged := len(self.with_verdict(verdict)):
                parts.append(f"{unjudged:,} not judged ({reason})")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Every scenario that was checked."""

    scenarios: list[ScenarioCheck]
    how: How
    baseline: Baseline
    """The new baseline with the values measured now; other scenarios of the old one are kept."""

    @property
    def exit_code(self) -> int:
        """1 if a budget is broken; else 2 if one has no verdict; else 0."""
        verdicts = {one.verdict for one in self.scenarios}
        if "fail" in verdicts:
            return FAILED
        return NO_VERDICT if "no verdict" in verdicts else PASSED

    def to_dict(self) -> dict[str, Any]:
        """Plain data, keys in a fixed order."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "exit_code": self.exit_code,
            "scenarios": [
                {
                    "name": one.name,
                    "verdict": one.verdict,
                    "summary": one.summary,
                    **{key: value for key, value in asdict(one).items()
                       if key not in ("name", "checks")},
                    "checks": [
                        {**asdict(each), "headroom": each.headroom,
                         "in_the_run": one.in_the_run(each)}
                        for each in one.checks
                    ],
                }
                for one in self.scenarios
            ],
        }  # fmt: skip

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def check(
    scenarios: Given | Iterable[Given],
    how: How | None = None,
    *,
    baseline: Baseline | None = None,
    update: bool = False,
    against: Given | None = None,
    progress: Told | None = None,
) -> CheckReport:
    """Run, judge and explain scenarios; they can be given by their paths.

    ``baseline``: the accepted values that changes are measured from. ``update``: the values
    measured now become the baseline, so no change is judged. ``against``: the scenario that a
    failing one is compared with to explain it; by default the baseline. Raises `ScenarioError`
    before anything is simulated if a budget names something that does not exist.
    """
    how = how or How()
    given = as_scenarios(scenarios)
    other = None if against is None else as_scenario(against)
    for scenario in given:
        if not any(budget.level != "off" for budget in scenario.budgets.values()):
            raise fault(
                scenario.where(("budgets",)), f"{scenario.name} has no budgets: give them under "
                "`budgets:`, or in a file of their own with --budgets FILE"
            )  # fmt: skip
        check_names(scenario)
    names = [scenario.name for scenario in given]
    for name in names if baseline is not None else ():
        if names.count(name) > 1:
            raise fault(name, "two scenarios of one name cannot share a baseline")
    old = baseline or Baseline()
    if not update:
        for scenario in given:
            old.check_horizon(scenario)
    new = Baseline(dict(old.entries), old.source)
    checked = []
    for scenario in given:
        one, entry = _check(scenario, how, old.entries.get(scenario.name), update=update,
                            against=other, progress=progress)  # fmt: skip
        absent = "" if update else old.without(scenario.name)
        checked.append(replace(one, not_in_baseline=absent))
        if entry is not None:
            new.entries[scenario.name] = entry
    return CheckReport(checked, how, new)


def _check(
    scenario: Scenario, how: How, entry: BaselineEntry | None, *, update: bool,
    against: Scenario | None, progress: Told | None,
) -> tuple[ScenarioCheck, BaselineEntry | None]:  # fmt: skip
    budgets = {name: each for name, each in scenario.budgets.items() if each.level != "off"}
    seeds = tuple(range(scenario.seed, scenario.seed + how.replications))
    base = {} if entry is None else {name: entry.of(each, seeds) for name, each in budgets.items()}
    if update:
        base = {}
    runs = replicate(
        scenario, seeds, progress=progress, fail_fast=how.fail_fast, baseline=base,
        statistic=how.statistic,
    )  # fmt: skip
    places = {name: scenario.where(("budgets", name)) for name in budgets}
    kept = None
    if runs.broken is not None:
        checks = judge_stopped(budgets, runs.broken.so_far, runs.broken.budgets, base, places)
        checks = [replace(each, stopped_at_s=runs.broken.at_s) for each in checks]
    else:
        values = runs.values(budgets)
        if update:
            base = {name: Base(tuple(own)) for name, own in values.items()}
        checks = judge(budgets, values, base, how.statistic, places)
        kept = entry_of(scenario, seeds, values)
    broken = [each for each in checks if each.verdict in ("fail", "warn")]
    results = runs.results or ([runs.broken.so_far] if runs.broken else [])
    reference, name = _reference(scenario, entry, against)
    explanation = None
    if broken and how.explain:
        explanation = _explain(scenario, results, broken, reference, name, progress)
    return ScenarioCheck(
        name=scenario.name,
        revision=scenario.revision,
        hash=scenario.hash,
        horizon_s=results[0].scenario.horizon_s,
        seeds=seeds,
        engine=results[0].engine,
        tested=described(how.statistic, len(seeds)),
        checks=checks,
        reference=name,
        same_as_baseline=None if entry is None else entry.hash == scenario.hash,
        incomparable=next((each.incomparable for each in base.values()), ""),
        stopped_at_s=runs.broken.at_s if runs.broken else None,
        explanation=explanation,
        alerts=runs.results[0].alerts if runs.results else [],
        baseline_required=how.require_baseline,
        nothing_ran=not any(each.calls.total or each.calls.refused for each in results),
        notes=results[0].notes,
    ), kept


def _reference(
    scenario: Scenario, entry: BaselineEntry | None, against: Scenario | None
) -> tuple[Scenario | None, str]:  # fmt: skip
    """The scenario that a failing one is compared with, and its name."""
    if against is not None:
        return against, against.name
    if entry is None:
        return None, ""
    try:
        return entry.scenario(scenario.app_sources), "the baseline"
    except ScenarioError:  # the settings of another version, or of another app
        return None, ""


def _explain(
    scenario: Scenario, results: Sequence[Result], broken: Sequence[Check],
    reference: Scenario | None, name: str, progress: Told | None,
) -> WhyBroken:  # fmt: skip
    """Which functions exceed a budget and, with a reference, what each changed setting does."""
    names = dict.fromkeys(each.budget for each in broken)
    stopped = any(each.stopped_at_s is not None for each in broken)
    theirs: list[Result] = []
    found: list[SwitchedBack] = []
    broken_there: list[str] = []
    if reference is not None:
        horizon = scenario.resolved()["horizon"]
        if reference.resolved()["horizon"] != horizon:
            name = f"{name} over {horizon}"  # its own budgets may hold over its own horizon
        reference = reference.with_(name=name, horizon=horizon)
        theirs = replicate(reference, [scenario.seed], progress=progress).results
        broken_there = [
            budget for budget in names
            if not holds(budget, value_of(scenario.budgets[budget], theirs[0]), broken)
        ]  # fmt: skip
        new = [each for each in broken if each.budget not in broken_there]
        if new:
            found = by_effect(list(switches(scenario, reference, new, progress)), new)
    return WhyBroken(
        carriers={
            # A run that was stopped early cannot be compared with a complete one.
            budget: carriers(scenario.budgets[budget], results, [] if stopped else theirs)
            for budget in names
        },
        reference=name,
        broken_there=broken_there,
        seed=scenario.seed,
        switches=found,
    )
