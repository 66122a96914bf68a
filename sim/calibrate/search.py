"""Where to run: a design that covers the ranges, then rounds near the best of the surface."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.experiments import Axis, Range

from .emulator import Emulator, Points, Values
from .figures import Target

DESIGN = 0.6
"""The share of the runs that cover the whole ranges; the others go where the surface is best."""
ROUNDS = 4
_NEAR = 0.05
"""The shortest distance between two points of a round, as a share of a range."""

Run = Callable[[Points], Values]
"""Simulates points: a row of figures for each, one column for each target."""


class Search:
    """The runs so far, and the surfaces through them."""

    def __init__(
        self, targets: Sequence[Target], axes: Sequence[Axis | Range], seed: int, run: Run
    ) -> None:
        self._targets = targets
        self._fitted = [place for place, target in enumerate(targets) if target.fitted]
        self._axes = axes
        self._dimensions = dimensions = len(axes)
        self._seed = seed
        self._run = run
        self.points: Points = np.empty((0, dimensions))
        self.values: Values = np.empty((0, len(targets)))

    def explore(self, number: int) -> None:
        """Run ``number`` points: most spread over the ranges, the others where it is best."""
        spread = max(2 * self._dimensions + 2, round(DESIGN * number))
        self._add(self._spread(spread))
        left = number - spread
        for last in range(ROUNDS, 0, -1):
            batch = -(-left // last)
            if batch <= 0:
                break
            self._add(self._promising(batch))
            left -= batch

    def best(self) -> int:
        """The run that meets the fitted figures best."""
        return int(np.argmin(self.misfits(self.values)))

    def misfits(self, values: Values) -> Values:
        """Of rows of figures: the root mean square of how far off they are, in tolerances."""
        misfits: Values = np.sqrt(np.mean(self._off(values) ** 2, axis=1))
        return misfits

    def likelihoods(self, points: Points) -> Values:
        """How well points meet the fitted figures, by the surfaces, whose own error counts too."""
        total = np.zeros(len(points))
        for place in self._fitted:
            target = self._targets[place]
            surface = Emulator(self.points, self.values[:, place])
            found = surface(points)
            off = np.array([target.off(value) for value in found])
            total += off**2 / (target.tolerance**2 + surface.error(found) ** 2)
        likelihoods: Values = np.exp(-0.5 * (total - total.min()))
        return likelihoods

    def spread(self) -> Values:
        """Of every run: how far its fitted figures are from their means, in tolerances."""
        off = self._off(self.values)
        told = off[np.all(off < 1e6, axis=1)]
        spread: Values = told - told.mean(axis=0)
        return spread

    def _off(self, values: Values) -> Values:
        """How far the fitted figures are off, in tolerances; what is not a number is far off."""
        columns = [
            [self._targets[place].off(value) / self._targets[place].tolerance
             for value in values[:, place]]
            for place in self._fitted
        ]  # fmt: skip
        off: Values = np.nan_to_num(np.array(columns).T, nan=1e6)
        return off

    def _add(self, points: Points) -> None:
        points = snapped(self._axes, points)
        self.values = np.vstack([self.values, self._run(points)])
        self.points = np.vstack([self.points, points])

    def _spread(self, number: int) -> Points:
        from scipy.stats import qmc  # late: half a second

        sobol = qmc.Sobol(self._dimensions, seed=np.random.default_rng([self._seed, 1]))
        spread: Points = sobol.random_base2(int(np.ceil(np.log2(number))))[:number]
        return spread

    def _promising(self, number: int) -> Points:
        """The points of the best likelihood that are apart from each other and from the runs."""
        everywhere = sample(self._dimensions, self._seed + len(self.points))
        candidates = np.unique(snapped(self._axes, everywhere), axis=0)
        chosen: list[Points] = []
        there = self.points
        for place in np.argsort(-self.likelihoods(candidates)):
            point = candidates[place]
            if np.max(np.abs(there - point), axis=1).min() < _NEAR / np.sqrt(len(chosen) + 1):
                continue
            chosen.append(point)
            there = np.vstack([there, point])
            if len(chosen) == number:
                break
        return np.array(chosen).reshape(-1, self._dimensions)


def snapped(axes: Sequence[Axis | Range], points: Points) -> Points:
    """The points, a setting that has a few values only in the middle of the share of its value."""
    found = points.copy()
    for place, axis in enumerate(axes):
        if isinstance(axis, Axis):
            number = len(axis.values)
            found[:, place] = (np.floor(points[:, place] * number) + 0.5) / number
    return found


def sample(dimensions: int, seed: int, power: int = 12) -> Points:
    """2^power points all over the ranges."""
    from scipy.stats import qmc

    sobol = qmc.Sobol(dimensions, seed=np.random.default_rng([seed, 2]))
    found: Points = sobol.random_base2(power)
    return found
