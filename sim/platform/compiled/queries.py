"""Queries: `Context.query` and `Context.query_each`, one step at a time."""

from __future__ import annotations

from sim.platform.rules import NO_PLACE, is_timed_out, nobody_waits, query_reads_too_much

from .app import run_query
from .compile import hot, jit
from .documents import restart
from .edges import count_call
from .lanes import note, wait_for_place
from .layout import (
    ASKS,
    DONE,
    LATENCY,
    LATENCY_STREAMS,
    QUERIES_LAST,
    QUERY,
    QUERY_BEGIN,
    QUERY_NEXT,
    QUERY_PLACED,
)
from .memory import (
    Record,
    State,
    edge_record,
    function_record,
    functions,
    lane_record,
    longest_sequence,
    row_of,
)
from .operation import done, killed
from .random import sample
from .times import count_time


@jit
def query(s: State, x: Record) -> int:
    """`Context.query`, up to its first yield."""
    if is_timed_out(x.now, x.deadline):
        return killed(s, x)
    if x.now == s.clock.now:
        return begin_query(s, x)
    x.stage = QUERY_BEGIN
    return int(x.now)


@hot
def begin_query(s: State, x: Record) -> int:
    """`Context.query`, once the shared clock has caught up."""
    table = function_record(s, x.callee).latency
    x.execution = sample(s, LATENCY_STREAMS + x.callee, table)
    x.attempt_begin = x.now
    if nobody_waits(s.clock.live, lane_record(s, QUERY).uncontended):
        note(s, QUERY, x.now + x.execution)
        return evaluate_query(s, x)
    begin = wait_for_place(s, x, QUERY, x.now, x.execution)
    if begin == NO_PLACE:
        return done(s, x, 1)
    x.attempt_begin = begin
    x.stage = QUERY_PLACED
    return DONE if begin == s.clock.now else begin


@jit
def evaluate_query(s: State, x: Record) -> int:
    """Run the query on the snapshot at its begin."""
    ends = x.attempt_begin + x.execution
    result = _evaluate(s, x, x.callee, x.attempt_begin, ends - x.now)
    if result == ASKS:
        x.stage = QUERY_PLACED
        return ASKS
    x.now = ends
    edge_record(s, x.row * functions(s) + x.callee).time_us += x.execution
    if x.more and not result:
        _take_next(s, x)
        x.stage = QUERY_NEXT
        return DONE
    return done(s, x, result)


@jit
def _evaluate(s: State, x: Record, function: int, begin: int, latency: int) -> int:
    """Run a query's code and meter it; whether it failed, or `ASKS` for room to run it in."""
    restart(s, begin, 0)
    completed = run_query(s, x)
    if s.tx.short:
        return ASKS
    edge = edge_record(s, x.row * functions(s) + function)
    count_call(s, edge, x)
    count_time(s, LATENCY, function, latency)
    if not completed:
        edge.errors += 1
        return 1
    edge.read_bytes += s.tx.read_bytes
    edge.read_documents += s.tx.extra_documents
    error = query_reads_too_much(s.limits, s.tx.read_bytes)
    s.refusals.too_large += error
    edge.errors += error
    return int(error)


@hot
def _take_next(s: State, x: Record) -> None:
    """The next query of the sequence; ``x.more`` come after the one at hand."""
    sequence = row_of(s.sequences, x.sequence, s.size.sequences)
    place = sequence[0] - x.more
    x.more -= 1
    x.evaluation = sequence[1 + 2 * place]
    x.callee = sequence[2 + 2 * place]


@jit
def queries(s: State, x: Record) -> int:
    """`Context.query_each`."""
    sequence, lanes = row_of(s.sequences, x.sequence, s.size.sequences), lane_record(s, QUERY)
    x.more = sequence[0]
    if not nobody_waits(s.clock.live, lanes.uncontended):
        _take_next(s, x)
        return query(s, x)
    if is_timed_out(x.now, x.deadline):
        return killed(s, x)
    begins, begin = row_of(s.begins, x.number, longest_sequence(s)), x.now
    for place in range(sequence[0]):
        function = sequence[2 + 2 * place]
        begins[place] = begin
        table = function_record(s, function).latency
        x.execution = sample(s, LATENCY_STREAMS + function, table)
        edge_record(s, x.row * functions(s) + function).time_us += x.execution
        begin += x.execution
        note(s, QUERY, begin)
    x.stage = QUERIES_LAST
    return int(begins[sequence[0] - 1])


@hot
def evaluate_queries(s: State, x: Record) -> int:
    """All of them are evaluated when the last begins, each on its own snapshot."""
    sequence = row_of(s.sequences, x.sequence, s.size.sequences)
    begins = row_of(s.begins, x.number, longest_sequence(s))
    x.now = s.clock.now + x.execution
    while x.more > 0:
        _take_next(s, x)
        begin = begins[sequence[0] - 1 - x.more]
        ends = begins[sequence[0] - x.more] if x.more > 0 else x.now
        if _evaluate(s, x, x.callee, begin, ends - begin):
            return done(s, x, 1)
    return done(s, x, 0)
