"""The exact boundary of every rule of the platform: the last value that passes, the first that not.

The compiled engine copies these rules, so that comparing the engines does not show which side a
boundary belongs to. The sides here follow from platform.md: "above the limit", "up to", "within".
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from typing import Any

import pytest

from sim.platform.reference import (
    ActionTimeoutError,
    Backend,
    CallError,
    CapacityError,
    Context,
    Document,
    ScheduleLimitError,
    Steps,
    Transaction,
    TransactionLimitError,
    WriteConflictError,
)
from sim.platform.reference.flow import OrganicFlow
from sim.platform.reference.lanes import Lanes
from sim.platform.reference.retry import Retry
from sim.scenario import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Backoff
from tests.platform.reference.conftest import MakeBackend

MS = MILLISECOND
ALMOST_ONE = (1 << 64) - 1
"""The greatest draw of a jitter."""


def outcome(backend: Backend, script: Callable[..., Steps], *args: Any) -> list[type[Exception]]:
    """The error that a client's script ends in, if any, once everything is over."""
    errors: list[type[Exception]] = []

    def client(ctx: Context) -> Steps:
        try:
            yield from script(ctx, *args)
        except CallError as error:
            errors.append(type(error))

    backend.client(0, client)
    backend.env.run(until=HOUR)
    return errors


def mutate(ctx: Context, *args: Any) -> Steps:
    yield from ctx.run_mutation("mutation", *args)


# -- places ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("longest", "begin"), [(100, 100), (99, -1)])
def test_a_call_waits_for_a_place_up_to_its_longest_wait(longest: int, begin: int) -> None:
    lanes = Lanes(1, longest)
    assert lanes.start(0, 100) == 0
    assert lanes.start(0, 1) == begin
    assert (lanes.delayed, lanes.rejected) == (1, int(begin < 0))


def test_a_place_is_free_at_the_very_moment_the_call_before_it_ends() -> None:
    lanes = Lanes(2, SECOND)
    assert [lanes.start(0, 50), lanes.start(0, 70)] == [0, 0]
    assert lanes.start(50, 10) == 50
    assert lanes.delayed == 0
    assert lanes.start(50, 10) == 60
    assert lanes.delayed == 1


def test_calls_that_did_not_have_to_ask_hold_their_places_for_those_who_do() -> None:
    lanes = Lanes(2, SECOND)
    lanes.recent.extend([100, 200, 300])  # only the latest two can still hold a place
    assert lanes.start(150, 10) == 200
    assert lanes.start(150, 10) == 210


@pytest.mark.parametrize(("places", "there_are"), [(0, 1), (-3, 1), (1, 1), (16, 16)])
def test_organic_traffic_never_takes_the_last_place(places: int, there_are: int) -> None:
    assert Lanes(places, SECOND).places == there_are


@pytest.mark.parametrize(("time", "load"), [(499 * MS, 0), (500 * MS, 1), (1499 * MS, 1)])
def test_the_places_of_a_flow_are_its_offered_load_rounded(time: int, load: int) -> None:
    assert OrganicFlow.offered_load(DAY / SECOND, time) == load  # one a second


@pytest.mark.parametrize(("live", "waits"), [(2, False), (3, True)])
def test_as_many_as_there_are_places_run_at_once(
    make_backend: MakeBackend, live: int, waits: bool
) -> None:
    backend = make_backend(platform={"concurrency": {"queries": 2}})
    backend.query("read", lambda tx: None)

    def read(ctx: Context) -> Steps:
        yield from ctx.query("read")

    for _ in range(live):
        backend.client(0, read)
    backend.env.run(until=SECOND)
    assert (backend.query_lanes.delayed > 0) == waits


@pytest.mark.parametrize(("held", "rejected"), [(9_999_999, 0), (10_000_001, 1)])
def test_an_action_waits_up_to_ten_seconds_for_its_place(
    make_backend: MakeBackend, held: int, rejected: int
) -> None:
    backend = make_backend(platform={"concurrency": {"actions": 1}})

    def work(ctx: Context, duration: int) -> Steps:
        ctx.sleep(duration)
        yield from ()

    def client(ctx: Context, duration: int) -> Steps:
        yield from ctx.run_action("work", duration)

    backend.action("work", work)
    backend.client(0, client, held)
    backend.client(0, client, 1)
    backend.env.run(until=MINUTE)
    gate = backend.gates[False]
    assert (gate.delayed, gate.rejected, gate.free) == (1, rejected, 1)


# -- retries -----------------------------------------------------------------------------------


def retry(initial: str, most: str, draw: int) -> Retry:
    backoff = Backoff.model_validate({"initial": initial, "max": most})
    return Retry.of(4, backoff, repeat(draw), wait=False)


