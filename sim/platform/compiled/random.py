"""Draws from the streams of `sim.draws`: the same functions, one draw at a time."""

from __future__ import annotations

from sim.draws import advance, mix, sample_table

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
    """The next sample (µs) of a quantile table on a stream."""
    return sample_table(quantiles(s, table), uniform(s, stream))
