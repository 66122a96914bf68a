"""Calls and action compute stated together: how long an action can have run.

GB-hours are memory × time, so a number of calls and their GB-hours imply the mean time of an
action. It cannot be shorter than the steps that every action waits for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field

from sim.counters import FunctionUse
from sim.draws import CELLS, quantile_table
from sim.numbers import amount, count, measured, percent, seconds
from sim.result import Result
from sim.scenario import (
    SECOND,
    BoundValue,
    Distribution,
    KeyPath,
    Measured,
    Ratio,
    Scenario,
    Select,
    param,
    parse_amount,
)
from sim.simulation import Deployed

from .kind import ClaimKind, Runs
from .stated import TOLERANCE
from .verdict import Bounds, ComputedFigure, Finding, noise

Step = Literal["query", "mutation", "http", "http_rejected"]
"""The steps of an action: the platform's queries and mutations, accepted and refused requests."""
_UNITS = {"calls": "calls", "compute": "GB-hours"}


class Together(ClaimKind):
    """Calls and GB-hours in one statement: whether both can be true."""

    calls: BoundValue = param(..., "Stated function calls of every kind.")
    compute: BoundValue = param(..., "Stated action compute in the same time, such as 80 GB-hours.")
    select: Select = param(Select(type="action"), "The actions that ran; by default all.")
    floors: dict[str, Annotated[tuple[Step, ...], Field(min_length=1)]] = param(
        {}, "Ways through an action: name → the steps that it waits for, one after another "
        "(query, mutation, http for an accepted request, http_rejected), at the scenario's "
        "latencies. The quickest of these ways is the shortest time an action can take.",
    )  # fmt: skip
    tolerance: Ratio = param(TOLERANCE, "How far from the run's mean time is still reproduced.")
    factor: Annotated[float, Field(ge=1)] = param(
        1.0, "Up to this many times the run's mean time, or less, is within range."
    )

    def runs(self, scenario: Scenario) -> Sequence[Scenario]:
        """The scenario as it is, for the share of calls that are actions, and their time."""
        return (scenario,)

    def faults(self, scenario: Scenario, deployed: Deployed) -> Mapping[KeyPath, str]:
        """Functions that the scenario does not have, and amounts in another unit."""
        found: dict[KeyPath, str] = dict(
            deployed.faults(Measured(metric="action_compute", select=self.select))
        )
        for key, unit in _UNITS.items():
            try:
                if parse_amount(getattr(self, key), unit) <= 0:
                    found[key,] = "expected an amount above zero"
            except ValueError as error:
                found[key,] = str(error)
        return found

    def ask(self, scenario: Scenario, runs: Runs) -> Finding:
        """The implied mean time of an action, compared with the shortest one and the run's mean."""
        results = runs(scenario)
        used = [_Use.of(result, self.select) for result in results]
        who = str(self.select.selection)
        asked, reported = f"mean time of {who}", f"{self.calls} calls, {self.compute}"
        if not all(use.calls and use.gb_hours for use in used):
            reason = f"{scenario.name} runs no {who}, so there is no time to compare"
            return Finding(scenario.name, asked, reported, "", "not testable", reason)
        calls, compute = (parse_amount(getattr(self, key), unit) for key, unit in _UNITS.items())
        implied = [use.implied_s(calls, compute) for use in used]
        floors = {name: _floor(steps, scenario) for name, steps in self.floors.items()}
        quickest = min((mean for _, mean in floors.values()), default=0.0)
        against = [use.mean_s / time for use, time in zip(used, implied, strict=True)]
        figure = ComputedFigure.of(against)
        bounds = Bounds.around(1.0, 1.0, self.tolerance, self.factor)
        too_short = (
            ComputedFigure.of([quickest / time for time in implied]).low > 1 + self.tolerance
        )
        verdict = "contradicted by the model" if too_short else bounds.verdict(figure)
        time, run_mean = ComputedFigure.of(implied), ComputedFigure.of([use.mean_s for use in used])
        share, gigabytes = fmean(u.share for u in used), fmean(u.gigabytes for u in used)
        runs_stated = calls * share
        made = runs_stated * run_mean.mean * gigabytes / 3600
        afforded = calls * compute / made
        reason = (
            f"{percent(share)} of the calls of {scenario.name} are {who}, "
            f"{count(runs_stated)} of {self.calls}; at {amount(gigabytes)} GB, "
            f"{self.compute} leave each {_time(time)}. {self._fit(floors, time)}In "
            f"{scenario.name} the mean is {_time(run_mean)}: at that, {self.calls} calls make "
            f"{measured(made, 'GB-hours')}, and {self.compute} are {count(afforded)} calls"
            f"{noise(bounds, figure)}."
        )
        return Finding(
            scenario.name, asked, reported, f"{_time(run_mean)}, not {_time(time)}"
            if verdict != "reproduced" else _time(run_mean), verdict, reason, time.mean,
            time.half_width, "s",
        )  # fmt: skip

    def _fit(self, floors: Mapping[str, tuple[float, float]], time: ComputedFigure) -> str:
        """Whether the steps fit into the implied time."""
        parts = []
        for name, (least, mean) in floors.items():
            answer = "which fits"
            if least > time.mean:
                answer = "which never fits"
            elif mean > time.mean * (1 + self.tolerance):
                answer = "and the mean of many cannot be below that"
            parts.append(
                f"{name} ({' + '.join(self.floors[name])}) takes {seconds(least)} at the very "
                f"least and {seconds(mean)} on average, {answer}"
            )
        text = "; ".join(parts)
        return f"{text[:1].upper()}{text[1:]}. " if text else ""


