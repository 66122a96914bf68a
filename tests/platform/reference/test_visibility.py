"""A job is a row of its scheduler's commit: it starts no earlier than that commit is visible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.platform.reference import Backend, Context, Document, Snapshot, Steps, Transaction
from sim.scenario import MINUTE, SECOND
from sim.scenario.deployments import Operation
from tests.platform.reference.conftest import MakeBackend

MS = 1000
SLOW_COMMIT: dict[str, Any] = {"latency": {"mutation": "10ms", "commit": "40ms"}}
"""A mutation that begins at 0 is validated after 10 ms and visible after 50 ms."""


def starts_of(backend: Backend, name: str = "job") -> list[int]:
    """Register an action; the times (ms) at which its jobs start."""
    starts: list[int] = []

    def job(ctx: Context) -> Steps:
        starts.append(ctx.now // MS)
        yield from ()

    backend.action(name, job)
    return starts


def call(ctx: Context, name: str, *args: Any) -> Steps:
    """A client that calls one mutation."""
    yield from ctx.run_mutation(name, *args)


# -- one commit --------------------------------------------------------------------------------


@pytest.mark.parametrize("overhead", ["0s", "1ms", "10ms..15ms"])
def test_a_job_sees_what_the_mutation_wrote_that_scheduled_it(
    make_backend: MakeBackend, overhead: str
) -> None:
    backend = make_backend(
        platform={"scheduler": {"overhead": overhead}, "latency": {"commit": "18ms..22ms"}}
    )
    seen: list[int] = []
    backend.query("look", lambda tx, row: tx.get(row))

    def job(ctx: Context, row: Document) -> Steps:
        seen.append((yield from ctx.query("look", row)))

    def write(tx: Transaction) -> None:
        row = Document(0)
        tx.put(row, 1)
        tx.schedule(0, "job", row)

    backend.action("job", job)
    backend.mutation("write", write)
    for n in range(200):
        backend.client(n * 100 * MS, call, "write")
    backend.env.run(until=MINUTE)
    assert seen == [1] * 200


@pytest.mark.parametrize(
    ("delay", "starts"),
    [(-SECOND, 50), (0, 50), (39 * MS, 50), (40 * MS, 50), (41 * MS, 51), (SECOND, 1010)],
)
def test_a_job_starts_when_it_is_due_and_its_commit_is_visible_whichever_is_later(
    make_backend: MakeBackend, delay: int, starts: int
) -> None:
    backend = make_backend(platform=SLOW_COMMIT)
    found = starts_of(backend)
    backend.mutation("schedule", lambda tx: tx.schedule(delay, "job"))
    backend.client(0, call, "schedule")
    backend.env.run(until=MINUTE)
    assert found == [starts]


def test_a_mutation_that_only_schedules_is_visible_in_the_order_of_validation_too(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend()
    starts = starts_of(backend)
    first, later = Document(0), Document(0)
    visible: dict[str, int] = {}

    def timed(ctx: Context, name: str) -> Steps:
        yield from ctx.run_mutation(name)
        visible[name] = ctx.now // MS

    for name, body, pending in (
        ("slow write", lambda tx: tx.put(first, 1), 80),
        ("schedule", lambda tx: tx.schedule(0, "job"), 5),
        ("quick write", lambda tx: tx.put(later, 1), 1),
    ):
        backend.mutation(name, body)
        backend.functions[name].attempts = repeat((10 * MS, pending * MS))
    for at, name in enumerate(("slow write", "schedule", "quick write")):
        backend.client(at * MS, timed, name)
    backend.env.run(until=SECOND)
    assert visible == {"slow write": 90, "schedule": 90, "quick write": 90}
    assert starts == [90], "a commit is not visible before an earlier one, and so is no job"


def test_a_commit_that_only_schedules_holds_back_the_writes_behind_it(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend()
    starts_of(backend)
    row = Document(0)
    backend.mutation("schedule", lambda tx: tx.schedule(0, "job"))
    backend.mutation("write", lambda tx: tx.put(row, 1))
    backend.functions["schedule"].attempts = repeat((10 * MS, 60 * MS))
    backend.client(0, call, "schedule")  # visible after 70 ms
    backend.client(20 * MS, call, "write")  # validated after 30 ms, durable after 35 ms
    backend.env.run(until=SECOND)
    assert row.visible_at == 70 * MS


def test_a_job_of_a_retried_mutation_waits_for_the_attempt_that_won(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform=SLOW_COMMIT)
    starts = starts_of(backend)
    counter = Document(0)
    ends: list[int] = []

    def count(tx: Transaction) -> None:
        tx.put(counter, tx.get(counter) + 1)
        tx.schedule(0, "job")

    def client(ctx: Context) -> Steps:
        yield from ctx.run_mutation("count")
        ends.append(ctx.now // MS)

    backend.mutation("count", count)
    backend.client(0, client)
    backend.client(MS, client)
    backend.env.run(until=MINUTE)
    (edge,) = [edge for edge in backend.ledger if edge.function.name == "count"]
    assert edge.retried > 0
    assert starts == ends == sorted(ends)


def test_a_job_of_a_large_transaction_waits_for_its_later_commit(make_backend: MakeBackend) -> None:
    backend = make_backend(platform=SLOW_COMMIT)
    starts = starts_of(backend)

    def scan(tx: Transaction) -> None:
        tx.read_more(110, 0)
        tx.schedule(0, "job")

    backend.mutation("scan", scan)
    backend.client(0, call, "scan")
    backend.env.run(until=SECOND)
    assert starts == [10 + 5 + 40], "50 µs for each of 100 documents beyond the tenth"


def test_jobs_of_crons_and_of_jobs_wait_for_their_commits(make_backend: MakeBackend) -> None:
    backend = make_backend(platform=SLOW_COMMIT)
    starts = starts_of(backend)
    backend.mutation("by job", lambda tx: tx.schedule(0, "job"))
    backend.mutation("by cron", lambda tx: tx.schedule(0, "by job"))
    backend.cron("cron", "by cron", every=SECOND)
    assert list(backend.run([SECOND // 2])) == [SECOND // 2]
    assert starts == [100], "two commits of 50 ms, one after the other"


# -- deployments while a commit is pending -----------------------------------------------------


@pytest.mark.parametrize(
    ("operations", "starts"),
    [
        ({20: "clear-queue"}, []),  # the clearing conflicts with the commit, so it sees the job
        ({50: "clear-queue"}, []),
        ({51: "clear-queue"}, [50]),
        ({20: "pause", 30: "resume"}, [50]),
        ({20: "pause", 90: "resume"}, [90]),
        ({20: "pause", 30: "clear-queue", 90: "resume"}, []),
    ],
)
def test_a_deployment_while_the_commit_is_pending(
    make_backend: MakeBackend, operations: dict[int, str], starts: list[int]
) -> None:
    backend = make_backend(platform=SLOW_COMMIT)
    found = starts_of(backend)
    backend.mutation("schedule", lambda tx: tx.schedule(0, "job"))
    backend.client(0, call, "schedule")
    for now in backend.run([*(at * MS for at in operations), SECOND]):
        if now // MS in operations:
            backend.deploy(Operation(now, operations[now // MS], None))
    assert found == starts
    scheduler = backend.scheduler
    assert scheduler.created == 1 == scheduler.executor.executed + scheduler.cleared


# -- any app -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """An execution of a random app: what it writes and what it schedules."""

    kind: str
    """``mutation``; or ``action``, which awaits the mutation."""
    writes: frozenset[int]
    documents: int
    """Read besides: a large transaction takes longer."""
    jobs: tuple[tuple[int, Node], ...]
    """(delay in ms, what runs)."""


def nodes(jobs: st.SearchStrategy[Any]) -> st.SearchStrategy[Node]:
    """Executions that schedule some of ``jobs``."""
    return st.builds(
        Node,
        kind=st.sampled_from(["mutation", "action"]),
        writes=st.frozensets(st.integers(0, 2), max_size=2),
        documents=st.sampled_from([0, 0, 300]),
        jobs=jobs,
    )


TREES = st.recursive(
    nodes(st.just(())),
    lambda child: nodes(st.lists(st.tuples(st.integers(0, 60), child), max_size=3).map(tuple)),
    max_leaves=12,
)
LATENCIES = st.sampled_from(["0s", "1ms", "5ms..40ms", "90ms"])


class RandomApp:
    """An app of one mutation and one action, which notes when commits are visible and jobs start.

    When a commit is visible is what `Database.publish` says, the very moment from which new
    transactions see its writes.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._documents = [Document(0) for _ in range(3)]
        self._publish = backend.database.publish
        self.earliest: dict[tuple[int, ...], int] = {}
        """By job: when it is due and its scheduler's commit is visible."""
        self.starts: dict[tuple[int, ...], int] = {}
        """By job: when its code starts."""
        backend.mutation("mutation", self._mutation)
        backend.action("action", self._action)
        backend.query("look", self._look)
        backend.database.publish = self._note  # type: ignore[method-assign]

    def _mutation(self, tx: Transaction, job: tuple[int, ...], node: Node) -> None:
        self.starts.setdefault(job, tx.begin)
        tx.read_more(node.documents, 0)
        for n in sorted(node.writes):
            tx.put(self._documents[n], tx.get(self._documents[n]) + 1)
        for n, (delay, child) in enumerate(node.jobs):
            tx.schedule(delay * MS, child.kind, (*job, n), child)

    def _action(self, ctx: Context, job: tuple[int, ...], node: Node) -> Steps:
        self.starts[job] = ctx.now
        yield from ctx.query("look")
        yield from ctx.run_mutation("mutation", job, node)

    def _look(self, tx: Snapshot) -> list[int]:
        return [tx.get(document) for document in self._documents]

    def _note(self, effects: Any, now: int, visible_at: int, writer: str = "") -> int:
        jobs = list(self._backend.transaction.jobs)
        visible_at = self._publish(effects, now, visible_at, writer)
        for delay, _, (job, _) in jobs:
            self.earliest[job] = max(now + delay, visible_at)
        return visible_at


