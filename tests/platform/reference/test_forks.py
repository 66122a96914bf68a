"""What an execution does beside itself, and jobs that are cancelled one by one."""

from __future__ import annotations

from typing import Any

from sim.platform.reference import Backend, CallError, Context, Forks, Steps
from sim.scenario import scenario_from

SECOND = 1_000_000


def backend() -> Backend:
    return Backend(
        scenario_from({
            "platform": {"latency": {"query": "10ms", "mutation": "5ms", "commit": "20ms"}},
            "traffic": {"organic": {"rate": 0}},
        }),
        seed=1,
    )  # fmt: skip


def run(made: Backend, script: Any) -> None:
    made.client(0, script)
    list(made.run([100 * SECOND]))


def test_branches_end_in_the_order_of_time() -> None:
    made, ended = backend(), []

    def script(ctx: Context) -> Steps:
        forks = Forks(ctx)
        for delay in (30, 10, 20):
            forks.start(delay, lambda branch, delay=delay: branch.wait(delay))  # type: ignore[misc]
        while forks.running:
            branch = yield from forks.join()
            ended.append((branch.key, ctx.now))

    run(made, script)
    assert ended == [(10, 10), (20, 20), (30, 30)]
    assert made.live == 0


def test_what_branches_call_is_counted_and_takes_the_time_of_the_longest() -> None:
    made, over = backend(), []
    made.query("q", lambda snapshot: snapshot.begin)

    def script(ctx: Context) -> Steps:
        forks = Forks(ctx)
        for number in range(3):
            forks.start(number, lambda branch: branch.query("q"))
        values = []
        while forks.running:
            values.append((yield from forks.join()).value)
        over.append((ctx.now, values))

    run(made, script)
    assert over == [(10_000, [0, 0, 0])]
    assert sum(edge.calls for edge in made.ledger if edge.function.name == "q") == 3


def test_an_error_stays_in_its_branch() -> None:
    made, errors = backend(), []

    def fail(_: Any) -> None:
        raise CallError("no")

    made.mutation("m", fail)

    def script(ctx: Context) -> Steps:
        forks = Forks(ctx)
        forks.start("m", lambda branch: branch.run_mutation("m"))
        branch = yield from forks.join()
        errors.append(str(branch.error))

    run(made, script)
    assert errors == ["no"]


def test_one_job_is_cancelled_whether_it_waits_for_its_time_or_for_a_slot() -> None:
    made, serials, ran = backend(), [], []
    made.mutation("m", lambda tx, number: ran.append(number))
    made.scheduler.watch = lambda serial, args: serials.append(serial)

    def script(ctx: Context) -> Steps:
        for number in range(3):
            yield from ctx.schedule(SECOND, "m", number)
        yield from ctx.wait(SECOND // 2)
        assert made.scheduler.cancel(serials[1])
        assert not made.scheduler.cancel(serials[1])
        made.disable("operator")
        yield from ctx.wait(SECOND)
        assert made.scheduler.cancel(serials[2])
        made.enable("operator")

    run(made, script)
    scheduler = made.scheduler
    assert ran == [0]
    assert (scheduler.created, scheduler.executor.executed, scheduler.cleared) == (3, 1, 2)
    assert scheduler.pending == 0
