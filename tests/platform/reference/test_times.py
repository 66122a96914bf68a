"""Latency, scheduling lag and time in retries: what callers and jobs themselves see, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.platform.reference import (
    CallError,
    Context,
    Document,
    Snapshot,
    Steps,
    Transaction,
    WriteConflictError,
)
from sim.quantiles import bucket_of
from sim.scenario import SECOND
from tests.platform.reference.conftest import MakeBackend

MS = 1000
HORIZON = 600 * SECOND


def buckets(times: list[int]) -> Counter[int]:
    return Counter(map(bucket_of, times))


@given(
    starts=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    places=st.integers(1, 3),
    seed=st.integers(0, 5),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_latencies_are_those_that_callers_see(
    make_backend: MakeBackend, starts: list[int], places: int, seed: int
) -> None:
    backend = make_backend(
        seed,
        platform={
            "latency": {"query": "2ms..30ms", "mutation": "2ms..30ms", "commit": "1ms..40ms"},
            "concurrency": {"queries": places, "mutations": places, "actions": places},
        },
    )
    counter = Document(0)
    seen: dict[str, list[int]] = {"read": [], "count": [], "act": []}

    def read(tx: Snapshot) -> int:
        return int(tx.get(counter))

    def count(tx: Transaction) -> None:
        tx.put(counter, tx.get(counter) + 1)

    def timed(ctx: Context, name: str, call: Callable[[str], Steps]) -> Steps:
        called = ctx.now
        with suppress(WriteConflictError):
            yield from call(name)
        seen[name].append(ctx.now - called)

    def client(ctx: Context) -> Steps:
        yield from timed(ctx, "read", ctx.query)
        yield from timed(ctx, "count", ctx.run_mutation)
        yield from timed(ctx, "act", ctx.run_action)

    def act(ctx: Context) -> Steps:
        yield from timed(ctx, "read", ctx.query)
        ctx.sleep(5 * MS)
        yield from timed(ctx, "count", ctx.run_mutation)

    backend.query("read", read)
    backend.mutation("count", count)
    backend.action("act", act)
    for start in starts:
        backend.client(start * MS, client)
    backend.env.run(until=HORIZON)
    for name, times in seen.items():
        assert backend.functions[name].times.latency == buckets(times), name


def test_a_call_that_lost_takes_as_long_as_all_its_attempts(make_backend: MakeBackend) -> None:
    backend = make_backend()
    counter = Document(0)
    ends: list[int] = []

    def count(tx: Transaction) -> None:
        tx.put(counter, tx.get(counter) + 1)

    def client(ctx: Context) -> Steps:
        yield from ctx.run_mutation("count")
        ends.append(ctx.now)

    backend.mutation("count", count)
    for _ in range(2):
        backend.client(0, client)
    backend.env.run(until=HORIZON)
    times = backend.functions["count"].times
    assert times.latency == buckets(ends)
    assert times.retry_time == buckets([max(ends) - 10 * MS]), "its first attempt took 10 ms"


def test_a_failed_call_is_counted_and_one_without_a_place_is_not(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"concurrency": {"queries": 1}, "latency": {"query": "3s"}})
    refused: list[int] = []

    def fail(tx: Snapshot) -> None:
        raise CallError("no")

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.query("fail")
        except CallError as error:
            if str(error) != "no":
                refused.append(ctx.now)
            raise

    backend.query("fail", fail)
    for _ in range(5):
        backend.client(0, client)
    backend.env.run(until=HORIZON)
    counted = backend.functions["fail"].times.latency
    assert counted == buckets([3 * SECOND * n for n in range(1, 6 - len(refused))])
    assert refused


@given(
    delays=st.lists(st.integers(0, 50), min_size=1, max_size=15),
    slots=st.integers(1, 3),
    seed=st.integers(0, 5),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_scheduling_lag_is_what_jobs_see(
    make_backend: MakeBackend, delays: list[int], slots: int, seed: int
) -> None:
    backend = make_backend(
        seed, platform={"scheduler": {"parallelism": slots, "overhead": "1ms..20ms"}}
    )
    seen: list[int] = []

    def job(ctx: Context, due: int) -> Steps:
        seen.append(ctx.now - due)
        ctx.sleep(15 * MS)
        yield from ()

    def client(ctx: Context) -> Steps:
        for delay in delays:
            yield from ctx.schedule(delay * MS, "job", ctx.now + delay * MS)

    backend.action("job", job)
    backend.client(0, client)
    backend.env.run(until=HORIZON)
    times = backend.functions["job"].times
    assert times.scheduling_lag == buckets(seen)
    assert times.latency == buckets([15 * MS] * len(delays))


def test_a_run_of_a_cron_that_waits_for_a_slot_is_late(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 1}})

    def job(ctx: Context) -> Steps:
        ctx.sleep(40 * MS)
        yield from ()

    for name in ("one", "two"):
        backend.action(name, job)
        backend.cron(name, name, every=60 * SECOND)
    for _ in backend.run([SECOND]):
        pass
    assert backend.functions["one"].times.scheduling_lag == {0: 1}
    assert backend.functions["two"].times.scheduling_lag == buckets([40 * MS])


@pytest.mark.parametrize("callers", [1, 4])
def test_a_query_that_fails_takes_its_time_for_each_caller(
    make_backend: MakeBackend, callers: int
) -> None:
    backend = make_backend()

    def fail(tx: Snapshot) -> None:
        raise CallError("no")

    def client(ctx: Context) -> Steps:
        yield from ctx.query_for(callers, "fail")

    backend.query("fail", fail)
    backend.client(0, client)
    backend.env.run(until=HORIZON)
    assert backend.functions["fail"].times.latency == {bucket_of(10 * MS): callers}


def test_answers_of_the_cache_are_no_latencies(make_backend: MakeBackend) -> None:
    backend = make_backend()

    def client(ctx: Context) -> Steps:
        yield from ctx.query_for(5, "read")

    backend.query("read", lambda tx: 1)
    backend.client(0, client)
    backend.env.run(until=HORIZON)
    (edge,) = backend.ledger
    assert (edge.calls, edge.cached) == (5, 4)
    assert backend.functions["read"].times.latency == {bucket_of(10 * MS): 1}
