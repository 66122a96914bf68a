"""Places for actions and slots for jobs, as SimPy's processes see them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from typing import Any

from sim.platform.reference import Backend, Context, Environment, Gate, Steps
from tests.platform.reference.conftest import MakeBackend

MS = 1_000
SECOND = 1_000 * MS


def visit(env: Environment, gate: Gate, log: list[Any], name: str, patience: int | None) -> Steps:
    """Ask for a place and hold it for ten microseconds."""
    with gate.request(patience) as place:
        granted = yield place
        log.append((name, env.now, granted))
        if granted:
            yield env.timeout(10)


def test_places_are_given_in_the_order_of_the_requests() -> None:
    env, log = Environment(), list[Any]()
    gate = Gate(env, 1, SECOND)
    for name in "abc":
        env.process(visit(env, gate, log, name, None))
    env.run(until=25)
    assert log == [("a", 0, True), ("b", 10, True), ("c", 20, True)]
    assert (gate.count, gate.free, gate.delayed, gate.rejected) == (1, 0, 2, 0)


def test_a_request_gives_up_when_its_patience_is_over() -> None:
    env, log = Environment(), list[Any]()
    gate = Gate(env, 1, SECOND)
    for name, patience in (("a", 5), ("b", 9), ("c", 11)):
        env.process(visit(env, gate, log, name, patience))
    env.run(until=100)
    assert log == [("a", 0, True), ("b", 9, False), ("c", 10, True)]
    assert (gate.free, gate.delayed, gate.rejected) == (1, 2, 1)


def test_without_places_every_request_gives_up() -> None:
    env, log = Environment(), list[Any]()
    gate = Gate(env, 0, SECOND)
    env.process(visit(env, gate, log, "a", 5))
    env.run(until=100)
    assert log == [("a", 5, False)]
    assert (gate.free, gate.delayed, gate.rejected) == (0, 1, 1)


def test_a_request_that_is_withdrawn_leaves_the_queue() -> None:
    env, log = Environment(), list[Any]()
    gate = Gate(env, 1, SECOND)

    def hurried() -> Steps:
        with gate.request(50) as place:
            yield place | env.timeout(3)

    env.process(visit(env, gate, log, "a", None))
    env.process(hurried())
    env.process(visit(env, gate, log, "b", None))
    env.run(until=100)
    assert log == [("a", 0, True), ("b", 10, True)]
    assert gate.free == 1


def test_a_process_of_simpy_competes_with_actions_for_their_places(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"concurrency": {"actions": 1}})
    env, gate, began = backend.env, backend.gates[False], []

    def work(ctx: Context) -> Steps:
        began.append(ctx.now)
        yield from ()

    def client(ctx: Context) -> Steps:
        yield from ctx.run_action("work")

    def outsider() -> Steps:
        with gate.request() as place:
            yield place
            yield env.timeout(2 * SECOND)

    backend.action("work", work)
    backend.client(SECOND, client)
    env.process(outsider())
    env.run(until=10 * SECOND)
    assert began == [2 * SECOND]


def test_a_script_waits_for_a_process_of_simpy(make_backend: MakeBackend) -> None:
    backend = make_backend()
    env, ended = backend.env, []

    def process() -> Steps:
        yield env.timeout(3 * SECOND)
        return "value"

    def client(ctx: Context) -> Steps:
        ctx.sleep(SECOND)
        value = yield from ctx.wait_for(env.process(process()))
        ended.append((ctx.now, value))

    backend.client(0, client)
    env.run(until=10 * SECOND)
    assert ended == [(3 * SECOND, "value")]


def test_an_execution_catches_what_a_process_of_simpy_fails_with(make_backend: MakeBackend) -> None:
    backend = make_backend()
    env, caught = backend.env, []

    def process() -> Steps:
        yield env.timeout(3 * SECOND)
        raise LookupError("broken")

    def client(ctx: Context) -> Steps:
        try:
            yield from ctx.wait_for(env.process(process()))
        except LookupError as error:
            caught.append(str(error))

    backend.client(0, client)
    env.run(until=10 * SECOND)
    assert caught == ["broken"]


def test_slots_claim_jobs_one_after_another_and_say_how_long_they_are_behind(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 1, "overhead": "1s"}})
    slots, began = backend.scheduler.executor.slots, []

    def job(ctx: Context) -> Steps:
        began.append(ctx.now)
        ctx.sleep(SECOND)
        yield from ()

    def client(ctx: Context) -> Steps:
        for _ in repeat(None, 3):
            yield from ctx.schedule(0, "job")

    backend.action("job", job)
    backend.client(0, client)
    backend.env.run(until=3 * SECOND)
    assert began == [SECOND]
    assert (slots.count, len(slots.backlog)) == (1, 1)
    backend.env.run(until=20 * SECOND)
    assert began == [SECOND, 3 * SECOND, 5 * SECOND]
    assert (slots.count, slots.peak_backlog, slots.behind_us) == (0, 2, 4 * SECOND)
    assert slots.slot_us == 6 * SECOND


def test_time_in_a_pause_is_not_behind_whoever_is_cancelled_then(make_backend: MakeBackend) -> None:
    backend = make_backend()
    serials: list[int] = []
    backend.mutation("m", lambda tx: None)
    backend.scheduler.watch = lambda serial, _: serials.append(serial)

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "m")

    backend.disable("operator")
    backend.client(SECOND, client)
    backend.env.run(until=5 * SECOND)
    slots = backend.scheduler.executor.slots
    assert len(slots.backlog) == 1
    assert backend.scheduler.cancel(serials[0])
    backend.enable("operator")
    backend.env.run(until=10 * SECOND)
    assert (len(slots.backlog), slots.behind_us, backend.scheduler.cleared) == (0, 0, 1)


def _jobs_of_a_client(backend: Backend, at: Iterable[int], takes: int) -> list[int]:
    """Schedule jobs at some times (µs) that each take so long; when they began."""
    began: list[int] = []

    def job(ctx: Context) -> Steps:
        began.append(ctx.now)
        ctx.sleep(takes)
        yield from ()

    def client(ctx: Context) -> Steps:
        yield from ctx.schedule(0, "job")

    backend.action("job", job)
    for time in at:
        backend.client(time, client)
    return began


def test_slots_that_get_free_during_a_pass_are_refilled_together(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 2, "pass_time": "1s"}})
    # Passes begin at 0, 1, 2 and 3 s: those of 0.1 and 0.3 s find the first one going on.
    times = (0, 100 * MS, 300 * MS, 300 * MS, 300 * MS)
    began = _jobs_of_a_client(backend, times, takes=200 * MS)
    backend.env.run(until=20 * SECOND)
    assert began == [0, SECOND, SECOND, 2 * SECOND, 2 * SECOND]
    slots = backend.scheduler.executor.slots
    assert slots.peak_backlog == 4
    # With both slots busy from the pass at 1 s until 1.2 s.
    assert slots.behind_us == 200 * MS


def test_a_pass_that_is_over_lets_a_job_start_at_once(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 1, "pass_time": "1s"}})
    began = _jobs_of_a_client(backend, (0, SECOND, SECOND), takes=3 * SECOND)
    backend.env.run(until=20 * SECOND)
    assert began == [0, 3 * SECOND, 6 * SECOND]


def test_one_pass_starts_all_jobs_of_its_time(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 3, "pass_time": "1s"}})
    began = _jobs_of_a_client(backend, (5, 5, 5, 6), takes=SECOND)
    backend.env.run(until=20 * SECOND)
    assert began == [5, 5, 5, SECOND + 5]


def test_a_pass_that_finds_a_pause_or_a_cleared_queue_starts_nothing(
    make_backend: MakeBackend,
) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 2, "pass_time": "1s"}})
    began = _jobs_of_a_client(backend, (0, 100 * MS, 4 * SECOND, 4 * SECOND + MS), takes=MS)
    backend.env.run(until=500 * MS)
    backend.disable("operator")
    backend.env.run(until=2 * SECOND)
    assert began == [0]
    backend.enable("operator")
    backend.env.run(until=4 * SECOND + 2 * MS)
    assert began == [0, 2 * SECOND, 4 * SECOND]
    backend.scheduler.clear()
    backend.env.run(until=20 * SECOND)
    assert began == [0, 2 * SECOND, 4 * SECOND]
    assert backend.scheduler.cleared == 1
    assert backend.scheduler.executor.slots.behind_us == 0


def test_crons_have_passes_of_their_own(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={"scheduler": {"parallelism": 4, "pass_time": "1s"}})
    began: list[int] = []

    def job(ctx: Context) -> Steps:
        began.append(ctx.now)
        yield from ()

    backend.action("job", job)
    for name, every in (("a", 300 * MS), ("b", 10 * SECOND)):
        backend.crons.add(name, "job", (), every=every, expression="")
    for _ in backend.run([2 * SECOND]):
        pass
    # "a" comes due at 0.3 s, waits for the pass at 1 s, and is skipped until it is over.
    assert began == [0, 0, SECOND]
