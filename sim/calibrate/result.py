"""What a calibration found: the settings, how sure each is, and the figures they give."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from sim.claims import Finding
from sim.json_text import json_text

Pinned = Literal["pinned down", "narrowed", "open", "not settled"]
"""How much the figures say about a setting; not settled: the best run lies outside the interval."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting that was varied."""

    path: str
    least: Any
    most: Any
    """The ends of its plausible range, as given."""
    best: Any
    low: Any
    high: Any
    """The middle 90% of the values that meet the figures."""
    pinned: Pinned
    at_an_end: bool
    """Whether the best value is at an end of the range, so that a better one may lie beyond."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """Two settings of which the figures fix a combination rather than either."""

    first: str
    second: str
    correlation: float
    """Of their values that meet the figures; above zero, both are high together."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A stated figure at the best settings."""

    name: str
    fitted: bool
    """Whether settings were chosen by it; if not, it was held out."""
    finding: Finding


@dataclass(frozen=True, slots=True)
class Calibration:
    """The settings that meet the stated figures."""

    scenario: str
    hash: str
    runs: int
    """Runs in all, those of the judgement included."""
    seeds: list[int]
    """The seeds that settings were compared under."""
    judged_under: list[int]
    """The seeds under which the best settings were judged."""
    settings: dict[str, Any]
    """The best settings: path → value."""
    misfit: float
    """Root mean square of how far the fitted figures are off, in tolerances."""
    independent: int
    """How many different things the fitted figures say about the settings: directions in which they
    move by at least a tolerance."""
    unmoved: list[str]
    """Fitted figures that no setting moves by a tenth of their tolerance."""
    knobs: list[Knob]
    ridges: list[Ridge]
    figures: list[Fitted]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, keys in a fixed order."""
        return {"schema": "sim.calibration/1", **asdict(self)}

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())
