"""`sim backfill` and `sim alerts`: what they print, and what they refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.command import sim

FIXED, SPIKE = "scenarios/fixed.yaml", "scenarios/spike.yaml"
CHECKLIST = "scenarios/budgets/incident-checklist.yaml"
SHORT = ("--horizon", "10m", "--replications", "2")


def test_backfill_answers_first_and_says_that_there_is_no_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "backfill.json"
    assert (
        sim("backfill", FIXED, "--shows", "100", "--wait", "10m", *SHORT, "--out", str(file)) == 0
    )
    out = capsys.readouterr().out
    assert out.startswith("fixed: backfill of 100 shows, 50 a run, 10 min between runs: NOT JUDGED")
    assert "50 of 100 shows are never reached" in " ".join(out.split())
    assert json.loads(file.read_text())["rows_reached"] == 50


def test_an_unsafe_backfill_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("--budgets", CHECKLIST, "--horizon", "10m", "--replications", "1")
    assert sim("backfill", SPIKE, "--shows", "10", *args) == 1
    assert "NOT SAFE" in capsys.readouterr().out


def test_alerts_show_when_each_fires(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("alerts", "scenarios/alerts.yaml", "--horizon", "1h", "--disable", "500k") == 0
    out = capsys.readouterr().out
    for part in ("34 min", "visitors' calls refused", "500,000 calls/day"):
        assert part in out


def test_a_scenario_without_alerts_says_how_to_add_some(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim("alerts", FIXED, "--horizon", "1m") == 0
    assert "list them under its key `alerts`" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["backfill", FIXED], "error: Missing option '--shows'"),
        (["backfill", FIXED, "--shows", "0"], "error: Invalid value for '--shows'"),
        (
            ["backfill", FIXED, "--shows", "9", "--wait", "1"],
            "error: --wait 1: expected a duration",
        ),
        (["backfill", FIXED, "--shows", "9", "--wait", "0"], "error: --wait 0: expected a time"),
        (["backfill", FIXED, "--shows", "999999", "--wait", "9d"], "error: --shows 999999: 20,000"),
        (["backfill", "scenarios/monitor.yaml", "--shows", "9"], "error: monitor: the app"),
        (["alerts", FIXED, "--disable", "x"], "error: --disable x: expected a whole number"),
        (["alerts", FIXED, "--disable", "-1"], "error: --disable -1:"),
        (["alerts", "none.yaml"], "error: none.yaml: there is no such file"),
    ],
)
def test_bad_input_exits_with_2_and_says_why(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1 if "hint" not in err else -2].startswith(message), err
    assert "Traceback" not in err


def test_replications_give_means_with_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("run", FIXED, "--horizon", "10m", "--replications", "3") == 0
    out = capsys.readouterr().out
    assert "3 replications (seeds 1 to 3)" in out
    assert "± is half of the 95% confidence interval of the mean." in out
    assert (
        sim("run", FIXED, "--horizon", "10m", "--precision", "0.01%", "--max-replications", "5")
        == 0
    )
    assert "after 5 replications" in capsys.readouterr().out


def test_a_precision_out_of_reach_is_given_up_at_once_and_says_what_limits_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("run", FIXED, "--horizon", "10m", "--precision", "0.01%", "--max-replications", "9")
    assert sim(*args) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "5 replications (seeds 1 to 5)" in out
    assert "more than 0.01% of the mean after 5 replications" in out
    assert "replications needed" in out
    assert "The precision is limited by" in out
    assert "No more were run: 9 would not be enough." in out


def test_a_precision_can_be_asked_for_some_metrics_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("run", FIXED, "--horizon", "10m", "--precision", "5%")
    assert sim(*args, "--metric", "calls", "--metric", "cost") == 0
    assert "The ± of calls and cost is at most 5% of its mean." in capsys.readouterr().out
    assert sim(*args, "--metric", "outcomes.setlist_filled") == 2
    err = capsys.readouterr().err
    assert err.startswith("error: --metric outcomes.setlist_filled: unknown outcome")
    assert "did you mean 'outcomes.setlists_filled'?" in err
    assert sim("run", FIXED, "--metric", "calls") == 2
    assert "--metric says what --precision is about" in capsys.readouterr().err


def test_a_comparison_over_seeds_is_paired(capsys: pytest.CaptureFixture[str]) -> None:
    args = ("compare", "scenarios/normal.yaml", FIXED, "--horizon", "10m", "--replications", "3")
    assert sim(*args) == 0
    assert "fixed minus normal, replications paired by seed" in capsys.readouterr().out
    assert sim(*args, "--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["scenarios"][1]["scenario"]["seeds"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--precision", "0"], "error: --precision 0: expected a share above 0"),
        (["--precision", "x"], "error: --precision x: expected a share above 0"),
        (["--precision", "2%", "--replications", "2"], "error: give --replications or --precision"),
        (["--replications", "0"], "error: Invalid value for '--replications'"),
    ],
)
def test_bad_numbers_of_replications_are_refused(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("run", FIXED, *args) == 2
    assert capsys.readouterr().err.startswith(message)


def test_a_sweep_shows_a_line_for_every_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "runs.sqlite")
    args = ("sweep", FIXED, "--horizon", "5m", "--store", store, "--workers", "1",
            "--vary", "app.refresh.limit=20..60:20", "--replications", "2")  # fmt: skip
    assert sim(*args) == 0
    out = capsys.readouterr().out
    assert out.startswith("fixed: 3 combinations of settings, seeds 1 to 2")
    assert re.search(r"^\|20 +\| .*^\|40 +\| .*^\|60 +\| ", out, re.DOTALL | re.MULTILINE)
    assert sim(*args, "--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert [cell["settings"] for cell in data["cells"]] == [
        {"app.refresh.limit": limit} for limit in (20, 40, 60)
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "error: Missing option '--vary'"),
        (["--vary", "x"], "error: --vary x: expected path=value,value"),
        (
            ["--vary", "app.refresh.limt=1,2"],
            "error: --vary app.refresh.limt=1: app.refresh: unkno",
        ),
        (["--vary", "bin=1h", "--vary", "bin=2h"], "error: --vary bin: a setting is varied twice"),
        (["--vary", "seed=1,2"], "error: --vary seed=1,2: seeds cannot be varied here"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused(
    args: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("sweep", FIXED, "--store", str(tmp_path / "s"), *args) == 2
    assert capsys.readouterr().err.startswith(message)
