"""Cost is linear in calls, whatever the size of the world and of the backlog."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import pytest

from sim import Scenario, simulate
from sim.scenario import load_scenario

from .ours import COMPILED, SPIKE, spike
from .report import Bin, Report, Size

FACTORS = (1, 10, 100, 1000)
ROUNDS = 3

SCALED = (
    "population.shows", "population.shows_without_setlist", "population.artists_with_songs",
    "app.refresh.limit", "app.backfill.limit",
    "platform.scheduler.parallelism", "platform.scheduler.outstanding_cap",
    "platform.scheduler.per_function_cap",
    "platform.concurrency.queries", "platform.concurrency.mutations",
    "platform.concurrency.actions", "platform.concurrency.node_actions",
    "platform.transactions.documents_read", "external.rate_limit",
)  # fmt: skip
"""Counts that grow with the site: its world, the platform under it, and the API's limit."""
REPEATED = ("population.filtered", "population.unknown", "population.importable")
"""Lists with an entry for each artist."""
PER_DAY = {"app.visitors.page_views": 10_000, "app.visitors.imports": 4,
           "population.artist_writes": 2_000}  # fmt: skip


def setting(scenario: Scenario, path: str) -> Any:
    value: Any = scenario
    for name in path.split("."):
        value = getattr(value, name)
    return value


def scaled(engine: str, factor: int, horizon: str) -> Scenario:
    """A site that many times as large: as many more calls, each doing what it did.

    Jobs over whole tables stay off at every size, and documents cost no simulated time: else the
    transactions of a large site run longer, conflict more, and are no longer the same work.
    """
    one = load_scenario(SPIKE)
    return spike(
        engine,
        *((path, setting(one, path) * factor) for path in SCALED),
        *((path, list(setting(one, path)) * factor) for path in REPEATED),
        *((path, f"{rate * factor}/day") for path, rate in PER_DAY.items()),
        ("platform.transactions.bytes_read", f"{16 * factor}MiB"),
        "platform.latency.document=0s",
        "app.background=false",
        horizon=horizon,
    )


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("round_", range(ROUNDS))
def test_population(benchmark: Any, report: Report, round_: int, factor: int) -> None:
    scenario = scaled(COMPILED, factor, horizon="10m")
    if round_ == 0 and factor == FACTORS[0]:
        simulate(scenario)  # compiles, or loads what is compiled
    result = benchmark.pedantic(simulate, args=(scenario,), rounds=1)
    report.sized(factor, Size(result.calls.total, benchmark.stats.stats.min))


def test_cost_is_linear_in_calls(report: Report) -> None:
    if len(report.sizes) < len(FACTORS):
        pytest.skip("needs the populations' times")
    assert report.exponent() < 1.25  # measured: 1.1; ten thousand slots outgrow the nearest cache


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_backlog(benchmark: Any, report: Report, round_: int) -> None:
    """An artist with two dozen shows: the backlog grows to the cap of outstanding jobs."""
    scenario = spike(COMPILED, "population.filtered=[24]", "bin=20m", horizon="3h")
    ends = []
    began = time.perf_counter()
    result = benchmark.pedantic(
        simulate, args=(scenario,), rounds=1,
        kwargs={"progress": lambda _: ends.append(time.perf_counter())},
    )  # fmt: skip
    calls = [
        sum(bins) for bins in zip(*(f.per_bin for f in result.by_function.values()), strict=True)
    ]
    wall = [end - start for start, end in zip([began, *ends], ends, strict=False)]
    backlogs = result.scheduler.backlog_per_bin
    report.backlogged([Bin(*row) for row in zip(backlogs, calls, wall, strict=True)])


def test_no_slowdown_as_the_backlog_grows(report: Report) -> None:
    if not report.bins:
        pytest.skip("needs the backlog's times")
    assert report.bins[-1].ns_per_call < 1.5 * median(b.ns_per_call for b in report.bins[:3])
