"""The loop in SimPy with a process per call, as one would first write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import simpy

from sim.draws import samples, stream_key

from .loop import JOBS, LONG, QUERIES, REQUESTS, SHORT, SHOWS, SLOTS


def plain_simpy_loop(horizon: int) -> int:
    """Run the loop until ``horizon`` (µs); the number of calls."""
    env = simpy.Environment()
    slots = simpy.Resource(env, SLOTS)
    short = samples(stream_key(1, "short"), SHORT)
    long = samples(stream_key(1, "long"), LONG)
    calls = 0

    def call(times: Iterator[int]) -> Any:
        nonlocal calls
        calls += 1
        yield env.timeout(next(times))

    def sync() -> Any:
        nonlocal calls
        with slots.request() as slot:
            yield slot
            calls += 1
            for _ in range(QUERIES):
                yield env.process(call(short))
            for _ in range(REQUESTS):
                yield env.timeout(next(long))
            for _ in range(SHOWS):
                yield env.process(call(short))
                yield env.process(call(short))
        env.process(sync())

    for _ in range(JOBS):
        env.process(sync())
    env.run(until=horizon)
    return calls
