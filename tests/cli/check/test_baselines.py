"""`sim check` against a baseline: what it compares, when it refuses, how it is updated."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.check.scenario import CALLS, sim, write


def test_a_baseline_is_compared_exactly_and_explains_the_change(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "budgets: [{id: jobs, metric: jobs_created, max_increase: {absolute: 0}}]\n"
    app = write(text)
    assert sim("check", app, "--baseline", "b.json", "--update-baseline") == 0
    kept = json.loads((here / "b.json").read_text())["scenarios"]["app"]
    assert set(kept) == {"hash", "version", "seeds", "metrics", "settings"}
    capsys.readouterr()
    assert sim("check", app, "--baseline", "b.json", "--require-baseline") == 0
    assert "The baseline was measured on the same settings." in capsys.readouterr().out
    changed = write(text + "app: {refresh: {limit: 60, stagger: 9s}}\n")
    capsys.readouterr()
    assert sim("check", changed, "--baseline", "b.json") == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "app.refresh.limit | 60 | 20" in out
    assert "jobs holds again with app.refresh.limit [app.yaml:4:17] switched back." in out


def test_without_a_baseline_there_is_no_verdict_where_one_is_required(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = write("budgets: [{id: calls, metric: calls, max_increase: {relative: 5%}}]\n")
    assert sim("check", app) == 0
    assert "no baseline" in capsys.readouterr().out
    other = write(CALLS, "other.yaml")
    assert sim("check", other, "--baseline", "b.json", "--update-baseline") == 0
    assert sim("check", app, "--baseline", "b.json", "--require-baseline") == 2


MIXED = (
    "budgets:\n- {id: calls, metric: calls, max: 1M}\n"
    "- {id: jobs, metric: jobs_created, max_increase: {relative: 5%}}\n"
    "- {id: filled, metric: outcomes.setlists_filled, max_decrease: {relative: 5%}, "
    "max_increase: {relative: 50%}}\n"
)


def test_a_verdict_says_in_every_format_what_was_not_judged(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    app = write(MIXED)
    summary = "PASS, 1 bound holds, 3 not judged (no baseline)"
    formats = ("table", "github", "json=a.json", "md=a.md", "junit=a.xml", "html=a.html")
    assert sim("check", app, *(part for each in formats for part in ("--format", each))) == 0
    table, notice = capsys.readouterr().out.split("::notice ")
    assert table.startswith(f"app: {summary}\n")
    assert notice == f"title=sim check::app: {summary}\n"
    assert Path("a.md").read_text().startswith(f"# app: {summary}\n")
    assert Path("summary.md").read_text().startswith(f"# app: {summary}\n")
    assert f"<h1>app: {summary}</h1>" in Path("a.html").read_text()
    (one,) = json.loads(Path("a.json").read_text())["scenarios"]
    assert (one["verdict"], one["summary"]) == ("pass", summary)
    suite = ET.parse("a.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("skipped")) == ("4", "3")
    (told,) = suite.findall("properties/property")
    assert (told.get("name"), told.get("value")) == ("summary", summary)
    skipped = [case.find("skipped") for case in suite.findall("testcase")]
    messages = [each.get("message", "") for each in skipped if each is not None]
    assert len(messages) == 3
    assert all(message.endswith(": no baseline.") for message in messages)


@pytest.mark.parametrize(
    ("text", "args", "code", "verdict", "summary"),
    [
        (MIXED, ["--baseline", "b.json", "--require-baseline"], 2, "no verdict",
         "NO VERDICT, 1 bound holds, 3 not judged (no baseline)"),
        (MIXED.replace("max: 1M", "max: 1"), [], 1, "fail",
         "FAIL, 1 of 4 bounds broken, 3 not judged (no baseline)"),
        (MIXED.replace("max: 1M", "max: 1, level: warn"), [], 0, "warn",
         "PASS with warnings, 1 warning, 3 not judged (no baseline)"),
        (MIXED.replace("max: 1M", "max_increase: {relative: 1%}"), [], 0, "not judged",
         "NOT JUDGED, 4 not judged (no baseline)"),
        (CALLS, [], 0, "pass", "PASS, 1 bound holds"),
    ],
)  # fmt: skip
def test_the_verdict_of_bounds_that_have_no_baseline(
    here: Path, capsys: pytest.CaptureFixture[str], text: str, args: list[str], code: int,
    verdict: str, summary: str,
) -> None:  # fmt: skip
    (here / "b.json").write_text('{"schema": "sim.baseline/1", "scenarios": {}}')
    assert sim("check", write(text), "--no-explain", "--format", "json", *args) == code
    (one,) = json.loads(capsys.readouterr().out)["scenarios"]
    assert (one["verdict"], one["summary"]) == (verdict, summary)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": "0.0.1"}, "measured with version 0.0.1"),
        ({"seeds": [7]}, "measured under seeds 7"),
    ],
)
def test_an_incomparable_baseline_is_no_verdict(
    here: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], reason: str
) -> None:
    app = write("budgets: [{id: calls, metric: calls, max_increase: {relative: 5%}}]\n")
    assert sim("check", app, "--baseline", "b.json", "--update-baseline") == 0
    data = json.loads((here / "b.json").read_text())
    data["scenarios"]["app"].update(change)
    (here / "b.json").write_text(json.dumps(data))
    assert sim("check", app, "--baseline", "b.json") == 2
    assert reason in " ".join(capsys.readouterr().out.split())


def test_a_baseline_of_another_horizon_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = write(CALLS.replace("max: 4.4M", "max: 4.4M, max_increase: {relative: 5%}"))
    args = ("check", app, "--baseline", "b.json")
    assert sim(*args, "--update-baseline") == 0
    capsys.readouterr()
    assert sim(*args, "--horizon", "5m") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "error: b.json: app was measured over 10m, this run is 5m: they cannot be compared. Run it "
        "over the same horizon, or measure the baseline again with --update-baseline\n"
    )


def test_a_renamed_scenario_is_told_what_the_baseline_has(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    budget = "budgets: [{id: calls, metric: calls, max_increase: {relative: 5%}}]\n"
    assert sim("check", write(budget), "--baseline", "b.json", "--update-baseline") == 0
    renamed = write(budget, "renamed.yaml")
    capsys.readouterr()
    assert sim("check", renamed, "--baseline", "b.json", "--require-baseline") == 2
    out = " ".join(capsys.readouterr().out.split())
    assert "b.json has no scenario 'renamed' (it has: app)." in out


def test_updating_a_baseline_says_where_it_went_and_what_is_broken(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ("--baseline", "b.json", "--update-baseline")
    assert sim("check", write(CALLS), *args) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "wrote b.json"  # after any progress
    assert sim("check", write(CALLS.replace("4.4M", "1k")), "--no-explain", *args) == 1
    told = "wrote b.json, although budgets are broken (app: calls)"
    assert capsys.readouterr().err.splitlines()[-1] == told


def test_a_full_disk_leaves_the_old_baseline(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = write(CALLS)
    args = ("check", app, "--baseline", "b.json", "--update-baseline")
    assert sim(*args) == 0
    old = (here / "b.json").read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert sim(*args, "--set", "seed=2") == 2
    assert "b.json: cannot be written: No space left on device" in capsys.readouterr().err
    assert (here / "b.json").read_text() == old
    assert sorted(os.listdir(here)) == ["app.yaml", "b.json"]
