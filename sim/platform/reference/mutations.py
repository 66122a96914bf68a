"""Running mutations: attempts with optimistic concurrency control, until one commits.

An attempt reads a snapshot at ``begin`` and is validated when its execution time is over: it lost
if anything it read has a version visible only after ``begin``. Documents keep their versions, so
the code itself runs at validation and the begin needs no event. How much longer a large transaction
takes is known once it has run: it then runs again, on the same snapshot, at its later validation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.platform.rules import (
    NEVER,
    TOO_LONG,
    TOO_MANY_BYTES,
    TOO_MANY_DOCUMENTS,
    gives_up,
    is_small,
    job_due,
    nobody_waits,
    transaction_time,
)

from .documents import Transaction
from .environment import Steps
from .errors import CallError, WriteConflictError

if TYPE_CHECKING:
    from .backend import Backend
    from .context import Context
    from .functions import Function
    from .retry import Retry

_BROKEN = {
    TOO_MANY_DOCUMENTS: "too many documents in one transaction",
    TOO_MANY_BYTES: "too many bytes read in one transaction",
    TOO_LONG: "the function ran longer than its time limit",
}
"""What the error of a transaction says, by the limit that it breaks."""


def run_mutation(ctx: Context, name: str, args: tuple[Any, ...], retry: Retry | None) -> Steps:
    """See `Context.run_mutation`."""
    ctx._check_deadline()
    backend, edge, called = ctx._backend, ctx._edges[name], ctx.now
    journal, retry = backend.journal, retry or backend.called_retry
    function, lanes, begin = edge.function, backend.mutation_lanes, ctx.now
    first_lost = NEVER
    tx, limits = backend.transaction, backend.limits
    failures = 0
    while True:
        execution, pending = next(function.attempts)
        if nobody_waits(backend.live, lanes.uncontended):
            lanes.recent.append(begin + execution + pending)
        else:
            if begin != ctx._env.now:
                yield ctx.until(begin)
            begin = ctx._place(lanes, execution + pending)
        yield ctx.until(begin + execution)
        tx.restart(begin, ctx, function.name, pending)
        edge.count(ctx.generation, ctx.comes_round)
        if failures:
            backend.database.repeat(function.name, failures)
        try:
            value = function.body(tx, *args)
            if not is_small(limits, len(tx.reads), tx.large, tx.read_bytes):
                extra = _extra_time(backend, tx)
                if extra:
                    execution += extra
                    yield ctx.until(begin + execution)
                    tx.restart(begin, ctx, function.name, pending, again=True)
                    value = function.body(tx, *args)
        except CallError:
            edge.errors += 1
            edge.time_us += execution
            edge.read_bytes += tx.read_bytes
            edge.read_documents += tx.documents[0]
            ctx.now = begin + execution
            _count_times(function, called, first_lost, ctx.now)
            if journal is not None:
                journal.failed(ctx, edge, called, tx, execution, failures)
            raise
        edge.time_us += execution
        edge.read_bytes += tx.read_bytes
        edge.written_bytes += tx.written_bytes
        read, written = tx.documents
        edge.read_documents += read
        edge.written_documents += written
        ctx.now = now = begin + execution
        if not tx.effects and not tx.jobs:
            _count_times(function, called, first_lost, now)
            if journal is not None:
                journal.committed(ctx, edge, called, tx, execution, failures)
            return value  # read-only: nothing to validate
        if backend.database.is_valid(tx, execution + pending):
            if journal is not None:
                journal.committed(ctx, edge, called, tx, execution, failures)
            _commit(backend, ctx, tx, function.name, function.bit, now + pending)
            _count_times(function, called, first_lost, ctx.now)
            return value
        over = gives_up(failures, retry.limit)
        backend.database.lose(tx, function.name, failed=over)
        if over:
            edge.failed += 1
            edge.errors += 1
            _count_times(function, called, first_lost, now)
            if journal is not None:
                journal.lost(ctx, edge, called, tx, execution, failures, None)
            raise WriteConflictError(function.name)
        edge.retried += 1
        first_lost = min(first_lost, now)
        begin = now + retry.delay(failures)
        if retry.wait_until_visible:
            begin = max(begin, max(document.visible_at for document in tx.reads))
        if journal is not None:
            journal.lost(ctx, edge, called, tx, execution, failures, begin)
        failures += 1


def _count_times(function: Function, called: int, first_lost: int, now: int) -> None:
    """A call is over; it lost to a conflict first at a time, or `NEVER`."""
    function.times.ended(now - called)
    if first_lost != NEVER:
        function.times.retried(now - first_lost)


def _extra_time(backend: Backend, tx: Transaction) -> int:
    """How much longer a large transaction takes (µs); raises if it breaks a limit."""
    documents, writes = len(tx.reads) + tx.extra_documents, len(tx.effects) + tx.extra_writes
    extra = transaction_time(backend.limits, documents, writes, tx.read_bytes)
    if extra < 0:
        raise backend.too_large(_BROKEN[extra])
    return extra


def _commit(
    backend: Backend, ctx: Context, tx: Transaction, name: str, bit: int, visible_at: int
) -> None:
    """Publish what an attempt wrote, and create the jobs it scheduled."""
    now, jobs = ctx.now, tx.jobs
    visible_at = ctx.now = backend.database.publish(tx.effects, now, visible_at, name)
    if jobs:
        edges = ctx.root.jobs[name]
        for delay, job, args in jobs:
            due = job_due(now, delay, visible_at)
            backend.scheduler.submit(due, edges[job], args, ctx, bit)
