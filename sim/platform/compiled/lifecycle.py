"""Executions begin and end, and actions call actions, each with a place at its runtime's gate."""

from __future__ import annotations

from sim.platform.rules import is_timed_out, is_too_deep, metered_memory, metered_time

from .app import call_own, give_call
from .clock import hasten, new_serial, wake
from .compile import hot, jit
from .edges import count_call
from .layout import (
    CALL_ACTION,
    DONE,
    FIRST_GAPS,
    LATENCY,
    NO_EXECUTOR,
    OVER,
    RUN,
    WAIT_GATE,
)
from .memory import (
    Record,
    State,
    arrival_streams,
    cron_ticks,
    edge_record,
    entry_row,
    first_action,
    first_arrivals,
    frame_record,
    function_record,
    functions,
    gate_record,
    row_of,
    rows_of_a_root,
)
from .mutations import attempt
from .operation import done, killed
from .random import sample
from .scheduler import free_frame, job_over, new_frame, tick
from .times import count_time


@jit
def begin(s: State, x: Record) -> int:
    """A job's code starts, a client's script, or the next event of a process."""
    function = x.function
    if function < first_action(s):
        x.callee = function
        call_own(s, x)
        x.attempt_edge = x.edge
        x.failures = 0
        x.called = x.now
        return attempt(s, x, x.now)
    if function < functions(s):
        return _enter_gate(s, x)
    if function == cron_ticks(s):
        return tick(s)
    if function >= first_arrivals(s):
        return _arrive(s, x, function - first_arrivals(s))
    s.clock.live += 1
    x.root = function - functions(s)
    x.row = x.root * rows_of_a_root(s) + entry_row(s)
    x.step = function_record(s, function).entry
    x.stage = RUN
    return DONE


@jit
def _arrive(s: State, x: Record, script: int) -> int:
    """`Clients._arrivals`: one client, who is given the number of the arrival, then the next."""
    at = x.now
    serial = new_serial(s)
    client = new_frame(s, serial, functions(s) + script, at)
    client.a0 = x.a0
    x.a0 += 1
    wake(s, at, serial, client.number)
    at += sample(s, arrival_streams(s) + script, FIRST_GAPS + script)
    x.now = at
    return int(at)


@hot
def end(s: State, x: Record) -> int:
    """A job is over, or an action that another waits for."""
    if x.function >= first_action(s):
        edge, function = edge_record(s, x.edge), function_record(s, x.function)
        duration = metered_time(x.now, x.begin, x.deadline)
        edge.time_us += duration
        count_time(s, LATENCY, x.function, x.now - x.asked)
        edge.mib_ms += metered_memory(function.memory_mib, duration)
        _release(s, function.gate)
        edge.errors += x.failed
    return _leave(s, x)


@jit
def _leave(s: State, x: Record) -> int:
    """Give the slot back, or go on with the caller."""
    if x.executor != NO_EXECUTOR:
        job_over(s, x)
        return OVER
    caller = frame_record(s, x.parent)
    caller.now = x.now
    caller.value = x.value
    s.frame_list.current = x.parent
    free_frame(s, x)
    return done(s, caller, x.failed)


@jit
def client_end(s: State, x: Record) -> int:
    """A client's script is over."""
    s.clock.live -= 1
    free_frame(s, x)
    return OVER


@jit
def call_action(s: State, x: Record) -> int:
    """`call_action` of `actions`."""
    if is_timed_out(x.now, x.deadline):
        return killed(s, x)
    if is_too_deep(s.limits, x.depth):
        s.refusals.too_deep += 1
        return done(s, x, 1)
    if s.clock.disabled:
        s.refusals.disabled += 1
        return done(s, x, 1)
    x.stage = CALL_ACTION
    return DONE if x.now == s.clock.now else int(x.now)


@jit
def enter(s: State, x: Record) -> int:
    """Go on with the called action, in a frame of its own."""
    inner = new_frame(s, x.serial, x.callee, x.now)
    inner.edge = x.row * functions(s) + x.callee
    inner.depth = x.depth + 1
    inner.parent = x.number
    inner.top = x.top
    inner.root = x.root
    inner.generation = x.generation
    inner.ancestors = x.ancestors
    inner.comes_round = x.comes_round
    inner.scheduled_by = x.scheduled_by
    give_call(s, inner, x)
    s.frame_list.current = inner.number
    return DONE


@jit
def _enter_gate(s: State, x: Record) -> int:
    """`run_action` of `actions`: wait for a place."""
    runtime = function_record(s, x.function).gate
    gate = gate_record(s, runtime)
    if gate.free > 0:
        gate.free -= 1
        return _begin_body(s, x)
    gate.delayed += 1
    row_of(s.waiting, runtime, s.size.waiting)[gate.waiting] = x.number
    gate.waiting += 1
    x.stage = WAIT_GATE
    return int(s.clock.now + gate.longest_wait)


@jit
def _begin_body(s: State, x: Record) -> int:
    x.begin = x.now
    edge = edge_record(s, x.edge)
    count_call(s, edge, x)
    x.deadline = x.begin + function_record(s, x.function).time_out
    x.row = x.root * rows_of_a_root(s) + functions(s) + x.function
    x.step = function_record(s, x.function).entry
    x.stage = RUN
    return DONE


@jit
def leave_gate(s: State, x: Record) -> int:
    """The action has a place now, or has waited for too long (`Gate._give_up`)."""
    x.now = max(x.now, s.clock.now)
    runtime = function_record(s, x.function).gate
    gate = gate_record(s, runtime)
    for place in range(gate.waiting):
        if row_of(s.waiting, runtime, s.size.waiting)[place] == x.number:
            _remove_waiting(s, runtime, place)
            gate.rejected += 1
            edge_record(s, x.edge).errors += 1
            x.failed = 1
            return _leave(s, x)
    return _begin_body(s, x)


@jit
def _remove_waiting(s: State, runtime: int, place: int) -> None:
    gate, waiting = gate_record(s, runtime), row_of(s.waiting, runtime, s.size.waiting)
    gate.waiting -= 1
    for i in range(place, gate.waiting):
        waiting[i] = waiting[i + 1]


@hot
def _release(s: State, runtime: int) -> None:
    """`Gate.release`."""
    gate = gate_record(s, runtime)
    if gate.waiting == 0:
        gate.free += 1
    else:
        _pass_on(s, runtime)


@jit
def _pass_on(s: State, runtime: int) -> None:
    first = frame_record(s, row_of(s.waiting, runtime, s.size.waiting)[0])
    _remove_waiting(s, runtime, 0)
    hasten(s, first.serial, s.clock.now)
