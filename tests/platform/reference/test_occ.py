"""Optimistic concurrency: snapshots, conflicts, retries; checked against serial execution."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.platform.reference import (
    Backend,
    Context,
    Document,
    Snapshot,
    Steps,
    Transaction,
    WriteConflictError,
)
from sim.scenario import SECOND
from tests.platform.reference.conftest import MakeBackend

HORIZON = 600 * SECOND
MS = 1000


def edge_of(backend: Backend, name: str) -> Any:
    """The one edge over which a function was called."""
    (edge,) = [edge for edge in backend.ledger if edge.function.name == name]
    return edge


@given(
    transactions=st.lists(
        st.tuples(
            st.integers(0, 40),  # start, ms
            st.sets(st.integers(0, 3), max_size=3),  # reads
            st.sets(st.integers(0, 3), max_size=2),  # writes
            st.booleans(),  # scheduled (retried without limit) or called by a client
        ),
        max_size=14,
    ),
    seed=st.integers(0, 5),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_committed_history_is_serializable(
    make_backend: MakeBackend, transactions: list[tuple[int, set[int], set[int], bool]], seed: int
) -> None:
    backend = make_backend(
        seed, platform={"latency": {"mutation": "2ms..30ms", "commit": "1ms..40ms"}}
    )
    documents = [Document(("initial", n)) for n in range(4)]
    history = Document(())  # inserts only: in the order of the commits

    def body(tx: Transaction, number: int) -> None:
        _, reads, writes, _ = transactions[number]
        seen = {n: tx.get(documents[n]) for n in sorted(reads)}
        for n in sorted(writes):
            tx.put(documents[n], (number, tuple(seen.items())))
        tx.insert(history, ((number, seen),), 0)

    def client(ctx: Context, number: int) -> Steps:
        yield from ctx.run_mutation("t", number)

    def scheduling_client(ctx: Context, number: int) -> Steps:
        yield from ctx.schedule(0, "t", number)

    backend.mutation("t", body)
    for number, (start, _, _, scheduled) in enumerate(transactions):
        backend.client(start * MS, scheduling_client if scheduled else client, number)
    backend.env.run(until=HORIZON)

    state: dict[int, Any] = {n: ("initial", n) for n in range(4)}
    for number, seen in history.value:
        assert seen == {n: state[n] for n in seen}, "a committed transaction read a stale value"
        for n in transactions[number][2]:
            state[n] = (number, tuple(seen.items()))
    assert {n: document.value for n, document in enumerate(documents)} == state
    committed = [number for number, _ in history.value]
    assert len(set(committed)) == len(committed), "committed twice"
    scheduled_ones = {n for n, t in enumerate(transactions) if t[3]}
    assert scheduled_ones <= set(committed), "a scheduled mutation was lost"
    failed = sum(edge.failed for edge in backend.ledger)
    assert len(committed) + failed == len(transactions)


@pytest.mark.parametrize("writers", [2, 7, 30])
def test_no_increment_is_lost(make_backend: MakeBackend, writers: int) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 50}})
    counter = Document(0)
    backend.mutation("count", lambda tx: tx.put(counter, tx.get(counter) + 1))

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "count")

    for _ in range(writers):
        backend.client(0, client)
    backend.env.run(until=HORIZON)
    edge = edge_of(backend, "count")
    assert counter.value == writers
    assert edge.calls == writers + edge.retried, "every attempt is metered"
    assert edge.retried >= writers - 1


def test_a_called_mutation_fails_permanently_after_five_attempts(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"latency": {"mutation": "10ms", "commit": "5ms"}})
    hot = Document(0)
    backend.mutation("slow", lambda tx: tx.put(hot, tx.get(hot) + 1))
    outcome: list[str] = []

    def stir() -> Steps:  # a write that becomes visible all the time
        while True:
            hot.write(hot.value, backend.env.now + 1, keep_from=0)
            yield backend.env.timeout(MS)

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.run_mutation("slow")
        except WriteConflictError:
            outcome.append("failed")

    backend.env.process(stir())
    backend.client(5 * MS, client)
    backend.env.run(until=SECOND)
    edge = edge_of(backend, "slow")
    assert outcome == ["failed"]
    assert (edge.calls, edge.retried, edge.failed) == (5, 4, 1)


def test_two_blind_updates_of_a_document_conflict_and_two_inserts_do_not(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend()
    document, table = Document(0), Document(0)
    backend.mutation("patch", lambda tx: tx.put(document, 1))
    backend.mutation("insert", lambda tx: tx.insert(table, 1, 10))

    def client(ctx: Context, name: str) -> Steps:
        yield from ctx.run_mutation(name)

    for name in ("patch", "patch", "insert", "insert"):
        backend.client(0, client, name)
    backend.env.run(until=SECOND)
    assert edge_of(backend, "patch").retried > 0
    assert edge_of(backend, "insert").retried == 0
    assert (table.value, table.size) == (2, 20)


def test_an_insert_conflicts_with_a_reader_of_an_empty_range(make_backend: MakeBackend) -> None:
    backend = make_backend()
    table, other = Document(0), Document(0)
    backend.mutation("insert", lambda tx: tx.insert(table, 1, 10))

    def read_range(tx: Transaction) -> int:
        rows = int(tx.get(table))
        tx.put(other, rows)
        return rows

    backend.mutation("read", read_range)
    values: list[int] = []

    def reader(ctx: Context) -> Steps:
        values.append((yield from ctx.run_mutation("read")))

    def writer(ctx: Context) -> Steps:
        yield from ctx.run_mutation("insert")

    backend.client(0, writer)
    backend.client(5 * MS, reader)
    backend.env.run(until=SECOND)
    assert edge_of(backend, "read").retried >= 1
    assert values == [1], "the re-run sees the row"


def test_a_write_is_invisible_while_pending_and_conflicts_with_who_starts_then(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"latency": {"mutation": "10ms", "commit": "40ms"}})
    document = Document("old")
    backend.mutation("write", lambda tx: tx.put(document, "new"))
    backend.query("read", lambda tx: tx.get(document))
    seen: dict[int, str] = {}

    def writer(ctx: Context, begin: int) -> Steps:
        yield from ctx.run_mutation("write")

    def reader(ctx: Context, begin: int) -> Steps:
        seen[begin] = yield from ctx.query("read")

    backend.client(0, writer, 0)  # validated at 10 ms, visible at 50 ms
    for begin in (9, 20, 49, 51):
        backend.client(begin * MS, reader, begin)
    backend.client(20 * MS, writer, 20)  # begins after that validation, before it is visible
    backend.env.run(until=60 * MS)
    assert seen == {9: "old", 20: "old", 49: "old", 51: "new"}
    assert edge_of(backend, "write").retried >= 1


def test_waiting_until_visible_spares_hopeless_retries(make_backend: MakeBackend) -> None:
    def attempts(wait: bool) -> int:
        backend = make_backend(
            platform={
                "latency": {"mutation": "5ms", "commit": "200ms"},
                "occ": {"called": {"initial": "1ms"}, "wait_until_visible": wait},
            }
        )
        document = Document(0)
        backend.mutation("write", lambda tx: tx.put(document, tx.get(document) + 1))

        def client(ctx: Context) -> Steps:
            yield from ctx.run_mutation("write")

        backend.client(0, client)
        backend.client(0, client)
        backend.env.run(until=5 * SECOND)
        return int(edge_of(backend, "write").calls)

    assert attempts(wait=True) == 3
    assert attempts(wait=False) > 3


def test_an_aborted_attempt_schedules_nothing(make_backend: MakeBackend) -> None:
    backend = make_backend()
    counter, ran = Document(0), Document(0)

    def body(tx: Transaction) -> None:
        tx.put(counter, tx.get(counter) + 1)
        tx.schedule(0, "job")

    def client(ctx: Context) -> Steps:
        yield from ctx.run_mutation("body")

    backend.mutation("body", body)
    backend.mutation("job", lambda tx: tx.insert(ran, 1, 0))
    for _ in range(3):
        backend.client(0, client)
    backend.env.run(until=10 * SECOND)
    edge = edge_of(backend, "body")
    assert edge.retried > 0
    assert ran.value == counter.value == backend.scheduler.created == 3 - edge.failed


def test_a_query_never_conflicts_and_reads_one_snapshot(make_backend: MakeBackend) -> None:
    backend = make_backend()
    left, right = Document(0), Document(0)

    def move(tx: Transaction) -> None:
        value = tx.get(left) + 1
        tx.put(left, value)
        tx.put(right, value)

    backend.mutation("move", move)

    def both(tx: Snapshot) -> tuple[int, int]:
        return tx.get(left), tx.get(right)

    backend.query("both", both)
    pairs: list[tuple[int, int]] = []

    def writer(ctx: Context) -> Steps:
        for _ in range(20):
            yield from ctx.run_mutation("move")

    def reader(ctx: Context) -> Steps:
        for _ in range(60):
            pairs.append((yield from ctx.query("both")))

    backend.client(0, writer)
    backend.client(0, reader)
    backend.env.run(until=SECOND)
    assert len(pairs) == 60
    assert all(a == b for a, b in pairs)


@pytest.mark.parametrize("read_first", [False, True])
def test_organic_writes_conflict_at_their_rate_however_a_document_is_written(
    make_backend: MakeBackend, read_first: bool
) -> None:
    backend = make_backend()
    hazard = 2 / SECOND  # two writes a second against 15 ms of execution and pending phase
    documents = [Document(0, hazard=hazard) for _ in range(50)]

    def body(tx: Transaction, number: int) -> None:
        if read_first:
            tx.get(documents[number])
        tx.put(documents[number], 1)

    def client(ctx: Context, number: int) -> Steps:
        for _ in range(200):
            yield from ctx.run_mutation("body", number)

    backend.mutation("body", body)
    for number in range(50):
        backend.client(0, client, number)
    backend.env.run(until=HORIZON)
    edge = edge_of(backend, "body")
    expected = edge.calls * hazard * 15 * MS
    assert abs(edge.retried - expected) < 5 * expected**0.5
