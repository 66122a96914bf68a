"""What an ablation found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.intervals import ConfidenceInterval
from sim.json_text import json_text
from sim.scenario import Budget, Scenario

from .changes import Change

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one change does to one metric."""

    change: str
    metric: str
    alone: ConfidenceInterval
    """With only this change made, compared with the first scenario."""
    off: ConfidenceInterval
    """With only this change taken back, compared with all changes made."""
    share: ConfidenceInterval
    """Its Shapley share of the difference that all changes make together."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Changes made together, and the budgets that they break."""

    changes: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ablation:
    """Every change between two scenarios, alone and together with the others."""

    buggy: Scenario
    fixed: Scenario
    seeds: tuple[int, ...]
    changes: list[Change]
    metrics: tuple[str, ...]
    exact: bool
    """Whether every combination was run; if not, shares are estimated from random orders."""
    orders: int
    """How many random orders of the changes the shares are estimated from; 0 if they are exact."""
    combinations: int
    """How many combinations of changes were run."""
    ends: dict[str, tuple[ConfidenceInterval, ConfidenceInterval]]
    """Metric → its value without any change and with all of them."""
    effects: list[Contribution]
    noise: dict[str, float]
    """Metric → the largest difference that counts as noise."""
    budgets: dict[str, Budget]
    """The budgets that combinations are judged by."""
    budgets_of: str
    """Where the budgets come from, in words."""
    tested: str
    """The statistic that is compared with them, in words."""
    singles: list[Combination]
    """No change, then each change alone."""
    complete: Combination
    """All changes."""
    smallest: list[Combination]
    """The smallest combinations that break no budget; if there are none, those that break the
    fewest."""
    proven: bool
    """Whether it is proven that no smaller combination, and no other of the same size, does as
    well."""

    def effect(self, change: str, metric: str) -> Contribution:
        """What a change does to a metric."""
        return next(e for e in self.effects if (e.change, e.metric) == (change, metric))

    @property
    def enough(self) -> list[str]:
        """The changes that keep every budget if they are made alone."""
        return [one.changes[0] for one in self.singles if one.changes and not one.broken]

    @property
    def idle(self) -> list[str]:
        """The changes that have no effect: not alone, not taken back, not as a Shapley share."""
        return self.idle_on(self.metrics)

    def idle_on(self, metrics: Sequence[str]) -> list[str]:
        """The changes that have no effect on any of these metrics."""
        busy = {
            each.change for each in self.effects if each.metric in metrics
            and any(self.moves(each, part) for part in (each.alone, each.off, each.share))
        }  # fmt: skip
        return [change.name for change in self.changes if change.name not in busy]

    def moves(self, effect: Contribution, part: ConfidenceInterval) -> bool:
        """Whether a part of an effect is more than noise."""
        return abs(part.mean) > self.noise[effect.metric] and part.leaves_zero_out

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is infinite is null."""
        return {
            "schema": "sim.ablation/1",
            "buggy": {"name": self.buggy.name, "hash": self.buggy.hash},
            "fixed": {"name": self.fixed.name, "hash": self.fixed.hash},
            "seeds": list(self.seeds),
            "exact": self.exact,
            "orders": self.orders,
            "combinations": self.combinations,
            "changes": [
                {
                    "name": change.name,
                    "settings": {path: list(pair) for path, pair in change.settings.items()},
                    "enough": change.name in self.enough,
                    "idle": change.name in self.idle,
                    "effects": {
                        name: {key: _plain(getattr(self.effect(change.name, name), key))
                               for key in ("alone", "off", "share")}
                        for name in self.metrics
                    },
                }
                for change in self.changes
            ],
            "metrics": {
                name: {"buggy": _plain(before), "fixed": _plain(after), "noise": self.noise[name]}
                for name, (before, after) in self.ends.items()
            },
            "budgets": {
                "from": self.budgets_of, "judged": list(self.budgets), "tested": self.tested,
            },
            "alone": [asdict(one) for one in self.singles],
            "all": asdict(self.complete),
            "smallest": {"proven": self.proven, "sets": [asdict(one) for one in self.smallest]},
        }  # fmt: skip

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())

    def to_frame(self) -> pd.DataFrame:
        """A row for every change and metric: alone, off and share, with half-widths (``… ±``)."""
        import pandas as pd

        rows = []
        for each in self.effects:
            row: dict[str, Any] = {"change": each.change, "metric": each.metric}
            for key in ("alone", "off", "share"):
                spread = getattr(each, key)
                row |= {key: spread.mean, f"{key} ±": spread.half_width}
            rows.append(row)
        return pd.DataFrame(rows).set_index(["change", "metric"])

    def _repr_html_(self) -> str:
        shown: str = self.to_frame()["share"].unstack(sort=False).to_html()
        return shown


def _plain(spread: ConfidenceInterval) -> dict[str, float | None]:
    half = spread.half_width
    return {"mean": spread.mean, "half_width": half if math.isfinite(half) else None}
