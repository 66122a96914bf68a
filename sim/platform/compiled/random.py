"""Draws from the streams of `sim.draws`: the same functions, one draw at a time."""

from __future__ import annotations

import numpy as np

from sim.draws import GAMMA, advance, mix, sample_table, scale

from .compile import hot
from .memory import State, quantiles, stream_record


@hot
def uniform(s: State, stream: int) -> int:
    """The stream's next draw: an unsigned integer uniform on [0, 2^64)."""
    own = stream_record(s, stream)
    own.state = advance(own.state)
    return mix(own.state)


@hot
def sample(s: State, stream: int, table: int) -> int:
    """The next sample (µs) of a stream, whose quantile table is always the same.

    It was computed when the one before it was taken: nothing waits for the table to be fetched.
    """
    own = stream_record(s, stream)
    value = own.sample
    own.state = advance(own.state)
    own.sample = sample_table(quantiles(s, table), mix(own.state))
    return int(value)


@hot
def draw_below(s: State, purpose: int, bound: int, number: int) -> int:
    """`Draws.below` of a declared purpose."""
    steps = np.uint64(number + 1) * np.uint64(GAMMA)
    return scale(bound, mix(s.draws[purpose] + steps))