@given(
    trees=st.lists(st.tuples(st.integers(0, 50), TREES), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
    commit=LATENCIES,
    execution=st.sampled_from(["1ms", "5ms", "2ms..30ms"]),
    slots=st.sampled_from([1, 3, 500]),
    paused=st.lists(st.integers(1, 300), max_size=2, unique=True).map(sorted),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_job_of_any_app_starts_before_its_commit_is_visible(
    make_backend: MakeBackend, trees: list[tuple[int, Node]], seed: int, commit: str,
    execution: str, slots: int, paused: list[int],
) -> None:  # fmt: skip
    backend = make_backend(
        seed,
        platform={
            "latency": {"mutation": execution, "commit": commit},
            "scheduler": {"parallelism": slots},
            "concurrency": {"mutations": 500, "queries": 500, "actions": 500},
        },
    )
    app = RandomApp(backend)
    for number, (at, tree) in enumerate(trees):
        backend.client(at * MS, call, "mutation", (number,), tree)
    _run(backend, paused)
    assert app.earliest.keys() <= app.starts.keys(), "a job was lost"
    for job, earliest in app.earliest.items():
        assert app.starts[job] >= earliest
        if slots == 500 and not paused:
            assert app.starts[job] == earliest, "there is a slot for it at once"


def _run(backend: Backend, paused: list[int]) -> None:
    """Run for a minute; the deployment is paused between the first and the second moment (ms)."""
    actions: Iterator[str] = iter(("pause", "resume"))
    for now in backend.run([*(at * MS for at in paused), SECOND, MINUTE]):
        if now < SECOND:
            backend.deploy(Operation(now, next(actions), None))
        elif now == SECOND and len(paused) == 1:
            backend.deploy(Operation(now, "resume", None))
