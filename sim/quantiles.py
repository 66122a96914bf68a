"""Times in buckets: how many took how long, in little memory, and what quantiles they have.

The buckets are those of a log-linear histogram: every power of two of microseconds has 64 of equal
width. Up to 127 µs a bucket is one time; beyond, it is at most 1/64 of its lowest time wide. A
quantile is the middle of the bucket that holds it, so it is off by less than 1/128 (0.8%) of the
exact one, and not at all below 128 µs. A bucket is found with shifts of integers: both engines and
the logs agree on it exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

_BITS: Final = 6
"""Each power of two has 2^6 buckets."""
_EXACT: Final = 2 << _BITS
"""Times below this one have a bucket each."""
_LONGEST: Final = 1 << 53
"""Times (µs) that `buckets_of` tells apart: 285 years."""
BUCKETS: Final = (63 - _BITS) * (1 << _BITS) + (1 << _BITS)
"""Buckets of all times that fit 63 bits."""
ERROR: Final = 1 / _EXACT
"""No quantile is off by more than this share of the exact one."""


def bucket_of(time: int) -> int:
    """The bucket of a time (µs, not negative); the compiled engine compiles this very source."""
    if time < _EXACT:
        return time
    shift = time.bit_length() - _BITS - 1
    return (shift << _BITS) + (time >> shift)


def buckets_of(times: Ints) -> Ints:
    """`bucket_of` of many times; those beyond 285 years count as that long."""
    import numpy as np  # not when a result is only read

    times = np.minimum(times, _LONGEST - 1)
    _, length = np.frexp(times.astype(np.float64))  # exact: they have fewer than 53 bits
    shift = np.maximum(length.astype(np.int64) - _BITS - 1, 0)
    found: Ints = (shift << _BITS) + (times >> shift)
    return found


def lowest_of(bucket: int) -> int:
    """The shortest time in a bucket (µs)."""
    shift = max(0, (bucket >> _BITS) - 1)
    return (bucket - (shift << _BITS)) << shift


def middle_of(bucket: int) -> float:
    """The time (µs) that stands for all in a bucket."""
    return (lowest_of(bucket) + lowest_of(bucket + 1) - 1) / 2


def counted(buckets: npt.NDArray[Any]) -> dict[int, int]:
    """Bucket → how many times it holds, of those that hold any, from an array of all."""
    import numpy as np

    (used,) = np.nonzero(buckets)
    return dict(zip(used.tolist(), buckets[used].tolist(), strict=True))


def merged(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """What several counts come to together, in the order of the buckets."""
    sums: dict[int, int] = {}
    for part in parts:
        for bucket, number in part.items():
            sums[bucket] = sums.get(bucket, 0) + number
    return dict(sorted(sums.items()))


def quantile(counts: Mapping[int, int], share: float) -> float:
    """The shortest time (µs) that at least a share of all do not exceed; 0 if there are none.

    ``counts``: bucket → number of times, in the order of the buckets.
    """
    left = share * sum(counts.values())
    for bucket, number in counts.items():
        left -= number
        if left <= 0:
            return middle_of(bucket)
    return 0.0
