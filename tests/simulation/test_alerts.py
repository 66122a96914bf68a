"""Alerts and glances look on: what they see is right, and they change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from sim import Result, simulate
from sim.metrics import ALL, METRICS, Selection
from sim.scenario import DAY, MINUTE, SECOND, load_scenario
from sim.simulation import Glance, SoFar

EVEN = [
    "traffic.organic.rate=8640000/day", "app.background=false", "app.refresh.enabled=false",
    "app.visitors.page_views=0", "app.visitors.imports=0", "population.artist_writes=0/day",
]  # fmt: skip
"""A hundred calls a second, and nothing else."""


def alert(horizon: str = "1h", **settings: Any) -> Any:
    """The use of one alert on even traffic of a hundred calls a second."""
    overrides: list[str | tuple[str, Any]] = [
        *EVEN,
        ("alerts", {"a": {"metric": "calls", **settings}}),
    ]
    scenario = load_scenario("scenarios/fixed.yaml", overrides, horizon=horizon)
    (use,) = simulate(scenario).alerts
    return use


def test_a_sliding_window_fires_at_the_first_evaluation_above_the_threshold() -> None:
    use = alert(above=50_000, window="10m")  # 100 a second: above after 500 s
    assert use.first_at_s == use.told_at_s == 540
    assert use.value == use.calls == pytest.approx(54_000, abs=2)
    assert use.firings == 1


def test_a_window_never_holds_more_than_its_length() -> None:
    assert alert(above=60_010, window="10m").first_at_s is None
    assert alert(above=59_990, window="10m").first_at_s == 600


def test_a_rate_is_what_a_window_may_hold() -> None:
    use = alert(above="8630000/day", window="10m")
    assert use.threshold == pytest.approx(8_630_000 / 144)
    assert use.first_at_s == 600


def test_a_delay_is_added_and_the_calls_are_those_of_then() -> None:
    use = alert(above=50_000, window="10m", delay="5m")
    assert (use.first_at_s, use.told_at_s) == (540, 840)
    assert use.calls == pytest.approx(84_000, abs=2)
    late = alert(above=50_000, window="10m", delay="2h")
    assert (late.first_at_s, late.told_at_s, late.calls) == (540, None, 0)


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_a_delay_between_two_evaluations_counts_the_calls_of_that_moment(engine: str) -> None:
    overrides = [*EVEN, f"engine={engine}"]
    for delay, told_at in (("5m", 3000), ("10m", 3300), ("15m", 3600), ("7m30s", 3150)):
        alerts = {"a": {"metric": "calls", "above": 200_000, "window": "1h", "every": "15m",
                        "delay": delay}}  # fmt: skip
        scenario = load_scenario("scenarios/fixed.yaml", [*overrides, ("alerts", alerts)],
                                 horizon="1h")  # fmt: skip
        (use,) = simulate(scenario).alerts
        assert (use.first_at_s, use.told_at_s) == (2700, told_at)
        assert use.calls == pytest.approx(100 * told_at, abs=2)


def test_a_calendar_window_starts_again() -> None:
    use = alert(above=50_000, window="10m", calendar=True)
    assert use.first_at_s == 540
    assert use.firings == 6  # once in every window


def test_the_interval_decides_when_it_is_seen() -> None:
    assert alert(above=50_000, window="10m", every="5m").first_at_s == 600


def test_a_level_is_compared_as_it_is() -> None:
    overrides = [("alerts", {"a": {"metric": "backlog_end", "above": 100, "window": "1m"}})]
    (use,) = simulate(load_scenario("scenarios/spike.yaml", overrides, horizon="1h")).alerts
    assert use.first_at_s is not None
    assert use.value > 100


def facts(result: Result) -> dict[str, Any]:
    """Everything but the clock on the wall and the alerts."""
    data = result.to_dict()
    for key in ("performance", "alerts"):
        del data[key]
    return data


@pytest.mark.parametrize("engine", ["compiled", "reference"])
@pytest.mark.parametrize("name", ["spike", "fixed"])
def test_looking_on_changes_nothing(engine: str, name: str) -> None:
    file = f"scenarios/{name}.yaml"
    overrides = [f"engine={engine}", "bin=7m"]
    plain = simulate(load_scenario(file, overrides, horizon="20m"))
    watched = load_scenario(
        file,
        [*overrides, ("alerts", {"a": {"metric": "calls", "above": 1, "window": "1m",
                                       "every": "1s"}})],
        horizon="20m",
    )  # fmt: skip
    seen: list[int] = []
    glanced = simulate(watched, glance=Glance(MINUTE // 4, lambda now, result: seen.append(now)))
    assert facts(glanced) == facts(plain)
    assert watched.hash == load_scenario(file, overrides, horizon="20m").hash
    assert seen == list(range(15 * SECOND, 20 * MINUTE + 1, 15 * SECOND))


SELECTIONS = {
    "function": Selection(function="setlists:*"),
    "type": Selection(type="action"),
    "trigger": Selection(function="songs:*", trigger="action"),
    "table": Selection(table="artists"),
    "won_by": Selection(function="setlists:*", won_by="artists:*"),
    "cron": Selection(cron="refresh-auto-setlists"),
}
READINGS = [
    (metric, selection)
    for metric in METRICS.values()
    for selection in (ALL, *(SELECTIONS[key] for key in metric.selects))
]


@pytest.mark.parametrize("name", ["spike", "normal"])
def test_every_metric_reads_the_same_on_the_way_as_from_a_whole_result(name: str) -> None:
    seen: dict[str, list[list[float]]] = {}
    for engine in ("compiled", "reference"):
        own = seen[engine] = []

        def look(now: int, so_far: SoFar, own: list[list[float]] = own) -> None:
            own.append([metric.read(so_far, selection) for metric, selection in READINGS])
            result = so_far.whole()
            whole = [metric.read(result, selection) for metric, selection in READINGS]
            assert own[-1] == pytest.approx(whole, rel=1e-12)

        scenario = load_scenario(f"scenarios/{name}.yaml", [f"engine={engine}"], horizon="10m")
        simulate(scenario, glance=Glance(MINUTE, look))
    assert seen["compiled"] == seen["reference"]
    growing = zip(READINGS, zip(*seen["reference"], strict=True), strict=True)
    assert all(list(values) == sorted(values) for (metric, _), values in growing if metric.grows)
    assert seen["reference"][-1][0] > 0


def test_what_a_glance_raises_ends_the_run() -> None:
    def stop(now: int, so_far: SoFar) -> None:
        if now >= 3 * MINUTE:
            raise StopIteration(now)

    scenario = load_scenario("scenarios/fixed.yaml", horizon="365d")
    with pytest.raises(StopIteration) as stopped:
        simulate(scenario, glance=Glance(MINUTE, stop))
    assert stopped.value.value == 3 * MINUTE < DAY
