"""What a figure would be at settings that were not run: a smooth surface through the runs.

The surface is a thin-plate spline (`scipy.interpolate.RBFInterpolator`). How much it smooths, and
how far it is off, is found by leaving runs out and predicting them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
"""One row for each run: the share of the way through each setting's range."""
Values = npt.NDArray[np.float64]

_SMOOTHING = (0.0, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
_FOLDS = 8
"""Parts of the runs that are left out in turn."""


class Emulator:
    """One figure as a function of the settings."""

    def __init__(self, points: Points, values: Values) -> None:
        """``values``: the figure of each run; runs in which it is not a number say nothing."""
        told = np.isfinite(values)
        self._points, self._values = _merged(points[told], values[told])
        self._in_logs = bool(np.all(self._values > 0))
        self._seen = np.log(self._values) if self._in_logs else self._values
        errors = [self._error(smoothing) for smoothing in _SMOOTHING]
        best = int(np.argmin(errors))
        self._surface = self._fit(self._points, self._seen, _SMOOTHING[best])
        self._spread = float(errors[best])

    def __call__(self, points: Points) -> Values:
        """The figure at each point."""
        found: Values = self._surface(points)
        # A surface can overshoot between runs; the figure has been seen to go so far only.
        reach = 0.5 * (self._seen.max() - self._seen.min())
        found = np.clip(found, self._seen.min() - reach, self._seen.max() + reach)
        return np.exp(found) if self._in_logs else found

    def error(self, values: Values) -> Values:
        """How far predictions of these values are off: one standard deviation."""
        return (
            np.abs(values) * self._spread if self._in_logs else np.full_like(values, self._spread)
        )

    def _error(self, smoothing: float) -> float:
        """The root mean square error of predicting runs that were left out."""
        number = len(self._seen)
        off = np.empty(number)
        for fold in range(min(_FOLDS, number)):
            out = np.arange(number) % min(_FOLDS, number) == fold
            if number - out.sum() <= self._points.shape[1] + 1:
                return float(np.std(self._seen))
            surface = self._fit(self._points[~out], self._seen[~out], smoothing)
            off[out] = surface(self._points[out]) - self._seen[out]
        return float(np.sqrt(np.mean(off**2)))

    @staticmethod
    def _fit(points: Points, values: Values, smoothing: float) -> Callable[[Points], Values]:
        from scipy.interpolate import RBFInterpolator  # late: half a second

        surface: Callable[[Points], Values] = RBFInterpolator(
            points, values, kernel="thin_plate_spline", smoothing=smoothing
        )
        return surface


def _merged(points: Points, values: Values) -> tuple[Points, Values]:
    """Each point once, with the mean of its values: no surface goes through two of them."""
    once, where = np.unique(points, axis=0, return_inverse=True)
    where = where.reshape(-1)
    number = np.bincount(where)
    means: Values = np.bincount(where, weights=values) / number
    return once, means
