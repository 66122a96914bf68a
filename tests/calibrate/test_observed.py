"""A scenario fitted to the log of a run that had other settings."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim import Scenario, ScenarioError, load_scenario, simulate
from sim.calibrate import Fit, calibrate_observed, overlay
from sim.logs.emit import emission
from sim.logs.emit.journal import RowJournal
from sim.scenario import parse_duration

TRUTH = {
    "platform.latency.query": "20ms..60ms",
    "platform.latency.mutation": "30ms",
    "traffic.organic.rate": "100k/day",
    "traffic.organic.query_time": "25ms",
}


def logged(scenario: Scenario, file: Path) -> Path:
    """The log of a run."""
    with emission(scenario, file, "webhook", None) as emitting:
        journal = RowJournal(scenario, emitting.take)
        simulate(scenario, journal=journal)
        journal.close()
        emitting.done()
    return file


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fit")


@pytest.fixture(scope="module")
def fit(monitor: Scenario, folder: Path) -> Fit:
    """The monitor fitted to a quarter of an hour of another monitor."""
    file = logged(monitor.with_(**TRUTH, seed=7), folder / "events.jsonl")
    return calibrate_observed(monitor, [file])


def test_latencies_come_near_those_of_the_run(fit: Fit) -> None:
    found = {each.function: each.quantiles for each in fit.settings.latencies}
    target = {point: parse_duration(time) / 1000 for point, time in found["monitor:target"].items()}
    assert target["p50"] == pytest.approx(40, rel=0.05)
    assert target["p95"] == pytest.approx(58, rel=0.05)
    assert set(found["monitor:record"].values()) == {"30.5ms"}


def test_other_traffic_is_that_of_the_run(fit: Fit) -> None:
    assert fit.settings.traffic is not None
    settings = fit.settings.traffic.settings
    assert float(str(settings["rate"]).removesuffix("/day")) == pytest.approx(100_000, rel=0.01)
    assert settings["mutations"] == pytest.approx(0.02, abs=0.002)
    assert settings["query_time"] == "25ms"


def test_the_rest_is_predicted(fit: Fit) -> None:
    assert fit.fitted_s == 660  # about 70%, in whole minutes
    assert fit.judged_s == pytest.approx(240, abs=1)
    assert fit.met > 0.98
    assert fit.too_many < 0.02


def test_a_scenario_of_another_load_is_found_to_be_off(monitor: Scenario, fit: Fit) -> None:
    half = monitor.with_(**{"app.period": "20s"})
    other = calibrate_observed(half, fit.logs.observed.files)
    assert other.met < 0.8


def test_the_file_is_the_fitted_scenario(fit: Fit, folder: Path) -> None:
    for name in ("monitor.yaml", "monitor_app.py"):
        shutil.copyfile(f"scenarios/{name}", folder / name)
    file = folder / "fitted.yaml"
    file.write_text(overlay(fit, "monitor.yaml"))
    loaded = load_scenario(file, ["app.every=5m"])
    assert loaded.hash == fit.fitted.hash
    assert "# As in the scenario that this file extends:" in file.read_text()


def test_a_log_too_short_for_two_parts_is_refused(monitor: Scenario, folder: Path) -> None:
    file = logged(monitor.with_(horizon="20s"), folder / "short.jsonl")
    with pytest.raises(ScenarioError, match=r"short\.jsonl: covers \d+ s: too short"):
        calibrate_observed(monitor, [file])
