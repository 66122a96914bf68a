"""The heap of pending events, by (time, serial), as `sim.platform.reference.environment` has it.

While an event is processed its entry stays at the root with a time before all others, so that it
can be replaced by the execution's next event in one pass.
"""

from __future__ import annotations

from typing import Final

from .compile import hot, jit
from .memory import State, heap_record

_FIRST: Final = -1
_NEVER: Final = 1 << 62


@hot
def _up(s: State, i: int, time: int, serial: int, ref: int) -> None:
    """Move the hole at ``i`` up to where the event belongs, and fill it."""
    while i > 0:
        above = heap_record(s, (i - 1) >> 1)
        if above.time < time or (above.time == time and above.serial < serial):
            break
        entry = heap_record(s, i)
        entry.time = above.time
        entry.serial = above.serial
        entry.ref = above.ref
        i = (i - 1) >> 1
    entry = heap_record(s, i)
    entry.time = time
    entry.serial = serial
    entry.ref = ref


@hot
def _down(s: State, size: int, time: int, serial: int, ref: int) -> None:
    """Move the hole at the root down to where the event belongs, and fill it."""
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        below = heap_record(s, child)
        if child + 1 < size:
            other = heap_record(s, child + 1)
            if other.time < below.time or (
                other.time == below.time and other.serial < below.serial
            ):
                child, below = child + 1, other
        if time < below.time or (time == below.time and serial < below.serial):
            break
        entry = heap_record(s, i)
        entry.time = below.time
        entry.serial = below.serial
        entry.ref = below.ref
        i = child
    entry = heap_record(s, i)
    entry.time = time
    entry.serial = serial
    entry.ref = ref


@hot
def take(s: State) -> None:
    """Begin to process the first event: it leaves the order but keeps its place."""
    heap_record(s, 0).time = _FIRST


@hot
def put_back(s: State, time: int, serial: int, ref: int) -> None:
    """The processed event's execution continues at ``time``."""
    _down(s, s.clock.pending, time, serial, ref)


@hot
def drop(s: State) -> None:
    """The processed event has no successor."""
    size = s.clock.pending - 1
    s.clock.pending = size
    if size > 0:
        last = heap_record(s, size)
        _down(s, size, last.time, last.serial, last.ref)


@jit
def wake(s: State, time: int, serial: int, ref: int) -> None:
    """A new event."""
    size = s.clock.pending
    s.clock.pending = size + 1
    _up(s, size, time, serial, ref)


@jit
def hasten(s: State, serial: int, time: int) -> None:
    """Move an execution's pending event to an earlier time. Rare: a linear search."""
    for i in range(1, s.clock.pending):
        if heap_record(s, i).serial == serial:
            _up(s, i, time, serial, heap_record(s, i).ref)
            return


@hot
def next_time(s: State) -> int:
    """The time of the first event after the one that is processed."""
    size = s.clock.pending
    time = _NEVER
    if size > 1:
        time = heap_record(s, 1).time
    if size > 2 and heap_record(s, 2).time < time:
        time = heap_record(s, 2).time
    return time


@hot
def new_serial(s: State) -> int:
    """The serial number of a new execution."""
    serial: int = s.clock.serial
    s.clock.serial = serial + 1
    return serial
