"""The figure in a statement: a value, a range or a bound, and its tolerance."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.numbers import percent, times
from sim.scenario import BoundValue, Ratio, Settings, param, parse_amount

from .verdict import Bounds, ComputedFigure, noise, spelled

TOLERANCE = 0.05
"""How far a computed value may be from a single stated one and still reproduce it, by default."""
FIGURES = ("value", "between", "at_most", "at_least")


class Stated(Settings):
    """A figure in a statement. Exactly one of value, between, at_most and at_least."""

    value: BoundValue | None = param(None, "The figure itself, in the metric's unit.")
    between: tuple[BoundValue, BoundValue] | None = param(
        None, "The lower and the upper end of a range."
    )
    at_most: BoundValue | None = param(None, "An upper bound.")
    at_least: BoundValue | None = param(None, "A lower bound.")
    tolerance: Ratio | None = param(
        None, "How far off still counts as reproduced, as a share. Default: 5% for a value, else 0."
    )
    factor: Annotated[float, Field(ge=1)] = param(
        1.0, "Up to this many times more or less still counts as within range."
    )

    @classmethod
    @abstractmethod
    def _unit(cls, info: ValidationInfo) -> str | None:
        """The unit of the figures; None if the key that decides it is wrong."""

    @classmethod
    def _parse(cls, value: Any, unit: str) -> float:
        return parse_amount(value, unit)

    @field_validator(*FIGURES, mode="before")
    @classmethod
    def _in_its_unit(cls, value: Any, info: ValidationInfo) -> Any:
        unit = cls._unit(info)
        if value is None or unit is None:
            return None
        if info.field_name != "between":
            cls._parse(value, unit)
            return value
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise ValueError("expected two figures, the lower and the upper end")
        low, high = (cls._parse(end, unit) for end in value)
        if low > high:
            raise ValueError("the lower end is above the upper end")
        return value

    @model_validator(mode="after")
    def _one_figure(self) -> Stated:
        given = [key for key in FIGURES if getattr(self, key) is not None]
        if len(given) != 1 and not self._needs_none():
            raise ValueError(f"expected exactly one of {', '.join(FIGURES)}")
        return self

    def _needs_none(self) -> bool:
        """Whether the statement is given in another way."""
        return False

    def bounds(self, unit: str) -> Bounds:
        """Which computed figures reproduce the stated one, and which are within range."""
        default = TOLERANCE if self.value is not None else 0.0
        slack = default if self.tolerance is None else self.tolerance
        return Bounds.around(*self._ends(unit), slack, self.factor)

    def _ends(self, unit: str) -> tuple[float, float]:
        if self.between is not None:
            low, high = (self._parse(end, unit) for end in self.between)
            return low, high
        if self.at_most is not None:
            return -math.inf, self._parse(self.at_most, unit)
        if self.at_least is not None:
            return self._parse(self.at_least, unit), math.inf
        return (self._parse(self.value, unit),) * 2

    def text(self, unit: str) -> str:
        """The figure as the claim spells it."""
        if self.between is not None:
            low, high = (_spelled(end, unit) for end in self.between)
            return f"{low} to {high}"
        if self.at_most is not None:
            return f"at most {_spelled(self.at_most, unit)}"
        if self.at_least is not None:
            return f"at least {_spelled(self.at_least, unit)}"
        return _spelled(self.value, unit)

    def against(self, figure: ComputedFigure, unit: str) -> str:
        """How a computed figure compares with the stated one: the end of a reason."""
        bounds, stated = self.bounds(unit), self.text(unit)
        doubt = noise(bounds, figure)
        if math.isnan(figure.mean):
            return f"there is nothing to compare {stated} with"
        if bounds.nearest(figure.mean) is None:
            if self.value is None:
                return f"the statement says {stated}, which holds{doubt}"
            return f"{self._distance(figure.mean, unit)} the stated {stated}{doubt}"
        low, high = self._ends(unit)
        ratio = times(figure.mean, low if figure.mean < low else high)
        apart = ""
        if ratio and figure.mean:
            apart = f"; the model has {ratio.removeprefix('×')} times as much"
        within = bounds.widest_low <= figure.mean <= bounds.widest_high
        slack = f", {'within' if within else 'beyond'} a factor of {self.factor:g}"
        return f"the statement says {stated}{apart}{slack if self.factor > 1 else ''}{doubt}"

    def _distance(self, value: float, unit: str) -> str:
        stated = self._parse(self.value, unit)
        if value == stated:
            return "exactly"
        return f"{percent(abs(value / stated - 1))} {'above' if value > stated else 'below'}"


def _spelled(value: Any, unit: str) -> str:
    return value if isinstance(value, str) else spelled(value, unit)
