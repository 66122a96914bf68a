"""Metastability: whether a system returns to normal by itself, and what it takes if not.

A run is repeated with every combination of what an operator can do in the middle of an incident:
deploy the fix or not, clear the queue or not, pause the deployment for a while or not. Normal is
what the fixed configuration does in the same world if it runs from the start.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sim.budgets import Told
from sim.json_text import json_text
from sim.result import Result
from sim.scenario import (
    HOUR,
    MAX_BINS,
    SECOND,
    Given,
    Scenario,
    as_scenario,
    fault,
    format_duration,
    parse_duration,
)
from sim.simulation import simulate

from .series import Level, back_to, level_of, modelled_per_bin, relapse

BINS_PER_WINDOW = 60
NOISE = 3
"""A count that differs by fewer standard deviations than this counts as the same."""

RecoveryVerdict = Literal["enough", "not enough", "not needed"]


@dataclass(frozen=True, slots=True)
class Countermeasure:
    """What is done at the time of the fix."""

    id: str
    name: str
    fix: bool = False
    clear: bool = False
    pause: bool = False


MEASURES = (
    Countermeasure("nothing", "nothing"),
    Countermeasure("clear", "clearing", clear=True),
    Countermeasure("pause", "pausing", pause=True),
    Countermeasure("pause-clear", "pausing and clearing", pause=True, clear=True),
    Countermeasure("fix", "fixing", fix=True),
    Countermeasure("fix-clear", "fixing and clearing", fix=True, clear=True),
    Countermeasure("fix-pause", "fixing and pausing", fix=True, pause=True),
)


@dataclass(frozen=True, slots=True)
class Recovery:
    """The effect of one measure.

    Times are counted from the fix; amounts are counted up to the recovery, or to the end.
    """

    id: str
    name: str
    fixes: bool
    verdict: RecoveryVerdict
    recovered_after_s: float | None
    """When calls and backlog are back at the normal level for good; None if they never are."""
    relapsed_after_s: float | None
    """If it did not recover: how long after the last action the calls in a window first rose above
    the normal level again (end of the time bin). None if they never did, or if nothing was done."""
    excess_calls: int
    """Modelled calls in excess of the normal run."""
    excess_dollars: float
    """Cost in excess of the normal run, once the month's quotas are used up."""
    peak_backlog: int
    """Most jobs waiting at the end of a time bin."""
    final_backlog: int
    calls_per_hour: float
    """Modelled calls in the last window of the run."""
    jobs_cancelled: int
    visitors_calls_refused: int
    """Organic calls refused during the pause."""
    outcomes: dict[str, float]
    """The app's outcomes at the end that differ from those of the fix alone: the difference."""


@dataclass(frozen=True, slots=True)
class RecoverReport:
    """All measures on one scenario."""

    scenario: str
    seed: int
    horizon_s: float
    fix_at_s: float
    change: dict[str, Any]
    normal: dict[str, Any]
    """The change that makes the normal run."""
    pause_s: float
    window_s: float
    bin_s: float
    """Length of a time bin: the resolution of all times."""
    tolerance: float
    normal_calls_per_hour: float
    """Modelled calls in the busiest window of the normal run after the fix."""
    calls_per_hour_limit: float
    """The most that still counts as normal."""
    normal_backlog: int
    calls_per_hour_before: float
    """Modelled calls in the window before the fix."""
    backlog_at_fix: int
    measures: list[Recovery]

    def __getitem__(self, measure: str) -> Recovery:
        """A measure by its id: nothing, clear, pause, pause-clear, fix, fix-clear or fix-pause."""
        return next(each for each in self.measures if each.id == measure)

    def to_json(self) -> str:
        """As JSON text, ending in a newline."""
        data = {"schema": "sim.recover/1", **asdict(self)}
        return json_text(data)


