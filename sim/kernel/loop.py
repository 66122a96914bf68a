"""The event loop: `Clock.run_to`."""

from __future__ import annotations

from typing import Any

from .clock import drop, put_back, take
from .compile import entry
from .execution import step
from .layout import OUT_OF_ROOM, OVER, REACHED, SCHEDULER
from .memory import executor_record, heap_record
from .scheduler import become_due, start_next


@entry
def run_until(memory: Any, time: int, serial: int) -> int:
    """Process every event before (``time``, ``serial``).

    Returns `REACHED`, or `OUT_OF_ROOM` before an event for which the memory might not suffice: an
    event needs so many entries in the heap, jobs and places in the backlog as it may create jobs.
    """
    s = memory[0]
    clock, size, need, executor = s.clock, s.size, s.need, executor_record(s, SCHEDULER)
    # Jobs wait while slots are free only if the deployment was disabled until now.
    while executor.running < executor.slots and executor.waiting > 0 and not executor.paused:
        if clock.pending + need.jobs > size.heap or s.frame_list.free_frames < need.frames:
            return OUT_OF_ROOM
        start_next(s, SCHEDULER)
    while clock.pending > 0:
        first = heap_record(s, 0)
        if first.time > time or (first.time == time and first.serial >= serial):
            break
        if (
            clock.pending + need.jobs > size.heap
            or s.scheduler.free_jobs < need.jobs
            or executor.waiting + need.jobs > size.backlog
            or s.frame_list.free_frames < need.frames
            or s.database.free_versions < need.versions
        ):
            return OUT_OF_ROOM
        clock.now = first.time
        clock.events += 1
        number, own_serial = first.ref, first.serial
        take(s)
        if number < 0:
            become_due(s, -1 - number)
            drop(s)
            continue
        again = step(s, number)
        if again == OVER:
            drop(s)
        else:
            put_back(s, again, own_serial, s.frame_list.current)
    return REACHED
