"""How popular the first, the second, the third … of many are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache

from sim.draws import scale

Law = Callable[[int, int], int]
"""From how many there are (at least one) and a draw: which of them, counted from 0."""

LARGEST_EXPONENT = 10.0
"""Above it the first one is all there is."""


class Zipf:
    """The k-th is chosen in proportion to 1/k to the power of an exponent."""

    def __init__(self, exponent: float) -> None:
        self._exponent = exponent
        self._sums = [0.0]
        """Of the weights of the first k; they do not depend on how many there are."""

    def __call__(self, count: int, u: int) -> int:
        """See `Law`."""
        sums = self._sums
        for k in range(len(sums), count + 1):
            sums.append(sums[-1] + k**-self._exponent)
        share = (u >> 11) / (1 << 53)
        return min(bisect_right(sums, share * sums[count], 0, count + 1), count) - 1


uniform: Law = scale
"""All are equally popular."""
zipf = lru_cache(maxsize=64)(Zipf)
"""The law of an exponent."""
