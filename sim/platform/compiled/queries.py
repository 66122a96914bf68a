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
    Record,
    State,
    edge_record,
    lane_record,
)
from .operation import done, killed
from .random import sample
from .transactions import run_query


@jit
def query(s: State, x: Record) -> int:
    """`Context.query`, up to its first yield."""
    if x.now > x.deadline:
        return killed(s, x)
    if x.now == s.clock.now:
        return begin_query(s, x)
    x.stage = QUERY_BEGIN
    return int(x.now)


@hot
def begin_query(s: State, x: Record) -> int:
    """`Context.query`, once the shared clock has caught up."""
    x.execution = sample(s, LATENCY_STREAMS + x.callee, QUERY_LATENCY)
    x.attempt_begin = x.now
    if s.clock.live <= lane_record(s, QUERY).uncontended:
        note(s, QUERY, x.now + x.execution)
        return evaluate_query(s, x)
    begin = wait_for_place(s, x, QUERY, x.now, x.execution)
    if begin < 0:
        return done(s, x, 1)
    x.attempt_begin = begin
    x.stage = QUERY_PLACED
    return DONE if begin == s.clock.now else begin


@jit
def evaluate_query(s: State, x: Record) -> int:
    """Run the query on the snapshot at its begin."""
    x.now = x.attempt_begin + x.execution
    edge_record(s, x.row * N_FUNCTIONS + x.callee).time_us += x.execution
    error = _evaluate(s, x, x.callee, x.attempt_begin)
    if x.one_more and not error:
        x.one_more = 0
        x.callee = GET_SONGS
        x.stage = QUERY_NEXT
        return DONE
    x.one_more = 0
    return done(s, x, error)


@jit
def _evaluate(s: State, x: Record, function: int, begin: int) -> int:
    """Run a query's code and meter it; whether it failed."""
    edge = edge_record(s, x.row * N_FUNCTIONS + function)
    edge.calls += 1
    edge.generations += x.generation
    edge.deepest = max(edge.deepest, x.generation)
    edge.rounds += x.comes_round
    read_bytes = run_query(s, x, function, x.c0, begin)
    edge.read_bytes += read_bytes
    error = read_bytes > s.limits.bytes_read
    edge.errors += error
    s.refusals.too_large += error
    return int(error)


@jit
def queries(s: State, x: Record) -> int:
    """`Context.query_each` of an artist's row and its songs."""
    lanes = lane_record(s, QUERY)
    if s.clock.live > lanes.uncontended:
        x.callee = GET_ARTIST
        x.one_more = 1
        return query(s, x)
    if x.now > x.deadline:
        return killed(s, x)
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
def evaluate_queries(s: State, x: Record) -> int:
    """Both queries are evaluated when the second begins, each on its own snapshot."""
    now = s.clock.now
    x.now = now + x.execution
    if _evaluate(s, x, GET_ARTIST, x.attempt_begin):
        return done(s, x, 1)
    return done(s, x, _evaluate(s, x, GET_SONGS, now))
