"""What others copy into their own repositories: the workflow, the hook, the README's budgets."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.command import sim

CHECKLIST = "scenarios/budgets/incident-checklist.yaml"
PULL_REQUEST = "scenarios/budgets/pull-request.yaml"
BASELINE = "scenarios/budgets/baseline.json"
README = Path("README.md").resolve()


def read(file: str) -> Any:
    """The data of a YAML file."""
    return YAML(typ="safe", pure=True).load(Path(file).read_text())


def test_the_workflow_checks_the_committed_baseline_and_reports_to_the_runs_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = read(".github/workflows/call-budgets.yaml")["jobs"]["check"]["steps"]
    (command,) = [step["run"] for step in steps if "sim check" in step.get("run", "")]
    shutil.copytree("scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    assert sim(*shlex.split(command.replace("\\\n", " "))[1:]) == 0
    assert "fixed: PASS, 6 bounds hold" in capsys.readouterr().out
    assert Path("summary.md").read_text().startswith("# fixed: PASS")
    assert '<testsuite name="fixed" tests="6" failures="0"' in Path("call-budgets.xml").read_text()


def test_the_pre_commit_hook_takes_scenario_files() -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    assert re.match(hook["files"], "scenarios/fixed.yaml")
    assert not re.match(hook["files"], PULL_REQUEST)
    args = shlex.split(hook["entry"])[1:]
    assert sim(*args, "scenarios/fixed.yaml", "--budgets", PULL_REQUEST) == 0
    assert sim(*args, "scenarios/spike.yaml", "--budgets", CHECKLIST) == 1


def test_the_committed_baseline_is_what_is_measured_now(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    args = ("check", "scenarios/fixed.yaml", "--budgets", PULL_REQUEST, "--quiet")
    assert sim(*args, "--baseline", str(file), "--update-baseline") == 0
    assert file.read_text() == Path(BASELINE).read_text()


def test_the_reviewer_of_the_worked_example_sees_which_setting_did_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = tmp_path / "fixed.yaml"
    change.write_text(
        f"extends: {Path('scenarios/fixed.yaml').resolve()}\n"
        "app: {refresh: {limit: 60}, generate: {placeholder: false}}\n"
    )
    args = ("check", str(change), "--budgets", PULL_REQUEST, "--baseline", BASELINE)
    assert sim(*args, "--format", "md") == 1
    seen = capsys.readouterr().out
    for line in (
        "# fixed: FAIL, 2 of 6 bounds broken",
        "| FAIL | generations | calls of setlists:autoGenerateSetlist per day "
        "| ≤ 253 (was 228) | 1,296 | -1,043 (-412%) |",
        "| pass | calls | calls per day | ≤ 4.40M | 4.01M | +386,206 (+9%) |",
        "| app.generate.placeholder | false | true | 233 | 0 | answered, generations |",
        "| app.refresh.limit | 60 | 20 | 1,289 | 76 | - |",
    ):
        assert line in seen


def test_the_spike_fails_the_reports_checklist_within_minutes_of_simulated_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("check", "scenarios/spike.yaml", "--budgets", CHECKLIST, "--fail-fast")
    assert sim(*args) == 1
    assert "stopped after 0 h 05 min of 24 h" in capsys.readouterr().out


def test_the_deployed_fix_is_judged_honestly(capsys: pytest.CaptureFixture[str]) -> None:
    assert sim("check", "scenarios/fixed.yaml", "--budgets", CHECKLIST, "--format", "github") == 1
    errors = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error")]
    assert len(errors) == 1
    assert "outcomes.catalogs_synced is 0, 1 below its limit of 1" in errors[0]
    assert f"file={CHECKLIST},line=" in errors[0]


def test_the_budgets_in_the_readme_are_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (text,) = re.findall(r"```yaml\n(budgets:\n.*?)```", README.read_text(), re.DOTALL)
    file = tmp_path / "budgets.yaml"
    file.write_text(text)
    args = ("check", "scenarios/fixed.yaml", "--budgets", str(file), "--horizon", "10m")
    assert sim(*args, "--set", "budgets.calls.per=run") == 0
    assert "no baseline" in capsys.readouterr().out


def test_the_tests_in_the_readme_pass(
    pytester: pytest.Pytester, request: pytest.FixtureRequest
) -> None:
    (text,) = re.findall(r"```python\n(import pytest\n.*?)```", README.read_text(), re.DOTALL)
    pytester.makepyfile(text.replace("scenarios/", f"{README.parent}/scenarios/"))
    if not request.config.pluginmanager.hasplugin("sim"):
        pytester.makeconftest('pytest_plugins = ["sim.pytest_plugin"]')
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


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
