"""Reproduction numbers against branching-process theory, where the answers are known."""

from __future__ import annotations

import math

import pytest

from sim import Scenario, simulate
from sim.causes import Cycle, cycles_of, explain
from sim.intervals import ConfidenceInterval
from sim.result import Result
from tests.apps.setlist.conftest import small
from tests.causes.conftest import Trees

GENERATE, SYNC = "setlists:autoGenerateSetlist", "spotify:syncArtistCatalog"
ROOTS = 3000


def only_cycle(result: Result) -> Cycle:
    (cycle,) = cycles_of([result])
    return cycle


def within(value: float, expected: float, deviation: float, n: int) -> bool:
    """Whether a mean of n independent draws lies within four standard errors of what it is of."""
    return abs(value - expected) <= 4 * deviation / math.sqrt(n)


def test_a_dying_tree_starts_as_many_passes_as_its_distribution_says(trees: Trees) -> None:
    result = simulate(trees(roots=ROOTS, apart="1s", children=(0.5, 0.35, 0.15)))
    cycle = only_cycle(result)
    mean, deviation = 0.65, math.sqrt(0.35 + 4 * 0.15 - 0.65**2)
    assert within(cycle.reproduction.mean, mean, deviation, cycle.passes)
    assert within(cycle.through, 0.5, 0.5, cycle.passes)
    assert cycle.through * cycle.unhindered == pytest.approx(cycle.reproduction.mean)
    assert cycle.trend == "fades"
    assert cycle.doubling_s is None  # those that start any start more than one, yet nothing grows


def test_its_trees_have_the_size_and_the_depth_that_theory_gives(trees: Trees) -> None:
    r = 0.65
    result = simulate(trees(roots=ROOTS, apart="1s", children=(0.5, 0.35, 0.15)))
    node = result.by_function["tree:node"]
    # The total progeny of a tree is 1/(1-R) on average, its variance s²/(1-R)³.
    variance = (0.35 + 4 * 0.15 - r**2) / (1 - r) ** 3
    assert within(node.calls / ROOTS, 1 / (1 - r), math.sqrt(variance), ROOTS)
    # Generation g has R^g of its root's nodes, so the mean over all nodes is 1/(1-R), from 1.
    assert node.generation_mean == pytest.approx(1 / (1 - r), rel=0.1)
    assert node.by_root == {"client:plant": node.calls}


@pytest.mark.parametrize(("children", "number"), [(1, 1.0), (2, 2.0), (3, 3.0)])
def test_trees_without_chance_have_their_number_exactly(
    trees: Trees, children: int, number: float
) -> None:
    generations = {1: 40, 2: 9, 3: 6}[children]
    shares = tuple(float(n == children) for n in range(children + 1))
    # A pass starts the next ones 110 ms after its claim; the horizon cuts after whole generations.
    horizon = f"{110 * generations - 5}ms"
    result = simulate(trees(horizon, children=shares, delay="100ms"))
    cycle = only_cycle(result)
    assert cycle.unhindered == number
    assert cycle.through == 1
    assert cycle.reproduction.mean == number
    assert cycle.interval_s == pytest.approx(0.11)
    assert result.by_function["tree:node"].calls == sum(children**g for g in range(generations))


def test_the_time_to_double_is_that_of_the_growth(trees: Trees) -> None:
    cycle = only_cycle(simulate(trees("650ms", children=(0, 0, 0, 0, 1))))
    assert cycle.doubling_s is not None
    assert cycle.doubling_s == pytest.approx(0.11 / 2)  # fourfold in 110 ms
    assert cycle.trend == "grows"


def test_a_chain_that_replaces_itself_holds(trees: Trees) -> None:
    cycle = only_cycle(simulate(trees("10m", children=(0, 1), roots=3)))
    assert cycle.trend == "holds"
    assert cycle.doubling_s is None


def test_a_cycle_of_two_jobs_multiplies_their_numbers(trees: Trees) -> None:
    scenario = trees(
        roots=ROOTS, apart="1s", shape="two-hops", children=(0, 0, 1), grandchildren=(0.65, 0.35)
    )
    result = simulate(scenario)
    cycle = only_cycle(result)
    assert cycle.path == ("tree:node", "tree:leaf", "tree:node")
    assert within(cycle.reproduction.mean, 0.7, 2 * math.sqrt(0.35 * 0.65), cycle.passes)
    assert cycle.interval_s == pytest.approx(0.11 + 0.13)


def test_what_a_pass_awaits_is_part_of_it(trees: Trees) -> None:
    result = simulate(trees(roots=ROOTS, apart="1s", shape="awaited", children=(0.4, 0.6)))
    cycle = only_cycle(result)
    assert cycle.path == ("tree:node", "tree:growth", "tree:node")
    assert within(cycle.reproduction.mean, 0.6, math.sqrt(0.24), cycle.passes)