def _floor(steps: Sequence[Step], scenario: Scenario) -> tuple[float, float]:
    """How long steps take one after another: the shortest time and the mean (s)."""
    latencies = [each for step in steps for each in _latencies(step, scenario)]
    tables = [quantile_table(each) for each in latencies]
    least = sum(table[0] for table in tables)
    mean = sum((sum(table) - (table[0] + table[-1]) / 2) / CELLS for table in tables)
    return least / SECOND, mean / SECOND


class _Use:
    """The usage of the selected actions in a result."""

    def __init__(self, calls: int, share: float, time_s: float, gb_hours: float) -> None:
        self.calls, self.share, self.gb_hours = calls, share, gb_hours
        self.mean_s = time_s / calls if calls else 0.0
        self.gigabytes = gb_hours * 3600 / time_s if time_s else 0.0

    @classmethod
    def of(cls, result: Result, select: Select) -> _Use:
        """The usage of the selected actions."""
        chosen: list[FunctionUse] = [
            use for name, use in result.by_function.items()
            if use.type == "action" and select.selection.matches(name, use.type)
        ]  # fmt: skip
        calls = sum(use.calls for use in chosen)
        return cls(
            calls, calls / result.calls.total if result.calls.total else 0.0,
            sum(use.time_s for use in chosen), sum(use.gb_hours for use in chosen),
        )  # fmt: skip

    def implied_s(self, calls: float, gb_hours: float) -> float:
        """How long each of them can have run if the stated amounts are right (s)."""
        return gb_hours * 3600 / self.gigabytes / (calls * self.share)


def _latencies(step: Step, scenario: Scenario) -> Sequence[Distribution]:
    platform, external = scenario.platform.latency, scenario.external
    steps: dict[Step, Sequence[Distribution]] = {
        "query": (platform.query,),
        "mutation": (platform.mutation, platform.commit),
        "http": (external.latency,),
        "http_rejected": (external.rejected_latency,),
    }
    return steps[step]


def _time(figure: ComputedFigure) -> str:
    noise = f" ± {seconds(figure.half_width)}" if figure.half_width else ""
    return f"{seconds(figure.mean)}{noise}"
