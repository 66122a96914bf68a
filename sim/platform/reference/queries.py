"""Running queries: each on a snapshot of the moment at which it gets its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.platform.rules import nobody_waits, query_reads_too_much

from .environment import Steps
from .errors import CallError, CapacityError, DisabledError

if TYPE_CHECKING:
    from .context import Context
    from .functions import Cached
    from .ledger import Edge

MOST_QUERIES = 8
"""Queries that one `Context.query_each` may run."""


def run_query(ctx: Context, name: str, args: tuple[Any, ...]) -> Steps:
    """See `Context.query`."""
    ctx._check_deadline()
    backend, env, begin = ctx._backend, ctx._env, ctx.now
    called = begin
    if begin != env.now:
        yield ctx.until(begin)
    edge = ctx._edges[name]
    cached = edge.function.cached
    if cached is not None and not backend.disabled and (hit := cached(begin, args)) is not None:
        return _served(ctx, edge, begin, hit)
    duration = next(edge.function.latency)
    lanes = backend.query_lanes
    if nobody_waits(backend.live, lanes.uncontended):
        lanes.recent.append(begin + duration)
    else:
        begin = ctx._place(lanes, duration)
        if begin != env.now:
            yield ctx.until(begin)
    ctx.now = begin + duration
    edge.time_us += duration
    return _evaluated(ctx, edge, args, called, begin, ctx.now, duration)


def run_query_for(ctx: Context, callers: int, name: str, args: tuple[Any, ...]) -> Steps:
    """See `Context.query_for`."""
    begin = ctx.now
    edge, journal = ctx._edges[name], ctx._backend.journal
    failed: CallError | None = None
    try:
        value = yield from run_query(ctx, name, args)
    except (CapacityError, DisabledError):
        raise
    except CallError as error:  # its result is not cached: it runs for each of them
        failed = error
    others = callers - 1
    edge.count_again(others, ctx.generation, failed=failed is not None)
    if failed is not None:
        edge.function.times.ended(ctx.now - begin, others)
    if journal is not None:
        for caller in range(others):
            journal.query(
                ctx, edge, begin, ctx.now - begin, 0,
                failed=failed is not None, cached=failed is None, caller=caller + 1,
            )  # fmt: skip
    if failed is not None:
        raise failed
    return value


def run_queries(ctx: Context, names: Sequence[str], args: tuple[Any, ...]) -> Steps:
    """See `Context.query_each`."""
    if len(names) > MOST_QUERIES:
        raise ValueError(f"more than {MOST_QUERIES} queries at once")
    backend, begin = ctx._backend, ctx.now
    lanes = backend.query_lanes
    values: list[Any] = []
    if not nobody_waits(backend.live, lanes.uncontended):  # each may have to wait, at its own time
        for name in names:
            value = yield from ctx.query(name, *args)
            values.append(value)
        return values
    ctx._check_deadline()
    calls: list[tuple[Edge, int, int]] = []
    for name in names:
        edge = ctx._edges[name]
        duration = next(edge.function.latency)
        calls.append((edge, begin, duration))
        edge.time_us += duration
        begin += duration
        lanes.recent.append(begin)
    yield ctx.until(calls[-1][1])
    ctx.now = begin
    return [_evaluated(ctx, edge, args, begin, begin, begin, took) for edge, begin, took in calls]


def _served(ctx: Context, edge: Edge, begin: int, hit: Cached) -> Any:
    """The value of a query that the cache answers: a call like any other that reads nothing."""
    ctx.now = max(begin, hit.ready)
    edge.count(ctx.generation, ctx.comes_round)
    edge.cached += 1
    if (journal := ctx._backend.journal) is not None:
        journal.query(ctx, edge, begin, ctx.now - begin, 0, failed=False, cached=True)
    return hit.value


def _evaluated(
    ctx: Context, edge: Edge, args: tuple[Any, ...], called: int, begin: int, ends: int, took: int
) -> Any:
    """The value of a query on the snapshot at ``begin``; the call is metered."""
    snapshot, function = ctx._backend.snapshot, edge.function
    snapshot.begin = begin
    snapshot.ends = ends
    snapshot.read_bytes = snapshot.documents = 0
    edge.count(ctx.generation, ctx.comes_round)
    function.times.ended(begin + took - called)
    journal = ctx._backend.journal
    try:
        value = function.body(snapshot, *args)
    except CallError:
        edge.errors += 1
        if journal is not None:
            journal.query(ctx, edge, begin, took, 0, failed=True)
        raise
    edge.read_bytes += snapshot.read_bytes
    edge.read_documents += snapshot.documents
    too_much = query_reads_too_much(ctx._backend.limits, snapshot.read_bytes)
    if journal is not None:
        journal.query(
            ctx, edge, begin, took, snapshot.read_bytes, failed=too_much,
            documents=snapshot.documents,
        )  # fmt: skip
    if too_much:
        edge.errors += 1
        raise ctx._backend.too_large("too many bytes read in one query")
    return value
