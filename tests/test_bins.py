"""What is read from a series of time bins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim import Result, check, simulate
from sim.bins import bins_in_bursts, bursts, busiest, during, summed, while_draining
from sim.metrics import metric
from sim.report import check_report, to_markdown
from sim.scenario import ScenarioError, load_scenario


@pytest.mark.parametrize(
    ("calls", "number", "width"),
    [([], 0, 0), ([0, 0], 0, 0), ([5, 5, 5], 1, 3), ([100, 40, 9, 3, 80, 10, 2], 2, 4),
     ([1, 100, 1], 1, 1)],
)  # fmt: skip
def test_a_burst_is_a_stretch_of_bins_that_are_not_quiet(
    calls: list[int], number: int, width: int
) -> None:
    assert (bursts(calls), bins_in_bursts(calls)) == (number, width)
    assert busiest(calls) == max(calls, default=0)


def test_a_queue_drains_while_fewer_jobs_wait_at_the_end_of_a_bin() -> None:
    calls, backlog = [900, 300, 310, 50, 800], [10, 7, 2, 0, 9]
    assert while_draining(calls, backlog) == 305
    assert while_draining(calls, [0] * 5) == 0


def test_series_add_up_bin_by_bin() -> None:
    assert summed([[1, 2], [30, 40]]) == [31, 42]


@pytest.fixture(scope="module")
def spike() -> Result:
    """Twenty minutes of the spike in bins of two minutes."""
    return simulate(load_scenario("scenarios/spike.yaml", ["bin=2m"], horizon="19m"))


def test_the_parts_of_a_run_add_up_to_the_run(spike: Result) -> None:
    for name in ("calls", "conflicts_retried", "conflicts_failed"):
        known = metric(name)
        parts = [known.value(during(spike, *ends)) for ends in ((0, 240), (240, 960), (960, 1140))]
        assert sum(parts) == known.value(spike) > 0
        of_the_run = during(spike, 0, 1140)
        assert known.value(of_the_run) == known.value(spike)
    assert of_the_run.outcomes == spike.outcomes
    assert of_the_run.scheduler.final_backlog == spike.scheduler.final_backlog


def test_a_part_has_its_own_rates_and_levels(spike: Result) -> None:
    part = during(spike, 240, 480)
    calls = sum(sum(use.per_bin[2:4]) for use in spike.by_function.values())
    assert metric("calls").value(part, per="hour") == pytest.approx(calls * 15)
    assert metric("backlog_end").value(part) == spike.scheduler.backlog_per_bin[3]
    filled = spike.outcomes_per_bin["setlists_filled"]
    assert metric("outcomes.setlists_filled").value(part) == filled[3]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("metric: cost, during: [0s, 4m]", "cost is not counted in time bins; allowed: calls, "),
        ("metric: calls, select: {trigger: cron}, during: [0s, 4m]", "calls by trigger is not"),
        ("metric: calls, during: [4m, 4m]", "expected two times, the earlier one first"),
        ("metric: calls, during: [0s, 3m]", "its ends are multiples of bin, 2m, or the horizon"),
        ("metric: calls, during: [0s, 40m]", "ends after the horizon of 10m"),
    ],
)
def test_a_part_that_there_is_not_is_refused(tmp_path: Path, item: str, expected: str) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(
        f"horizon: 10m\nbin: 2m\nbudgets: [{{id: a, max: 1, {item}}}]\n", encoding="utf-8"
    )
    with pytest.raises(ScenarioError) as error:
        check([load_scenario(file)])
    assert expected in str(error.value)
    assert "b.yaml:3" in str(error.value)


def test_a_budget_on_a_part_of_the_run_is_judged_by_it(spike: Result) -> None:
    part = during(spike, 960, 1140)
    budget = {"metric": "calls", "during": ["16m", "19m"], "max": metric("calls").value(part)}
    settings = ["bin=2m", f"budgets.late={json.dumps(budget)}"]
    report = check([load_scenario("scenarios/spike.yaml", settings, horizon="19m")])
    assert report.exit_code == 0
    text = to_markdown(check_report(report))
    assert "calls from 16m to 19m" in text
