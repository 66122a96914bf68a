"""What is run at all: ends of ranges, sizes of samples and grids, plans and their limits."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from sim.experiments import (
    Axis,
    RunJob,
    Runner,
    ablate,
    compare,
    compare_replications,
    envelope,
    parse_axis,
    parse_changes,
    parse_sample,
    replications,
    sweep,
    try_thresholds,
    tune,
)
from sim.experiments.ablation.changes import Change, Switches, changes_between, parse_groups
from sim.experiments.ablation.plan import plan_for
from sim.experiments.ablation.shapley import coalitions, order, shares_of_pair
from sim.experiments.ablation.smallest import search
from sim.experiments.sweeps import Range, axes_of, nondominated
from sim.experiments.sweeps.design import Sample, sampled
from sim.lines import period_of
from sim.scenario import Scenario, ScenarioError, load_scenario
from tests.made import even

JUST_BELOW_1 = math.nextafter(1.0, 0.0)


def test_a_grid_has_at_most_ten_thousand_values_on_an_axis() -> None:
    axis = parse_axis("a=1..10000:1")
    assert isinstance(axis, Axis)
    assert len(axis.values) == 10_000
    with pytest.raises(ScenarioError, match="more than 10,000 values"):
        parse_axis("a=1..10001:1")
    assert parse_axis("a=5..5:1") == Axis("a", (5,))


def test_a_range_without_a_step_has_both_ends() -> None:
    counts, numbers = Range("a", "count", Decimal(1), Decimal(4)), parse_axis("a=0.5..1.5")
    assert [counts.at(share) for share in (0, 0.24, 0.25, 0.5, 0.75, JUST_BELOW_1)] == [
        1, 1, 2, 3, 4, 4,
    ]  # fmt: skip
    assert isinstance(numbers, Range)
    assert (numbers.at(0), numbers.at(0.5)) == (0.5, 1.0)
    times = parse_axis("a=1s..3s")
    assert isinstance(times, Range)
    assert (times.at(0), times.at(JUST_BELOW_1)) == ("1s", "3s")
    assert [Axis("a", ("x", "y")).at(share) for share in (0, 0.49, 0.5, JUST_BELOW_1)] == [
        "x", "x", "y", "y",
    ]  # fmt: skip


def test_values_between_brackets_are_not_split() -> None:
    assert parse_axis("a=[1,2],{b: 1, c: [2, 3]},4") == Axis(
        "a", ([1, 2], {"b": 1, "c": [2, 3]}, 4)
    )
    with pytest.raises(ScenarioError, match="seeds cannot be varied here"):
        parse_axis("seed=1,2")
    with pytest.raises(ScenarioError, match="there are no values"):
        axes_of({"a": []})
    with pytest.raises(ScenarioError, match="a setting is varied twice"):
        axes_of([Axis("a", (1,)), Axis("b", (1,)), Axis("a", (2,))])


@pytest.mark.parametrize(
    ("text", "points"),
    [("sobol:2", 2), ("sobol:100000", 100_000), ("latin-hypercube:3", 3), ("sobol:1", None),
     ("sobol:100001", None), ("sobol:-2", None), ("sobol", None), ("sobl:2", None)],
)  # fmt: skip
def test_a_sample_has_from_two_to_a_hundred_thousand_points(text: str, points: int | None) -> None:
    if points is None:
        with pytest.raises(ScenarioError, match=f"^--sample {text}"):
            parse_sample(text)
    else:
        assert parse_sample(text).points == points


@pytest.mark.parametrize("points", [2, 3, 4, 5])
def test_a_sample_has_just_its_points(points: int) -> None:
    axes = [Range("a", "number", Decimal(0), Decimal(1))]
    for method in ("sobol", "latin-hypercube"):
        found = sampled(axes, Sample(method, points), 1)
        assert len(found) == points
        assert all(0 <= each["a"] < 1 for each in found)
        assert found != sampled(axes, Sample(method, points), 2)
    equal = sampled([Axis("a", ("x",))], Sample("sobol", points), 1)
    assert equal == [{"a": "x"}]


def test_a_sweep_has_at_most_a_million_runs() -> None:
    axes = [Axis("seeds.a", tuple(range(1000))), Axis("seeds.b", tuple(range(1000)))]
    with pytest.raises(ScenarioError, match="2,000,000 runs; a sweep has at most 1,000,000"):
        sweep(even(), axes, replications=2)
    with pytest.raises(ScenarioError, match="--vary"):  # a million are allowed, such a key is not
        sweep(even(), [Axis("seeds.a", (1,))], replications=1_000_000)
    with pytest.raises(ScenarioError, match="a sweep varies at least one setting"):
        sweep(even(), [])
    with pytest.raises(ScenarioError, match="a grid needs a step"):
        sweep(even(), {"app.refresh.limit": "1..9"})


def test_a_point_is_beaten_if_another_is_nowhere_worse_and_somewhere_better() -> None:
    assert nondominated([(1, 2), (2, 1), (2, 2), (1, 2)]) == [0, 1, 3]
    assert nondominated([(1,), (1,)]) == [0, 1]
    assert nondominated([]) == []


def test_the_fewest_are_found_by_both_ways_of_a_front() -> None:
    swept = sweep(even(), {"traffic.organic.rate": ["3/s", "1/s", "2/s"]}, workers=1)
    calls = "function calls per day"
    assert list(swept.pareto([calls]).index) == [1]
    assert list(swept.pareto(maximise=[calls]).index) == [0]
    with pytest.raises(ScenarioError, match="give metrics to minimise or to maximise"):
        swept.pareto()
    with pytest.raises(ScenarioError, match="unknown metric"):
        swept.pareto(["cals"])
    assert [each["queries per day"] for each in swept.in_the_run()] == [1800, 600, 1200]
    with_two = sweep(even(), {"traffic.organic.rate": ["1/s", "2/s"]}, replications=2, workers=1)
    assert [row["function calls in the run"] for row in with_two.table()] == [(600, 0), (1200, 0)]
    assert [len(cell.results) for cell in with_two.cells] == [2, 2]
    plain = with_two.to_dict()["cells"][1]["metrics"]["queries per day"]
    assert plain == {"mean": pytest.approx(172_800), "half_width": 0, "in_the_run": 1200}


def test_progress_counts_every_run_once_and_what_is_kept_at_once() -> None:
    told: list[tuple[int, int]] = []
    jobs = [RunJob(even(), seed) for seed in (1, 2, 1)]
    with Runner(workers=1, done=lambda ended, wanted: told.append((ended, wanted))) as runner:
        results = runner.results(jobs)
        assert told == [(0, 2), (1, 2), (2, 2)]
        again = runner.results([*jobs, RunJob(even(name="x"), 3)])
        assert told[3:] == [(4, 5), (5, 5)]
    assert results[0] == results[2]
    assert again[:3] == results
    assert [each.scenario.seed for each in again] == [1, 2, 1, 3]
    assert again[3].scenario.name == "x"


# -- ablation ----------------------------------------------------------------------------------


def test_all_combinations_are_run_if_they_just_fit() -> None:
    assert plan_for(3, 1, 2, 16).exact
    assert plan_for(3, 1, 2, 16).combinations() == list(range(8))
    assert plan_for(3, 1, 2, 16).runs == 16
    some = plan_for(6, 1, 1, 63)
    assert not some.exact
    assert some.runs == 63
    assert len(some.pairs) >= 2
    assert len(some.combinations()) <= 63
    with pytest.raises(
        ScenarioError, match=r"at least [0-9]+ runs are needed to estimate"
    ) as caught:
        plan_for(6, 1, 1, 14)
    least = int(str(caught.value).split("at least ")[1].split(" ")[0])
    assert len(plan_for(6, 1, 1, least).pairs) == 2
    with pytest.raises(ScenarioError, match="--max-runs"):
        plan_for(6, 1, 1, least - 1)


def test_an_order_has_every_player_once_and_forms_coalitions_one_by_one() -> None:
    for number in range(5):
        assert sorted(order(4, 1, number)) == [0, 1, 2, 3]
    assert len({order(4, 1, number) for number in range(50)}) > 10
    assert order(1, 1, 0) == (0,)
    assert coalitions((2, 0, 1)) == [0, 4, 5, 7]
    worth = {each: np.array([float(each)]) for each in range(8)}
    worth[7] = np.array([20.0])
    # 0 joins second both times; 2 first and last; 1 last and first.
    assert [float(share[0]) for share in shares_of_pair((2, 0, 1), worth)] == [
        1, (15 + 2) / 2, (4 + 17) / 2,
    ]  # fmt: skip


class Tried:
    """A table in which a combination breaks a budget for each wanted change that it lacks."""

    def __init__(self, wanted: int, known: int = 0, never: int = 0) -> None:
        self.worth: dict[int, Any] = dict.fromkeys(range(known))
        self._wanted, self._never = wanted, never

    def run(self, combinations: list[int]) -> None:
        """Run some."""
        self.worth.update(dict.fromkeys(combinations))

    def broken(self, combination: int) -> tuple[int, ...]:
        """The changes that are missing, and what no change mends."""
        missing = self._wanted & ~combination
        return tuple(range(missing.bit_count() + self._never))


@pytest.mark.parametrize(
    ("wanted", "room", "found", "proven"),
    [
        (0b000, 1, [0b000], True), (0b010, 4, [0b010], True), (0b011, 7, [0b011], True),
        (0b111, 8, [0b111], True), (0b010, 3, [0b010], False),
    ],
)  # fmt: skip
def test_the_smallest_combination_is_looked_for_by_size(
    wanted: int, room: int, found: list[int], proven: bool
) -> None:
    table: Any = Tried(wanted)
    assert search(table, 3, room) == (found, proven)


def test_where_nothing_keeps_every_budget_the_smallest_of_the_best_are_found() -> None:
    table: Any = Tried(0b010, never=1)
    assert search(table, 3, 8) == ([0b010], True)
    cut: Any = Tried(0b010, known=2, never=1)
    assert search(cut, 3, 0) == ([0b000], False)


def test_changes_are_grouped_by_the_beginnings_of_their_paths() -> None:
    def scenario(rate: str, commit: str, query: str) -> Scenario:
        latency = {"commit": commit, "query": query}
        return even(platform={"latency": latency}, traffic={"organic": {"rate": rate}})

    before, after = scenario("1/s", "1ms", "1ms"), scenario("2/s", "2ms", "2ms")
    alone = {each.name: set(each.settings) for each in changes_between(before, after)}
    paths = {"platform.latency.commit", "platform.latency.query"}
    assert alone == {each: {each} for each in (*paths, "traffic.organic.rate")}
    grouped = changes_between(before, after, {"latency": ["platform.latency"]})
    assert {each.name: set(each.settings) for each in grouped} == {
        "latency": paths, "traffic.organic.rate": {"traffic.organic.rate"},
    }  # fmt: skip
    for groups, said in (
        ({"a": ["platform.laten"]}, "unknown setting that differs"),
        ({"a": ["platform"], "b": ["platform.latency"]}, "is in the change 'a' already"),
    ):
        with pytest.raises(ScenarioError, match=said):
            changes_between(before, after, groups)
    with pytest.raises(ScenarioError, match="do not differ in any setting"):
        changes_between(before, before)
    with pytest.raises(ScenarioError, match="need the same horizon, not 10m and 20m"):
        changes_between(before, after.with_(horizon="20m"))


def test_groups_are_read_from_their_text() -> None:
    assert parse_groups(["a=x, y", "a=z", "b=w"]) == {"a": ["x", "y", "z"], "b": ["w"]}
    for wrong in ("a", "=x", "a=", "a=x,,y"):
        with pytest.raises(ScenarioError, match="expected NAME=path,path"):
            parse_groups([wrong])


def test_a_combination_is_a_bit_for_each_change() -> None:
    before, after = even(), even(
        traffic={"organic": {"rate": "2/s"}}, platform={"latency": {"commit": "9ms"}},
        deployments={"d": {"at": "1m", "action": "pause"}},
    )  # fmt: skip
    switches = Switches(before, after, changes_between(before, after))
    names = [change.name for change in switches.changes]
    assert set(names) == {"traffic.organic.rate", "platform.latency.commit", "deployments.d"}
    assert switches.everything == 7
    assert switches.names(0b101) == (names[0], names[2])
    assert switches.scenario(7).hash == after.hash
    assert switches.scenario(0).hash == before.hash
    back = Switches(after, before, changes_between(after, before))
    assert back.scenario(7).hash == before.hash
    wrong = Switches(even(traffic={"organic": {"mutations": 0.2, "actions": 0.3}}), even(
        traffic={"organic": {"mutations": 0.8, "actions": 0.1}}), [
            Change("a", {"traffic.organic.mutations": (0.2, 0.8)})])  # fmt: skip
    with pytest.raises(ScenarioError, match=r"with only a changed, .*add up to more than 1"):
        wrong.scenario(1)


def test_a_metric_is_taken_per_day_or_per_month_or_as_it_is() -> None:
    assert [period_of(name) for name in ("calls", "cost", "backlog_peak", "outcomes.a")] == [
        "day", "month", "run", "run",
    ]  # fmt: skip


def test_what_each_of_two_changes_does_and_which_is_enough() -> None:
    before = even(traffic={"organic": {"rate": "4/s"}})
    after = even(platform={"latency": {"commit": "9ms"}})
    found = ablate(before, after, metrics=("calls",), workers=1)
    assert (found.exact, found.orders, found.combinations, found.proven) == (True, 0, 4, True)
    assert found.enough == ["traffic.organic.rate"]
    assert found.idle == ["platform.latency.commit"]
    rate = found.effect("traffic.organic.rate", "calls")
    a_day = 86_400
    moves = [rate.alone.mean, rate.off.mean, rate.share.mean]
    assert moves == pytest.approx([-3 * a_day, 3 * a_day, -3 * a_day])
    assert found.noise["calls"] == pytest.approx(0.02 * 3 * a_day)
    assert [one.changes for one in found.smallest] == [("traffic.organic.rate",)]
    assert [one.broken for one in found.singles].count(()) == 1
    assert found.complete.broken == ()
    assert found.budgets["calls"].max == pytest.approx(1.1 * a_day)


def test_all_data_is_indented_by_two_and_ends_in_a_newline() -> None:
    one = even(horizon="1m", bin="1m", budgets={"a": {"metric": "calls", "max": 60}})
    rates = {"traffic.organic.rate": ["1/s", "2/s"]}
    other = one.with_(**{"traffic.organic.rate": "2/s"})
    told = {
        "comparison/2": compare([one]),
        "replications/1": replications(one, 1),
        "paired/1": compare_replications([one, one], 2),
        "alerts/1": try_thresholds(one, []),
        "sweep/1": sweep(one, rates, workers=1),
        "tuning/1": tune(one, rates, replications=1, workers=1),
        "envelope/1": envelope(one, rates, replications=1, workers=1),
        "ablation/1": ablate(one, other, metrics=("calls",), workers=1),
    }
    for schema, report in told.items():
        text = report.to_json()  # type: ignore[attr-defined]
        assert text.startswith(f'{{\n  "schema": "sim.{schema}",\n'), schema
        assert text.endswith("\n}\n")


def test_a_change_is_a_setting_a_revision_or_a_scenario_of_the_same_app() -> None:
    spike = load_scenario("scenarios/spike.yaml")
    later = parse_changes(["app.refresh.limit=20", "revision=fixed", "app.refresh.limit=30"], spike)
    assert later == {"app": {"refresh": {"limit": 30}}, "revision": "fixed"}
    whole = parse_changes(["scenarios/fixed.yaml"], spike)
    assert list(whole) == ["app"]
    assert whole["app"]["sync"]["track_attempts"] is True
    for text, said in (
        ("scenarios/monitor.yaml", "is a scenario of another app: 'monitor_app'"),
        ("fixed", "expected path=value, such as revision=fixed, or a scenario file"),
        ("app..limit=3", "expected path=value, such as revision=fixed, or a scenario file"),
        ("app.refresh.limit=[", "the value is not valid YAML"),
        ("platform.latency.commit=3ms", "cannot change while a scenario runs"),
    ):
        with pytest.raises(
            ScenarioError, match=f"^--change {re.escape(text)}: .*{re.escape(said)}"
        ):
            parse_changes([text], spike)
