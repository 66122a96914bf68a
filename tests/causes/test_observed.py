"""Causes from logs, by hand: what is told, and how wide its interval is."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.causes.cycles import Cycle
from sim.causes.observed import (
    TOGETHER,
    ObservedSpan,
    _cycle,
    _cycles,
    _edges,
    _missing,
    _roots,
    _unknown,
)
from sim.intervals import ConfidenceInterval
from sim.logs.lineage import Forest
from sim.result import CallEdge, HopUse
from tests.made import made, use


def units(*jobs: tuple[int, int, int]) -> Any:
    """Units that are jobs: when each began and ended, and its request, or 0 for no row."""
    begun, end, request = (np.array(each, np.int64) for each in zip(*jobs, strict=True))
    return SimpleNamespace(
        is_job=np.ones(len(jobs), np.bool_), begun=begun, end=end, request=request,
        function=np.zeros(len(jobs), np.int64), names=["a:a", "b:b"],
    )  # fmt: skip


def logs(found: int, told: int) -> Any:
    """Logs in which so many lost attempts were found, of which so many are told."""
    lost = SimpleNamespace(lost_attempts_found=found, lost_attempts_told=told)
    return SimpleNamespace(observed=SimpleNamespace(completeness=lost))


def test_the_ends_of_an_interval_belong_to_it() -> None:
    span = ObservedSpan(2.0, 1.0, 3.0)
    assert [value in span for value in (0.9, 1.0, 3.0, 3.1)] == [False, True, True, False]


def test_jobs_that_ran_and_have_no_row_are_missing() -> None:
    ran, at_once, waits = (10, 20, 1), (10, 10, 0), (10, 9, 0)
    assert _missing(logs(0, 0), units(ran, ran, ran, at_once, waits), timed=True) == 0.25
    assert _missing(logs(0, 0), units(waits), timed=True) == 0


def test_without_a_table_the_share_of_lost_attempts_is_missing() -> None:
    shares = [_missing(logs(found, told), units((1, 2, 3)), timed=False)
              for found, told in ((3, 4), (4, 4), (5, 4), (0, 4), (0, 0))]  # fmt: skip
    assert shares == [0.25, 0, 0, 1, 0]


def test_an_edge_is_told_if_half_a_job_or_more_is_expected() -> None:
    def edges(*pairs: tuple[int, float]) -> list[tuple[str, float, float]]:
        """Of jobs of ``a:a``: who may have scheduled them, with the probability."""
        function, probability = (np.array(each) for each in zip(*pairs, strict=True))
        parents: Any = SimpleNamespace(
            job=np.zeros(len(pairs), np.int64), function=function, probability=probability
        )
        return [(edge.caller, edge.jobs, edge.confidence)
                for edge in _edges(units((0, 1, 1)), parents)]  # fmt: skip

    assert edges((1, 0.5), (0, 0.4)) == [("b:b", 0.5, 0.5)]
    assert edges((0, 1.0), (1, 0.75), (1, 0.25)) == [
        ("a:a", 1.0, 1.0), ("b:b", 1.0, 0.75**2 + 0.25**2),
    ]  # fmt: skip
    assert edges((0, 1.0), (1, 1.0), (1, 1.0))[0][0] == "b:b"


FOUND = Cycle(
    ("a:a", "a:a"), passes=400, reproduction=ConfidenceInterval(0.5, 0.0), through=1.0,
    unhindered=1.0, interval_s=3.0, seeds=4, held_down=False, ways=1,
    component=ConfidenceInterval(0.5, 0.0),
)  # fmt: skip


def test_a_cycle_has_the_chance_of_its_passes_the_spread_of_the_draws_and_what_is_missing() -> None:
    plain = _cycle(FOUND, 0.0)
    assert (plain.passes, plain.interval_s) == (100, 3.0)
    chance = math.sqrt(0.5 / 100)
    assert plain.reproduction.high == pytest.approx(0.5 + 1.96 * chance)
    assert plain.reproduction.low == pytest.approx(0.5 - 1.96 * chance)
    lossy = _cycle(FOUND, 0.1).reproduction
    assert lossy.high == pytest.approx(0.5 + 1.96 * chance + 0.05)
    spread = replace(FOUND, reproduction=ConfidenceInterval(0.5, 0.98))
    assert _cycle(spread, 0.0).reproduction.high == pytest.approx(
        0.5 + 1.96 * math.hypot(1, chance)
    )
    one_draw = replace(FOUND, reproduction=ConfidenceInterval(0.5, math.inf))
    assert _cycle(one_draw, 0.0).reproduction.low == 0
    assert _cycle(replace(FOUND, passes=1), 0.0).passes == 0
    batches = replace(FOUND, unhindered=4.0)
    assert _cycle(batches, 0.0).reproduction.high == pytest.approx(0.5 + 1.96 * 2 * chance)


def forest(*hops: HopUse, **roots: int) -> Forest:
    """A forest whose edges are its hops."""
    edges = Counter({(hop.caller, hop.function): hop.jobs for hop in hops})
    return Forest(list(hops), Counter(roots), edges)


def test_cycles_are_those_of_the_draws_and_one_if_it_is_not_known_who_schedules_whom() -> None:
    logged = replace(
        made({name: use({"scheduler": 9}, "action") for name in ("a:a", "b:b")}),
        call_graph=[CallEdge("b:b", "b:b", "scheduler", 9, 9.0, 9)],  # what is told is not used
    )
    drawn = [forest(HopUse("a:a", "a:a", 200, 100, 100, 2.0))] * 2
    (found,) = _cycles(logged, drawn, 0.0, known=True)
    assert (found.path, found.passes) == (("a:a", "a:a"), 200)
    assert found.reproduction.value == 0.5
    (together,) = _cycles(logged, drawn, 0.0, known=False)
    assert (together.path, together.reproduction.value) == ((TOGETHER,), 0.5)
    assert _cycles(logged, [forest()], 0.0, known=False) == []
    more = forest(HopUse("a:a", "a:a", 200, 100, 100, 2.0), HopUse("b:b", "b:b", 10, 9, 9, 2.0))
    assert _cycles(logged, [more] * 2, 0.0, known=False)[0].reproduction.value == 0.9
    rare = [forest(HopUse("a:a", "a:a", 1, 1, 1, 2.0)), *[forest()] * 3]
    assert [each.passes for each in _cycles(logged, rare, 0.0, known=True)] == [1]


def test_a_root_is_between_its_least_and_its_most_share_and_what_is_not_known() -> None:
    found = _roots([forest(x=3, y=1), forest(x=1, y=3), forest(x=2, y=2)], 0.125)
    assert list(found) == ["x", "y"]
    assert found["x"] == ObservedSpan(0.5, 0.125, 0.875)
    assert _roots([forest(x=9, y=1)], 0.25) == {
        "x": ObservedSpan(0.9, 0.65, 1.0), "y": ObservedSpan(0.1, 0.0, 0.35),
    }  # fmt: skip
    assert _roots([forest(x=1)], 0.0) == {"x": ObservedSpan(1.0, 1.0, 1.0)}
    assert _roots([forest(x=0)], 0.0) == {"x": ObservedSpan(0.0, 0.0, 0.0)}


@pytest.mark.parametrize(
    ("timed", "certainty", "is_cut", "said"),
    [
        (True, 0.0, False, ["what started"]),
        (False, 0.5, False, ["when a job", "what started"]),
        (False, 0.49, False, ["when a job", "who schedules", "what started"]),
        (True, 1.0, True, ["what came later", "what started"]),
    ],
)
def test_it_says_what_cannot_be_known(
    timed: bool, certainty: float, is_cut: bool, said: list[str]
) -> None:
    parents: Any = SimpleNamespace(timed=timed, certainty=certainty)
    collector: Any = SimpleNamespace(is_cut=is_cut)
    found = _unknown(collector, parents)
    assert [text.startswith(start) for text, start in zip(found, said, strict=True)] == [
        True for _ in said
    ]
