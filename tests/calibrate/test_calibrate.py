"""Calibrations find the settings that figures were made with, and say what figures leave open."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import Scenario
from sim.calibrate import calibrate
from sim.claims import load_claims
from sim.scenario import ScenarioError, parse_duration
from tests.calibrate.conftest import Stated


def test_a_setting_is_found_again_with_the_figure_that_it_makes(
    monitor: Scenario, stated: Stated
) -> None:
    claims = stated({"app.period": "7s"}, "calls", "bandwidth")
    found = calibrate(monitor, claims, {"app.period": "2s..30s"}, held_out=["bandwidth"],
                      points=12, workers=1)  # fmt: skip
    (period,) = found.knobs
    assert parse_duration(period.best) == pytest.approx(7_000_000, rel=0.06)
    assert parse_duration(period.low) <= 7_000_000 <= parse_duration(period.high)
    assert period.pinned == "pinned down"
    assert not period.at_an_end
    assert [(each.name, each.fitted) for each in found.figures] == [
        ("calls", True), ("bandwidth", False),
    ]  # fmt: skip
    assert all(each.finding.verdict == "reproduced" for each in found.figures)
    assert found.misfit < 1
    assert found.runs == 12 + 4


def test_a_figure_that_fixes_a_ratio_is_said_to_be_a_ridge(
    monitor: Scenario, stated: Stated
) -> None:
    claims = stated({"app.period": "10s", "app.already_running": 60}, "calls", "cron_runs")
    found = calibrate(
        monitor, claims, {"app.period": "4s..20s", "app.already_running": "20..120"},
        points=24, workers=1,
    )  # fmt: skip
    assert found.independent == 1
    assert found.unmoved == ["cron_runs"]
    (ridge,) = found.ridges
    assert {ridge.first, ridge.second} == {"app.period", "app.already_running"}
    assert ridge.correlation > 0.7
    assert {knob.pinned for knob in found.knobs} <= {"narrowed", "open"}


def test_values_in_a_list_are_tried_in_their_order(monitor: Scenario, stated: Stated) -> None:
    claims = stated({"app.already_running": 40}, "calls")
    found = calibrate(monitor, claims, {"app.already_running": [10, 20, 40, 80]}, points=8,
                      workers=1)  # fmt: skip
    assert found.settings == {"app.already_running": 40}


def test_the_same_calibration_twice_says_the_same(monitor: Scenario, stated: Stated) -> None:
    claims = stated({"app.period": "5s"}, "calls")
    once, twice = (
        calibrate(monitor, claims, {"app.period": "2s..20s"}, points=6, workers=1).to_json()
        for _ in range(2)
    )
    assert once == twice


@pytest.mark.parametrize(
    ("vary", "held_out", "expected"),
    [
        ({"app.period": "2s..9s", "app.already_running": "1..9"}, [],
         "2 settings and 1 figure to meet: expected no more settings than figures"),
        ({"app.period": "2s..9s"}, ["calls"], "1 settings and 0 figures to meet"),
        ({"app.period": "2s..9s"}, ["call"], "unknown claim 'call'; allowed: calls; did you mean"),
        ({"app.perod": "2s..9s"}, [], "unknown key 'perod'"),
        ({}, [], "a calibration varies at least one setting"),
    ],
)  # fmt: skip
def test_what_cannot_be_calibrated_is_refused(
    monitor: Scenario, stated: Stated, vary: dict[str, str], held_out: list[str], expected: str
) -> None:
    claims = stated({}, "calls")
    with pytest.raises(ScenarioError) as error:
        calibrate(monitor, claims, vary, held_out=held_out, workers=1)
    assert expected in str(error.value)


def test_a_claim_on_what_the_app_lacks_is_refused_at_its_place(
    monitor: Scenario, tmp_path: Path
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(
        "title: T\nclaims:\n- {id: a, quote: Q, measure: {metric: outcomes.chians, value: 1}}\n"
    )
    with pytest.raises(ScenarioError, match=r"c\.yaml:3.*unknown outcome 'chians'"):
        calibrate(monitor, load_claims(file), {"app.period": "2s..9s"}, workers=1)
