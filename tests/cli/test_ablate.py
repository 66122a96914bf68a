"""`sim ablate` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import sim

FILES = ("ablate", "scenarios/spike.yaml", "scenarios/fixed.yaml")
SHORT = ("--horizon", "10m", "--workers", "1", "--store", ":memory:")
GROUPS = (
    "--change", "crons=app.refresh,app.backfill", "--change", "rest=app.sync,app.generate,"
    "app.cascade,app.seeding",
)  # fmt: skip


def test_it_says_what_will_be_run_then_reports(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "ablate.json"
    budgets = ("--budgets", "scenarios/budgets/incident-checklist.yaml")
    assert sim(*FILES, *SHORT, *GROUPS, *budgets, "--out", str(file)) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("sim: 2 changes, all combinations: 4 runs\n")
    assert captured.out.startswith("spike to fixed: what each of 2 changes does")
    data = json.loads(file.read_text())
    assert [change["name"] for change in data["changes"]] == ["crons", "rest"]
    assert "syncs" in data["all"]["broken"]


def test_random_orders_are_told_and_metrics_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("--max-runs", "80", "--metric", "outcomes.setlists_filled")
    assert sim(*FILES, *SHORT, *chosen) == 0
    captured = capsys.readouterr()
    assert "random orders: at most 80 runs" in captured.err
    assert "Shapley share of the whole difference (estimated)" in captured.out
    assert "calls/day" not in captured.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--metric", "outcomes.filled"), "--metric outcomes.filled: unknown metric"),
        (("--change", "x"), "--change x: expected NAME=path,path"),
        (("--change", "x=app.refesh"), "--change x: unknown setting that differs 'app.refesh'"),
        (("--change", "x=app.refresh,app.refesh"),
         "--change x: unknown setting that differs 'app.refesh'"),
        (("--change", "x=app.refresh", "--change", "y=app.refresh.limit"),
         "--change y: app.refresh.limit is in the change 'x' already"),
        (("--max-runs", "30"), "--max-runs 30: to estimate the shares of 12 changes takes"),
        (("--set", "app.refresh.limt=1"), "did you mean 'limit'"),
        (("--set", "app={refresh: 3}"), "app.refresh"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(
    arguments: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim(*FILES, *SHORT, "--quiet", *arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.out == ""


def test_two_files_of_one_scenario_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("ablate", "scenarios/spike.yaml", "scenarios/alerts.yaml", *SHORT) == 2
    assert "do not differ in any setting" in capsys.readouterr().err
