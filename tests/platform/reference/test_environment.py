"""The environment: integer time, a total order of events, and SimPy's own processes on it."""

from __future__ import annotations

import random

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim.platform.reference import Environment, Moment, Process, Steps


def noting(env: Environment, ran: list[tuple[int, int]], serial: int) -> Steps:
    ran.append((env.now, serial))
    yield from ()


@given(times=st.lists(st.integers(0, 5), max_size=30), order=st.randoms(use_true_random=False))
def test_events_run_by_time_then_serial_however_they_were_inserted(
    times: list[int], order: random.Random
) -> None:
    env, ran = Environment(), list[tuple[int, int]]()
    entries = list(enumerate(times, start=2))
    order.shuffle(entries)
    for serial, time in entries:
        Process(env, noting(env, ran, serial), serial, time)
    env.run(until=10)
    assert ran == sorted(ran)
    assert len(ran) == env.events == len(times)


def test_an_execution_continues_at_the_moments_it_yields() -> None:
    env, seen = Environment(), []

    def execution() -> Steps:
        for pause in (3, 0, 4):
            seen.append(env.now)
            yield Moment(env, env.now + pause, 2)

    Process(env, execution(), 2, 10)
    env.run(until=100)
    assert seen == [10, 13, 13]
    assert env.now == 100


def test_events_at_the_horizon_are_left_for_the_next_run() -> None:
    env, ran = Environment(), list[tuple[int, int]]()
    Process(env, noting(env, ran, 2), 2, 5)
    env.run(until=5)
    assert ran == []
    env.run(until=6)
    assert ran == [(5, 2)]


def test_it_cannot_run_back() -> None:
    env = Environment()
    env.run(until=5)
    with pytest.raises(ValueError, match="too late to run until 4"):
        env.run(until=4)


def test_a_dropped_event_does_not_happen() -> None:
    env, ran = Environment(), list[tuple[int, int]]()
    executions = [Process(env, noting(env, ran, serial), serial, serial) for serial in (2, 3, 4)]
    env.drop([executions[1].target])
    env.run(until=10)
    assert ran == [(2, 2), (4, 4)]


def test_an_execution_without_a_time_begins_at_once() -> None:
    env, ran = Environment(), list[tuple[int, int]]()
    execution = Process(env, noting(env, ran, 2), 2)
    assert ran == [(0, 2)]
    assert not execution.is_alive


def test_processes_of_simpy_come_before_executions_at_the_same_time() -> None:
    env, log = Environment(), []

    def process() -> Steps:
        yield env.timeout(7)
        log.append(("process", env.now))

    def execution(serial: int) -> Steps:
        log.append(("execution", env.now))
        yield from ()

    Process(env, execution(2), 2, 7)
    Process(env, execution(3), 3, 3)
    env.process(process())
    env.run(until=10)
    assert log == [("execution", 3), ("process", 7), ("execution", 7)]


def test_simpy_waits_for_an_execution_and_can_interrupt_it() -> None:
    env, seen = Environment(), []

    def execution() -> Steps:
        try:
            yield Moment(env, 50, 2)
        except simpy.Interrupt as interrupt:
            seen.append((env.now, interrupt.cause))
        yield Moment(env, 60, 2)
        return "done"

    def process(waited: Process) -> Steps:
        yield env.timeout(10)
        waited.interrupt("hurry")
        value = yield waited
        seen.append((env.now, value))

    env.process(process(Process(env, execution(), 2, 5)))
    env.run()
    assert seen == [(10, "hurry"), (60, "done")]


def test_what_an_execution_raises_comes_out_as_it_is() -> None:
    env = Environment()
    raised = LookupError("mine")

    def execution() -> Steps:
        yield Moment(env, 5, 2)
        raise raised

    Process(env, execution(), 2)
    with pytest.raises(LookupError) as caught:
        env.run(until=10)
    assert caught.value is raised


@pytest.mark.parametrize("delay", [0.5, 1.0000001])
def test_delays_are_whole_microseconds(delay: float) -> None:
    with pytest.raises(ValueError, match="whole microseconds"):
        Environment().timeout(delay)