def recover(
    scenario: Given,
    fix_at: int | str,
    change: Mapping[str, Any],
    *,
    normal: Mapping[str, Any] | None = None,
    pause: int | str = HOUR,
    window: int | str = HOUR,
    tolerance: float = 0.1,
    progress: Told | None = None,
) -> RecoverReport:
    """Fix a scenario in the middle of its run, in every way, and see what brings it back.

    ``change`` is what the fix deploys, such as ``{"revision": "fixed"}``. ``normal`` is the change
    that makes the normal run; it defaults to ``change``, so give it where the fix may not fix
    anything. Times are µs, or texts such as ``"12h"``.

    Recovered means: from some time until the horizon, no ``window`` has more modelled calls than
    the busiest window of the normal run after the fix, plus the ``tolerance`` and three standard
    deviations of the count; and no more jobs wait than ever do in the normal run, plus the
    tolerance, or than there are slots. Raises `ScenarioError` if the horizon is too short for that,
    or if the change cannot be deployed.
    """
    scenario = as_scenario(scenario)
    fix_us, pause_us, window_us = (
        _duration(name, value)
        for name, value in (("fix_at", fix_at), ("pause", pause), ("window", window))
    )
    bin_us = max(SECOND, window_us // BINS_PER_WINDOW)
    if window_us < BINS_PER_WINDOW * SECOND or not pause_us:
        raise fault(scenario.name, "the window must be 1m or longer, the pause above zero")
    if scenario.horizon > bin_us * MAX_BINS:
        least = format_duration(
            -(-scenario.horizon * BINS_PER_WINDOW // MAX_BINS // SECOND) * SECOND
        )
        raise fault(scenario.name, f"the window has to be {least} or more for such a horizon")
    if fix_us + pause_us + window_us + bin_us > scenario.horizon:
        raise fault(
            scenario.name,
            f"the horizon of {format_duration(scenario.horizon)} is too short for a fix at "
            f"{format_duration(fix_us)}, a pause of {format_duration(pause_us)} and a window of "
            f"{format_duration(window_us)}",
        )
    trial = _Trial(
        scenario, fix_us, dict(change), dict(change if normal is None else normal), pause_us,
        bin_us, progress,
    )  # fmt: skip
    return _report(trial, window_us, tolerance)


def _duration(name: str, value: int | str) -> int:
    try:
        return value if isinstance(value, int) else parse_duration(value)
    except ValueError as error:
        raise fault(f"{name}={value}", str(error)) from error


class _Trial:
    """The runs of one scenario."""

    def __init__(
        self, scenario: Scenario, fix_at: int, change: dict[str, Any],
        normal: dict[str, Any], pause: int, bin_: int, progress: Told | None,
    ) -> None:  # fmt: skip
        self.scenario = scenario.with_(bin=format_duration(bin_), alerts={}, budgets={})
        self.fix_at, self.change, self.pause, self.bin = fix_at, change, pause, bin_
        self._progress = progress
        self._dollars: dict[tuple[int, str], float] = {}
        self.change_to_normal = normal
        self.normal_scenario = self.scenario.with_(**normal)
        self.scenarios = {measure.id: self._with(measure) for measure in MEASURES}
        self.normal = self._run(self.normal_scenario, "normal")
        self.results = {
            measure.id: self._run(self.scenarios[measure.id], measure.name) for measure in MEASURES
        }

    def ends_at(self, measure: Countermeasure) -> int:
        """When the last action of a measure is done (µs)."""
        return self.fix_at + (self.pause if measure.pause else 0)

    def spent(self, measure: str, until: int) -> float:
        """The cost of a run from the fix to a time; ``measure`` is empty for the normal run."""
        if until == self.fix_at:
            return 0.0
        return self._dollars_by(until, measure) - self._dollars_by(self.fix_at, measure)

    def _dollars_by(self, time: int, measure: str) -> float:
        if not time:
            return 0.0
        scenario = self.scenarios[measure] if measure else self.normal_scenario
        if time >= scenario.horizon:
            return (self.results[measure] if measure else self.normal).cost.marginal_usd
        if time <= self.fix_at:
            measure = "nothing" if measure else ""  # up to the fix all runs are the same
        if (time, measure) not in self._dollars:
            until = scenario.with_(horizon=format_duration(time), bin=format_duration(time))
            result = self._run(until, f"cost of {measure or 'normal'}")
            self._dollars[time, measure] = result.cost.marginal_usd
        return self._dollars[time, measure]

    def _with(self, measure: Countermeasure) -> Scenario:
        at, until = format_duration(self.fix_at), format_duration(self.ends_at(measure))
        done: dict[str, Any] = {}
        if measure.fix:
            done["recover-fix"] = {"at": at, "change": self.change}
        if measure.clear:
            # Functions that run when the pause begins still schedule jobs: cleared when it ends.
            done["recover-clear"] = {"at": until, "action": "clear-queue"}
        if measure.pause:
            done["recover-pause"] = {"at": at, "action": "pause"}
            done["recover-resume"] = {"at": until, "action": "resume"}
        return self.scenario.with_(deployments=done) if done else self.scenario

    def _run(self, scenario: Scenario, label: str) -> Result:
        told = self._progress
        name = f"{self.scenario.name}, {label}"
        return simulate(scenario, progress=(lambda share: told(name, share)) if told else None)


def _report(trial: _Trial, window: int, tolerance: float) -> RecoverReport:
    bins, per_hour = window // trial.bin, HOUR / window
    first = -(-trial.fix_at // trial.bin)
    normal = modelled_per_bin(trial.normal)
    busiest = level_of(normal[first:], bins)
    level = Level(
        calls=busiest * (1 + tolerance) + NOISE * math.sqrt(busiest),
        backlog=max(
            trial.normal.scheduler.peak_backlog * (1 + tolerance),
            trial.scenario.platform.scheduler.parallelism,
        ),
        window=bins,
    )
    before = trial.results["nothing"]
    recoveries = _judged(trial, level, normal, per_hour)
    return RecoverReport(
        scenario=trial.scenario.name,
        seed=trial.scenario.seed,
        horizon_s=trial.scenario.horizon / SECOND,
        fix_at_s=trial.fix_at / SECOND,
        change=trial.change,
        normal=trial.change_to_normal,
        pause_s=trial.pause / SECOND,
        window_s=window / SECOND,
        bin_s=trial.bin / SECOND,
        tolerance=tolerance,
        normal_calls_per_hour=busiest * per_hour,
        calls_per_hour_limit=level.calls * per_hour,
        normal_backlog=trial.normal.scheduler.peak_backlog,
        calls_per_hour_before=sum(modelled_per_bin(before)[max(0, first - bins) : first])
        * HOUR / (min(first, bins) * trial.bin or HOUR),
        backlog_at_fix=before.scheduler.backlog_per_bin[max(0, first - 1)],
        measures=recoveries,
    )  # fmt: skip


def _judged(trial: _Trial, level: Level, normal: list[int], per_hour: float) -> list[Recovery]:
    """Every measure, with its verdict."""
    recovered = {
        measure.id: back_to(
            level, modelled_per_bin(trial.results[measure.id]),
            trial.results[measure.id].scheduler.backlog_per_bin,
            -(-trial.ends_at(measure) // trial.bin),
        )
        for measure in MEASURES
    }  # fmt: skip

    def verdict(measure: Countermeasure) -> RecoveryVerdict:
        if recovered[measure.id] is None:
            return "not enough"
        if measure.id == "nothing":
            return "enough"
        less = {"nothing"} if not measure.fix else {"nothing", *({"fix"} - {measure.id})}
        return "not needed" if any(recovered[each] is not None for each in less) else "enough"

    return [
        _recovery(trial, measure, verdict(measure), recovered[measure.id], level, normal, per_hour)
        for measure in MEASURES
    ]


def _recovery(
    trial: _Trial, measure: Countermeasure, verdict: RecoveryVerdict, back: int | None,
    level: Level, normal: list[int], per_hour: float,
) -> Recovery:  # fmt: skip
    result, fixed = trial.results[measure.id], trial.results["fix"]
    calls, backlog = modelled_per_bin(result), result.scheduler.backlog_per_bin
    first, done = -(-trial.fix_at // trial.bin), trial.ends_at(measure)
    last = len(calls) if back is None else back
    until = trial.scenario.horizon if back is None else back * trial.bin
    again = None
    if back is None and measure.id != "nothing":
        again = relapse(level, calls, -(-done // trial.bin))
    return Recovery(
        id=measure.id,
        name=measure.name,
        fixes=measure.fix,
        verdict=verdict,
        recovered_after_s=None if back is None else (until - trial.fix_at) / SECOND,
        relapsed_after_s=None if again is None else ((again + 1) * trial.bin - done) / SECOND,
        excess_calls=sum(calls[first:last]) - sum(normal[first:last]),
        excess_dollars=trial.spent(measure.id, until) - trial.spent("", until),
        peak_backlog=max(backlog[first:]),
        final_backlog=result.scheduler.final_backlog,
        calls_per_hour=sum(calls[-level.window :]) * per_hour,
        jobs_cancelled=result.scheduler.dropped,
        visitors_calls_refused=_organic(trial.results["nothing"]) - _organic(result),
        outcomes={
            name: value - fixed.outcomes[name]
            for name, value in result.outcomes.items()
            if value != fixed.outcomes[name]
        },
    )


def _organic(result: Result) -> int:
    return sum(use.by_trigger.get("flow", 0) for use in result.by_function.values())
