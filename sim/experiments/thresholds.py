"""Alerts and disable thresholds: when each would have acted, what it would save and break."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from sim.budgets import Told
from sim.json_text import json_text
from sim.result import AlertUse, Result
from sim.scenario import Given, Scenario, as_scenario
from sim.simulation import check_names, simulate


@dataclass(frozen=True, slots=True)
class Threshold:
    """A daily disable threshold on function calls, compared with the same run without it."""

    calls_per_day: int
    disabled_at_s: tuple[float, ...]
    """When the deployment was disabled; each time until the next midnight UTC."""
    calls_saved: int
    dollars_saved: float
    """Once the month's quotas are used up."""
    visitors_calls_lost: int
    """Organic calls that were refused: site users got no answer."""
    cron_runs_lost: int
    backlog: int
    """How many more jobs are due and waiting at the end than without the threshold."""
    outcomes: dict[str, float]
    """Differences of the app's outcomes at the end, for those that the threshold changed."""


@dataclass(frozen=True, slots=True)
class AlertReport:
    """A scenario's alerts, and the thresholds that were tried on it."""

    scenario: str
    horizon_s: float
    seed: int
    calls: int
    dollars: float
    alerts: list[AlertUse]
    thresholds: list[Threshold]

    def to_json(self) -> str:
        """As JSON text, ending in a newline."""
        data = {"schema": "sim.alerts/1", **asdict(self)}
        return json_text(data)


def try_thresholds(
    scenario: Given, thresholds: Sequence[int], *, progress: Told | None = None
) -> AlertReport:
    """Run a scenario as it is, and once more with each disable threshold (calls per UTC day).

    Raises `ScenarioError` if an alert names something that the app does not have.
    """
    scenario = as_scenario(scenario)
    check_names(scenario)
    base = simulate(scenario, progress=_told(progress, scenario.name))
    tried = [_try(scenario, base, bound, progress) for bound in thresholds]
    return AlertReport(
        scenario=scenario.name,
        horizon_s=base.scenario.horizon_s,
        seed=scenario.seed,
        calls=base.calls.total,
        dollars=base.cost.marginal_usd,
        alerts=base.alerts,
        thresholds=tried,
    )


def _told(progress: Told | None, name: str) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress(name, share)


def _try(scenario: Scenario, base: Result, bound: int, progress: Told | None) -> Threshold:
    limits = scenario.resolved()["platform"]["usage_limits"]
    limited = scenario.with_(**{
        "platform.usage_limits": [
            *limits, {"metric": "function_calls", "window": "day", "disable": bound}
        ],
        "alerts": {},
    })  # fmt: skip
    told = _told(progress, f"{scenario.name}, disabled at {bound:,} calls a day")
    result = simulate(limited, progress=told)
    before = {(event.at_s, event.threshold) for event in base.usage_limits}
    return Threshold(
        calls_per_day=bound,
        disabled_at_s=tuple(
            event.at_s for event in result.usage_limits
            if event.threshold == "disable" and (event.at_s, "disable") not in before
        ),
        calls_saved=base.calls.total - result.calls.total,
        dollars_saved=base.cost.marginal_usd - result.cost.marginal_usd,
        visitors_calls_lost=_organic(base) - _organic(result),
        cron_runs_lost=_runs(base) - _runs(result),
        backlog=result.scheduler.final_backlog - base.scheduler.final_backlog,
        outcomes={
            name: result.outcomes[name] - value
            for name, value in base.outcomes.items()
            if result.outcomes[name] != value
        },
    )  # fmt: skip


def _organic(result: Result) -> int:
    return sum(use.by_trigger.get("flow", 0) for use in result.by_function.values())


def _runs(result: Result) -> int:
    return sum(cron.runs for cron in result.crons.values())
