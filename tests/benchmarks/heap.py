"""A binary heap of timers in one array of integers, compiled; and the bare loop over it.

A key is ``time << SLOT_BITS | slot``: one comparison orders by time and breaks ties by slot. Every
compiled loop of this folder stands on these few functions; the bare loop is their upper bound.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from sim.draws import CELLS, GAMMA, quantile_table
from sim.scenario import Distribution

Ints = npt.NDArray[np.int64]

SLOT_BITS: Final = 20
SLOT_MASK: Final = (1 << SLOT_BITS) - 1

_GAMMA, _MIX_1, _MIX_2 = (np.uint64(z) for z in (GAMMA, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_30, _27, _31, _32, _52 = (np.uint64(shift) for shift in (30, 27, 31, 32, 52))
_FRACTION_MASK = np.uint64((1 << 20) - 1)
assert CELLS == 1 << 12


def tables(*distributions: Distribution) -> Ints:
    """One row of quantiles for each distribution."""
    return np.array([quantile_table(distribution) for distribution in distributions])


@njit(inline="always")
def uniform(key: np.uint64, occurrence: int) -> np.uint64:
    """SplitMix64, as `sim.draws.draw`."""
    z = key + np.uint64(occurrence + 1) * _GAMMA
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return z ^ (z >> _31)


@njit(inline="always")
def sample(table: Ints, u: np.uint64) -> int:
    """The table's value at the draw, as `sim.draws.sample_table`."""
    cell = np.int64(u >> _52)
    below: int = table[cell]
    return below + int((table[cell + 1] - below) * np.int64((u >> _32) & _FRACTION_MASK) >> 20)


@njit(inline="always")
def replace_top(heap: Ints, size: int, key: int) -> None:
    """Put ``key`` in the place of the smallest key.

    The hole sinks to a leaf, then the key rises into it: the smaller child is picked without a
    branch, and a timer that was just set again belongs near the leaves.
    """
    at, child = 0, 1
    while child + 1 < size:
        child += heap[child + 1] < heap[child]
        heap[at] = heap[child]
        at = child
        child = 2 * at + 1
    if child + 1 == size:
        heap[at] = heap[child]
        at = child
    while at > 0 and heap[(at - 1) >> 1] > key:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = key


@njit()
def bare_heap_loop(events: int, timers: int, table: Ints, key: np.uint64) -> int:
    """Take the earliest of N timers and set it again, ``events`` times; the simulated time."""
    heap = np.arange(timers)
    for event in range(events):
        top = heap[0]
        again = (top >> SLOT_BITS) + sample(table, uniform(key, event))
        replace_top(heap, timers, again << SLOT_BITS | (top & SLOT_MASK))
    now: int = heap[0] >> SLOT_BITS
    return now
