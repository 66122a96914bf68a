"""Draws from the streams of `sim.draws`: the same functions, one draw at a time."""

from __future__ import annotations

import numpy as np

from sim.draws import CELL_SHIFT, GAMMA, advance, mix, sample_table, scale

from .compile import hot
from .memory import State, fetch_word, quantiles, stream_record


@hot
def uniform(s: State, stream: int) -> int:
    """The stream's next draw: an unsigned integer uniform on [0, 2^64).

    It is known ahead, so that nothing waits while it is computed.
    """
    own = stream_record(s, stream)
    draw = own.draw
    own.state = advance(own.state)
    own.draw = mix(own.state)
    return draw


@hot
def sample(s: State, stream: int, table: int) -> int:
    """The next sample (µs) of a quantile table on a stream, which has no other table.

    The place of the table that the sample after it needs is fetched while other things are done.
    """
    of = quantiles(s, table)
    draw = uniform(s, stream)
    fetch_word(of, stream_record(s, stream).draw >> CELL_SHIFT)
    return sample_table(of, draw)


@hot
def draw_below(s: State, purpose: int, bound: int, number: int) -> int:
    """`Draws.below` of a declared purpose."""
    steps = np.uint64(number + 1) * np.uint64(GAMMA)
    return scale(bound, mix(s.draws[purpose] + steps))
