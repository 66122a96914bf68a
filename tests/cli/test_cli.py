"""The command line: exit codes, formats, files written whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli.output import OutputError, write_whole
from tests.command import sim

SMALL = ["scenarios/fixed.yaml", "--horizon", "10m"]


def test_a_run_prints_plain_tables_that_answer_at_a_glance(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sim("run", *SMALL) == 0
    out, err = capsys.readouterr()
    assert out.startswith("fixed, revision fixed: 10 min simulated, seed 1\n")
    assert "function calls a day" in out.splitlines()[1]
    for title in ("Calls by function", "Platform", "Cost on Starter (US)", "Outcomes", "Findings"):
        assert title in out
    assert "\x1b" not in out
    assert err == ""
    assert max(map(len, out.splitlines())) <= 100


def test_json_on_standard_output_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("run", *SMALL, "--format", "json", "--seed", "5") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "sim.result/1"
    assert data["scenario"]["seed"] == 5


def test_several_formats_in_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / name for name in ("a.json", "a.md", "a.txt")]
    outs = [part for file in files for part in ("--out", str(file))]
    assert sim("run", *SMALL, *outs, "--format", "md") == 0
    printed = capsys.readouterr().out
    assert files[1].read_text() == printed
    assert printed.startswith("# fixed, revision fixed")
    assert json.loads(files[0].read_text())["scenario"]["name"] == "fixed"
    assert "Calls by function" in files[2].read_text()
    assert sorted(os.listdir(tmp_path)) == ["a.json", "a.md", "a.txt"]


def test_compare_shows_both_and_what_differs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("compare", "scenarios/spike.yaml", "scenarios/fixed.yaml", "--horizon", "2m")
    assert sim(*args) == 0
    out = capsys.readouterr().out
    for part in ("Side by side", "Settings that differ", "app.sync.guard_window"):
        assert part in out
    assert sim(*args, "--format", "json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["settings"]["app.refresh.limit"] == [60, 20]


def test_a_report_without_a_file_goes_into_this_folder_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenarios = ("shipped:spike", "shipped:fixed")
    assert sim("report", *scenarios, "--horizon", "1m", "--set", "name=a/../b") == 0
    assert capsys.readouterr().out == "wrote report-a-..-b-vs-a-..-b.html\n"
    assert sim("report", "shipped:fixed", "--horizon", "1m") == 0
    assert capsys.readouterr().out == "wrote report-fixed.html\n"
    assert sorted(os.listdir(tmp_path)) == ["report-a-..-b-vs-a-..-b.html", "report-fixed.html"]
    assert Path("report-fixed.html").read_text().startswith("<!doctype html>")
    assert sim("report", "shipped:fixed", "--horizon", "1m", "--format", "html") == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")


def test_compare_takes_more_than_two(capsys: pytest.CaptureFixture[str]) -> None:
    files = [f"scenarios/{name}.yaml" for name in ("normal", "fixed", "backfill-manual")]
    assert sim("compare", *files, "--horizon", "1m") == 0
    assert "normal vs fixed vs backfill-manual" in capsys.readouterr().out


def test_version_schema_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("--version") == 0
    assert capsys.readouterr().out == "sim 0.1.0\n"
    assert sim("schema") == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org/")
    for command in ([], ["run"], ["compare"], ["schema"]):
        assert sim(*command, "--help") == 0
        assert "Examples:" in capsys.readouterr().out
    assert sim() == 0


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["run", "scenarios/none.yaml"], "error: scenarios/none.yaml: there is no such file"),
        (["run", "scenarios"], "error: scenarios: is a directory, not a scenario file"),
        (["run", *SMALL, "--set", "seed=x"], "error: --set seed=x: seed: expected a whole number"),
        (["run", *SMALL, "--frmat", "md"], "error: No such option '--frmat'."),
        (["run", *SMALL, "--format", "pdf"], "error: Invalid value for '--format'"),
        (["run", *SMALL, "--seed", "-1"], "error: Invalid value for '--seed'"),
        (["run", *SMALL, "--horizon", "3"], "error: --horizon 3: horizon: expected a duration"),
        (["run", *SMALL, "--out", "x.pdf"], "error: --out x.pdf: the suffix picks the format"),
        (["run", *SMALL, "--out", "no/x.md"], "error: --out no/x.md: there is no directory no"),
        (["compare", "scenarios/fixed.yaml"], "error: compare takes at least two scenarios"),
        (["rum"], "error: No such command 'rum'"),
        (["schema", "--app", "nope"], "error: --app: unknown app 'nope'"),
    ],
)
def test_bad_input_exits_with_2_and_says_why(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim(*args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message), err
    assert "Traceback" not in err


def test_a_defect_exits_with_70_and_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("sim.simulation.simulate", broken)
    assert sim("run", *SMALL) == 70
    assert "RuntimeError: a bug" in capsys.readouterr().err


def test_a_failed_write_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "a.json"
    file.write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_whole(file, "new")
    assert os.listdir(tmp_path) == ["a.json"]
    assert file.read_text() == "old"


@pytest.mark.parametrize("engine", ["compiled", "reference"])
def test_an_interrupted_run_exits_with_130_and_writes_no_file(tmp_path: Path, engine: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from sim.cli import main; main()", "run", "scenarios/spike.yaml",
         "--set", f"engine={engine}", "--set", "bin=365d", "--horizon", "365d",
         "--out", str(tmp_path / "a.json")],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "interrupted"
    assert os.listdir(tmp_path) == []


def test_a_closed_pipe_is_no_error() -> None:
    program = f"{sys.executable} -c 'from sim.cli import main; main()' run {' '.join(SMALL)}"
    script = f"set -o pipefail; {program} --format json | head -n 1; {program} | head -n 0"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout == "{\n"
    assert done.stderr == ""
    assert done.returncode == 0


def test_progress_is_told_on_standard_error_only_where_it_lasts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sim("run", *SMALL, "--format", "json") == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sim.cli.line.QUIET_FOR", 0.0)
    assert sim("run", *SMALL, "--format", "json") == 0
    assert "sim: fixed: 100% simulated" in capsys.readouterr().err
    assert sim("run", *SMALL, "--format", "json", "--quiet") == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "overrides",
    [
        ["population.filtered=[]", "population.unknown=[]", "population.importable=[]"],
        ["platform.scheduler.parallelism=1", "platform.concurrency.node_actions=1"],
        ["traffic.organic.rate=0"],
    ],
)
def test_a_comparison_of_next_to_nothing_still_compares(
    overrides: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    sets = [part for text in overrides for part in ("--set", text)]
    files = ("scenarios/spike.yaml", "scenarios/fixed.yaml")
    assert sim("compare", *files, "--horizon", "1s", *sets) == 0
    assert "Only 1 s were simulated" in capsys.readouterr().out


def test_a_comparison_runs_under_one_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.yaml"
    parent = Path("scenarios/normal.yaml").resolve()
    other.write_text(f"extends: {parent}\nseed: 7\n")  # below the working directory
    args = ("compare", "scenarios/normal.yaml", str(other), "--horizon", "1m", "--format", "json")
    assert sim(*args) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    assert [result["scenario"]["seed"] for result in results] == [1, 1]


@pytest.mark.parametrize("redirect", [">/dev/full", ">&-"])
def test_a_standard_output_that_takes_nothing_is_no_defect(redirect: str) -> None:
    program = f"{sys.executable} -c 'from sim.cli import main; main()' run {' '.join(SMALL)}"
    done = subprocess.run(
        ["bash", "-c", f"{program} {redirect}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
