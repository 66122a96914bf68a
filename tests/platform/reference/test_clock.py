"""The event core: integer time, a total order of events, and SimPy on top."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from sim.platform.reference import Clock


@given(times=st.lists(st.integers(0, 5), max_size=30), order=st.randoms(use_true_random=False))
def test_events_run_by_time_then_serial_however_they_were_inserted(
    times: list[int], order: object
) -> None:
    clock, ran = Clock(), []
    entries = list(enumerate(times, start=2))
    order.shuffle(entries)  # type: ignore[attr-defined]
    for serial, time in entries:
        clock.wake(time, serial, lambda s=serial, t=time: ran.append((t, s)))  # type: ignore[misc]
    clock.run_to(10)
    assert ran == sorted(ran)
    assert len(ran) == clock.events == len(times)


def test_a_generator_continues_at_the_times_it_yields() -> None:
    clock, seen = Clock(), []

    def execution() -> Iterator[int]:
        for pause in (3, 0, 4):
            seen.append(clock.now)
            yield clock.now + pause

    run = execution()
    clock.wake(10, next(clock.serials), run.__next__)
    clock.run_to(100)
    assert seen == [10, 13, 13]
    assert clock.now == 100


def test_events_at_the_horizon_are_left_for_the_next_run() -> None:
    clock, ran = Clock(), []
    clock.wake(5, 2, lambda: ran.append(5))
    clock.run_to(5)
    assert ran == []
    clock.run_to(6)
    assert ran == [5]


def test_a_cancelled_event_does_not_happen() -> None:
    clock, ran = Clock(), []
    for serial in (2, 3, 4):
        clock.wake(serial, serial, lambda s=serial: ran.append(s))  # type: ignore[misc]
    clock.cancel(3)
    clock.run_to(10)
    assert ran == [2, 4]


def test_simpy_processes_share_the_clock() -> None:
    clock, log = Clock(), []

    def process(env: simpy.Environment):  # type: ignore[no-untyped-def]
        yield env.timeout(7)
        log.append(("simpy", env.now))

    clock.process(process(clock))
    clock.wake(7, 2, lambda: log.append(("execution", clock.now)))
    clock.wake(3, 3, lambda: log.append(("execution", clock.now)))
    clock.run_to(10)
    assert log == [("execution", 3), ("simpy", 7), ("execution", 7)]


def test_simpy_delays_must_be_whole_microseconds() -> None:
    with pytest.raises(ValueError, match="whole microseconds"):
        Clock().timeout(0.5)
