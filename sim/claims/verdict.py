"""Verdicts: a computed figure held against a stated range, its noise included."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from sim.intervals import ConfidenceInterval, interval
from sim.numbers import measured

Verdict = Literal[
    "input", "reproduced", "within range", "not testable", "contradicted by the model"
]  # fmt: skip
VERDICTS: tuple[Verdict, ...] = (
    "input", "reproduced", "within range", "not testable", "contradicted by the model",
)  # fmt: skip
"""From the best to the worst, after what says nothing of the model: an input agrees with the
statement because the scenario was given it, and no run computes it."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of what is only as good as its worst part; an input if there is nothing else."""
    return max(verdicts, key=VERDICTS.index)


def of_an_input(verdict: Verdict) -> Verdict:
    """The verdict of what no run computes: where it agrees, it shows that it was given."""
    return "input" if verdict == "reproduced" else verdict


class Figure(ConfidenceInterval):
    """What the model computes; for one replication its value is taken as it is."""

    __slots__ = ()

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The figure of the values of several replications, or of one.

        Not a number if they are without bound under some seeds only.
        """
        if all(map(math.isfinite, values)) and len(values) > 1:
            return cls(*interval(values))
        # Where only some are without bound, there is no mean to hold against anything.
        return cls(values[0] if len(set(values)) == 1 else math.nan, 0.0)

    def text(self, unit: str) -> str:
        """As people read it."""
        noise = f" ± {spelled(self.half_width, unit)}" if self.half_width else ""
        return f"{spelled(self.mean, unit)}{noise}"


def spelled(value: float, unit: str) -> str:
    """A figure with its unit; a share may be above one here."""
    if math.isnan(value):
        return "without bound under some seeds"
    if math.isinf(value):
        return "without bound"
    return f"{value:,.0%}" if unit == "share" and abs(value) > 1 else measured(value, unit)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a figure reproduces a statement, and where it is still within range."""

    low: float
    high: float
    widest_low: float
    widest_high: float

    @classmethod
    def around(cls, low: float, high: float, slack: float = 0.0, factor: float = 1.0) -> Self:
        """The bounds of a stated range, which is infinite on the side that has no bound.

        ``slack``: how far beyond an end is still reproduced, as a share of it. ``factor``: up to
        so many times an end is within range, which what is reproduced always is.
        """
        tight_low, widest_low = _ends(low, slack, factor, up=False)
        tight_high, widest_high = _ends(high, slack, factor, up=True)
        return cls(tight_low, tight_high, widest_low, widest_high)

    def verdict(self, figure: Figure) -> Verdict:
        """The verdict, which does not hang on noise.

        Reproduced and contradicted take the whole interval; where it straddles a bound, the figure
        is within range. What is no number cannot be tested.
        """
        if math.isnan(figure.mean):
            return "not testable"
        if self.low <= figure.low and figure.high <= self.high:
            return "reproduced"
        if figure.high < self.widest_low or self.widest_high < figure.low:
            return "contradicted by the model"
        return "within range"

    def straddled(self, figure: Figure) -> bool:
        """Whether the figure's interval has a bound inside, so that more seeds could decide."""
        ends = (self.low, self.high, self.widest_low, self.widest_high)
        return any(figure.low < end < figure.high for end in ends)

    def nearest(self, value: float) -> float | None:
        """The end of the tight range that a value lies beyond; None within it."""
        if value < self.low:
            return self.low
        return self.high if value > self.high else None


def _ends(end: float, slack: float, factor: float, *, up: bool) -> tuple[float, float]:
    """An end moved outwards: by the slack, and by the factor if that is farther."""
    if math.isinf(end):
        return end, end
    grows = (end >= 0) == up
    tight = end * (1 + slack if grows else max(0.0, 1 - slack))
    wide = end * factor if grows else end / factor
    return tight, max(tight, wide) if up else min(tight, wide)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was asked of the model, and the answer."""

    scenario: str
    asked: str
    """What was computed, such as ``calls per day``."""
    reported: str
    """What the statement says it is."""
    computed: str
    verdict: Verdict
    reason: str
    """A sentence with the figures that the verdict rests on."""
    value: float | None = None
    half_width: float = 0.0
    unit: str = ""
    in_the_run: float | None = None
    """What the value comes to over the whole run, if it is a rate."""


def noise(bounds: Bounds, figure: Figure) -> str:
    """What a reason adds where more seeds could change the verdict."""
    if not bounds.straddled(figure):
        return ""
    return "; the 95% interval of the mean straddles a bound: more replications could decide"
