"""Random draws as pure functions: u(seed, purpose, entity, occurrence) (design rule 3).

A stream is the pair of a key, hashed from (seed, purpose, entity), and a counter. The n-th draw of
a stream is SplitMix64's n-th output from that key (Steele, Lea and Flood, "Fast splittable
pseudorandom number generators", OOPSLA 2014), so it can be computed on its own, in any order, in
any engine. Samples come from a draw by inverse transform in integers only: a latency distribution
is a table of quantiles in microseconds, read with linear interpolation. No floating point is
involved after the table is built, so every engine and machine gets the same sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, count
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.scenario import Distribution

MASK: Final = (1 << 64) - 1
GAMMA: Final = 0x9E3779B97F4A7C15
"""SplitMix64's counter increment, 2^64 divided by the golden ratio, odd."""

CELLS: Final = 4096
"""Cells of a quantile table; the top 12 bits of a draw pick one, the next 20 interpolate in it."""
CELL_SHIFT: Final = 52
_FRACTION_BITS: Final = 20
_FRACTION_SHIFT: Final = CELL_SHIFT - _FRACTION_BITS
_FRACTION_MASK: Final = (1 << _FRACTION_BITS) - 1

_BLOCK: Final = 2048
"""Draws a stream computes at a time; no effect on their values."""

_Z99: Final = NormalDist().inv_cdf(0.99)


def mix(z: int) -> int:
    """SplitMix64's finalizer: a bijection of 64-bit integers that scatters neighbours."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def stream_key(seed: int, purpose: str, entity: int = 0) -> int:
    """The key of a stream: a hash of its name, the same on every machine."""
    return mix((_purpose_key(seed, purpose) ^ (entity & MASK)) + GAMMA & MASK)


@lru_cache(maxsize=256)
def _purpose_key(seed: int, purpose: str) -> int:
    key = mix((seed + GAMMA) & MASK)
    for byte in purpose.encode():
        key = mix((key ^ byte) + GAMMA & MASK)
    return key


def advance(state: int) -> int:
    """The next state of a stream, whose state before its first draw is its key.

    `mix` of the state is the draw. For an engine that draws one by one.
    """
    return (state + GAMMA) & MASK


def draw(key: int, occurrence: int) -> int:
    """The stream's draw number ``occurrence`` (from 0): an integer uniform on [0, 2^64)."""
    return mix((key + (occurrence + 1) * GAMMA) & MASK)


def draw_block(key: int, first: int, count: int) -> npt.NDArray[np.uint64]:
    """Draws ``first`` to ``first + count`` of a stream at once; equal to `draw` one by one."""
    counters = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    return _mix_all(np.uint64(key) + counters * np.uint64(GAMMA))


