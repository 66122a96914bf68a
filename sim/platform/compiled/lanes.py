"""Places of queries and mutations: what `sim.platform.reference.lanes.Lanes` does."""

from __future__ import annotations

from sim.platform.rules import NO_PLACE, place_from

from .compile import hot, jit
from .memory import (
    Record,
    State,
    lane_record,
    row_of,
)


@hot
def note(s: State, lane: int, end: int) -> None:
    """A call that did not have to ask for a place will be over at ``end``."""
    lanes = lane_record(s, lane)
    row_of(s.recent, lane, s.size.recent)[lanes.position] = end
    lanes.position += 1
    if lanes.position == lanes.places:
        lanes.position = 0
    if lanes.recent < lanes.places:
        lanes.recent += 1


@jit
def wait_for_place(s: State, x: Record, lane: int, now: int, holding: int) -> int:
    """`Context._wait_for_place`: when the call gets its place, or `NO_PLACE`."""
    lanes = lane_record(s, lane)
    x.now = now
    if s.clock.disabled:
        s.refusals.disabled += 1
        return NO_PLACE
    for i in range(lanes.recent):
        if row_of(s.recent, lane, s.size.recent)[i] > row_of(s.free_at, lane, s.size.free_at)[0]:
            _replace_first(s, lane, row_of(s.recent, lane, s.size.recent)[i])
    lanes.recent = lanes.position = 0
    begin = place_from(now, row_of(s.free_at, lane, s.size.free_at)[0], lanes.longest_wait)
    lanes.delayed += begin != now
    if begin == NO_PLACE:
        lanes.rejected += 1
        x.now = now + lanes.longest_wait
        return NO_PLACE
    _replace_first(s, lane, begin + holding)
    return int(begin)


@jit
def _replace_first(s: State, lane: int, time: int) -> None:
    """Replace the smallest of the heap of times at which places get free."""
    places, free_at = lane_record(s, lane).places, row_of(s.free_at, lane, s.size.free_at)
    i = 0
    while True:
        child = 2 * i + 1
        if child >= places:
            break
        if child + 1 < places and free_at[child + 1] < free_at[child]:
            child += 1
        if time <= free_at[child]:
            break
        free_at[i] = free_at[child]
        i = child
    free_at[i] = time
