"""Executions begin and end, and actions call actions, each with a place at its runtime's gate."""

from __future__ import annotations

from .clock import hasten, new_serial, wake
from .compile import hot, jit
from .layout import (
    ACTION_ROWS,
    CALL_ACTION,
    CRON_TICKS,
    DONE,
    ENTRY_ROW,
    FIRST_ACTION,
    IMPORT_ARRIVALS,
    IMPORT_ARTIST,
    IMPORT_GAPS,
    IMPORT_GAPS_STREAM,
    N_FUNCTIONS,
    NO_EXECUTOR,
    OVER,
    PAGE_ARRIVALS,
    PAGE_GAPS,
    PAGE_GAPS_STREAM,
    ROWS_OF_A_ROOT,
    RUN,
    VIEW_PAGE,
    WAIT_GATE,
)
from .memory import (
    Record,
    State,
    edge_record,
    frame_record,
    function_record,
    gate_record,
    row_of,
)
from .mutations import attempt
from .operation import done, killed
from .random import sample
from .scheduler import free_frame, job_over, new_frame, tick


@jit
def begin(s: State, x: Record) -> int:
    """A job's code starts, a client's script, or the next event of a process."""
    function = x.function
    if function < FIRST_ACTION:
        x.callee = function
        x.c0 = x.a0
        x.c1 = x.a1
        x.c2 = x.a2
        x.attempt_edge = x.edge
        x.failures = 0
        return attempt(s, x, x.now)
    if function < N_FUNCTIONS:
        return _enter_gate(s, x)
    if function == PAGE_ARRIVALS:
        return _arrive(s, x, VIEW_PAGE, PAGE_GAPS_STREAM, PAGE_GAPS)
    if function == IMPORT_ARRIVALS:
        return _arrive(s, x, IMPORT_ARTIST, IMPORT_GAPS_STREAM, IMPORT_GAPS)
    if function == CRON_TICKS:
        return tick(s)
    s.clock.live += 1
    x.root = function - VIEW_PAGE
    x.row = x.root * ROWS_OF_A_ROOT + ENTRY_ROW
    x.stage = RUN
    return DONE


@jit
def _arrive(s: State, x: Record, script: int, stream: int, gaps: int) -> int:
    """`Backend._arrive`: one client, then the next."""
    at = x.now
    serial = new_serial(s)
    wake(s, at, serial, new_frame(s, serial, script, at).number)
    at += sample(s, stream, gaps)
    x.now = at
    return int(at)


@hot
def end(s: State, x: Record) -> int:
    """A job is over, or an action that another waits for."""
    if x.function >= FIRST_ACTION:
        edge, function = edge_record(s, x.edge), function_record(s, x.function)
        duration = min(x.now, x.deadline) - x.begin
        edge.time_us += duration
        edge.mib_ms += function.memory_mib * (duration // 1000)
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
    """`Context.act`."""
    if x.now > x.deadline:
        return killed(s, x)
    if x.depth >= s.limits.call_depth:
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
    inner.edge = x.row * N_FUNCTIONS + x.callee
    inner.depth = x.depth + 1
    inner.parent = x.number
    inner.top = x.top
    inner.root = x.root
    inner.generation = x.generation
    inner.ancestors = x.ancestors
    inner.comes_round = x.comes_round
    inner.scheduled_by = x.scheduled_by
    inner.a0 = x.c0
    s.frame_list.current = inner.number
    return DONE


@jit
def _enter_gate(s: State, x: Record) -> int:
    """`Context.run_body`: wait for a place."""
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
    edge.calls += 1
    edge.generations += x.generation
    edge.deepest = max(edge.deepest, x.generation)
    edge.rounds += x.comes_round
    x.deadline = x.begin + function_record(s, x.function).time_out
    x.row = x.root * ROWS_OF_A_ROOT + ACTION_ROWS + x.function
    x.code = s.app.code
    x.stage = RUN
    return DONE


@jit
def leave_gate(s: State, x: Record) -> int:
    """The action has a place now, or has waited for too long (`Gate.leave_queue`)."""
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
