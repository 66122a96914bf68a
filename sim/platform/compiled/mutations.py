"""Mutations: the attempts of `Context.run_mutation`, one step at a time."""

from __future__ import annotations

from sim.draws import exponential
from sim.platform.rules import (
    CEILINGS,
    DEEPEST,
    NO_PLACE,
    backoff,
    ceiling_after,
    depth,
    gives_up,
    is_small,
    is_timed_out,
    job_due,
    nobody_waits,
    transaction_time,
)

from .app import copy_job, run_mutation
from .compile import hot, jit
from .documents import publish, restart
from .edges import count_call
from .lanes import note, wait_for_place
from .layout import (
    ASKS,
    ATTEMPT_BEGIN,
    BACKOFF_STREAMS,
    DONE,
    END,
    LATENCY,
    LATENCY_STREAMS,
    MUTATION,
    ORGANIC_CONFLICT,
    RETRY_TIME,
    VALIDATE,
    VALIDATE_LARGE,
)
from .memory import (
    Record,
    State,
    buffered_record,
    commit_streams,
    document_record,
    edge_record,
    first_action,
    function_record,
    functions,
    lane_record,
    retry_record,
    row_of,
    tables,
    winners,
    words,
)
from .operation import done, killed
from .random import sample, uniform
from .scheduler import place_job, submit
from .stamps import stamp_of
from .times import count_time


@jit
def mutation(s: State, x: Record) -> int:
    """`Context.run_mutation`."""
    if is_timed_out(x.now, x.deadline):
        return killed(s, x)
    x.attempt_edge = x.row * functions(s) + x.callee
    x.failures = 0
    x.called = x.now
    return attempt(s, x, x.now)


@jit
def attempt(s: State, x: Record, begin: int) -> int:
    """Begin an attempt as soon as there is a place for it."""
    function = function_record(s, x.callee)
    x.execution = sample(s, LATENCY_STREAMS + x.callee, function.latency)
    x.commit = sample(s, commit_streams(s) + x.callee, function.commit)
    x.attempt_begin = begin
    if nobody_waits(s.clock.live, lane_record(s, MUTATION).uncontended):
        note(s, MUTATION, begin + x.execution + x.commit)
        x.stage = VALIDATE
        return int(begin + x.execution)
    x.stage = ATTEMPT_BEGIN
    return DONE if begin == s.clock.now else begin


@jit
def place_attempt(s: State, x: Record) -> int:
    """Ask for a place, now that the shared clock has caught up."""
    begin = wait_for_place(s, x, MUTATION, x.attempt_begin, x.execution + x.commit)
    if begin == NO_PLACE:
        return _mutation_over(s, x, 1)
    x.attempt_begin = begin
    x.stage = VALIDATE
    return int(begin + x.execution)


@hot
def _mutation_over(s: State, x: Record, error: int) -> int:
    """The call is over: the caller goes on, or the job that it was ends."""
    if x.function >= first_action(s):
        return done(s, x, error)
    x.stage = END
    return int(x.now)


@jit
def _call_over(s: State, x: Record, error: int) -> int:
    """The call is over with its last attempt: `_count_times` of `mutations`."""
    count_time(s, LATENCY, x.callee, x.now - x.called)
    if x.failures:
        count_time(s, RETRY_TIME, x.callee, x.now - x.first_lost)
    return _mutation_over(s, x, error)


@hot
def validate(s: State, x: Record) -> int:
    """Run the mutation's code on the snapshot at its begin, and validate what it read."""
    edge, tx = edge_record(s, x.attempt_edge), s.tx
    begin = x.attempt_begin
    restart(s, begin, stamp_of(s, x))
    ok = run_mutation(s, x)
    if tx.short:
        return ASKS
    s.scheduler.rejected += tx.rejected
    s.scheduler.rejected_by_function += tx.rejected_by_function
    if x.stage == VALIDATE:
        count_call(s, edge, x)
        if x.failures > 0:
            words(s.repeats)[x.callee * (DEEPEST + 1) + depth(x.failures)] += 1
    if ok and x.stage == VALIDATE and not is_small(s.limits, tx.reads, tx.large, tx.read_bytes):
        extra = transaction_time(s.limits, tx.reads + tx.extra_documents, tx.effects, tx.read_bytes)
        ok = extra >= 0
        s.refusals.too_large += not ok
        if extra > 0:
            x.execution += extra
            x.stage = VALIDATE_LARGE
            return int(begin + x.execution)
    now = begin + x.execution
    x.now = now
    edge.time_us += x.execution
    edge.read_bytes += tx.read_bytes
    edge.read_documents += tx.reads + tx.extra_documents
    if not ok:
        edge.errors += 1
        return _call_over(s, x, 1)
    edge.written_bytes += tx.written_bytes
    edge.written_documents += tx.effects
    if tx.effects == 0 and tx.jobs == 0:
        x.value = tx.value
        return _call_over(s, x, 0)
    if _is_valid(s, begin, x.execution + x.commit):
        x.now = publish(s, now, now + x.commit, x.callee)
        for i in range(tx.jobs):
            job = buffered_record(s, i)
            submit(s, x, job_due(now, job.delay, x.now), x.callee, job.function)
            copy_job(s, s.job, job)
            place_job(s)
        x.value = tx.value
        return _call_over(s, x, 0)
    return _lost(s, x)


@hot
def _is_valid(s: State, begin: int, duration: int) -> bool:
    """Whether nothing that was read has been written since, by the app or by organic traffic."""
    tx, database = s.tx, s.database
    hazard = 0.0
    for i in range(tx.reads):
        document = document_record(s, words(s.reads)[i])
        if document.visible_at > begin:
            return False
        hazard += document.hazard
    database.luck -= hazard * duration
    if database.luck > 0:
        return True
    database.luck = exponential(uniform(s, ORGANIC_CONFLICT))
    return False


@jit
def _lose(s: State, x: Record, over: bool) -> None:
    """`Database.lose`."""
    place, winner, inserted, highest = 0, functions(s) + 1, 0, -1.0
    for i in range(s.tx.reads):
        document = document_record(s, words(s.reads)[i])
        if document.visible_at > x.attempt_begin:
            place, winner, inserted = document.table, document.writer >> 1, document.writer & 1
            document.losses += 1
            break
        if document.hazard > highest:
            place, highest = document.table, document.hazard
    row = (x.callee * tables(s) + place) * winners(s) + winner
    words(s.lost)[4 * row + 2 * inserted + over] += 1


@jit
def _lost(s: State, x: Record) -> int:
    """The attempt lost: fail, or back off and try again."""
    edge, policy = edge_record(s, x.attempt_edge), retry_record(s, x.retry)
    over = gives_up(x.failures, policy.limit)
    _lose(s, x, over)
    if over:
        edge.failed += 1
        edge.errors += 1
        return _call_over(s, x, 1)
    edge.retried += 1
    if x.failures == 0:
        x.first_lost = x.now
    ceiling = row_of(s.ceilings, x.retry, CEILINGS)[ceiling_after(x.failures)]
    begin = x.now + backoff(ceiling, uniform(s, BACKOFF_STREAMS + x.retry))
    x.failures += 1
    if policy.wait:
        for i in range(s.tx.reads):
            begin = max(begin, document_record(s, words(s.reads)[i]).visible_at)
    return attempt(s, x, begin)
