"""What brings a run back to normal: verdicts on short scenarios whose answer is known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import recover
from sim.experiments import RecoverReport
from sim.experiments.series import Level, back_to, level_of, relapse
from sim.report import recover_report, to_markdown
from sim.scenario import ScenarioError, load_scenario

FIX = {"revision": "fixed"}


def recovered(name: str, change: dict[str, Any], *settings: str, **more: Any) -> RecoverReport:
    scenario = load_scenario(f"scenarios/{name}.yaml", settings, horizon="12m")
    return recover(scenario, "5m", change, pause="2m", window="2m", **more)


@pytest.fixture(scope="module")
def spike() -> RecoverReport:
    return recovered("spike", FIX)


def test_the_loop_of_the_spike_ends_with_the_fix_and_nothing_else(
    spike: RecoverReport,
) -> None:
    verdicts = {each.id: each.verdict for each in spike.measures}
    assert verdicts == {
        "nothing": "not enough", "clear": "not enough", "pause": "not enough",
        "pause-clear": "not enough", "fix": "enough", "fix-clear": "not needed",
        "fix-pause": "not needed",
    }  # fmt: skip
    assert spike["fix"].recovered_after_s is not None
    assert spike["fix"].recovered_after_s < 60
    assert spike["nothing"].calls_per_hour > 100 * spike["fix"].calls_per_hour


def test_a_pause_recovers_no_earlier_than_it_ends_and_costs_visitors(spike: RecoverReport) -> None:
    pause = spike["fix-pause"]
    assert pause.recovered_after_s is not None
    assert pause.recovered_after_s >= 120
    assert pause.visitors_calls_refused == pytest.approx(4e6 / 24 / 30, rel=0.01)
    assert spike["fix"].visitors_calls_refused == 0


def test_only_what_clears_cancels_jobs(spike: RecoverReport) -> None:
    assert {each.id for each in spike.measures if each.jobs_cancelled} == {
        "clear", "pause-clear", "fix-clear",
    }  # fmt: skip


def test_the_trigger_alone_is_not_the_cause() -> None:
    report = recovered("spike", {"app": {"backfill": {"enabled": False}}}, normal=FIX)
    assert {each.verdict for each in report.measures} == {"not enough"}
    assert report["pause-clear"].relapsed_after_s is not None
    assert "nothing brings it back" in to_markdown(recover_report(report))


def test_a_burst_that_ends_needs_no_fix() -> None:
    burst = ("runs=1", "limit=200", "starts_after=4m58s")
    report = recovered("normal", FIX, *(f"app.manual_backfill.{each}" for each in burst))
    assert report["nothing"].verdict == "enough"
    assert report["nothing"].recovered_after_s is not None
    assert all(each.verdict == "not needed" for each in report.measures[1:])


def test_a_queue_too_long_for_the_horizon_has_to_be_cleared() -> None:
    report = recovered("spike", FIX, "platform.scheduler={overhead: 3s, parallelism: 1}")
    assert report["fix"].verdict == "not enough"
    assert report["fix-clear"].verdict == "enough"
    assert report["fix"].peak_backlog > 50 > report["fix-clear"].peak_backlog
    assert "fixing alone is not enough, but fixing and clearing is" in to_markdown(
        recover_report(report)
    )


def test_a_normal_that_loops_too_is_asked_about() -> None:
    report = recovered("spike", {"app": {"backfill": {"limit": 199}}})
    assert "(--normal says what normal is)" in to_markdown(recover_report(report))


def test_dollars_are_those_of_a_run_that_ends_at_the_recovery(spike: RecoverReport) -> None:
    nothing, clear = spike["nothing"], spike["clear"]
    price = 2.2e-6 * nothing.excess_calls
    assert price < nothing.excess_dollars < 3 * price
    assert clear.excess_dollars < nothing.excess_dollars
    assert spike["fix"].excess_dollars == pytest.approx(0, abs=0.005)


def test_its_json_is_whole_and_the_same_every_time(spike: RecoverReport) -> None:
    data = json.loads(spike.to_json())
    assert data["schema"] == "sim.recover/1"
    assert len(data["measures"]) == len(spike.measures) == 7
    assert recovered("spike", FIX).to_json() == spike.to_json()


@pytest.mark.parametrize(
    ("fix_at", "pause", "window", "expected"),
    [("9m", "2m", "2m", "is too short for a fix at 9m, a pause of 2m"),
     ("1m", "2m", "10s", "the window must be 1m or longer"),
     ("1m", "0s", "1m", "the pause above zero"),
     ("soon", "2m", "1m", "expected a duration")],
)  # fmt: skip
def test_too_little_time_is_refused(fix_at: str, pause: str, window: str, expected: str) -> None:
    scenario = load_scenario("scenarios/spike.yaml", horizon="12m")
    with pytest.raises(ScenarioError, match=expected):
        recover(scenario, fix_at, FIX, pause=pause, window=window)


SERIES = st.lists(st.integers(0, 9), min_size=1, max_size=12)


@given(SERIES, SERIES, st.integers(1, 4), st.integers(0, 20), st.integers(0, 5))
def test_back_is_the_first_bin_from_which_nothing_is_above_the_level(
    calls: list[int], backlog: list[int], window: int, most: int, first: int
) -> None:
    size = min(len(calls), len(backlog))
    calls, backlog = calls[:size], backlog[:size]
    level = Level(calls=most, backlog=4, window=window)

    def holds(start: int) -> bool:
        windows = [calls[n : n + window] for n in range(start, size - window + 1)]
        return all(sum(each) <= most for each in windows) and max(backlog[start:]) <= 4

    starts = [start for start in range(first, size - window + 1) if holds(start)]
    assert back_to(level, calls, backlog, first) == (starts[0] if starts else None)


@given(SERIES, st.integers(1, 4), st.integers(0, 20), st.integers(0, 5))
def test_a_relapse_is_the_first_bin_whose_window_is_above_the_level(
    calls: list[int], window: int, most: int, first: int
) -> None:
    above = [
        n for n in range(first, len(calls))
        if sum(calls[max(first, n - window + 1) : n + 1]) > most
    ]  # fmt: skip
    level = Level(calls=most, backlog=0, window=window)
    assert relapse(level, calls, first) == (above[0] if above else None)
    assert level_of(calls, len(calls)) == sum(calls)
