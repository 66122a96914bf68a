"""The figures that a calibration meets or is judged by: the measures of a claims file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sim.claims import Bounds, Claims, Finding, Measure, check_claims, scenario_of, unit_of
from sim.result import Result
from sim.scenario import Scenario, fault, unknown

ONE_SIDED = 0.05
"""A figure with one bound only is one tolerance off if it is beyond it by this share."""


@dataclass(frozen=True, slots=True)
class Target:
    """One stated figure, and how it is read from a result."""

    name: str
    measure: Measure
    fitted: bool
    """Whether settings are chosen by it; if not, it only judges them."""

    @property
    def unit(self) -> str:
        """The figure's unit."""
        return unit_of(self.measure.metric, self.measure.over)

    @property
    def bounds(self) -> Bounds:
        """The values that meet it, and those that are within range."""
        return self.measure.bounds(self.unit)

    def read(self, result: Result) -> float:
        """The figure of a result; not a number where it would divide by zero."""
        value = self.measure.quotient(result)
        return math.nan if value is None else value

    @property
    def centre(self) -> float:
        """The middle of the values that meet it, or the one bound that it has."""
        low, high = self.bounds.low, self.bounds.high
        if math.isinf(low):
            return high
        return low if math.isinf(high) else (low + high) / 2

    @property
    def tolerance(self) -> float:
        """How far from the centre still meets it; never zero."""
        low, high = self.bounds.low, self.bounds.high
        if math.isinf(low) or math.isinf(high):
            return ONE_SIDED * abs(self.centre) or 1.0
        return (high - low) / 2 or ONE_SIDED * abs(self.centre) or 1.0

    def off(self, value: float) -> float:
        """How far a value is off, without its sign's meaning where only one side is bounded."""
        low, high = self.bounds.low, self.bounds.high
        if math.isinf(low):
            return max(0.0, value - high)
        return min(0.0, value - low) if math.isinf(high) else value - self.centre

    def judge(self, scenario: Scenario, results: Sequence[Result]) -> Finding:
        """The verdict on some runs, as an audit gives it."""
        return self.measure.ask(scenario, lambda _: results)


def targets(claims: Claims, scenario: Scenario, held_out: Sequence[str]) -> list[Target]:
    """The measures of a claims file that are about the scenario.

    ``held_out``: ids of claims, ``*`` for any text, that settings are not chosen by. Raises
    `ScenarioError` for one that there is not, and for a claim on what the scenario does not have.
    """
    names = tuple(claims.claims)
    for pattern in held_out:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise fault(f"--hold-out {pattern}", unknown(pattern, "claim", names))
    check_claims(_about(claims, scenario), [scenario])
    found = []
    for name, claim in _about(claims, scenario).claims.items():
        measures = [q.measure for _, q in claim.questions() if q.measure is not None]
        is_held_out = any(fnmatchcase(name, pattern) for pattern in held_out)
        for number, measure in enumerate(measures):
            label = name if len(measures) == 1 else f"{name}, {number + 1}"
            found.append(Target(label, measure, not is_held_out))
    return found


def _about(claims: Claims, scenario: Scenario) -> Claims:
    """The claims of which every question is a measure of the scenario, or says of no other one."""
    kept = {}
    for name, claim in claims.claims.items():
        questions = [question for _, question in claim.questions()]
        if any(question.measure is None for question in questions):
            continue
        try:
            asked = [scenario_of(question, [scenario]) for question in questions]
        except ValueError:  # it is about another scenario
            continue
        if asked:
            kept[name] = claim
    about = claims.model_copy(update={"claims": kept})
    about._where = claims._where
    return about
