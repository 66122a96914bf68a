"""What each change does, computed from the results of the combinations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from sim.intervals import ConfidenceInterval, interval

from .changes import Switches
from .plan import AblationPlan
from .result import Contribution
from .shapley import Worth, exact_shares, shares_of_pair


def effects(
    switches: Switches, names: Sequence[str], plan: AblationPlan, worth: Mapping[int, Worth]
) -> list[Contribution]:
    """What every change does to every metric, from the combinations that were run."""
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


def _shares(plan: AblationPlan, worth: Mapping[int, Worth]) -> list[list[ConfidenceInterval]]:
    """By change and metric: the Shapley share."""
    if plan.exact:
        return [[spread(row) for row in share] for share in exact_shares(plan.changes, worth)]
    drawn = np.array([shares_of_pair(each, worth) for each in plan.pairs])
    return [
        [_estimated(drawn[:, place, row]) for row in range(drawn.shape[2])]
        for place in range(plan.changes)
    ]


def _estimated(drawn: Worth) -> ConfidenceInterval:
    """A share estimated from random pairs of orders (rows) under several seeds (columns).

    Both contribute to its variance. Their half-widths are added as if they were independent, which
    is slightly too wide: each of the two means also contains part of the other's spread.
    """
    mean, width = interval(drawn.mean(axis=1).tolist())
    if drawn.shape[1] > 1:
        width = math.hypot(width, interval(drawn.mean(axis=0).tolist())[1])
    return ConfidenceInterval(mean, width)


def spread(values: Worth) -> ConfidenceInterval:
    """The mean over the seeds, with its interval."""
    return ConfidenceInterval.of(values.tolist())