def first_draws(seed: int, purpose: str, entities: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """The first draws of the streams of many entities; equal to `draw` of `stream_key` at 0."""
    keys = np.uint64(_purpose_key(seed, purpose)) ^ entities.astype(np.uint64)
    return _mix_all(_mix_all(keys + np.uint64(GAMMA)) + np.uint64(GAMMA))


def _mix_all(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """`mix` of many numbers."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@lru_cache(maxsize=64)
def quantile_table(distribution: Distribution) -> tuple[int, ...]:
    """``CELLS + 1`` quantiles of a distribution in microseconds.

    For the unbounded shapes the last knot is placed so that the table's mean is the distribution's:
    the tail beyond the last inner knot is spread evenly over its conditional mean.
    """
    low, high = distribution.low, distribution.high
    if distribution.shape == "constant":
        return (low,) * (CELLS + 1)
    if distribution.shape == "uniform":
        return tuple(low + (high - low) * i // CELLS for i in range(CELLS + 1))
    if distribution.shape == "exponential":
        quantiles = [-low * math.log1p(-i / CELLS) for i in range(CELLS)]
        mean = float(low)
    elif distribution.shape == "quantiles":
        quantiles, mean = _through(distribution.points)
    else:
        normal, sigma = NormalDist(), math.log(high / low) / _Z99
        quantiles = [0.0] + [
            low * math.exp(sigma * normal.inv_cdf(i / CELLS)) for i in range(1, CELLS)
        ]
        mean = low * math.exp(sigma * sigma / 2)
    inner = sum(quantiles) - quantiles[0] / 2 - quantiles[-1] / 2
    last = 2 * (mean * CELLS - inner) - quantiles[-1]
    return (*(round(q) for q in quantiles), round(max(last, quantiles[-1])))


def _through(points: Sequence[tuple[float, int]]) -> tuple[list[float], float]:
    """The inner knots and the mean of a distribution of measured quantiles.

    The logarithm of a quantile is a straight line of the normal quantile between two points, and
    goes on as a straight line beyond the outermost two: with two points that is the log-normal.
    """
    normal = NormalDist()
    z = [normal.inv_cdf(share / 100) for share, _ in points]
    logs = [math.log(time) for _, time in points]
    slopes = [(logs[n + 1] - logs[n]) / (z[n + 1] - z[n]) for n in range(len(z) - 1)]
    quantiles, at = [0.0], 0
    for cell in range(1, CELLS):
        here = normal.inv_cdf(cell / CELLS)
        while at < len(slopes) - 1 and here > z[at + 1]:
            at += 1
        quantiles.append(math.exp(logs[at] + slopes[at] * (here - z[at])))
    ends = [-math.inf, *z[1:-1], math.inf]
    mean = 0.0
    for n, slope in enumerate(slopes):  # the part of a log-normal's mean between two ends
        share = normal.cdf(ends[n + 1] - slope) - normal.cdf(ends[n] - slope)
        mean += math.exp(logs[n] - slope * z[n] + slope * slope / 2) * share
    return quantiles, mean


def sample_table(table: Sequence[int], u: int) -> int:
    """The table's value at the draw ``u``: microseconds."""
    cell = u >> CELL_SHIFT
    below = table[cell]
    fraction = (u >> _FRACTION_SHIFT) & _FRACTION_MASK
    return below + ((table[cell + 1] - below) * fraction >> _FRACTION_BITS)


def scale(limit: int, u: int) -> int:
    """An integer uniform on [0, limit), or 0 for a limit of 0: ``limit * (u / 2^64)`` in 32 bits.

    Computed in two halves of the limit, so that no product of a limit up to 2^60 needs 64 bits.
    """
    share = u >> 32
    return ((limit >> 31) * share + ((limit & 0x7FFFFFFF) * share >> 31)) >> 1


def exponential(u: int) -> float:
    """An exponential draw of mean 1 from the top 53 bits of ``u``."""
    return -math.log(((u >> 11) + 1) / (1 << 53))


def threshold(share: float) -> int:
    """The bound below which a draw falls with probability ``share``."""
    return round(share * (1 << 64))


def _uniform_blocks(key: int) -> Iterator[list[int]]:
    for block in count(0, _BLOCK):
        yield draw_block(key, block, _BLOCK).tolist()


def _sample_blocks(key: int, distribution: Distribution) -> Iterator[list[int]]:
    table = np.array(quantile_table(distribution), dtype=np.int64)
    for block in count(0, _BLOCK):
        u = draw_block(key, block, _BLOCK)
        cell = (u >> np.uint64(CELL_SHIFT)).astype(np.int64)
        fraction = ((u >> np.uint64(_FRACTION_SHIFT)) & np.uint64(_FRACTION_MASK)).astype(np.int64)
        below = table[cell]
        yield (below + ((table[cell + 1] - below) * fraction >> _FRACTION_BITS)).tolist()


def uniforms(key: int) -> Iterator[int]:
    """The successive draws of a stream: `draw` at 0, 1, 2, …, computed in blocks."""
    return chain.from_iterable(_uniform_blocks(key))


def samples(key: int, distribution: Distribution) -> Iterator[int]:
    """The successive samples (µs) of a distribution on a stream, computed in blocks."""
    return chain.from_iterable(_sample_blocks(key, distribution))
