"""`sim calibrate --observed`: settings measured in logs, and a file that holds them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command import sim

FIT = ("calibrate", "monitor.yaml", "--quiet")
LOG = ("--observed", "events.jsonl")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The monitor in the working directory, and the log of ten minutes of it."""
    for name in ("monitor.yaml", "monitor_app.py"):
        shutil.copyfile(f"scenarios/{name}", tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert sim("run", "monitor.yaml", "--horizon", "10m", "--events", "events.jsonl", "--quiet",
               "--format", "json") == 0  # fmt: skip
    return tmp_path


def test_a_fitted_file_is_written_and_can_be_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert sim(*FIT, *LOG, "-o", "fitted.yaml") == 0
    assert "predicted for the right function" in " ".join(capsys.readouterr().out.split())
    assert sim("run", "fitted.yaml", "--format", "json", "--quiet") == 0
    ran = json.loads(capsys.readouterr().out)
    assert ran["scenario"]["horizon_s"] == pytest.approx(600, abs=1)


def test_json_has_the_settings_and_the_judgement(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert sim(*FIT, *LOG, "--fit-on", "50%", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "sim.fit/1"
    assert found["fitted_s"] == 300
    assert "monitor:target" in found["settings"]["platform.latency.functions"]
    assert {each["function"] for each in found["judged"]} >= {"monitor:probe", "monitor:record"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*LOG, "--vary", "app.period=5s..20s"), "--observed goes without"),
        (("--fit-on", "50%"), "--fit-on and --fitted need --observed"),
        ((), "expected --claims and --vary, or --observed"),
        ((*LOG, "--fit-on", "100%"), "below 100%"),
        ((*LOG, "--fit-on", "half"), "expected a share"),
        (("--observed", "none.jsonl"), "none.jsonl"),
        ((*LOG, "-o", "nowhere/f.yaml"), "there is no directory nowhere"),
    ],
)
def test_bad_options_end_with_one_error(
    options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("monitor.yaml", "monitor_app.py"):
        shutil.copyfile(f"scenarios/{name}", tmp_path / name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.jsonl").write_text("")
    assert sim(*FIT, *options) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
