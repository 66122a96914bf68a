"""Queries: `Context.query` and `Context.query_each`, one step at a time."""

from __future__ import annotations

from .compile import hot, jit
from .lanes import note, wait_for_place
from .layout import (
    DONE,
    GET_ARTIST,
    GET_SONGS,
    LATENCY_STREAMS,
    N_FUNCTIONS,
    QUERIES_LAST,
    QUERY,
    QUERY_BEGIN,
    QUERY_LATENCY,
    QUERY_NEXT,
    QUERY_PLACED,
)
from .memory import (
    State,
    edge_record,
    frame_record,
    lane_record,
)
from .operation import done, killed
from .random import sample
from .transactions import run_query


@jit
def query(s: State, number: int) -> int:
    """`Context.query`, up to its first yield."""
    x = frame_record(s, number)
    if x.now > x.deadline:
        return killed(s, number)
    if x.now == s.clock.now:
        return begin_query(s, number)
    x.stage = QUERY_BEGIN
    return int(x.now)


@hot
def begin_query(s: State, number: int) -> int:
    """`Context.query`, once the shared clock has caught up."""
    x = frame_record(s, number)
    x.execution = sample(s, LATENCY_STREAMS + x.callee, QUERY_LATENCY)
    x.attempt_begin = x.now
    if s.clock.live <= lane_record(s, QUERY).uncontended:
        note(s, QUERY, x.now + x.execution)
        return evaluate_query(s, number)
    begin = wait_for_place(s, number, QUERY, x.now, x.execution)
    if begin < 0:
        return done(s, number, 1)
    x.attempt_begin = begin
    x.stage = QUERY_PLACED
    return DONE if begin == s.clock.now else begin


@jit
def evaluate_query(s: State, number: int) -> int:
    """Run the query on the snapshot at its begin."""
    x = frame_record(s, number)
    x.now = x.attempt_begin + x.execution
    edge_record(s, x.row * N_FUNCTIONS + x.callee).time_us += x.execution
    error = _evaluate(s, number, x.callee, x.attempt_begin)
    if x.one_more and not error:
        x.one_more = 0
        x.callee = GET_SONGS
        x.stage = QUERY_NEXT
        return DONE
    x.one_more = 0
    return done(s, number, error)


@jit
def _evaluate(s: State, number: int, function: int, begin: int) -> int:
    """Run a query's code and meter it; whether it failed."""
    x = frame_record(s, number)
    edge = edge_record(s, x.row * N_FUNCTIONS + function)
    edge.calls += 1
    read_bytes = run_query(s, number, function, x.c0, begin)
    edge.read_bytes += read_bytes
    error = read_bytes > s.limits.bytes_read
    edge.errors += error
    return int(error)


@jit
def queries(s: State, number: int) -> int:
    """`Context.query_each` of an artist's row and its songs."""
    x, lanes = frame_record(s, number), lane_record(s, QUERY)
    if s.clock.live > lanes.uncontended:
        x.callee = GET_ARTIST
        x.one_more = 1
        return query(s, number)
    if x.now > x.deadline:
        return killed(s, number)
    first = sample(s, LATENCY_STREAMS + GET_ARTIST, QUERY_LATENCY)
    edge_record(s, x.row * N_FUNCTIONS + GET_ARTIST).time_us += first
    second_begin = x.now + first
    note(s, QUERY, second_begin)
    second = sample(s, LATENCY_STREAMS + GET_SONGS, QUERY_LATENCY)
    edge_record(s, x.row * N_FUNCTIONS + GET_SONGS).time_us += second
    x.attempt_begin = x.now
    x.execution = second
    note(s, QUERY, second_begin + second)
    x.stage = QUERIES_LAST
    return int(second_begin)


@hot
def evaluate_queries(s: State, number: int) -> int:
    """Both queries are evaluated when the second begins, each on its own snapshot."""
    x, now = frame_record(s, number), s.clock.now
    x.now = now + x.execution
    if _evaluate(s, number, GET_ARTIST, x.attempt_begin):
        return done(s, number, 1)
    return done(s, number, _evaluate(s, number, GET_SONGS, now))
