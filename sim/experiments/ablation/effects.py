"""What each change does, computed from what the combinations that were run are worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.intervals import ConfidenceInterval, interval

from .changes import Switches
from .plan import Plan
from .result import Contribution
from .shapley import Worth, exact_shares, shares_of_pair


def effects(
    switches: Switches, names: Sequence[str], plan: Plan, worth: Mapping[int, Worth]
) -> list[Contribution]:
    """What every change does to every metric, from what the combinations run are worth."""
    everything = switches.everything
    shares = _shares(plan, worth)
    return [
        Contribution(
            change.name, name,
            alone=spread((worth[1 << place] - worth[0])[row]),
            off=spread((worth[everything - (1 << place)] - worth[everything])[row]),
            share=shares[place][row],
        )
        for place, change in enumerate(switches.changes)
        for row, name in enumerate(names)
    ]  # fmt: skip


def _shares(plan: Plan, worth: Mapping[int, Worth]) -> list[list[ConfidenceInterval]]:
    """By change and metric: the Shapley share."""
    if plan.exact:
        return [[spread(row) for row in share] for share in exact_shares(plan.changes, worth)]
    drawn = np.array([shares_of_pair(each, worth) for each in plan.pairs])
    return [
        [_estimated(drawn[:, place, row]) for row in range(drawn.shape[2])]
        for place in range(plan.changes)
    ]


def _estimated(drawn: Worth) -> ConfidenceInterval:
    """A share from random pairs of orders (rows) under seeds (columns): both add to its variance.

    Their half-widths are added as independent ones are, which is a little too wide: the spread of
    either mean has a part of the other's.
    """
    mean, width = interval(drawn.mean(axis=1).tolist())
    if drawn.shape[1] > 1:
        width = math.hypot(width, interval(drawn.mean(axis=0).tolist())[1])
    return ConfidenceInterval(mean, width)


def spread(values: Worth) -> ConfidenceInterval:
    """The mean over seeds with its interval."""
    return ConfidenceInterval.of(values.tolist())
