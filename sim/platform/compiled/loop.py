"""The event loop: `Environment.run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.platform.lower import Program

from .app import CODE
from .clock import drop, key_of, put_back, ref_of, serial_of, take
from .compile import compiled, jit
from .execution import run, run_rare, send_limited_request
from .generated import compiled_text
from .layout import (
    ASKED,
    ASKS,
    DONE,
    END,
    LIMITED_REQUEST,
    OUT_OF_ROOM,
    OVER,
    PAUSED,
    QUERIES_LAST,
    QUERY_BEGIN,
    REACHED,
    RUN,
    SCHEDULER,
    VALIDATE_LARGE,
    Layout,
)
from .lifecycle import end
from .memory import State, executor_record, fetch_frame, frame_record, heap_record, state_at
from .mutations import validate
from .native import MachineCode
from .queries import begin_query, evaluate_queries
from .scheduler import ask_for_pass, become_due, comes_first, first_of_soon, key_of_soon


def machine_code(program: Program, helpers: Mapping[str, Callable[..., Any]]) -> MachineCode:
    """Compile `run_until`, and everything that it calls, for an app."""
    layout = Layout(program)
    CODE[layout] = compiled_text(program.text, helpers)
    at = state_at(layout)

    def run_at(address: int, time: int, serial: int) -> int:
        return run_until(at(address), time, serial)

    return compiled(run_at, 3, program.to_json())


@jit
def run_until(s: State, time: int, serial: int) -> int:
    """Process every event before (``time``, ``serial``).

    Returns `REACHED`; or `PAUSED` after so many events as the clock says; or `OUT_OF_ROOM` before
    an event for which the memory might not suffice (see ``need``): an event needs as many entries
    in the heap, jobs and places in the backlog as it may create jobs; or `ASKED` in an event that
    goes on once Python has done what its execution waits for.
    """
    clock, frames, size, need, soon = s.clock, s.frame_list, s.size, s.need, s.soon_jobs
    executor = executor_record(s, SCHEDULER)
    ask_for_pass(s, SCHEDULER)  # the deployment may have been disabled until now
    while clock.pending > 0:
        first = heap_record(s, 0)
        key = first.key
        if clock.asked:
            clock.asked = 0
        else:
            now = first.time
            is_a_job = soon.due <= now and comes_first(s, now, key)
            if is_a_job:
                now, key = soon.due, key_of_soon(s)
            if now > time or (now == time and serial_of(key) >= serial):
                break
            if (
                clock.pending + need.jobs > size.heap
                or s.scheduler.free_jobs < need.jobs
                or soon.waiting + need.jobs > size.soon
                or executor.waiting + need.jobs > size.backlog
                or frames.free_frames < need.frames
                or s.database.free_versions < need.versions
                or s.database.keys_bound > need.keys
            ):
                return OUT_OF_ROOM
            if clock.events == clock.pause_at:
                return PAUSED
            clock.now = now
            clock.events += 1
            if is_a_job:
                first_of_soon(s)
                continue
            take(first)
            number = ref_of(key)
            fetch_frame(frame_record(s, ref_of(heap_record(s, 1).key)))  # one of them is next
            fetch_frame(frame_record(s, ref_of(heap_record(s, 2).key)))
            if number < 0:
                become_due(s, -1 - number)
                drop(s)
                continue
            frames.current = number
        again = DONE
        while again == DONE:  # a called action goes on in a frame of its own
            x = frame_record(s, frames.current)
            stage = x.stage
            if stage == RUN:
                again = run(s, x)
            elif stage <= VALIDATE_LARGE:
                again = validate(s, x)
            elif stage == QUERIES_LAST:
                again = evaluate_queries(s, x)
            elif stage == QUERY_BEGIN:
                again = begin_query(s, x)
            elif stage == LIMITED_REQUEST:
                again = send_limited_request(s, x)
            elif stage == END:
                again = end(s, x)
            else:
                again = run_rare(s, x, stage)
        if again == ASKS:
            clock.asked = 1
            return ASKED
        if again == OVER:
            drop(s)
        else:
            put_back(s, again, key_of(serial_of(key), frames.current))
    return REACHED
