"""`sim check`: exit codes, formats, baselines, and everything that can be wrong with its input."""

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

from tests.command import sim as command

FIXED = str(Path("scenarios/fixed.yaml").resolve())
SHIPPED = str(Path("scenarios").resolve())
CALLS = "budgets: [{id: calls, metric: calls, per: day, max: 4.4M}]\n"


def sim(*args: str) -> int:
    """`sim`, allowed to extend the shipped scenarios, which are in another folder."""
    return command(*args, "--extends-path", SHIPPED)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, name: str = "app.yaml", horizon: str = "10m") -> str:
    """A scenario file on the fixed revision; its name."""
    Path(name).write_text(f"extends: {FIXED}\nhorizon: {horizon}\n{text}")
    return name


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
    assert capsys.readouterr().err == "wrote b.json\n"
    assert sim("check", write(CALLS.replace("4.4M", "1k")), "--no-explain", *args) == 1
    told = "wrote b.json, although budgets are broken (app: calls)\n"
    assert capsys.readouterr().err == told


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


BAD = {
    "unknown metric": (
        "budgets: [{id: a, metric: cals, max: 1}]",
        "app.yaml:3:19: budgets.a.metric: unknown metric 'cals'; did you mean 'calls'?; allowed: "
        "calls, ",
    ),
    "wrong unit": (
        "budgets: [{id: a, metric: calls, max: 5MB}]",
        "app.yaml:3:34: budgets.a.max: expected a number of calls, such as 4.4M, not '5MB'",
    ),
    "negative": ("budgets: [{id: a, metric: calls, max: -1}]", "a bound cannot be negative"),
    "not a number": ("budgets: [{id: a, metric: calls, max: .nan}]", "not NaN"),
    "infinite": ("budgets: [{id: a, metric: calls, max: .inf}]", "is too large"),
    "huge": (f"budgets: [{{id: a, metric: calls, max: {10**400}}}]", "is too large"),
    "bounds nothing": ("budgets: [{id: a, metric: calls}]", "budgets.a: has no bound"),
    "crossed": ("budgets: [{id: a, metric: calls, max: 1, min: 2}]", "min (2) is above max (1)"),
    "no rate": (
        "budgets: [{id: a, metric: backlog_peak, per: day, max: 1}]",
        "backlog_peak has no rate per day; allowed: run",
    ),
    "no id": ("budgets: [{metric: calls, max: 1}]", "budgets: item 1: needs an id"),
    "an id that --set could not name": (
        "budgets: {a b: {metric: calls, max: 1}}", "budgets: an id consists of letters, digits"
    ),
    "a share in bytes": (
        "budgets: [{id: a, metric: slot_use, max: 5MB}]", "expected a share, such as 20%, not '5MB'"
    ),
    "a size without its unit": (
        "budgets: [{id: a, metric: bandwidth, max: 500}]",
        "budgets.a.max: expected a size with its unit, such as 500MB, not 500",
    ),
    "a time without its unit": (
        "budgets: [{id: a, metric: execution_time, max: '30'}]",
        "budgets.a.max: expected a duration with its unit, such as 30m, not '30'",
    ),
    "the bill of an unsaid period": (
        "budgets: [{id: a, metric: cost, max: 300}]",
        "budgets.a: cost needs `per: month`, a month at this rate, or `per: run`, the invoice",
    ),
    "a change that is no mapping": (
        "budgets: [{id: a, metric: calls, max_increase: 10%}]",
        "budgets.a.max_increase: expected a mapping with absolute, relative or both, such as "
        "{relative: 10%}, not '10%'",
    ),
    "one id twice": (
        "budgets: [{id: a, metric: calls, max: 1}, {id: a, metric: calls, max: 2}]",
        "budgets: item 2: there is another item with the id 'a'",
    ),
    "a key misspelt": (
        "budgets: [{id: a, metric: calls, maxx: 1}]",
        "budgets.a: unknown key 'maxx'; allowed: during, level, max, max_decrease",
    ),
    "an unknown function": (
        'budgets: [{id: a, metric: calls, max: 1, select: {function: "setlist:*"}}]',
        "budgets.a.select.function: unknown function 'setlist:*'; did you mean ",
    ),
    "a function of another type": (
        'budgets: [{id: a, metric: calls, max: 1, select: {function: "setlists:getByShow", '
        "type: action}}]",
        "budgets.a.select.type: no function that matches is a action",
    ),
    "an unknown cron": (
        "budgets: [{id: a, metric: cron_runs, min: 1, select: {cron: refresh}}]",
        "unknown cron 'refresh'; allowed: refresh-auto-setlists, ",
    ),
    "an unknown outcome": (
        "budgets: [{id: a, metric: outcomes.setlists_fill, min: 1}]",
        "did you mean 'setlists_filled'?",
    ),
    "a selector the metric has not": (
        "budgets: [{id: a, metric: bandwidth, max: 1MB, select: {trigger: cron}}]",
        "bandwidth cannot be selected by trigger; allowed: function, type",
    ),
    "no budgets": ("seed: 1", "app has no budgets"),
    "an alert on a level": (
        CALLS + "alerts: [{id: a, metric: cost, above: 1}]", "cost does not add up over a window"
    ),
    "a window that is no multiple": (
        CALLS + "alerts: [{id: a, metric: calls, above: 1, window: 1h, every: 7m}]",
        "the window must be a multiple of it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD)
def test_bad_budgets_exit_with_2_before_anything_is_simulated(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: str,
    message: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("sim.budgets.replications.simulate", None)
    assert sim("check", write(text + "\n"), "--format", "json=out.json") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("error: ")
    assert "Traceback" not in err
    assert sorted(os.listdir(here)) == ["app.yaml"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["--baseline", "none.json"],
            "error: none.json: there is no such file: `sim check "
            "--baseline FILE --update-baseline` writes it",
        ),
        (["--baseline", "dir"], "error: dir: is a directory, not a baseline"),
        (["--baseline", "dir", "--update-baseline"], "error: dir: is a directory"),
        (["--baseline", "empty"], "error: empty:1:1: not JSON"),
        (["--baseline", "bytes"], "error: bytes: is not a text file"),
        (["--baseline", "list.json"], "error: list.json: not a baseline: its schema is None"),
        (
            ["--baseline", "odd.json"],
            "error: odd.json: scenarios.app.metrics.calls/day: expected 1",
        ),
        (["--update-baseline"], "error: give the baseline's file: --baseline FILE"),
        (
            ["--baseline", "n.json", "--update-baseline", "--fail-fast"],
            "error: a run that was stopped",
        ),
        (["--budgets", "empty"], "error: empty: is empty"),
        (["--budgets", "none.yaml"], "error: none.yaml: there is no such file"),
        (["--budgets", "app.yaml"], "error: app.yaml:1:1: unknown key 'extends'; allowed: budgets"),
        (["--against", "none.yaml"], "error: none.yaml: there is no such file"),
        (["--format", "pdf"], "error: Invalid value for '--format': 'pdf' is not one of"),
        (["--format", "json=no/x"], "error: no/x: there is no directory no"),
        (["--format", "json=x", "--format", "md=x"], "error: two formats"),
        (["--replications", "0"], "error: Invalid value for '--replications'"),
    ],
)
def test_bad_options_exit_with_2_and_write_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], args: list[str], message: str
) -> None:
    write(CALLS)
    (here / "dir").mkdir()
    (here / "empty").write_text("")
    (here / "bytes").write_bytes(b"\xff\xfe\x00")
    (here / "list.json").write_text("[]")
    entry = {"hash": "", "version": "0.1.0", "seeds": [1], "settings": {},
             "metrics": {"calls/day": [1, 2]}}  # fmt: skip
    odd = {"schema": "sim.baseline/1", "scenarios": {"app": entry}}
    (here / "odd.json").write_text(json.dumps(odd))
    before = sorted(os.listdir(here))
    assert sim("check", "app.yaml", *args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message), err
    assert sorted(os.listdir(here)) == before


def test_thousands_of_budgets_are_judged(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = "".join(f"- {{id: b{n}, metric: calls, max: {n}}}\n" for n in range(3000))
    app = write(f"budgets:\n{items}", horizon="1m")
    assert sim("check", app, "--format", "github", "--no-explain") == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[-1].endswith("more: see the step's output")


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


def test_an_interrupted_check_exits_with_130_and_writes_no_file(here: Path) -> None:
    write(CALLS, horizon="365d")
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
