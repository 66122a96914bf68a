"""Transactions: own writes are read, and the limits on reads, writes and scheduled jobs hold."""

from __future__ import annotations

import pytest

from sim.platform.reference import (
    Context,
    Document,
    ScheduleLimitError,
    Steps,
    Transaction,
    TransactionLimitError,
)
from sim.scenario import MINUTE, SECOND
from tests.platform.reference.conftest import MakeBackend
from tests.platform.reference.test_occ import MS, edge_of


def test_scheduling_beyond_the_cap_of_a_function_throws(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"per_function_cap": 3}})
    errors: list[type[Exception]] = []

    def body(tx: Transaction, jobs: int) -> None:
        for _ in range(jobs):
            tx.schedule(SECOND, "job")

    def client(ctx: Context, jobs: int) -> Steps:
        try:
            yield from ctx.run_mutation("body", jobs)
        except ScheduleLimitError as error:
            errors.append(type(error))

    backend.mutation("body", body)
    backend.mutation("job", lambda tx: None)
    backend.client(0, client, 3)
    backend.client(0, client, 4)
    backend.env.run(until=SECOND // 2)
    assert errors == [ScheduleLimitError]
    assert backend.scheduler.created == 3, "a mutation that threw schedules nothing"
    assert backend.scheduler.rejected == 1


def test_a_large_transaction_takes_longer_and_has_a_limit(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"transactions": {"documents_read": 100}})
    rows = [Document(n, size=10) for n in range(200)]
    ends: list[int] = []

    def body(tx: Transaction, count: int) -> int:
        return sum(tx.get(row) for row in rows[:count])

    def client(ctx: Context, count: int) -> Steps:
        yield from ctx.run_mutation("scan", count)
        ends.append(ctx.now)

    backend.mutation("scan", body)
    for count in (10, 60, 101):
        backend.client(0, client, count)
    backend.env.run(until=SECOND)
    assert ends == [10 * MS, 10 * MS + 50 * 50], "50 µs for every document beyond the tenth"
    assert edge_of(backend, "scan").errors == 1


def test_a_transaction_reads_its_own_writes(make_backend: MakeBackend) -> None:
    backend = make_backend()
    counter, table = Document(0), Document(())
    seen: list[object] = []

    def body(tx: Transaction) -> None:
        tx.put(counter, tx.get(counter) + 1)
        tx.put(counter, tx.get(counter) + 1)
        tx.insert(table, ("row",), 10)
        seen.append(tx.get(table))

    def client(ctx: Context) -> Steps:
        yield from ctx.run_mutation("body")

    backend.mutation("body", body)
    backend.client(0, client)
    backend.env.run(until=SECOND)
    assert counter.value == 2
    assert seen == [("row",)]
    (edge,) = backend.ledger
    assert (edge.read_documents, edge.written_documents) == (3, 3)


def test_an_action_may_schedule_up_to_the_cap(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"outstanding_cap": 20, "parallelism": 1}})
    accepted: list[int] = []
    backend.mutation("job", lambda tx: None)

    def client(ctx: Context) -> Steps:
        for number in range(30):
            yield from ctx.schedule(MINUTE, "job")
            accepted.append(number)

    backend.client(0, client)
    backend.env.run(until=SECOND)
    assert len(accepted) == backend.scheduler.outstanding == 20
    assert backend.scheduler.rejected == 1


@pytest.mark.parametrize("kind", ["documents written", "bytes read", "bytes read by a query"])
def test_a_transaction_beyond_a_limit_fails(make_backend: MakeBackend, kind: str) -> None:
    backend = make_backend(
        platform={"transactions": {"documents_written": 12, "bytes_read": "1MiB"}}
    )
    table, large = Document(0), Document(0, size=2 << 20)

    def write_many(tx: Transaction) -> None:
        for _ in range(13):
            tx.insert(table, 1, 10)

    backend.mutation("documents written", write_many)
    backend.mutation("bytes read", lambda tx: tx.put(table, tx.get(large), 10))
    backend.query("bytes read by a query", lambda tx: tx.get(large))
    failed: list[str] = []

    def client(ctx: Context) -> Steps:
        call = ctx.query if kind.endswith("query") else ctx.run_mutation
        try:
            yield from call(kind)
        except TransactionLimitError:
            failed.append(kind)

    backend.client(0, client)
    backend.env.run(until=SECOND)
    assert failed == [kind]
    assert table.value == 0
