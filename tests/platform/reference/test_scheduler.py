"""The scheduler: order, slots, caps, exactly-once; its waiting times against queueing theory."""

from __future__ import annotations

import math
from statistics import fmean

import pytest
from scipy import stats

from sim.platform.reference import Backend, Context, Document, Steps, Transaction
from sim.scenario import DAY, SECOND, Distribution
from tests.platform.reference.conftest import MakeBackend

MS = 1000


def erlang_c_wait(arrival: float, service: float, servers: int) -> float:
    """Mean wait in M/M/c: Erlang's C over the spare capacity (rates per second)."""
    load = arrival / service
    rho = load / servers
    waiting = load**servers / math.factorial(servers) / (1 - rho)
    probability = waiting / (sum(load**n / math.factorial(n) for n in range(servers)) + waiting)
    return probability / (servers * service - arrival)


def mean_wait(backend: Backend, arrival: float, service: float, horizon: int) -> float:
    """Mean seconds that jobs wait for a slot, after a tenth of the horizon to warm up."""
    mean = round(SECOND / service)
    times = backend.samples("service", Distribution(shape="exponential", low=mean, high=mean))
    waits: list[float] = []

    def job(ctx: Context, due: int) -> Steps:
        if due > horizon // 10:
            waits.append((ctx.now - due) / SECOND)
        ctx.sleep(next(times))
        yield from ()

    def client(ctx: Context, number: int) -> Steps:
        yield from ctx.schedule(0, "job", ctx.now)

    backend.action("job", job)
    backend.arrivals("jobs", arrival * DAY / SECOND, client)
    backend.env.run(until=horizon)
    return fmean(waits)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.6), (3, 0.75), (10, 0.85)])
def test_waits_for_a_slot_follow_erlang_c(
    make_backend: MakeBackend, servers: int, load: float
) -> None:
    service = 2.0
    arrival = load * servers * service
    waits = [
        mean_wait(
            make_backend(seed, platform={"scheduler": {"parallelism": servers}}),
            arrival, service, round(6000 / arrival) * SECOND,
        )
        for seed in range(12)
    ]  # fmt: skip
    expected = erlang_c_wait(arrival, service, servers)
    low, high = stats.t.interval(0.999, len(waits) - 1, fmean(waits), stats.sem(waits))
    assert low <= expected <= high, (waits, expected)


@pytest.mark.parametrize(("chains", "slots"), [(1, 4), (4, 4), (20, 4), (3, 1)])
def test_a_closed_loop_has_the_throughput_of_its_chains_or_of_its_slots(
    make_backend: MakeBackend, chains: int, slots: int
) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": slots, "overhead": "10ms"}})

    def loop(ctx: Context) -> Steps:
        ctx.sleep(90 * MS)
        yield from ctx.schedule(0, "loop")

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "loop")

    backend.action("loop", loop)
    for _ in range(chains):
        backend.client(0, client)
    backend.env.run(until=100 * SECOND)
    expected = min(chains, slots) * 1000  # 100 ms a pass
    assert abs(backend.scheduler.executor.executed - expected) <= chains
    assert backend.scheduler.outstanding == chains


def test_due_jobs_start_in_the_order_they_were_due(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 1}})
    started: list[str] = []

    def job(ctx: Context, name: str) -> Steps:
        started.append(name)
        ctx.sleep(5 * SECOND)
        yield from ()

    def client(ctx: Context) -> Steps:
        for delay, name in ((3, "c"), (0, "a"), (2, "b"), (3, "d")):
            yield from ctx.schedule(delay * SECOND, "job", name)

    backend.action("job", job)
    backend.client(0, client)
    backend.env.run(until=60 * SECOND)
    assert started == ["a", "b", "c", "d"]


def test_an_action_holds_its_slot_and_a_mutation_keeps_it_through_its_retries(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 2}})
    counter = Document(0)

    def count(tx: Transaction) -> None:
        tx.put(counter, tx.get(counter) + 1)

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "count")

    backend.mutation("count", count)
    for _ in range(20):
        backend.client(0, client)
    running: list[int] = []

    def watch() -> Steps:
        while True:
            running.append(backend.scheduler.executor.slots.count)
            yield backend.env.timeout(MS)

    backend.env.process(watch())
    backend.env.run(until=60 * SECOND)
    assert max(running) == 2
    assert counter.value == 20


def test_the_outstanding_cap_holds_and_what_is_beyond_it_throws(make_backend: MakeBackend) -> None:
    backend = make_backend(
        platform={"scheduler": {"parallelism": 1, "outstanding_cap": 8, "per_function_cap": 5}}
    )

    def double(tx: Transaction) -> None:
        tx.schedule(0, "double")
        tx.schedule(0, "double")

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "double")

    backend.mutation("double", double)
    backend.client(0, client)
    outstanding: list[int] = []

    def watch() -> Steps:
        while True:
            outstanding.append(backend.scheduler.outstanding)
            yield backend.env.timeout(MS)

    backend.env.process(watch())
    backend.env.run(until=20 * SECOND)
    assert 7 <= max(outstanding) <= 8
    assert backend.scheduler.rejected > 0
    executor = backend.scheduler.executor
    assert backend.scheduler.created == executor.executed + backend.scheduler.pending


def test_saturation_and_the_peak_are_measured(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 1}})

    def job(ctx: Context) -> Steps:
        ctx.sleep(SECOND)
        yield from ()

    def client(ctx: Context) -> Steps:
        for _ in range(4):
            yield from ctx.schedule(0, "job")

    backend.action("job", job)
    backend.client(2 * SECOND, client)
    backend.env.run(until=20 * SECOND)
    executor = backend.scheduler.executor
    assert executor.slots.peak_backlog == 3
    assert executor.slots.behind_us == 3 * SECOND
    assert executor.slots.slot_us == 4 * SECOND


def test_a_running_job_uses_its_slot_before_it_is_over(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"overhead": "0s"}})

    def job(ctx: Context) -> Steps:
        ctx.sleep(60 * SECOND)
        yield from ()

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "job")

    backend.action("job", job)
    backend.client(2 * SECOND, client)
    executor = backend.scheduler.executor
    used = []
    for minute in range(3):
        backend.env.run(until=(10 + 20 * minute) * SECOND)
        used.append(executor.slots.slot_us)
    assert [later - used[0] for later in used] == [0, 20 * SECOND, 40 * SECOND]
