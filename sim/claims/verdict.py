"""Verdicts: a computed figure compared with a stated range, with its noise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from sim.intervals import ConfidenceInterval, at_most, interval
from sim.numbers import measured

ClaimVerdict = Literal[
    "input", "reproduced", "within range", "not testable", "contradicted by the model"
]  # fmt: skip
VERDICTS: tuple[ClaimVerdict, ...] = (
    "input", "reproduced", "within range", "not testable", "contradicted by the model",
)  # fmt: skip
"""From best to worst. First comes what says nothing about the model: an input agrees with the
statement because the scenario was given it; no run computes it."""


def worst(verdicts: Iterable[ClaimVerdict]) -> ClaimVerdict:
    """The worst of several verdicts; an input only if there is nothing else."""
    return max(verdicts, key=VERDICTS.index)


def of_an_input(verdict: ClaimVerdict) -> ClaimVerdict:
    """The verdict of something that is not computed: if it agrees, it is an input."""
    return "input" if verdict == "reproduced" else verdict


class ComputedFigure(ConfidenceInterval):
    """A figure that the model computes; the value of a single replication is taken as it is."""

    __slots__ = ()

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """The figure from the values of one or more replications.

        Not a number if the values are infinite under some seeds only.
        """
        if all(map(math.isfinite, values)) and len(values) > 1:
            return cls(*interval(values))
        # If only some are infinite, there is no mean to compare.
        return cls(values[0] if len(set(values)) == 1 else math.nan, 0.0)

    def text(self, unit: str) -> str:
        """The figure as people read it."""
        noise = f" ± {spelled(self.half_width, unit)}" if self.half_width else ""
        return f"{spelled(self.mean, unit)}{noise}"


def spelled(value: float, unit: str) -> str:
    """A figure with its unit; a share can be above one here."""
    if math.isnan(value):
        return "infinite under some seeds"
    if math.isinf(value):
        return "without bound"
    return f"{value:,.0%}" if unit == "share" and abs(value) > 1 else measured(value, unit)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The figures that reproduce a statement, and those that are still within range."""

    low: float
    high: float
    widest_low: float
    widest_high: float

    @classmethod
    def around(cls, low: float, high: float, slack: float = 0.0, factor: float = 1.0) -> Self:
        """The bounds around a stated range; an end without a bound is infinite.

        ``slack``: how far beyond an end still counts as reproduced, as a share of it. ``factor``:
        up to this many times an end still counts as within range. Whatever is reproduced is also
        within range.
        """
        tight_low, widest_low = _ends(low, slack, factor, up=False)
        tight_high, widest_high = _ends(high, slack, factor, up=True)
        return cls(tight_low, tight_high, widest_low, widest_high)

    def verdict(self, figure: ComputedFigure) -> ClaimVerdict:
        """The verdict, which does not depend on noise.

        Reproduced or contradicted only if the whole interval is; if the interval contains a bound,
        the figure is within range. Something that is not a number cannot be tested.
        """
        if math.isnan(figure.mean):
            return "not testable"
        if at_most(self.low, figure.low) and at_most(figure.high, self.high):
            return "reproduced"
        if not (at_most(self.widest_low, figure.high) and at_most(figure.low, self.widest_high)):
            return "contradicted by the model"
        return "within range"

    def straddled(self, figure: ComputedFigure) -> bool:
        """Whether the figure's interval contains a bound, so that more seeds could decide."""
        ends = (self.low, self.high, self.widest_low, self.widest_high)
        return any(figure.low < end < figure.high for end in ends)

    def nearest(self, value: float) -> float | None:
        """The end of the narrow range that a value is beyond; None if it is inside."""
        if value < self.low:
            return self.low
        return self.high if value > self.high else None


def _ends(end: float, slack: float, factor: float, *, up: bool) -> tuple[float, float]:
    """An end moved outwards by the slack, or by the factor if that is further."""
    if math.isinf(end):
        return end, end
    grows = (end >= 0) == up
    tight = end * (1 + slack if grows else max(0.0, 1 - slack))
    wide = end * factor if grows else end / factor
    return tight, max(tight, wide) if up else min(tight, wide)


@dataclass(frozen=True, slots=True)
class Finding:
    """One question to the model, and the answer."""

    scenario: str
    asked: str
    """What was computed, such as ``calls per day``."""
    reported: str
    """The stated figure."""
    computed: str
    verdict: ClaimVerdict
    reason: str
    """A sentence with the figures that the verdict is based on."""
    value: float | None = None
    half_width: float = 0.0
    unit: str = ""
    in_the_run: float | None = None
    """The value over the whole run, if it is a rate."""


def noise(bounds: Bounds, figure: ComputedFigure) -> str:
    """What is added to a reason if more seeds could change the verdict."""
    if not bounds.straddled(figure):
        return ""
    return "; the 95% interval of the mean contains a bound: more replications could decide"
