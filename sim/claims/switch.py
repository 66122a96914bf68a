"""A statement of cause and effect: the run repeated with settings changed, under the same seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from sim.metrics import metric
from sim.scenario import KeyPath, Rated, Ratio, Scenario, diff, param
from sim.simulation import Deployed

from .kind import ClaimKind, Runs
from .setting import shown_setting
from .verdict import Bounds, ComputedFigure, Finding, noise, spelled

_MOVES = ("falls", "rises", "stays")
_NOT_SWITCHED = (
    "name", "description", "seed", "horizon", "bin", "engine", "budgets", "alerts", "self",
)  # fmt: skip
"""Keys that say how a run is made, named or judged; changing them causes nothing."""


class Switch(Rated, ClaimKind):
    """How a metric changes when settings are changed. Exactly one of falls, rises and stays."""

    set: dict[str, Any] = param(..., "Settings by dotted path, such as {app.refresh.limit: 20}.")
    falls: Ratio | None = param(None, "If the statement is true, it falls by at least this share.")
    rises: Ratio | None = param(None, "If the statement is true, it rises by at least this share.")
    stays: Ratio | None = param(None, "If the statement is true, it stays within this share.")
    factor: Annotated[float, Field(ge=1)] = param(
        1.0, "A change that is up to this many times weaker is within range."
    )

    @field_validator("set")
    @classmethod
    def _of_the_system(cls, value: dict[str, Any]) -> dict[str, Any]:
        for path in value:
            if path.partition(".")[0] in _NOT_SWITCHED:
                raise ValueError(f"{path} does not change the system, so it cannot cause anything")
        return value

    @model_validator(mode="after")
    def _one_move(self) -> Switch:
        if sum(getattr(self, key) is not None for key in _MOVES) != 1:
            raise ValueError(f"expected exactly one of {', '.join(_MOVES)}")
        if not self.set:
            raise ValueError("set: expected at least one setting")
        if self.falls is not None and self.falls > 1:
            raise ValueError("falls: nothing can fall by more than 100%")
        return self

    def runs(self, scenario: Scenario) -> Sequence[Scenario]:
        """The scenario as it is, and with the settings changed."""
        return scenario, self._switched(scenario)

    def faults(self, scenario: Scenario, deployed: Deployed) -> Mapping[KeyPath, str]:
        """Functions, crons and outcomes that do not exist, and a change that changes nothing."""
        found: dict[KeyPath, str] = dict(deployed.faults(self))
        if not diff(scenario, self._switched(scenario)):
            found["set",] = f"changes nothing: {scenario.name} has these values already"
        return found

    def ask(self, scenario: Scenario, runs: Runs) -> Finding:
        """The metric's change, seed by seed, compared with the stated one."""
        before, after = ([self.read(result) for result in runs(each)]
                         for each in self.runs(scenario))  # fmt: skip
        unit, base = metric(self.metric).unit, fmean(before)
        changes = [_share(b - a, base) for a, b in zip(before, after, strict=True)]
        figure, bounds, setting = ComputedFigure.of(changes), self._bounds(), self._setting()
        asked = f"{self.counted} with {setting}"
        if self.falls is not None and not any((*before, *after)):
            reason = f"In {scenario.name} {self.counted}: {spelled(base, unit)}, with {setting} too"
            return Finding(
                scenario.name, asked, self._stated(), _moved(figure), "not testable",
                f"{reason}; there is nothing that could fall.",
            )  # fmt: skip
        texts = [spelled(fmean(values), unit) for values in (before, after)]
        return Finding(
            scenario.name, asked, self._stated(), _moved(figure),
            bounds.verdict(figure),
            f"In {scenario.name} {self.counted}: {texts[0]}; with {setting} {texts[1]}, "
            f"{_moved(figure)}; if the statement holds, it {self._stated()}"
            f"{noise(bounds, figure)}.",
            figure.mean, figure.half_width, "share",
        )  # fmt: skip

    def _switched(self, scenario: Scenario) -> Scenario:
        return scenario.with_(**self.set, name=f"{scenario.name}, {self._setting()}")

    def _setting(self) -> str:
        """The changed settings, as people read them."""
        return ", ".join(f"{path}={shown_setting(value)}" for path, value in self.set.items())

    def _bounds(self) -> Bounds:
        if self.falls is not None:
            return Bounds.around(-math.inf, -self.falls, factor=self.factor)
        if self.rises is not None:
            return Bounds.around(self.rises, math.inf, factor=self.factor)
        share = self.stays or 0.0
        return Bounds.around(-share, share, factor=self.factor)

    def _stated(self) -> str:
        if self.stays is not None:
            return f"stays within {_share_text(self.stays)}"
        share = self.falls if self.falls is not None else self.rises
        verb = "falls" if self.falls is not None else "rises"
        return f"{verb} by at least {_share_text(share or 0.0)}"


def _share(change: float, base: float) -> float:
    """A change as a share of the value before; infinite if that was zero."""
    if base:
        return change / base
    return math.inf if change > 0 else 0.0


def _share_text(share: float) -> str:
    return spelled(share, "share").replace(".0%", "%")


def _moved(figure: ComputedFigure) -> str:
    """A change as people read it."""
    if math.isnan(figure.mean):
        return _share_text(figure.mean)
    if figure.mean == 0 and not figure.half_width:
        return "no change"
    noise = f" ± {_share_text(figure.half_width)}" if figure.half_width else ""
    way = "more" if figure.mean > 0 else "less"
    return f"{_share_text(abs(figure.mean))}{noise} {way}"