def test_ways_round_that_fade_alone_may_grow_together(trees: Trees) -> None:
    shares = {"children": (0.3, 0.7), "grandchildren": (0.3, 0.7)}
    result = simulate(trees("2s", roots=200, apart="1ms", shape="two-ways", **shares))
    both = {cycle.path: cycle for cycle in cycles_of([result])}
    assert set(both) == {("tree:node", "tree:node"), ("tree:node", "tree:leaf", "tree:node")}
    # The matrix of means is ((c, g), (1, 0)); its spectral radius (c + sqrt(c² + 4g)) / 2.
    radius = (0.7 + math.sqrt(0.7**2 + 4 * 0.7)) / 2
    for cycle in both.values():
        assert cycle.ways == 2
        assert cycle.reproduction.mean == pytest.approx(0.7, abs=0.05)
        assert cycle.component.mean == pytest.approx(radius, abs=0.05)
        assert cycle.trend == "grows"


def test_a_pass_or_two_say_nothing(trees: Trees) -> None:
    results = [simulate(trees("10s", roots=2, children=(0.8, 0.2)), seed=n) for n in range(8)]
    (cycle,) = cycles_of(results)
    assert cycle.seeds < 8
    assert 0 < cycle.passes < 10
    assert cycle.trend == "unsure"


def test_a_tree_without_children_never_comes_round(trees: Trees) -> None:
    assert cycles_of([simulate(trees(children=(1.0,)))]) == []


def test_intervals_cover_the_true_number_as_often_as_they_say(trees: Trees) -> None:
    covered = 0
    for first in range(0, 200, 5):
        scenario = trees(roots=40, apart="1s").with_(seed=first)
        numbers = [simulate(scenario, seed=first + n) for n in range(5)]
        (cycle,) = cycles_of(numbers)
        covered += cycle.reproduction.low <= 0.6 <= cycle.reproduction.high
    # Of 40 intervals of 95%, between 34 and 40 cover it with a probability of 99%.
    assert 34 <= covered <= 40


# -- the setlist app, on both engines --------------------------------------------------------------


def looping(engine: str, **settings: object) -> Scenario:
    """The buggy revision without limits: artists whose catalog is filtered to nothing."""
    return small("buggy", **{
        "engine": engine,
        "external": {"rate_limit": 0},
        "platform": {"deployment_class": "S256", "scheduler": {"parallelism": 5000}},
        **settings,
    })  # fmt: skip


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_the_loop_of_the_incident_starts_a_pass_for_every_show(engine: str) -> None:
    cycle = only_cycle(
        simulate(
            looping(
                engine,
                horizon="3s",
                population={"filtered": [2], "unknown": [], "importable": []},
                platform={"latency": {"commit": "0s"}},
            )
        )
    )
    assert cycle.path == (GENERATE, SYNC, GENERATE)
    # Passes that get through start one for each of the two shows, less what conflicts take.
    assert 1.7 < cycle.unhindered <= 2
    assert cycle.trend == "grows"


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_chain_lives_as_long_as_its_two_requests_succeed(engine: str) -> None:
    failing = 0.05
    result = simulate(
        looping(
            engine,
            horizon="1h",
            app={"refresh": {"every": "2m"}, "backfill": {"enabled": False}},
            population={"filtered": [1] * 9, "unknown": [], "importable": []},
            external={"rate_limit": 0, "error_rate": failing},
        )
    )
    cycle = only_cycle(result)
    number = (1 - failing) ** 2  # token and search; one show, so one pass
    assert cycle.passes > 1000
    assert within(cycle.reproduction.mean, number, math.sqrt(number * (1 - number)), cycle.passes)
    assert cycle.trend == "fades"


def test_before_the_incident_a_pass_starts_none() -> None:
    explained = explain(small("before", horizon="1h"), replications=2, workers=1)
    (cycle,) = explained.cycles
    assert cycle.reproduction == ConfidenceInterval(0.0, 0.0)
    assert cycle.trend == "closed"


def test_roots_and_their_shares_add_up() -> None:
    explained = explain(small("buggy", horizon="30s"), replications=3, workers=1)
    assert sum(root.share.mean for root in explained.roots) == pytest.approx(1)
    (cycle,) = explained.cycles
    feeding = {root.name for root in explained.feeding(cycle)}
    assert feeding <= {root.name for root in explained.roots}
    assert set(explained.leaders(cycle)) <= feeding
    assert sum(explained.leaders(cycle).values()) == 3


def test_only_calls_of_work_that_has_come_round_count_as_its_share(trees: Trees) -> None:
    once = explain(trees(roots=5, children=(1.0,)), replications=2, workers=1)
    assert once.rounds.mean == 0
    chain = explain(trees("1m", children=(0, 1)), replications=2, workers=1)
    calls = chain.result.by_function["tree:node"]
    assert (calls.calls, calls.rounds) == (546, 545)  # all but the first node
    assert chain.rounds.mean == pytest.approx(545 / 546)
