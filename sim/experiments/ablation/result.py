"""What an ablation found."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.intervals import ConfidenceInterval
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
    """Made alone: its run minus that of the first scenario."""
    off: ConfidenceInterval
    """Taken back alone: its run minus that with all changes."""
    share: ConfidenceInterval
    """Its Shapley share of the difference that all changes make."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Changes made together, and the budgets that break then."""

    changes: tuple[str, ...]
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ablation:
    """Every change between two scenarios, alone and beside the others."""

    buggy: Scenario
    fixed: Scenario
    seeds: tuple[int, ...]
    changes: list[Change]
    metrics: tuple[str, ...]
    exact: bool
    """Whether every combination was run; else shares are estimated from orders."""
    orders: int
    """Random orders of the changes that the shares are estimated from; 0 if they are exact."""
    combinations: int
    """How many combinations of changes were run."""
    ends: dict[str, tuple[ConfidenceInterval, ConfidenceInterval]]
    """Metric → its value without any change and with all of them."""
    effects: list[Contribution]
    noise: dict[str, float]
    """Metric → the largest difference that counts as none."""
    budgets: dict[str, Budget]
    """What combinations are judged by."""
    budgets_of: str
    """Where the budgets are from, as people read it."""
    tested: str
    """The statistic that is held against them, as people read it."""
    singles: list[Combination]
    """Nothing, then every change made alone."""
    complete: Combination
    """All changes."""
    smallest: list[Combination]
    """The smallest combinations that break no budget, or else as few as any combination run."""
    proven: bool
    """Whether no smaller combination, and no other of this size, can do as well."""

    def effect(self, change: str, metric: str) -> Contribution:
        """What a change does to a metric."""
        return next(e for e in self.effects if (e.change, e.metric) == (change, metric))

    @property
    def enough(self) -> list[str]:
        """The changes that keep every budget when made alone."""
        return [one.changes[0] for one in self.singles if one.changes and not one.broken]

    @property
    def idle(self) -> list[str]:
        """The changes that did nothing: not alone, not taken back, not beside the others."""
        return self.idle_on(self.metrics)

    def idle_on(self, metrics: Sequence[str]) -> list[str]:
        """The changes that did nothing to any of these metrics."""
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
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

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
