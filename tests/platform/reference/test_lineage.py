"""Lineage: roots, generations, what comes round, and guards that refuse their own work."""

from __future__ import annotations

from typing import Any

from sim.platform.reference import Backend, Context, Document, Stamp, Steps, Transaction
from tests.platform.reference.conftest import MakeBackend

SECOND = 1_000_000


def run(backend: Backend, horizon: int = 60 * SECOND) -> None:
    for _ in backend.run([horizon]):
        pass


def calls_by_root(backend: Backend, name: str) -> dict[str, int]:
    calls: dict[str, int] = {}
    for edge in backend.ledger:
        if edge.function.name == name and edge.calls:
            calls[edge.root.name] = calls.get(edge.root.name, 0) + edge.calls
    return calls


def test_what_a_root_starts_belongs_to_it_however_far_away(make_backend: MakeBackend) -> None:
    backend = make_backend()

    def work(tx: Transaction, left: int) -> None:
        if left:
            tx.schedule(SECOND, "work", left - 1)

    def visit(ctx: Context) -> Steps:
        yield from ctx.run_mutation("work", 2)

    backend.mutation("work", work)
    backend.cron("nightly", "work", 3, every=3600 * SECOND)
    backend.client(0, visit, kind="visits")
    run(backend)
    assert calls_by_root(backend, "work") == {"cron:nightly": 4, "client:visits": 3}


def test_what_is_scheduled_is_the_next_generation_and_what_is_awaited_the_same(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend()

    def inner(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "leaf")

    def outer(ctx: Context) -> Steps:
        yield from ctx.run_action("inner")

    backend.action("inner", inner)
    backend.action("outer", outer)
    backend.mutation("leaf", lambda _: None)
    backend.cron("hourly", "outer", every=3600 * SECOND)
    run(backend)
    generations = {e.function.name: e.deepest for e in backend.ledger if e.calls}
    assert generations == {"outer": 0, "inner": 0, "leaf": 1}


def test_only_work_that_an_ancestor_did_comes_round(make_backend: MakeBackend) -> None:
    backend = make_backend()

    def ping(ctx: Context, left: int) -> Steps:
        if left:
            yield from ctx.schedule(SECOND, "pong", left - 1)

    def pong(ctx: Context, left: int) -> Steps:
        yield from ctx.schedule(SECOND, "ping", left)
        yield from ctx.schedule(SECOND, "aside")

    backend.action("ping", ping)
    backend.action("pong", pong)
    backend.mutation("aside", lambda _: None)
    backend.cron("hourly", "ping", 3, every=3600 * SECOND)
    run(backend)
    hops = {
        (by.name, job.name): (hop.jobs, hop.through) for (by, job), hop in
        backend.lineages.hops.items()
    }  # fmt: skip
    # Three pings after the first, the last one starts none; two pongs after the first.
    assert hops == {("ping", "pong"): (2, 2), ("pong", "ping"): (2, 2), ("pong", "aside"): (2, 2)}
    ended = {function.name: number for function, number in backend.lineages.ended.items()}
    assert ended == {"ping": 3, "pong": 2}


def guarded(backend: Backend, schedule: Any) -> None:
    """A job that is refused if its row was written within a minute."""
    row = Document((0, None))

    def stamp(tx: Transaction) -> None:
        tx.get(row)
        tx.put(row, (tx.now_ms, tx.stamp))

    def request(tx: Transaction) -> None:
        stamp(tx)
        tx.schedule(SECOND, "job")

    def read(tx: Any) -> tuple[int, Stamp | None]:
        value: tuple[int, Stamp | None] = tx.get(row)
        return value

    def job(ctx: Context) -> Steps:
        at, by = yield from ctx.query("read")
        admits = ctx.now_ms - at >= 60_000
        ctx.guard(admits, "long ago" if admits else "recent", () if admits else (by,))

    backend.query("read", read)
    backend.mutation("stamp", stamp)
    backend.mutation("request", request)
    backend.action("job", job)
    schedule(backend)


def test_a_guard_that_reads_what_its_scheduler_wrote_blocks_its_own_work(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend()
    guarded(backend, lambda b: b.cron("hourly", "request", every=3600 * SECOND))
    run(backend)
    (use,) = backend.lineages.guards.values()
    assert (use.admits, use.count, use.own, use.only_own) == (False, 1, 1, 1)
    assert use.writers == {"request": 1}


def test_what_somebody_else_wrote_is_not_its_own(make_backend: MakeBackend) -> None:
    backend = make_backend()

    def script(ctx: Context) -> Steps:
        yield from ctx.run_mutation("stamp")

    def schedule(backend: Backend) -> None:
        backend.client(SECOND // 2, script, kind="others")  # after the request, before its job
        backend.cron("hourly", "request", every=3600 * SECOND)

    guarded(backend, schedule)
    run(backend)
    (use,) = backend.lineages.guards.values()
    assert (use.count, use.own, use.only_own) == (1, 0, 0)
    assert use.writers == {"stamp in client:others": 1}


def test_work_that_was_done_is_rightly_refused(make_backend: MakeBackend) -> None:
    backend = make_backend()
    row = Document((0, None))

    def stamp(tx: Transaction) -> None:
        tx.put(row, (tx.now_ms, tx.stamp))

    def job(ctx: Context, again: bool) -> Steps:
        at, by = yield from ctx.query("read")
        admits = ctx.now_ms - at >= 60_000
        ctx.guard(admits, "long ago" if admits else "recent", () if admits else (by,))
        if admits:
            yield from ctx.run_mutation("stamp")
            yield from ctx.schedule(SECOND, "job", again)

    backend.query("read", lambda tx: tx.get(row))
    backend.mutation("stamp", stamp)
    backend.action("job", job)
    backend.cron("hourly", "job", True, every=3600 * SECOND)
    run(backend)
    refused = backend.lineages.guards["job", "recent"]
    assert (refused.count, refused.own) == (1, 0)
    assert refused.writers == {"stamp in job": 1}
