"""The shipped budgets: what they say of the shipped scenarios, and their committed baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import sim

CHECKLIST = "scenarios/budgets/incident-checklist.yaml"
PULL_REQUEST = "scenarios/budgets/pull-request.yaml"
BASELINE = "scenarios/budgets/baseline.json"


def test_the_committed_baseline_is_what_is_measured_now(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    args = ("check", "scenarios/fixed.yaml", "--budgets", PULL_REQUEST, "--quiet")
    assert sim(*args, "--baseline", str(file), "--update-baseline") == 0
    assert file.read_text() == Path(BASELINE).read_text()


def test_the_spike_fails_the_reports_checklist_within_minutes_of_simulated_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("check", "scenarios/spike.yaml", "--budgets", CHECKLIST, "--fail-fast")
    assert sim(*args) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "stopped after 5 min of 24 h" in told


def test_the_deployed_fix_is_judged_honestly(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("check", "scenarios/fixed.yaml", "--budgets", CHECKLIST, "--format", "github") == 1
    errors = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error")]
    assert len(errors) == 1
    assert "outcomes.catalogs_synced is 0, 1 below its limit of 1" in errors[0]
    assert f"file={CHECKLIST},line=" in errors[0]


def test_the_spike_is_explained_by_the_guards_bypass(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["check", "scenarios/spike.yaml", "--budgets", CHECKLIST, "--horizon", "2h"]
    args += ["--against", "scenarios/normal.yaml", "--format", "json", "--quiet"]
    assert sim(*args) == 1
    explanation = json.loads(capsys.readouterr().out)["scenarios"][0]["explanation"]
    switches = {switch["setting"]: switch["restores"] for switch in explanation["switches"]}
    assert set(switches) == {
        "app.sync.bypass_without_songs", "app.seeding.inline", "app.seeding.delays",
        "app.backfill.enabled",
    }  # fmt: skip
    assert [setting for setting, restored in switches.items() if "calls" in restored] == [
        "app.sync.bypass_without_songs"
    ]
    carriers = explanation["carriers"]["calls"]
    assert carriers[0]["function"] == "setlists:autoGenerateSetlist"
    assert carriers[0]["trigger"] == "action"
