"""Counting times: what `sim.counters.CallTimes` does."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import extending as _extending

from sim.quantiles import BUCKETS, bucket_of

from .compile import hot, share
from .memory import State, functions, intrinsic, row_of, types

extending: Any = _extending


def _zeros(typing: Any, number: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.int64), generate


leading_zeros: Any = intrinsic(_zeros)
"""The zeros before the first bit of an integer of 64 bits."""


def _bit_length(self):  # type: ignore[no-untyped-def]  # Numba compares the signatures
    def bit_length(self):  # type: ignore[no-untyped-def]
        return 64 - leading_zeros(self)

    return bit_length


extending.overload_method(types.Integer, "bit_length", inline="always")(_bit_length)
"""`int.bit_length` of what is not negative: Numba does not know it."""
share(bucket_of, inlined=True)


@hot
def count_time(s: State, kind: int, function: int, time: int) -> None:
    """One time (µs) of a kind, of a function."""
    row_of(s.times, kind * functions(s) + function, BUCKETS)[bucket_of(time)] += 1
