"""`sim check`: verdicts, their exit codes, and every format that says them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.check.scenario import CALLS, SHIPPED, sim, write


def test_budgets_that_hold_exit_with_0_and_show_their_headroom(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("check", write(CALLS)) == 0
    out, err = capsys.readouterr()
    assert out.startswith("app: PASS, 1 bound holds")
    assert "≤ 4.40M" in out
    assert "(8%)" in out
    assert "Tested: the value of a single run." in out
    assert "\x1b" not in out
    assert err == ""


def test_a_broken_budget_exits_with_1_and_names_its_line_and_who_carries_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "budgets:\n- id: calls\n  metric: calls\n  per: day\n  max: 1k\n  message: Too many.\n"
    assert sim("check", write(text)) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "app: FAIL, 1 of 1 bound broken" in out
    assert "Too many. [app.yaml:4:3]" in out
    assert "Functions that add most to calls" in out
    assert "organic:query" in out


def test_a_warning_passes_and_a_budget_that_is_off_is_not_judged(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "budgets:\n- {id: a, metric: calls, max: 1, level: warn}\n"
        "- {id: b, metric: calls, max: 1, level: off}\n"
    )
    assert sim("check", write(text), "--no-explain") == 0
    out = capsys.readouterr().out
    assert "PASS with warnings, 1 warning" in out
    assert "|b " not in out


def test_every_format_at_once(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary.md"))
    (here / "summary.md").write_text("earlier\n")
    app = write("budgets: [{id: a, metric: calls, max: 1}, {id: b, metric: calls, min: 1}]\n")
    formats = ["table", "github", "json=a.json", "md=a.md", "junit=a.xml"]
    assert sim("check", app, *(part for each in formats for part in ("--format", each))) == 1
    out = capsys.readouterr().out
    assert out.startswith("app: FAIL")
    assert "::error file=app.yaml,line=3,col=11,title=app%3A a::calls is " in out
    data = json.loads((here / "a.json").read_text())
    assert data["schema"] == "sim.check/1"
    assert data["exit_code"] == 1
    assert [check["verdict"] for check in data["scenarios"][0]["checks"]] == ["fail", "pass"]
    suites = ET.parse(here / "a.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    assert (here / "a.md").read_text().startswith("# app: FAIL")
    assert (here / "summary.md").read_text().startswith("earlier\n# app: FAIL")
    assert sorted(os.listdir(here)) == ["a.json", "a.md", "a.xml", "app.yaml", "summary.md"]


def test_fail_fast_says_when_it_stopped_and_judges_nothing_else(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "budgets:\n- {id: calls, metric: calls, max: 50k}\n"
        "- {id: filled, metric: outcomes.setlists_filled, min: 1}\n"
    )
    app = write(text, horizon="2h")
    assert sim("check", app, "--fail-fast", "--format", "json") == 1
    one = json.loads(capsys.readouterr().out)["scenarios"][0]
    assert one["stopped_at_s"] == 1200  # 4M a day are 50k in 18 minutes: the look at 20
    assert [check["verdict"] for check in one["checks"]] == ["fail", "not judged"]


def test_a_run_that_passes_is_the_same_with_and_without_fail_fast(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = write(CALLS, horizon="1h")
    outputs = []
    for extra in ([], ["--fail-fast"]):
        assert sim("check", app, "--format", "json", *extra) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def test_several_seeds_are_tested_at_the_pessimistic_bound(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = write("budgets: [{id: jobs, metric: jobs_created, max: 1M}]\n", horizon="1h")
    values = {}
    for statistic in ("mean", "bound", "worst"):
        args = ("--replications", "3", "--statistic", statistic, "--format", "json")
        assert sim("check", app, *args) == 0
        one = json.loads(capsys.readouterr().out)["scenarios"][0]
        assert one["seeds"] == [1, 2, 3]
        values[statistic] = one["checks"][0]["value"]
        assert max(one["checks"][0]["values"]) >= values["mean"]
    assert values["mean"] < values["bound"]


def test_budgets_are_laid_over_each_other_by_id(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = write(CALLS)
    Path("more.yaml").write_text(
        "budgets:\n- {id: calls, metric: calls, max: 1}\n"
        "- {id: jobs, metric: jobs_created, max: 9k}\n"
    )
    child = Path("child.yaml")
    child.write_text("extends: app.yaml\nbudgets: [{id: calls, max: 5M}]\n")
    args = ("--budgets", "more.yaml", "--set", "budgets.jobs.level=warn", "--format", "json")
    assert sim("check", str(child), *args) == 0
    checks = json.loads(capsys.readouterr().out)["scenarios"][0]["checks"]
    found = {each["budget"]: (each["limit"], each["per"], each["level"]) for each in checks}
    assert found == {"calls": (5e6, "day", "error"), "jobs": (9000, "run", "warn")}
    assert app == "app.yaml"


def test_thousands_of_budgets_are_judged(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = "".join(f"- {{id: b{n}, metric: calls, max: {n}}}\n" for n in range(3000))
    app = write(f"budgets:\n{items}", horizon="1m")
    assert sim("check", app, "--format", "github", "--no-explain") == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[-1].endswith("more: see the step's output")


def test_an_interrupted_check_exits_with_130_and_writes_no_file(here: Path) -> None:
    write(f"bin: 3650d\n{CALLS}", horizon="3650d")  # more than any machine runs until then
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "check", "app.yaml", "--format", "json=a.json",
         "--baseline", "b.json", "--update-baseline", "--extends-path", SHIPPED],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "interrupted"
    assert os.listdir(here) == ["app.yaml"]


def test_a_closed_pipe_does_not_hide_the_verdict(here: Path) -> None:
    items = "".join(f"- {{id: b{n}, metric: calls, max: 1}}\n" for n in range(500))
    write(f"budgets:\n{items}")  # more than a pipe holds
    for format_, first in (("json", "{"), ("table", "app: FAIL, 500 of 500 bounds broken")):
        command = f"{sys.executable} -m sim check app.yaml --no-explain --format {format_}"
        command += f" --extends-path {SHIPPED}"
        script = f"{command} | head -n 1; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert done.stdout == f"{first}\n1\n"
