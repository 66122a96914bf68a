"""When clients come."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.convex.arrivals import Rhythm, let_arrive
from sim.convex.client_settings import Client
from sim.platform.reference import Backend, Context, Steps
from sim.scenario import DAY, HOUR, SECOND, ScenarioError, scenario_from

WEIGHTS = st.lists(st.floats(0, 100), min_size=24, max_size=24).filter(lambda each: sum(each) > 1)


def arrivals(hours: int = 24, starts: str = "2026-03-02T00:00:00Z", **client: Any) -> list[int]:
    """The times at which clients come (µs), in the order of their numbers."""
    scenario = scenario_from({"horizon": f"{hours}h", "starts": starts, "traffic": {
        "organic": {"rate": 0}}})  # fmt: skip
    backend = Backend(scenario, 1)
    seen: dict[int, int] = {}

    def visit(ctx: Context, number: int) -> Steps:
        assert number not in seen
        seen[number] = ctx.now
        yield from ctx.wait(0)

    let_arrive(backend, scenario.starts, "c", Client(function="a:b", **client), visit)
    for _ in backend.run([hours * HOUR]):
        pass
    return [seen[number] for number in sorted(seen)]


def gaps(times: list[int]) -> set[int]:
    """The times between two that come one after the other."""
    return {later - earlier for earlier, later in pairwise(times)}


def test_an_even_rate_has_equal_intervals() -> None:
    times = arrivals(rate="24/day", arrive="even")
    assert len(times) == 24
    assert gaps(times) == {HOUR}
    assert 0 < times[0] < HOUR


def test_a_poisson_rate_has_gaps_that_vary_as_much_as_they_are_long() -> None:
    times = arrivals(rate="10k/day")
    assert abs(len(times) - 10_000) < 400
    mean = DAY / 10_000
    variance = sum((gap - mean) ** 2 for gap in gaps(times)) / len(times)
    assert variance**0.5 == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize("arrive", ["poisson", "even"])
def test_hours_are_as_busy_as_their_numbers_and_the_rate_is_their_mean(arrive: str) -> None:
    by_hour = [0, 1, 2, 5] * 6
    times = arrivals(hours=48, rate="4800/day", by_hour=by_hour, arrive=arrive)
    assert abs(len(times) - 9600) <= (1 if arrive == "even" else 5 * 98)
    hours = Counter(time // HOUR for time in times)
    for hour in range(48):
        expected = 100 * by_hour[hour % 24]
        assert abs(hours[hour] - expected) <= (1 if arrive == "even" else 5 * expected**0.5)


def test_a_day_begins_as_the_scenario_starts() -> None:
    by_hour = [0.0] * 24
    by_hour[12] = 1
    times = arrivals(rate="60/day", by_hour=by_hour, arrive="even", starts="2026-03-02T11:30:00Z")
    assert len(times) == 60
    assert HOUR / 2 <= min(times) < max(times) < 1.5 * HOUR
    late = arrivals(rate="60/day", by_hour=by_hour, arrive="even", starts="2026-03-02T12:30:00Z")
    assert 30 - 1 <= sum(time < HOUR / 2 for time in late) <= 30 + 1
    assert sum(time >= 23.5 * HOUR for time in late) == 60 - sum(time < HOUR / 2 for time in late)


@given(WEIGHTS, st.integers(0, DAY - 1), st.integers(0, DAY), st.integers(0, DAY))
def test_the_clock_of_a_rhythm_runs_a_day_in_a_day_and_never_back(
    weights: list[float], starts: int, one: int, other: int
) -> None:
    rhythm = Rhythm(weights, starts)
    earlier, later = sorted((one, other))
    assert 0 <= rhythm.time(earlier) <= rhythm.time(later)
    assert rhythm.time(earlier + DAY) - rhythm.time(earlier) in range(DAY - HOUR, DAY + HOUR)
    total = sum(weights)
    share = sum(
        weights[hour % 24] * max(0, min(rhythm.time(one) + starts, HOUR * (hour + 1))
                                 - max(starts, HOUR * hour)) / HOUR
        for hour in range(49)
    ) / total  # fmt: skip
    assert share * DAY == pytest.approx(one, abs=HOUR / 1000)


def test_a_burst_is_so_many_in_its_time() -> None:
    burst = {"at": "2h", "calls": 500, "within": "10s"}
    times = arrivals(burst=burst)
    assert len(times) == 500
    assert 2 * HOUR <= min(times) < max(times) < 2 * HOUR + 10 * SECOND
    assert len(gaps(times)) > 100
    assert arrivals(burst={**burst, "calls": 4}, arrive="even") == [
        2 * HOUR + SECOND * n // 2 for n in (0, 5, 10, 15)
    ]
    assert arrivals(burst={"at": "2h", "calls": 3}) == [2 * HOUR] * 3


def test_clients_that_come_in_several_ways_have_numbers_of_their_own() -> None:
    bursts = [{"at": "1h", "calls": 2}, {"at": "30m", "calls": 3}]
    times = arrivals(at=["1h", "2h"], burst=bursts, rate="24/day", arrive="even")
    assert times[:7] == [HOUR, 2 * HOUR, HOUR, HOUR, HOUR // 2, HOUR // 2, HOUR // 2]
    assert len(times) == 7 + 24


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        ({"rate": "1/h", "by_hour": [1, 2]}, "expected 24 numbers, one for each hour, not 2"),
        ({"rate": "1/h", "by_hour": [0] * 24}, "expected numbers of 0 or more, and one that is"),
        ({"rate": "1/h", "by_hour": [-1] + [1] * 23}, "expected numbers of 0 or more"),
        ({"at": ["1s"], "by_hour": [1] * 24}, "give a rate that says how many"),
        ({"at": ["1s"], "arrive": "even"}, "arrive is how they come at a rate or in a burst"),
        ({"rate": "1/h", "arrive": "evn"}, "did you mean 'even'?"),
        ({"burst": {"at": "1h", "call": 3}}, "unknown key 'call'"),
        ({"burst": [{"at": "1h"}]}, "burst[0].calls: a value is needed"),
        ({"burst": {"at": "1h", "calls": "2M"}}, "calls: expected at most 1,000,000"),
        ({"rate": "1/h", "by_hour": [1e308] * 24}, "expected numbers of 0 or more"),
        ({}, "expected a rate, times (at), a burst or sessions"),
    ],
)
def test_arrivals_that_mean_nothing_are_one_clear_error(
    client: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario_from({"app": {"name": "convex", "bundle": "none.js", "clients": {
            "c": {"function": "a:b", **client}}}})  # fmt: skip
    assert problem in str(caught.value)
    assert "app.clients.c" in str(caught.value)
