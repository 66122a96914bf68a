"""The heap of pending events, by (time, serial), as `sim.platform.reference.environment` has it.

While an event is processed its entry stays at the root with a time before all others, so that it
can be replaced by the execution's next event in one pass.

Four children below each entry, and comparisons without branches, were tried: both are slower, as a
processor that guesses the way down fetches ahead of it.
"""

from __future__ import annotations

from typing import Final

from .compile import hot, jit
from .layout import REF_BITS
from .memory import Record, State, heap_record

_FIRST: Final = -1
_REF_MASK: Final = (1 << REF_BITS) - 1
_ABOVE_REF: Final = 64 - REF_BITS


@hot
def key_of(serial: int, ref: int) -> int:
    """What orders events of one time, and says who continues."""
    return serial << REF_BITS | ref & _REF_MASK


@hot
def serial_of(key: int) -> int:
    """The serial number of an event's execution."""
    return key >> REF_BITS


@hot
def ref_of(key: int) -> int:
    """The frame of an event's execution, or -1 - n for the future job n."""
    return key << _ABOVE_REF >> _ABOVE_REF


@hot
def _up(s: State, i: int, time: int, key: int) -> None:
    """Move the hole at ``i`` up to where the event belongs, and fill it."""
    while i > 0:
        above = heap_record(s, (i - 1) >> 1)
        if above.time < time or (above.time == time and above.key < key):
            break
        entry = heap_record(s, i)
        entry.time = above.time
        entry.key = above.key
        i = (i - 1) >> 1
    entry = heap_record(s, i)
    entry.time = time
    entry.key = key


@hot
def _down(s: State, size: int, time: int, key: int) -> None:
    """Move the hole at the root down to where the event belongs, and fill it."""
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        below = heap_record(s, child)
        if child + 1 < size:
            other = heap_record(s, child + 1)
            if other.time < below.time or (other.time == below.time and other.key < below.key):
                child, below = child + 1, other
        if time < below.time or (time == below.time and key < below.key):
            break
        entry = heap_record(s, i)
        entry.time = below.time
        entry.key = below.key
        i = child
    entry = heap_record(s, i)
    entry.time = time
    entry.key = key


@hot
def take(first: Record) -> None:
    """Begin to process the first event: it leaves the order but keeps its place."""
    first.time = _FIRST


@hot
def put_back(s: State, time: int, key: int) -> None:
    """The processed event's execution continues at ``time``."""
    _down(s, s.clock.pending, time, key)


@hot
def drop(s: State) -> None:
    """The processed event has no successor."""
    size = s.clock.pending - 1
    s.clock.pending = size
    if size > 0:
        last = heap_record(s, size)
        _down(s, size, last.time, last.key)


@jit
def wake(s: State, time: int, serial: int, ref: int) -> None:
    """A new event."""
    size = s.clock.pending
    s.clock.pending = size + 1
    _up(s, size, time, key_of(serial, ref))


@jit
def hasten(s: State, serial: int, time: int) -> None:
    """Move an execution's pending event to an earlier time. Rare: a linear search."""
    for i in range(1, s.clock.pending):
        key = heap_record(s, i).key
        if serial_of(key) == serial:
            _up(s, i, time, key)
            return


@hot
def next_time(s: State) -> int:
    """The time of the first event after the one that is processed, which is at the root."""
    time = s.soon_jobs.due
    for i in range(1, min(3, s.clock.pending)):
        time = min(time, heap_record(s, i).time)
    return int(time)


@hot
def new_serial(s: State) -> int:
    """The serial number of a new execution."""
    serial: int = s.clock.serial
    s.clock.serial = serial + 1
    return serial