@pytest.mark.parametrize(
    ("failures", "ceiling_ms"), [(0, 10), (1, 20), (7, 1280), (8, 2000), (31, 2000), (99, 2000)]
)
def test_a_backoff_doubles_with_every_failure_up_to_its_maximum(
    failures: int, ceiling_ms: int
) -> None:
    policy = retry("10ms", "2s", ALMOST_ONE)
    assert policy.delay(failures) == ceiling_ms * MS - 1, "full jitter is below the ceiling"
    half = retry("10ms", "2s", 1 << 63)
    assert half.delay(failures) == ceiling_ms * MS // 2


def test_a_backoff_takes_a_microsecond_at_least() -> None:
    assert retry("10ms", "2s", 0).delay(0) == 1
    assert retry("0s", "2s", ALMOST_ONE).delay(5) == 1


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2), (4, 5)])
def test_a_called_mutation_has_one_attempt_more_than_retries(
    make_backend: MakeBackend, retries: int, attempts: int
) -> None:
    backend = make_backend(platform={"occ": {"called_retries": retries}})
    row = Document(0)

    def lose(tx: Transaction) -> None:
        tx.put(row, 1)
        row.write(0, tx.begin + 1, keep_from=0)  # somebody else is always faster

    backend.mutation("mutation", lose)
    assert outcome(backend, mutate) == [WriteConflictError]
    (edge,) = [edge for edge in backend.ledger if edge.calls]
    assert (edge.calls, edge.retried, edge.failed) == (attempts, retries, 1)


@pytest.mark.parametrize(("begin_ms", "conflicts"), [(49, True), (50, False)])
def test_who_begins_when_a_write_is_visible_does_not_lose_to_it(
    make_backend: MakeBackend, begin_ms: int, conflicts: bool
) -> None:
    backend = make_backend(platform={"latency": {"mutation": "10ms", "commit": "40ms"}})
    row = Document(0)
    backend.mutation("mutation", lambda tx: tx.put(row, tx.get(row) + 1))
    backend.client(0, mutate)  # visible after 50 ms
    backend.client(begin_ms * MS, mutate)
    backend.env.run(until=SECOND)
    assert row.value == 2
    assert (sum(edge.retried for edge in backend.ledger) > 0) == conflicts


# -- the scheduler's caps ----------------------------------------------------------------------


def schedule_from_mutation(tx: Transaction, jobs: int) -> None:
    for _ in range(jobs):
        tx.schedule(MINUTE, "job")


@pytest.mark.parametrize(("jobs", "errors"), [(5, []), (6, [ScheduleLimitError])])
@pytest.mark.parametrize("cap", ["per_function_cap", "outstanding_cap"])
def test_a_mutation_schedules_up_to_each_cap(
    make_backend: MakeBackend, cap: str, jobs: int, errors: list[type[Exception]]
) -> None:
    backend = make_backend(platform={"scheduler": {cap: 5}})
    backend.mutation("mutation", schedule_from_mutation)
    backend.mutation("job", lambda tx: None)
    assert outcome(backend, mutate, jobs) == errors
    scheduler = backend.scheduler
    assert scheduler.created == (0 if errors else jobs)
    assert scheduler.rejected == len(errors)
    assert scheduler.rejected_by_function == (len(errors) if cap == "per_function_cap" else 0)


@pytest.mark.parametrize(("jobs", "errors"), [(5, []), (6, [ScheduleLimitError])])
@pytest.mark.parametrize("cap", ["per_function_cap", "outstanding_cap"])
def test_an_action_schedules_up_to_each_cap(
    make_backend: MakeBackend, cap: str, jobs: int, errors: list[type[Exception]]
) -> None:
    backend = make_backend(platform={"scheduler": {cap: 5}})
    backend.mutation("job", lambda tx: None)

    def schedule(ctx: Context) -> Steps:
        for _ in range(jobs):
            yield from ctx.schedule(MINUTE, "job")

    assert outcome(backend, schedule) == errors
    scheduler = backend.scheduler
    assert scheduler.created == 5
    assert scheduler.rejected == len(errors)
    assert scheduler.rejected_by_function == (len(errors) if cap == "per_function_cap" else 0)


def test_the_cap_of_outstanding_jobs_has_room_again_when_one_is_over(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"scheduler": {"outstanding_cap": 2, "parallelism": 1}})
    accepted: list[int] = []

    def job(ctx: Context) -> Steps:
        ctx.sleep(SECOND)
        yield from ()

    def client(ctx: Context, number: int) -> Steps:
        yield from ctx.schedule(0, "job")
        accepted.append(number)

    backend.action("job", job)
    for number, at in enumerate((0, 0, SECOND - 1, SECOND + 1, SECOND + 2)):
        backend.client(at, client, number)
    backend.env.run(until=MINUTE)
    assert accepted == [0, 1, 3], "running and waiting, then again after the first was over"


