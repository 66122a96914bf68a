"""How fast the engine is: full scale, and beside the same loop as plain SimPy processes.

Run with `make bench`. Times depend on the machine; the ratio, measured in one run, much less.
"""

from __future__ import annotations

import resource
from typing import Any

import pytest
import simpy

from sim import simulate
from sim.draws import samples, stream_key
from sim.scenario import SECOND, Distribution, load_scenario

SLOTS, QUERIES, REQUESTS, SHOWS = 10, 2, 2, 3


def plain_simpy_loop(horizon: int) -> int:
    """The loop with a process per call, as one would first write it; the number of calls.

    A sync takes a slot, makes its queries and requests, and for each show runs a query and a
    mutation; two artist rows are locked out of conflicts by nothing at all. No OCC, no metering.
    """
    env = simpy.Environment()
    slots = simpy.Resource(env, SLOTS)
    short = samples(stream_key(1, "short"), Distribution(shape="uniform", low=3000, high=13000))
    long = samples(stream_key(1, "long"), Distribution(shape="uniform", low=25000, high=120000))
    calls = 0

    def call(times: Any) -> Any:
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

    for _ in range(4 * SLOTS):
        env.process(sync())
    env.run(until=horizon)
    return calls


@pytest.mark.benchmark(group="one simulated hour of the loop")
def test_plain_simpy(benchmark: Any) -> None:
    calls = benchmark.pedantic(plain_simpy_loop, args=(3600 * SECOND,), rounds=3)
    benchmark.extra_info["us_per_call"] = benchmark.stats.stats.min / calls * 1e6


@pytest.mark.benchmark(group="one simulated hour of the loop")
def test_our_engine(benchmark: Any) -> None:
    scenario = load_scenario("scenarios/spike.yaml", ["traffic.organic.rate=0"], horizon="1h")
    result = benchmark.pedantic(simulate, args=(scenario,), rounds=3)
    benchmark.extra_info["us_per_call"] = benchmark.stats.stats.min / result.calls.total * 1e6


@pytest.mark.benchmark(group="full scale")
@pytest.mark.parametrize("name", ["spike", "fixed"])
def test_a_day_at_full_scale(benchmark: Any, name: str) -> None:
    scenario = load_scenario(f"scenarios/{name}.yaml")
    result = benchmark.pedantic(simulate, args=(scenario,), rounds=1)
    benchmark.extra_info["calls"] = result.calls.total
    benchmark.extra_info["peak_rss_mib"] = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    )
    assert benchmark.extra_info["peak_rss_mib"] < 1024
