"""Which combinations of changes an ablation runs: all of them, or those of random orders."""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario import fault

from .shapley import coalitions, order

_FOR_ORDERS = 0.75
"""Share of the runs that is used for random orders; the rest looks for the smallest combination."""
_MOST_PAIRS = 10_000


@dataclass(frozen=True, slots=True)
class AblationPlan:
    """What will be run."""

    changes: int
    replications: int
    exact: bool
    """All combinations, so that the shares are exact."""
    pairs: tuple[tuple[int, ...], ...]
    """Otherwise random orders of the changes; each is used forwards and backwards."""
    most: int
    """The most combinations that may be run."""

    @property
    def runs(self) -> int:
        """The most runs, including those that the store already has."""
        return self.most * self.replications

    def combinations(self) -> list[int]:
        """The combinations that the effects are computed from."""
        if self.exact:
            return list(range(1 << self.changes))
        formed = _alone_and_off(self.changes)
        for drawn in self.pairs:
            formed.update(_of_pair(drawn))
        return sorted(formed)


def plan_for(changes: int, seed: int, replications: int, max_runs: int) -> AblationPlan:
    """All combinations if they are few enough, otherwise as many random orders as fit.

    Raises `ScenarioError` if ``max_runs`` is too small even for two orders and their reverses.
    """
    if replications << changes <= max_runs:
        return AblationPlan(changes, replications, True, (), 1 << changes)
    most = max_runs // replications
    formed = _alone_and_off(changes)
    pairs: list[tuple[int, ...]] = []
    while len(pairs) < _MOST_PAIRS:
        drawn = order(changes, seed, len(pairs))
        formed.update(_of_pair(drawn))
        if len(formed) > (most if len(pairs) < 2 else _FOR_ORDERS * most):
            break
        pairs.append(drawn)
    if len(pairs) < 2:
        least = replications * len(formed.union(_of_pair(order(changes, seed, 1))))
        message = f"at least {least:,} runs are needed to estimate the shares of {changes} changes"
        raise fault(f"--max-runs {max_runs}", message)
    return AblationPlan(changes, replications, False, tuple(pairs), most)


def _of_pair(drawn: tuple[int, ...]) -> set[int]:
    return {*coalitions(drawn), *coalitions(drawn[::-1])}


def _alone_and_off(changes: int) -> set[int]:
    """No change, all changes, each change alone, and all changes except each one."""
    everything = (1 << changes) - 1
    singles = [1 << place for place in range(changes)]
    return {0, everything, *singles, *(everything - each for each in singles)}