@pytest.mark.parametrize(("jobs", "waiting"), [(3, 0), (4, 1)])
def test_as_many_jobs_run_at_once_as_there_are_slots(
    make_backend: MakeBackend, jobs: int, waiting: int
) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 3}})

    def job(ctx: Context) -> Steps:
        ctx.sleep(SECOND)
        yield from ()

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "job")

    backend.action("job", job)
    for _ in range(jobs):
        backend.client(0, client)
    backend.env.run(until=SECOND // 2)
    executor = backend.scheduler.executor
    assert (executor.slots.count, len(executor.slots.backlog)) == (jobs - waiting, waiting)


# -- time-outs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("over", "errors"), [(0, []), (1, [ActionTimeoutError])])
@pytest.mark.parametrize("node", [False, True])
def test_an_action_may_run_as_long_as_its_time_out(
    make_backend: MakeBackend, node: bool, over: int, errors: list[type[Exception]]
) -> None:
    backend = make_backend(platform={"actions": {"timeout": "2s", "node_timeout": "3s"}})
    time_out = 3 * SECOND if node else 2 * SECOND
    ends: list[int] = []

    def work(ctx: Context) -> Steps:
        ctx.sleep(time_out + over)
        yield from ()

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.run_action("work")
        finally:
            ends.append(ctx.now)

    backend.action("work", work, node=node)
    assert outcome(backend, client) == errors
    assert ends == [time_out]
    (edge,) = [edge for edge in backend.ledger if edge.calls]
    assert edge.time_us == time_out
    assert edge.mib_ms == (512 if node else 64) * time_out // MS
    assert backend.refusals.timed_out == over


@pytest.mark.parametrize("call", ["query", "query_each", "mutation", "http", "batch", "schedule",
                                  "action"])  # fmt: skip
@pytest.mark.parametrize(("over", "runs"), [(0, 1), (1, 0)])
def test_a_step_may_begin_at_the_deadline_and_not_after_it(
    make_backend: MakeBackend, call: str, over: int, runs: int
) -> None:
    backend = make_backend(platform={"actions": {"timeout": "1s"}})
    backend.query("query", lambda tx: None)
    backend.mutation("mutation", lambda tx: None)

    def inner(ctx: Context) -> Steps:
        yield from ()

    def work(ctx: Context) -> Steps:
        ctx.sleep(SECOND + over)
        steps: dict[str, Steps] = {
            "query": ctx.query("query"),
            "query_each": ctx.query_each(("query",)),
            "mutation": ctx.run_mutation("mutation"),
            "http": ctx.http(),
            "batch": ctx.http_batch(1),
            "schedule": ctx.schedule(MINUTE, "mutation"),
            "action": ctx.run_action("inner"),
        }
        yield from steps[call]

    def client(ctx: Context) -> Steps:
        yield from ctx.run_action("work")

    backend.action("inner", inner)
    backend.action("work", work)
    backend.client(0, client)
    backend.env.run(until=30 * SECOND)
    done = sum(edge.calls for edge in backend.ledger if edge.function.name != "work")
    assert done + backend.external.requests + backend.scheduler.created == runs


# -- transactions ------------------------------------------------------------------------------

ROWS = [Document(n, size=100) for n in range(20)]
BEYOND = [TransactionLimitError]


@pytest.mark.parametrize(
    ("limit", "most", "errors"),
    [
        ("documents_read", 15, []), ("documents_read", 14, BEYOND),
        ("documents_read", 3, BEYOND),  # below what needs no look otherwise
        ("bytes_read", "1500B", []), ("bytes_read", "1499B", BEYOND),
        ("time", "250us", []), ("time", "249us", BEYOND),  # 50 us for each beyond the tenth
    ],
)  # fmt: skip
def test_a_transaction_reads_up_to_its_limits(
    make_backend: MakeBackend, limit: str, most: object, errors: list[type[Exception]]
) -> None:
    backend = make_backend(platform={"transactions": {limit: most}})
    backend.mutation("mutation", lambda tx: sum(tx.get(row) for row in ROWS[:15]))
    assert outcome(backend, mutate) == errors
    assert backend.refusals.too_large == len(errors)


@pytest.mark.parametrize(("most", "errors"), [(15, []), (14, BEYOND), (3, BEYOND)])
def test_documents_that_need_no_place_in_the_read_set_count_too(
    make_backend: MakeBackend, most: int, errors: list[type[Exception]]
) -> None:
    backend = make_backend(platform={"transactions": {"documents_read": most}})

    def read(tx: Transaction) -> None:
        tx.get(ROWS[0])
        tx.read_more(14, 0)

    backend.mutation("mutation", read)
    assert outcome(backend, mutate) == errors


@pytest.mark.parametrize(
    ("most", "writes", "errors"),
    [(3, 3, []), (3, 4, BEYOND), (10, 10, []), (10, 11, BEYOND), (15, 15, []), (15, 16, BEYOND)],
)
@pytest.mark.parametrize("how", ["put", "insert"])
def test_a_transaction_writes_up_to_its_limit(
    make_backend: MakeBackend, how: str, most: int, writes: int, errors: list[type[Exception]]
) -> None:
    backend = make_backend(platform={"transactions": {"documents_written": most}})
    rows = [Document(0) for _ in range(20)]

    def write(tx: Transaction) -> None:
        for row in rows[:writes]:
            tx.put(row, 1) if how == "put" else tx.insert(row, 1, 10)

    backend.mutation("mutation", write)
    assert outcome(backend, mutate) == errors
    assert sum(row.value for row in rows) == (0 if errors else writes)


@pytest.mark.parametrize(("most", "errors"), [("300B", []), ("299B", BEYOND)])
@pytest.mark.parametrize("how", ["one", "each"])
def test_a_query_reads_up_to_its_bytes(
    make_backend: MakeBackend, how: str, most: str, errors: list[type[Exception]]
) -> None:
    backend = make_backend(platform={"transactions": {"bytes_read": most}})
    backend.query("read", lambda tx: [tx.get(row) for row in ROWS[:3]])

    def read(ctx: Context) -> Steps:
        if how == "one":
            yield from ctx.query("read")
        else:
            yield from ctx.query_each(("read",))

    assert outcome(backend, read) == errors
    assert backend.refusals.too_large == len(errors)


@pytest.mark.parametrize(("documents", "extra"), [(10, 0), (11, 50), (12, 100)])
def test_only_documents_beyond_the_tenth_take_longer(
    make_backend: MakeBackend, documents: int, extra: int
) -> None:
    backend = make_backend()
    backend.mutation("mutation", lambda tx: sum(tx.get(row) for row in ROWS[:documents]))
    ends: list[int] = []

    def client(ctx: Context) -> Steps:
        yield from ctx.run_mutation("mutation")
        ends.append(ctx.now)

    assert outcome(backend, client) == []
    assert ends == [10 * MS + extra]


def test_eight_queries_may_be_asked_for_at_once(make_backend: MakeBackend) -> None:
    backend = make_backend()
    backend.query("read", lambda tx: 1)
    values: list[list[int]] = []

    def client(ctx: Context, queries: int) -> Steps:
        values.append((yield from ctx.query_each(("read",) * queries)))

    assert outcome(backend, client, 8) == []
    assert values == [[1] * 8]
    backend.client(backend.env.now, client, 9)
    with pytest.raises(ValueError, match="more than 8"):
        backend.env.run(until=2 * HOUR)


# -- nested calls ------------------------------------------------------------------------------


@pytest.mark.parametrize(("depth", "errors"), [(8, []), (9, [CapacityError])])
def test_actions_call_each_other_eight_deep(
    make_backend: MakeBackend, depth: int, errors: list[type[Exception]]
) -> None:
    backend = make_backend()

    def nest(ctx: Context, left: int) -> Steps:
        if left > 1:
            yield from ctx.run_action("nest", left - 1)

    def client(ctx: Context) -> Steps:
        yield from ctx.run_action("nest", depth)

    backend.action("nest", nest)
    assert outcome(backend, client) == errors
    assert backend.refusals.too_deep == len(errors)


# -- crons -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("takes", "runs", "skipped"), [(9_999, 4, 0), (10_001, 2, 2)])
def test_a_cron_is_skipped_only_while_its_run_before_goes_on(
    make_backend: MakeBackend, takes: int, runs: int, skipped: int
) -> None:
    backend = make_backend()

    def work(ctx: Context) -> Steps:
        ctx.sleep(takes * MS)
        yield from ()

    backend.action("work", work)
    backend.cron("ten", "work", every=10 * SECOND)
    assert list(backend.run([35 * SECOND])) == [35 * SECOND]
    (cron,) = backend.crons
    assert (cron.runs, cron.skipped) == (runs, skipped)


@pytest.mark.parametrize(("horizon", "runs"), [(10_000, 1), (10_001, 2)])
def test_what_is_due_at_the_horizon_is_beyond_it(
    make_backend: MakeBackend, horizon: int, runs: int
) -> None:
    backend = make_backend()
    backend.mutation("work", lambda tx: None)
    backend.cron("ten", "work", every=10 * SECOND)
    assert list(backend.run([horizon * MS])) == [horizon * MS]
    (cron,) = backend.crons
    assert cron.runs == runs
