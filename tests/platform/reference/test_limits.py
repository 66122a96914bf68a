"""Concurrency limits, action time-outs, metering, crons and usage limits."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.counters import gb_hours
from sim.draws import samples, stream_key
from sim.platform.reference import (
    ActionTimeoutError,
    CallError,
    CapacityError,
    Context,
    DisabledError,
    Document,
    Steps,
)
from sim.platform.reference.crons import expression_times, interval_times
from sim.platform.reference.lanes import Lanes
from sim.platform.reference.usage import next_window
from sim.scenario import DAY, HOUR, MINUTE, SECOND, Distribution
from tests.platform.reference.conftest import MakeBackend
from tests.platform.reference.test_scheduler import erlang_c_wait

MS = 1000


def exponential(seed: int, name: str, mean: int) -> list[int]:
    """20,000 samples of an exponential."""
    shape = Distribution(shape="exponential", low=mean, high=mean)
    return list(islice(samples(stream_key(seed, name), shape), 20_000))


@pytest.mark.parametrize(("places", "load"), [(1, 0.5), (4, 0.8)])
def test_waits_for_a_place_follow_erlang_c(places: int, load: float) -> None:
    mean = SECOND
    means = []
    for seed in range(15):
        lanes, now, waits = Lanes(places, 10**12), 0, []
        gaps = exponential(seed, "gap", round(mean / (load * places)))
        for gap, holding in zip(gaps, exponential(seed, "holding", mean), strict=True):
            now += gap
            waits.append(lanes.start(now, holding) - now)
        means.append(fmean(waits[2000:]) / SECOND)
    low, high = stats.t.interval(0.999, len(means) - 1, fmean(means), stats.sem(means))
    assert low <= erlang_c_wait(load * places, 1.0, places) <= high


@given(
    calls=st.lists(st.tuples(st.integers(0, 50), st.integers(1, 100)), min_size=1, max_size=60),
    places=st.integers(1, 4),
)
def test_no_more_calls_hold_a_place_than_there_are(
    calls: list[tuple[int, int]], places: int
) -> None:
    lanes, now, held = Lanes(places, 10**9), 0, []
    for gap, holding in calls:
        now += gap
        start = lanes.start(now, holding)
        assert start >= now
        held.append((start, start + holding))
    for start, _ in held:
        assert sum(begin <= start < end for begin, end in held) <= places
    assert [start for start, _ in held] == sorted(start for start, _ in held), "first come first"


def test_a_call_gives_up_when_the_wait_is_too_long(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"concurrency": {"queries": 1}, "latency": {"query": "3s"}})
    backend.query("slow", lambda tx: None)
    ends: list[tuple[str, int]] = []

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.query("slow")
            ends.append(("done", ctx.now))
        except CapacityError:
            ends.append(("gave up", ctx.now))

    for _ in range(3):
        backend.client(0, client)
    backend.env.run(until=MINUTE)
    assert sorted(ends) == [("done", 3 * SECOND), ("done", 6 * SECOND), ("gave up", 5 * SECOND)]


def test_actions_queue_for_a_place_and_give_up_after_ten_seconds(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"concurrency": {"actions": 1}})
    log: list[tuple[str, int]] = []

    def work(ctx: Context) -> Steps:
        ctx.sleep(7 * SECOND)
        yield from ()

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.run_action("work")
            log.append(("done", ctx.now))
        except CapacityError:
            log.append(("gave up", ctx.now))

    backend.action("work", work)
    for _ in range(3):
        backend.client(0, client)
    backend.env.run(until=MINUTE)
    assert log == [("done", 7 * SECOND), ("gave up", 10 * SECOND), ("done", 14 * SECOND)]


def test_an_action_is_killed_at_its_time_out_and_metered_until_then(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"actions": {"node_timeout": "1m"}})
    marks = Document(0)
    errors: list[object] = []
    backend.mutation("mark", lambda tx: tx.insert(marks, 1, 0))

    def work(ctx: Context) -> Steps:
        for _ in range(10):
            ctx.sleep(9 * SECOND)
            try:
                yield from ctx.run_mutation("mark")
            except CallError:
                errors.append("caught inside")

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.run_action("work")
        except ActionTimeoutError:
            errors.append(ctx.now)

    backend.action("work", work, node=True)
    backend.client(0, client)
    backend.env.run(until=HOUR)
    (edge,) = [edge for edge in backend.ledger if edge.function.name == "work"]
    assert errors == [MINUTE]
    assert marks.value == 6
    assert gb_hours(edge.mib_ms) == pytest.approx(0.5 / 60)


def test_memory_times_wall_time_is_metered_by_runtime(make_backend: MakeBackend) -> None:
    backend = make_backend()

    def work(ctx: Context) -> Steps:
        ctx.sleep(HOUR // 10)
        yield from ()

    def client(ctx: Context, name: str) -> Steps:
        yield from ctx.run_action(name)

    backend.action("node", work, node=True)
    backend.action("own", work)
    for name in ("node", "own"):
        backend.client(0, client, name)
    backend.env.run(until=HOUR)
    used = {edge.function.name: gb_hours(edge.mib_ms) for edge in backend.ledger if edge.calls}
    assert used == {"node": pytest.approx(0.05), "own": pytest.approx(0.05 / 8)}


def test_an_interval_cron_runs_at_deploy_and_skips_while_it_is_busy(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend()

    def work(ctx: Context) -> Steps:
        ctx.sleep(25 * SECOND)
        yield from ()

    backend.action("work", work)
    backend.cron("ten", "work", every=10 * SECOND)
    assert list(backend.run([90 * SECOND])) == [90 * SECOND]
    (cron,) = backend.crons
    assert (cron.runs, cron.skipped) == (3, 6), "runs at 0, 30 and 60 s"


def test_cron_expressions_are_utc_and_include_the_start() -> None:
    starts = datetime(2025, 11, 8, 10, 30, tzinfo=UTC)
    assert list(islice(expression_times("30 */2 * * *", starts), 3)) == [
        0, 2 * HOUR, 4 * HOUR,
    ]  # fmt: skip
    assert next(iter(expression_times("0 0 * * *", starts))) == 13 * HOUR + 30 * MINUTE
    assert list(islice(interval_times(HOUR), 3)) == [0, HOUR, 2 * HOUR]


def test_windows_end_at_utc_midnight_and_at_the_end_of_the_month() -> None:
    moment = datetime(2025, 12, 31, 23, 59, tzinfo=UTC)
    assert next_window(moment, "day") == datetime(2026, 1, 1, tzinfo=UTC)
    assert next_window(datetime(2024, 2, 1, tzinfo=UTC), "month") == datetime(
        2024, 3, 1, tzinfo=UTC
    )


def test_a_usage_limit_disables_the_deployment_until_the_day_is_over(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(
        starts="2025-11-08T12:00:00Z",
        platform={
            "usage_limits": [{"metric": "function_calls", "warn": 100, "disable": 200}],
        },
    )
    refused: list[int] = []
    backend.query("read", lambda tx: None)

    def client(ctx: Context, number: int) -> Steps:
        try:
            yield from ctx.query("read")
        except DisabledError:
            refused.append(ctx.now)

    def loop(ctx: Context) -> Steps:
        yield from ctx.schedule(10 * MINUTE, "loop")

    backend.action("loop", loop)
    backend.cron("hourly", "loop", every=HOUR)
    backend.arrivals("visits", 24 * 60.0, client)  # one a minute
    assert list(backend.run([DAY])) == [DAY]
    events = [(event.threshold, round(event.at_s / 3600)) for event in backend.usage_limits.events]
    assert [kind for kind, _ in events] == ["warn", "disable", "warn", "disable"]
    disabled_at = backend.usage_limits.events[1].at_s * SECOND
    midnight = 12 * HOUR
    first_day = [at for at in refused if at < midnight]
    assert disabled_at < midnight
    assert first_day
    assert min(first_day) > disabled_at
    assert not [at for at in refused if midnight <= at < midnight + HOUR], "enabled again"
    (cron,) = backend.crons
    assert cron.skipped > 0, "crons are skipped while disabled"
    scheduler = backend.scheduler
    assert scheduler.created == scheduler.executor.executed + scheduler.pending, "jobs queue"


def test_actions_call_actions_only_so_deep(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"concurrency": {"call_depth": 3}})
    deepest: list[int] = []

    def nest(ctx: Context, depth: int) -> Steps:
        deepest.append(depth)
        yield from ctx.run_action("nest", depth + 1)

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.run_action("nest", 1)
        except CapacityError:
            deepest.append(-1)

    backend.action("nest", nest)
    backend.client(0, client)
    backend.env.run(until=MINUTE)
    assert deepest == [1, 2, 3, -1]


def test_a_sleeping_execution_holds_no_place(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"concurrency": {"mutations": 1, "queries": 1}})
    backend.mutation("write", lambda tx: tx.put(Document(0), 1))
    backend.query("read", lambda tx: None)
    ends: list[int] = []

    def sleeper(ctx: Context) -> Steps:
        ctx.sleep(10 * SECOND)
        yield from ctx.query("read")
        yield from ctx.run_mutation("write")

    def other(ctx: Context) -> Steps:
        yield from ctx.query("read")
        yield from ctx.run_mutation("write")
        ends.append(ctx.now)

    backend.client(0, sleeper)
    backend.client(SECOND, other)
    backend.env.run(until=MINUTE)
    assert ends == [SECOND + 25 * MS], "10 ms, then 10 ms and a commit of 5 ms"


def test_queries_asked_for_together_wait_for_their_places_one_by_one(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"concurrency": {"queries": 1}})
    for name in ("a", "b"):
        backend.query(name, lambda tx, name=name: name)
    seen: list[tuple[list[str], int]] = []

    def client(ctx: Context) -> Steps:
        values = yield from ctx.query_each(("a", "b"))
        seen.append((values, ctx.now))

    for _ in range(2):
        backend.client(0, client)
    backend.env.run(until=SECOND)
    assert [values for values, _ in seen] == [["a", "b"]] * 2
    assert max(end for _, end in seen) == 40 * MS, "four queries of 10 ms in one place"


def test_a_cron_name_is_taken_once(make_backend: MakeBackend) -> None:
    backend = make_backend()
    backend.mutation("clean", lambda tx: None)
    backend.cron("nightly", "clean", every=DAY)
    with pytest.raises(ValueError, match="registered already"):
        backend.cron("nightly", "clean", every=DAY)
