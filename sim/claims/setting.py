"""A setting compared with its stated value: an input of every run, not something computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationInfo, model_validator

from sim.numbers import amount
from sim.scenario import (
    SECOND,
    KeyPath,
    Scenario,
    ScenarioError,
    flatten,
    format_duration,
    param,
    parse_duration,
    parse_rate,
    parse_size,
    unknown,
)
from sim.simulation import Deployed

from .kind import ClaimKind, Runs
from .stated import FIGURES, Stated
from .verdict import ComputedFigure, Finding, of_an_input

_PARSERS = ((parse_duration, "s"), (parse_rate, "/day"), (parse_size, "B"))


class _Path(ClaimKind):
    path: str = param(..., "The setting's dotted path, such as app.refresh.limit.")
    is_: Any = param(None, "The value itself, of any type.")
    gaps_of: str = param(
        "", "Another setting, a number of things that this setting is the time between: the sum "
        "of their gaps, one fewer than the things, is compared.",
    )  # fmt: skip


class Setting(Stated, _Path):
    """A setting, and the value or bounds that a statement gives for it."""

    @classmethod
    def _unit(cls, info: ValidationInfo) -> str | None:
        return ""

    @classmethod
    def _parse(cls, value: Any, unit: str) -> float:
        return quantity(value)[0]

    @model_validator(mode="before")
    @classmethod
    def _named_as_in_files(cls, data: Any) -> Any:
        """The key in files is `is`, which is a reserved word in Python."""
        if not isinstance(data, dict) or "is" not in data:
            return data
        return {("is_" if key == "is" else key): value for key, value in data.items()}

    @model_validator(mode="after")
    def _value_or_figures(self) -> Setting:
        others = [key for key in (*FIGURES, "gaps_of") if getattr(self, key) not in (None, "")]
        if self.is_ is not None and others:
            raise ValueError(f"give `is` or {others[0]}, not both")
        return self

    def _needs_none(self) -> bool:
        return self.is_ is not None

    def faults(self, scenario: Scenario, deployed: Deployed) -> Mapping[KeyPath, str]:
        """Settings that the scenario does not have, and values that they cannot have."""
        settings = flatten(scenario.resolved())
        found: dict[KeyPath, str] = {}
        for key in ("path", "gaps_of"):
            name = getattr(self, key)
            if name not in settings and (name or key == "path"):
                found[key,] = _unknown(name, settings)
        if found:
            return found
        if self.is_ is not None:
            try:
                scenario.with_(**{self.path: self.is_})
            except ScenarioError as error:
                found["is",] = error.problems[0].message
            return found
        if self.gaps_of and not _is_count(settings[self.gaps_of]):
            found["gaps_of",] = (
                f"{self.gaps_of} is {shown_setting(settings[self.gaps_of])}, which is not a count"
            )
        try:
            _, unit = quantity(settings[self.path])
        except ValueError:
            return found | {("path",): f"{self.path} is not a number or a quantity: give `is`"}
        return found | self._of_another_unit(unit, shown_setting(settings[self.path]))

    def _of_another_unit(self, unit: str, own: str) -> dict[KeyPath, str]:
        """The stated figures that cannot be compared with the setting; zero fits every unit."""
        between = self.between or ()
        stated: dict[KeyPath, Any] = {("between", n): end for n, end in enumerate(between)}
        stated |= {(key,): getattr(self, key) for key in ("value", "at_most", "at_least")}
        sizes = {key: quantity(end) for key, end in stated.items() if end is not None}
        return {
            key: f"{_size(size, other)} has another unit than {self.path}, which is {own}"
            for key, (size, other) in sizes.items() if size and other != unit
        }  # fmt: skip

    def ask(self, scenario: Scenario, runs: Runs) -> Finding:
        """The scenario's value, compared with the stated one."""
        settings = flatten(scenario.resolved())
        own = settings[self.path]
        if self.is_ is not None:
            stated = flatten(scenario.with_(**{self.path: self.is_}).resolved())[self.path]
            same = stated == own
            verb = "is" if same else f"is not {shown_setting(self.is_)} but"
            return Finding(
                scenario.name, self.path, shown_setting(self.is_), shown_setting(own),
                "input" if same else "contradicted by the model",
                f"In {scenario.name} {self.path} {verb} {shown_setting(own)}.",
            )  # fmt: skip
        value, unit = quantity(own)
        told = f"{self.path} is {shown_setting(own)}"
        if self.gaps_of:
            gaps = max(0.0, quantity(settings[self.gaps_of])[0] - 1)
            value *= gaps
            told = (
                f"the {amount(gaps)} gaps of {shown_setting(own)} ({self.path}) between "
                f"{shown_setting(settings[self.gaps_of])} ({self.gaps_of}) are {_size(value, unit)}"
            )
        figure = ComputedFigure(value, 0.0)
        return Finding(
            scenario.name, self.path if not self.gaps_of else f"{self.path} × {self.gaps_of}",
            self.text(""), _size(value, unit), of_an_input(self.bounds("").verdict(figure)),
            f"In {scenario.name} {told}; {self.against(figure, '')}.", value, 0.0, unit,
        )  # fmt: skip


def quantity(value: Any) -> tuple[float, str]:
    """A setting as a number and its unit: a count, seconds, a rate per day, or bytes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), ""
    for parse, unit in _PARSERS:
        try:
            return parse(value) / (SECOND if unit == "s" else 1), unit
        except ValueError:
            continue
    raise ValueError("expected a number, a duration, a rate or a size")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _size(value: float, unit: str) -> str:
    if unit == "s":
        return format_duration(round(value * SECOND))
    return f"{amount(value)}{unit}"


def shown_setting(value: Any) -> str:
    """A value as a file spells it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unknown(path: str, settings: Mapping[str, Any]) -> str:
    """The message for an unknown setting; it lists only the nearest section."""
    section = path
    while section:
        section = section.rpartition(".")[0]
        near = [name for name in settings if name.startswith(f"{section}.")]
        if near and section:
            return unknown(path, "setting", near)
    return unknown(path, "setting", sorted({name.partition(".")[0] for name in settings}))
