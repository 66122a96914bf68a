"""Cycles of results that are written down: thresholds, ties and sums by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from sim import Result
from sim.causes import Cycle, call_graph, cycles_of, explain, exported
from sim.causes.explanation import Explanation, _roots
from sim.causes.static import possible_loops
from sim.intervals import ConfidenceInterval
from sim.loops import Loop
from sim.result import Bound, CallEdge, HopUse
from tests.made import even, made, use

ROOT = "cron:root"


def exact(mean: float) -> ConfidenceInterval:
    """A figure without noise."""
    return ConfidenceInterval(mean, 0.0)


def cycle(number: float | ConfidenceInterval = 2.0, **facts: Any) -> Cycle:
    """A cycle with a reproduction number, of a hundred passes ten seconds apart."""
    reproduction = number if isinstance(number, ConfidenceInterval) else exact(number)
    given: dict[str, Any] = {
        "passes": 100, "through": 1.0, "unhindered": reproduction.mean, "interval_s": 10.0,
        "seeds": 1, "held_down": False, "ways": 1, "component": exact(1.0), **facts,
    }  # fmt: skip
    return Cycle(path=("a:a", "a:a"), reproduction=reproduction, **given)


@pytest.mark.parametrize(
    ("number", "trend"),
    [
        (0.0, "closed"), (0.5, "fades"), (0.9949, "fades"), (0.995, "holds"), (1.0, "holds"),
        (1.005, "holds"), (1.0051, "grows"), (2.0, "grows"),
        (ConfidenceInterval(2.0, 1.0), "holds"), (ConfidenceInterval(0.5, 0.6), "holds"),
        (ConfidenceInterval(2.0, 0.9), "grows"), (ConfidenceInterval(0.5, 0.4), "fades"),
    ],
)  # fmt: skip
def test_what_a_reproduction_number_means(number: Any, trend: str) -> None:
    assert cycle(number).trend == trend


def test_ten_passes_say_something_and_nine_do_not() -> None:
    assert [cycle(passes=passes).trend for passes in (9, 10)] == ["unsure", "grows"]
    assert cycle(0.0, passes=9).trend == "unsure"


def test_ways_that_share_functions_are_judged_together() -> None:
    assert cycle(0.7, ways=1, component=exact(1.2)).trend == "fades"
    assert cycle(0.7, ways=2, component=exact(1.2)).trend == "grows"


@pytest.mark.parametrize(
    ("number", "facts", "seconds"),
    [
        (2.0, {}, 10.0), (4.0, {}, 5.0), (1.005, {}, None), (1.006, {}, True),
        (0.5, {}, None), (2.0, {"ways": 2}, None),
        (0.5, {"held_down": True, "unhindered": 2.0}, 10.0),
        (0.5, {"held_down": False, "unhindered": 2.0}, None),
        (0.0, {"held_down": True, "unhindered": 2.0}, None),
    ],
)  # fmt: skip
def test_the_time_to_double(number: float, facts: dict[str, Any], seconds: Any) -> None:
    found = cycle(number, **facts).doubling_s
    expected = 10 * math.log(2) / math.log(number) if seconds is True else seconds
    assert found == (None if expected is None else pytest.approx(expected))


def looped(
    *edges: tuple[str, str, int], hops: list[HopUse], held: bool = False, root: str = "a:a"
) -> Result:
    """A result of functions that schedule each other: (caller, function, jobs)."""
    names = sorted({name for edge in edges for name in edge[:2]})
    graph = [CallEdge(caller, function, "scheduler" if jobs else "action", max(jobs, 1), 1.0, jobs)
             for caller, function, jobs in edges]  # fmt: skip
    graph.append(CallEdge(ROOT, root, "cron", 5, 5.0, 0))
    result = made({name: use({"scheduler": 9}, "action") for name in names})
    bounds = [Bound("scheduler slots", "", 0.5, "")] if held else []
    return replace(result, call_graph=graph, hops=hops, bounds=bounds)


def hop(caller: str, function: str, executions: int, through: int, jobs: int) -> HopUse:
    """Two seconds ahead."""
    return HopUse(caller, function, executions, through, jobs, 2.0)


def test_a_cycle_is_the_product_of_its_steps() -> None:
    hops = [hop("a:a", "b:b", 20, 10, 30), hop("b:b", "a:a", 40, 20, 10)]
    (found,) = cycles_of([looped(("a:a", "b:b", 30), ("b:b", "a:a", 10), hops=hops)])
    assert found.path == ("a:a", "b:b", "a:a")
    assert found.reproduction.mean == pytest.approx(30 / 20 * 10 / 40)
    assert found.through == pytest.approx(10 / 20 * 20 / 40)
    assert found.unhindered == pytest.approx(30 / 10 * 10 / 20)
    assert (found.passes, found.interval_s, found.seeds, found.ways) == (40, 4, 1, 1)
    assert not found.held_down
    assert found.component.mean == pytest.approx(math.sqrt(30 / 20 * 10 / 40))


def test_a_cycle_begins_where_lineages_enter_it() -> None:
    hops = [hop("a:a", "b:b", 20, 10, 30), hop("b:b", "a:a", 40, 20, 10)]
    edges = (("a:a", "b:b", 30), ("b:b", "a:a", 10))
    assert cycles_of([looped(*edges, hops=hops, root="b:b")])[0].path == ("b:b", "a:a", "b:b")


def test_steps_are_weighted_over_replications() -> None:
    edges = (("a:a", "a:a", 30),)
    first = looped(*edges, hops=[HopUse("a:a", "a:a", 10, 5, 10, 1.0)])
    second = looped(*edges, hops=[HopUse("a:a", "a:a", 30, 20, 30, 5.0)], held=True)
    (found,) = cycles_of([first, second])
    assert (found.seeds, found.passes, found.held_down) == (2, 40, True)
    assert found.interval_s == pytest.approx((10 * 1 + 30 * 5) / 40)
    assert found.through == pytest.approx(25 / 40)
    assert found.unhindered == pytest.approx(40 / 25)
    assert found.reproduction.mean == 1


def test_a_replication_in_which_a_step_never_ran_adds_nothing_to_it() -> None:
    edges = (("a:a", "b:b", 30), ("b:b", "a:a", 10))
    hops = [hop("a:a", "b:b", 20, 10, 30), hop("b:b", "a:a", 40, 20, 10)]
    (found,) = cycles_of([looped(*edges, hops=hops), looped(*edges, hops=hops[:1])])
    assert (found.seeds, found.passes) == (2, 40)
    assert found.through == pytest.approx(20 / 40 * 20 / 40)
    assert found.unhindered == pytest.approx(60 / 20 * 10 / 20)


def test_what_never_repeated_is_no_cycle_of_the_run() -> None:
    edges = (("a:a", "a:a", 30),)
    assert cycles_of([looped(*edges, hops=[])]) == []
    assert cycles_of([looped(*edges, hops=[hop("a:a", "a:a", 0, 0, 0)])]) == []
    (found,) = cycles_of([looped(*edges, hops=[hop("a:a", "", 12, 0, 0)])])
    assert (found.passes, found.reproduction.mean, found.interval_s) == (12, 0, 0)
    assert (found.through, found.unhindered) == (0, 0)
    assert found.trend == "closed"


def test_calls_alone_are_no_cycle_and_of_two_ways_the_one_with_more_jobs_is_shown() -> None:
    called = looped(("a:a", "b:b", 0), ("b:b", "a:a", 0), hops=[hop("a:a", "a:a", 20, 10, 10)])
    assert cycles_of([called]) == []
    hops = [hop("a:a", "a:a", 20, 10, 10)]
    edges = (("a:a", "a:a", 3), ("a:a", "b:b", 0), ("b:b", "a:a", 7))
    assert cycles_of([looped(*edges, hops=hops)])[0].path == ("a:a", "b:b", "a:a")
    edges = (("a:a", "a:a", 8), ("a:a", "b:b", 0), ("b:b", "a:a", 7))
    assert cycles_of([looped(*edges, hops=hops)])[0].path == ("a:a", "a:a")


def test_cycles_are_sorted_by_passes_then_by_path() -> None:
    edges = (("a:a", "a:a", 1), ("b:b", "b:b", 1), ("c:c", "c:c", 1))
    hops = [hop("a:a", "a:a", 20, 1, 1), hop("b:b", "b:b", 30, 1, 1), hop("c:c", "c:c", 30, 1, 1)]
    found = [each.path[0] for each in cycles_of([looped(*edges, hops=hops)])]
    assert found == ["b:b", "c:c", "a:a"]


def test_only_cycles_that_share_a_function_are_one_component() -> None:
    edges = (("a:a", "b:b", 1), ("b:b", "a:a", 1), ("b:b", "c:c", 1), ("c:c", "b:b", 1),
             ("d:d", "d:d", 1))  # fmt: skip
    hops = [hop(caller, function, 10, 5, 5) for caller, function, _ in edges]
    ways = {each.path: each.ways for each in cycles_of([looped(*edges, hops=hops)])}
    assert sorted(ways.values()) == [1, 2, 2]
    assert ways["d:d", "d:d"] == 1


def test_shares_of_root_causes_are_means_over_the_replications() -> None:
    def result(**roots: int) -> Result:
        one = replace(use({"cron": sum(roots.values())}), by_root=dict(roots), rounds=3)
        return made({"a:a": one}, horizon_s=43_200.0)

    found = _roots([result(x=30, y=10), result(x=10, z=10)])
    assert [(each.name, each.calls) for each in found] == [("x", 40), ("y", 10), ("z", 10)]
    assert found[0].share.mean == pytest.approx((0.75 + 0.5) / 2)
    assert found[1].share.mean == pytest.approx(0.125)
    none = _roots([replace(result(x=1), calls=replace(result(x=1).calls, total=0))])
    assert none[0].share.mean == 0


def test_the_leader_is_the_feeding_root_with_most_calls() -> None:
    def result(**roots: int) -> Result:
        one = replace(use({"cron": sum(roots.values())}), by_root=dict(roots), rounds=4)
        other = replace(use({"cron": 100}), by_root={"apart": 100})
        return made({"a:a": one, "o:o": other})

    results = [result(x=30, y=10), result(x=5, y=10), result(x=7, y=7)]
    explained = Explanation(even(), [], results, [], _roots(results))
    assert [root.name for root in explained.feeding(cycle())] == ["x", "y"]
    assert explained.leaders(cycle()) == {"x": 1, "y": 2}  # a tie goes to the later name
    assert explained.rounds.mean == pytest.approx((4 / 140 + 4 / 115 + 4 / 114) / 3)
    assert explained.result is results[0]
    empty = Explanation(even(), [], [made({})], [], [])
    assert empty.rounds.mean == 0
    assert empty.leaders(cycle()) == {}


def test_exports_tell_functions_from_roots_and_jobs_from_calls() -> None:
    result = looped(("a:a", "b:b", 3), ("b:b", "c:c", 0), hops=[])
    result = replace(result, by_function={"a:a": result.by_function["a:a"]})
    kinds = {name: data["kind"] for name, data in call_graph(result).nodes(data=True)}
    assert kinds == {"a:a": "action", "b:b": "function", "c:c": "function", ROOT: "cron"}
    dot, mermaid = exported(result, "dot"), exported(result, "mermaid")
    assert dot.splitlines()[0] == "digraph calls {"
    assert '"b:b" [shape=box];' in dot
    assert f'"{ROOT}" [shape=ellipse];' in dot
    assert '"a:a" -> "b:b" [label="1/day" style="dashed"];' in dot
    assert '"b:b" -> "c:c" [label="1/day"];' in dot
    assert mermaid.splitlines()[:3] == ["flowchart LR", '  n0["a:a"]', '  n1["b:b"]']
    assert '  n0 -.->|"1/day"| n1' in mermaid
    assert '  n1 -->|"1/day"| n2' in mermaid
    assert f'(["{ROOT}"])' in mermaid
    node = call_graph(result).nodes["b:b"]
    assert (node["calls"], node["per_day"]) == (0, 0)


def test_a_loop_is_open_if_it_is_known_that_nothing_ends_it() -> None:
    loop = Loop(("a", "a"), "call", "")
    assert loop.is_open
    assert not replace(loop, closed_by="a guard").is_open
    assert not replace(loop, is_known=False).is_open


def test_loops_are_sorted_calls_first_and_open_ones_first() -> None:
    found = possible_loops(even(revision="buggy"))
    ranks = [(loop.kind != "call", not loop.is_open) for loop in found]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) > 1


def test_five_seeds_are_run_unless_it_is_said_how_many() -> None:
    assert [result.scenario.seed for result in explain(even(seed=3), workers=1).results] == [
        3, 4, 5, 6, 7,
    ]  # fmt: skip
    assert len(explain(even(), replications=2, workers=1).results) == 2


@pytest.mark.parametrize(("functions", "found"), [(8, 1), (9, 0)])
def test_a_cycle_has_eight_functions_at_most(functions: int, found: int) -> None:
    names = [f"f:{number}" for number in range(functions)]
    edges = [(caller, function, 1) for caller, function in pairwise([*names, names[0]])]
    hops = [hop(caller, function, 10, 5, 5) for caller, function, _ in edges]
    assert len(cycles_of([looped(*edges, hops=hops)])) == found


def test_the_data_is_indented_by_two_and_null_where_it_is_infinite() -> None:
    results = [looped(("a:a", "a:a", 3), hops=[hop("a:a", "a:a", 20, 10, 10)])]
    text = Explanation(even(), [], results, cycles_of(results), _roots(results)).to_json()
    assert text.startswith('{\n  "schema": "sim.explanation/1",')
    assert text.endswith("\n}\n")
    assert '"half_width": null' in text
