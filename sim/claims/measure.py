"""A metric of a run, or the ratio of two, compared with a stated figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from pydantic import ValidationInfo

from sim.metrics import metric
from sim.numbers import amount, dollars
from sim.result import Result
from sim.scenario import KeyPath, Rated, Scenario, param, parse_amount, parse_ratio
from sim.simulation import Deployed

from .kind import ClaimKind, Runs
from .stated import Stated
from .verdict import ComputedFigure, Finding, of_an_input

SHARE = "share"
RATIO = "ratio"
"""The unit of a ratio of two metrics with different units: a plain number."""
_COUNTS = {"calls", "conflicts", "errors", "jobs", "runs", "requests", ""}


class _Quotient(Rated, ClaimKind):
    """A metric, or its ratio to another one."""

    over: Rated | None = param(None, "Divide by this metric.")

    @property
    def asked(self) -> str:
        """What is computed, in words."""
        return f"{self.counted} / {self.over.counted}" if self.over else self.counted

    def quotient(self, result: Result) -> float | None:
        """The figure of one result; None if it would divide by zero."""
        if self.over is None:
            return self.read(result)
        base = self.over.read(result)
        return self.read(result) / base if base else None


class Measure(Stated, _Quotient):
    """A metric of a run, with its selection and period; a ratio with `over`."""

    besides: tuple[Rated, ...] = param((), "More metrics to mention in the reason.")

    @classmethod
    def _unit(cls, info: ValidationInfo) -> str | None:
        if info.data.get("metric") is None:
            return None
        return unit_of(info.data["metric"], info.data.get("over"))

    @classmethod
    def _parse(cls, value: Any, unit: str) -> float:
        if unit == SHARE or (unit == RATIO and not isinstance(value, str)):
            return parse_ratio(value)
        return parse_amount(value, "" if unit == RATIO else unit)

    def runs(self, scenario: Scenario) -> Sequence[Scenario]:
        """The scenario as it is."""
        return (scenario,)

    def faults(self, scenario: Scenario, deployed: Deployed) -> Mapping[KeyPath, str]:
        """Functions, crons and outcomes that the scenario does not have."""
        named: dict[KeyPath, Rated] = {(): self}
        if self.over is not None:
            named["over",] = self.over
        named |= {("besides", number): each for number, each in enumerate(self.besides)}
        return {
            (*path, *key): text for path, each in named.items() for key, text in
            deployed.faults(each)
        }  # fmt: skip

    def ask(self, scenario: Scenario, runs: Runs) -> Finding:
        """The mean over the seeds, compared with the stated figure."""
        results = runs(scenario)
        unit = unit_of(self.metric, self.over)
        values = [value for result in results if (value := self.quotient(result)) is not None]
        stated = self.text(unit)
        if len(values) < len(results):
            assert self.over is not None
            return Finding(
                scenario.name, self.asked, stated, "", "not testable",
                f"{scenario.name} has no {self.over.counted} to divide by",
            )  # fmt: skip
        figure = ComputedFigure.of(values)
        computed = figure.text(unit)
        reason = f"{self.asked} {'are' if self._plural() else 'is'} {computed}"
        verdict, given = self.bounds(unit).verdict(figure), ""
        put_in = ComputedFigure.of([self._put_in(result) for result in results])
        if self._is_stated(put_in, unit):
            verdict = of_an_input(verdict)
            given = (
                f"; {put_in.text(unit)} of that is organic traffic, an input of the scenario "
                "(traffic.organic), and the run computes only the rest"
            )
        return Finding(
            scenario.name, self.asked, stated, computed, verdict,
            f"In {scenario.name} {reason}{self._parts(results)}; {self.against(figure, unit)}"
            f"{given}{self._besides(results)}.",
            figure.mean, figure.half_width, unit,
            self._in_the_run(figure.mean, results[0].scenario.horizon_s),
        )  # fmt: skip

    def _in_the_run(self, value: float, horizon_s: float) -> float | None:
        if self.over is not None or self.during is not None:
            return None
        return metric(self.metric).in_the_run(value, self.per, horizon_s)

    def _put_in(self, result: Result) -> float:
        """The part of the figure that is not computed: organic traffic is an input."""
        if self.over is not None or metric(self.metric).by_function is None:
            return 0.0
        flow = {
            name: use
            for name, use in result.by_function.items()
            if list(use.by_trigger) == ["flow"]
        }
        calls = replace(result.calls, total=sum(use.calls for use in flow.values()))
        return self.read(replace(result, by_function=flow, calls=calls))

    def _is_stated(self, put_in: ComputedFigure, unit: str) -> bool:
        """Whether the input equals the stated figure; a bound on one side states none."""
        states = self.value is not None or self.between is not None
        return states and put_in.mean > 0 and self.bounds(unit).verdict(put_in) == "reproduced"

    def _plural(self) -> bool:
        return self.over is None and self.metric.endswith("s")

    def _parts(self, results: Sequence[Result]) -> str:
        """What the figure consists of: both metrics of a ratio, or the lines of a bill."""
        if self.over is not None:
            above, below = (_mean(each, results) for each in (self, self.over))
            return f" ({above} / {below})"
        if metric(self.metric).unit != "$":
            return ""
        lines = [
            f"{amount(line.quantity)} {line.unit} × {dollars(line.price)}"
            for line in results[0].cost.lines
            if line.quantity
        ]
        seed = "" if len(results) == 1 else f" under seed {results[0].scenario.seed}"
        return f" (the run used {', '.join(lines)}{seed})"

    def _besides(self, results: Sequence[Result]) -> str:
        told = [f"{each.counted} {_mean(each, results)}" for each in self.besides]
        return f"; besides: {', '.join(told)}" if told else ""


def unit_of(name: str, over: Rated | None) -> str:
    """The unit of a metric, or of its ratio to another one."""
    unit = metric(name).unit
    if over is None:
        return unit
    units = {unit, metric(over.metric).unit}
    return SHARE if len(units) == 1 or units <= _COUNTS else RATIO


def _mean(each: Rated, results: Sequence[Result]) -> str:
    return ComputedFigure(fmean(map(each.read, results)), 0.0).text(metric(each.metric).unit)
