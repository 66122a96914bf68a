"""Running functions: what `sim.platform.reference.context` does, one step at a time.

Each step returns the time (µs) at which the execution continues, or `DONE` (the operation is over,
the function goes on), or `OVER`. The places where an execution waits are the ``yield``s of the
original, and so is everything between two of them.
"""

from __future__ import annotations

from sim.platform.external import FAILED, OK, RATE_LIMITED
from sim.platform.rules import is_timed_out

from .app import give_job, run_app
from .compile import hot, jit
from .external import limited_request, request, service_of
from .layout import (
    ASKS,
    ATTEMPT_BEGIN,
    BATCH,
    BEGIN,
    CALL_ACTION,
    DO_ACTION,
    DO_BATCH,
    DO_FAIL,
    DO_LIMITED_REQUEST,
    DO_MUTATION,
    DO_PYTHON,
    DO_QUERIES,
    DO_QUERY,
    DO_REQUEST,
    DO_SCHEDULE,
    LIMITED_REQUEST,
    PASS,
    QUERY_NEXT,
    QUERY_PLACED,
    SCHEDULE,
    WAIT_GATE,
)
from .lifecycle import begin, call_action, client_end, enter, leave_gate
from .memory import (
    Record,
    State,
    entry_row,
    functions,
)
from .mutations import mutation, place_attempt
from .operation import done, finish, killed, wait
from .queries import evaluate_query, queries, query
from .scheduler import executor_pass, has_room, place_job, submit


@hot
def run(s: State, x: Record) -> int:
    """The function's next step, and the beginning of what it asks for."""
    op = run_app(s, x)
    if op == DO_QUERY:
        return query(s, x)
    if op == DO_MUTATION:
        return mutation(s, x)
    if op == DO_REQUEST:
        return _request(s, x)
    if op == DO_LIMITED_REQUEST:
        return wait(s, x, LIMITED_REQUEST)
    if op == DO_QUERIES:
        return queries(s, x)
    if op == DO_BATCH:
        return wait(s, x, BATCH)
    if op == DO_SCHEDULE:
        return wait(s, x, SCHEDULE)
    if op == DO_ACTION:
        return call_action(s, x)
    if op == DO_PYTHON:
        x.error = 0
        x.step = x.then
        return ASKS
    x.failed = op == DO_FAIL
    return finish(s, x)


@hot
def _request(s: State, x: Record) -> int:
    """`Context.http` outside the rate limit: nothing shared is touched, so nothing to wait for."""
    if is_timed_out(x.now, x.deadline):
        return killed(s, x)
    service = service_of(s, x.c0)
    if service.covered:
        return wait(s, x, LIMITED_REQUEST)
    x.value, duration = request(s, service, x.now)
    x.now += duration
    return done(s, x, 0)


@hot
def send_limited_request(s: State, x: Record) -> int:
    """`Context.http`."""
    x.value, duration = limited_request(s, service_of(s, x.c0), x.now)
    x.now += duration
    return done(s, x, 0)


@jit
def _batch(s: State, x: Record) -> int:
    """`Context.http_batch`: the statuses, two bits each."""
    statuses, longest = 0, 0
    for n in range(x.c0):
        status, duration = limited_request(s, service_of(s, x.c1), x.now)
        statuses |= (1 * (status == FAILED) + 2 * (status == RATE_LIMITED)) << 2 * n
        longest = max(longest, duration)
    x.value = statuses
    x.now += longest
    return done(s, x, 0)


@hot
def status_of(statuses: int, number: int) -> int:
    """The status of one request of a batch."""
    which = statuses >> 2 * number & 3
    return OK if which == 0 else FAILED if which == 1 else RATE_LIMITED


@jit
def _schedule(s: State, x: Record) -> int:
    """`Context.schedule`."""
    if not has_room(s, x.scheduled, 0):
        return done(s, x, 1)
    x.scheduled += 1
    row = x.function if x.function < functions(s) else entry_row(s)  # of a client's script
    submit(s, x, x.now + x.delay, row, x.callee)
    give_job(s, s.job, x)
    place_job(s)
    return done(s, x, 0)


@jit
def run_rare(s: State, x: Record, stage: int) -> int:
    """What an execution does at one of the stages that are seldom reached."""
    if stage == BEGIN:
        return begin(s, x)
    if stage == QUERY_NEXT:
        return query(s, x)
    if stage == QUERY_PLACED:
        return evaluate_query(s, x)
    if stage == ATTEMPT_BEGIN:
        return place_attempt(s, x)
    if stage == BATCH:
        return _batch(s, x)
    if stage == SCHEDULE:
        return _schedule(s, x)
    if stage == CALL_ACTION:
        return enter(s, x)
    if stage == PASS:
        return executor_pass(s, x)
    if stage == WAIT_GATE:
        return leave_gate(s, x)
    return client_end(s, x)
