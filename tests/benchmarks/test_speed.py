"""The engines side by side: every round runs each once, so that all see the same noise."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim import simulate
from sim.draws import stream_key
from sim.scenario import SECOND

from . import report as names
from .cimba_loop import cimba_loop
from .designs import MUTATIONS, QUERIES, SYNC, SYNCS, by_hand, executions, from_table, world
from .heap import Ints, bare_heap_loop, tables
from .loop import CALLS, EVENTS, LONG, SHORT, SLOTS
from .ours import COMPILED, REFERENCE, accepted, spike
from .plain_simpy import plain_simpy_loop
from .report import Report, Timing

ROUNDS = 5
MINUTE, HOUR = 60, 3600
TABLES, KEY = tables(SHORT, LONG), np.uint64(stream_key(1, "latency"))

Work = tuple[int, int]
"""Calls and events that were simulated."""


def loop(run: Callable[[int], int]) -> Callable[[int], Work]:
    def work(seconds: int) -> Work:
        calls = run(seconds * SECOND)
        return calls, calls * EVENTS // CALLS

    return work


def ours(engine: str) -> Callable[[int], Work]:
    def work(seconds: int) -> Work:
        result = simulate(spike(engine, horizon=f"{seconds}s"))
        return result.calls.total, result.performance.events

    return work


def design(counts: Ints, events: int) -> Work:
    return int(counts[QUERIES] + counts[MUTATIONS] + counts[SYNCS]), events


def hand_steps(events: int) -> Work:
    return design(by_hand(events, executions(), world(), TABLES, KEY), events)


def table_steps(events: int) -> Work:
    return design(from_table(events, executions(), world(), TABLES, KEY, SYNC), events)


def bare_heap(events: int) -> Work:
    bare_heap_loop(events, SLOTS, TABLES[0], KEY)
    return 0, events


class Peer(NamedTuple):
    run: Callable[[int], Work]
    size: int
    """Simulated seconds, or events: enough for a second or so."""


PEERS = {
    names.PLAIN: Peer(loop(plain_simpy_loop), 10 * MINUTE),
    names.OURS_REFERENCE: Peer(ours(REFERENCE), HOUR),
    names.OURS: Peer(ours(COMPILED), 24 * HOUR),
    names.CIMBA: Peer(loop(cimba_loop), 4 * HOUR),
    names.FROM_TABLE: Peer(table_steps, 10_000_000),
    names.BY_HAND: Peer(hand_steps, 10_000_000),
    names.BARE: Peer(bare_heap, 20_000_000),
}


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("round_", range(ROUNDS))
def test_engine(benchmark: Any, report: Report, round_: int, name: str) -> None:
    if name == names.OURS and not accepted(COMPILED):
        pytest.skip("there is no compiled engine")
    run, size = PEERS[name]
    began = time.perf_counter()
    if round_ == 0:
        run(MINUTE)  # compiles, or loads what is compiled
    first_call = time.perf_counter() - began
    calls, events = benchmark.pedantic(run, args=(size,), rounds=1)
    report.timed(name, Timing(calls, events, benchmark.stats.stats.min, first_call))


def test_both_designs_count_the_same() -> None:
    assert hand_steps(100_000) == table_steps(100_000)


def test_targets(report: Report) -> None:
    if not report.targets():
        pytest.skip("needs the engines' times")
    missed = [target for target in report.targets() if target.measured < target.floor]
    assert not missed
