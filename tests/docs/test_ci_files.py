"""The files to copy into a repository of one's own, run as far as they can be without a service."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.command import sim
from tools.docs import ROOT, Page, examples

SCENARIO = """\
revision: fixed
horizon: 10m
budgets:
  - {id: more-calls, metric: calls, max_increase: {relative: 1%}}
"""
BUDGETS = """\
budgets:
  - {id: calls, metric: calls, max: 60k}
"""
TWICE_THE_TRAFFIC = "traffic: {organic: {rate: 8M/day}}\n"
RECORDER = '#!/bin/sh\nprintf "%s\\n" "$*" >> "{log}"\n'


def read(name: str) -> Any:
    """The data of a YAML file of this repository."""
    return YAML(typ="safe", pure=True).load((ROOT / name).read_text("utf-8"))


@dataclass
class Repository:
    """A user's repository with a scenario in load/, and its shell: `gh` and pip only take notes."""

    folder: Path
    log: Path
    variables: dict[str, str] = field(default_factory=dict)

    def git(self, *args: str) -> None:
        identity = ["-c", "user.name=a user", "-c", "user.email=user@example.org"]
        subprocess.run(["git", *identity, *args], cwd=self.folder, check=True, capture_output=True)

    def commit(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--message", "a change")

    def bash(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script as the services do: it ends at the first command that fails."""
        environment = {**os.environ, **self.variables}
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.folder, env=environment, text=True, check=False,
            capture_output=True,
        )  # fmt: skip

    def notes(self) -> list[str]:
        """What `gh` and pip were called with."""
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository with an origin, on the branch `main`."""
    folder, log, programs = tmp_path / "work", tmp_path / "notes", tmp_path / "bin"
    for each in (folder, programs):
        each.mkdir()
    for name in ("gh", "python"):
        (programs / name).write_text(RECORDER.format(log=log))
        (programs / name).chmod(0o755)
    (programs / "sim").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m sim "$@"\n')
    (programs / "sim").chmod(0o755)
    made = Repository(folder, log, {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"})
    subprocess.run(["git", "init", "--bare", "--quiet", tmp_path / "origin"], check=True)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("remote", "add", "origin", str(tmp_path / "origin"))
    return made


def run_workflow(repository: Repository) -> dict[str, subprocess.CompletedProcess[str]]:
    """Every step of the GitHub workflow that runs something, by its name."""
    workflow = read("docs/ci/github.yaml")
    files = {name: repository.log.with_name(name) for name in ("environment", "summary.md")}
    files["environment"].touch()
    own = {**workflow["env"]}
    del own["SIM_CACHE_DIR"]  # the engine need not be compiled anew
    repository.variables |= own | {
        "GITHUB_BASE_REF": "main",
        "GITHUB_ENV": str(files["environment"]),
        "GITHUB_STEP_SUMMARY": str(files["summary.md"]),
        "PULL_REQUEST": "7",
    }
    done = {}
    for step in workflow["jobs"]["check"]["steps"]:
        if "run" in step:
            done[step["name"]] = repository.bash(step["run"])
            added = files["environment"].read_text().splitlines()
            repository.variables |= dict(line.split("=", 1) for line in added)
    return done


def test_the_github_workflow_compares_with_the_base_branch_and_tells_the_reviewer(
    repository: Repository,
) -> None:
    repository.commit({"load/app.yaml": SCENARIO, "load/budgets.yaml": BUDGETS})
    repository.git("push", "origin", "main")
    repository.git("checkout", "-b", "change")
    repository.commit({"load/app.yaml": SCENARIO + TWICE_THE_TRAFFIC})
    done = run_workflow(repository)

    assert {name: step.returncode for name, step in done.items()} == {
        "Install": 0, "Measure the base branch": 0, "Check the budgets": 1,
        "Comment on the pull request": 0,
    }, done  # fmt: skip
    seen = done["Check the budgets"].stdout
    assert "app: FAIL" in seen
    assert re.search(r"::error .*file=load/app\.yaml,line=4", seen)
    comment = (repository.folder / "call-budgets.md").read_text()
    assert comment.startswith("# app: FAIL")
    assert re.search(r"\| more-calls \|.*\(was ", comment)
    assert "traffic.organic.rate" in comment  # the setting that did it
    assert repository.log.with_name("summary.md").read_text().startswith("# app: FAIL")
    assert "<failure" in (repository.folder / "call-budgets.xml").read_text()
    install, commented = repository.notes()
    assert install == f"-m pip install {repository.variables['SIM']}"
    assert commented == ("pr comment 7 --edit-last --create-if-none --body-file call-budgets.md")


def test_the_github_workflow_takes_the_pull_request_that_adds_the_scenario(
    repository: Repository,
) -> None:
    repository.commit({"README": "nothing yet"})
    repository.git("push", "origin", "main")
    repository.git("checkout", "-b", "change")
    repository.commit({"load/app.yaml": SCENARIO, "load/budgets.yaml": BUDGETS})
    done = run_workflow(repository)
    assert [step.returncode for step in done.values()] == [0, 0, 0, 0], done
    assert "COMPARED" not in repository.variables


def test_the_github_workflow_keeps_what_it_compiles_and_may_comment() -> None:
    workflow = read("docs/ci/github.yaml")
    (cache,) = [step for step in workflow["jobs"]["check"]["steps"]
                if "cache" in step.get("uses", "")]  # fmt: skip
    assert (
        workflow["env"]["SIM_CACHE_DIR"] == f"${{{{ github.workspace }}}}/{cache['with']['path']}"
    )
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}


def test_the_gitlab_job_holds_a_merge_request_against_the_committed_baseline(
    repository: Repository,
) -> None:
    job = read("docs/ci/gitlab.yaml")["call budgets"]
    variables = {name: value for name, value in job["variables"].items() if name != "SIM_CACHE_DIR"}
    repository.variables |= variables
    repository.commit({"load/app.yaml": SCENARIO, "load/budgets.yaml": BUDGETS})
    script = "\n".join(job["script"])
    missing = repository.bash(script)
    assert missing.returncode == 2, missing
    update = "--update-baseline --quiet"
    check = 'sim check "$SCENARIO" --budgets "$BUDGETS" --baseline "$BASELINE"'
    assert repository.bash(f"{check} {update}").returncode == 0
    assert repository.bash(script).returncode == 0
    repository.commit({"load/app.yaml": SCENARIO + TWICE_THE_TRAFFIC})
    assert repository.bash(script).returncode == 1
    report = job["artifacts"]["reports"]["junit"]
    assert "<failure" in (repository.folder / report).read_text()
    assert job["variables"]["SIM_CACHE_DIR"] == f"$CI_PROJECT_DIR/{job['cache']['paths'][0]}"


def test_the_pre_commit_hook_checks_what_its_configuration_names(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hook,) = read(".pre-commit-hooks.yaml")
    (used,) = read("docs/ci/pre-commit.yaml")["repos"][0]["hooks"]
    assert used["id"] == hook["id"]
    assert hook["pass_filenames"] is False
    for changed in ("load/app.yaml", "load/app.py", "load/baseline.json"):
        assert re.search(used["files"], changed)
    assert not re.search(used["files"], "src/app.py")
    monkeypatch.chdir(repository.folder)
    args = [*shlex.split(hook["entry"])[1:], *used["args"]]
    repository.commit({"load/app.yaml": SCENARIO, "load/budgets.yaml": BUDGETS})
    assert sim(*args) == 2  # there is no baseline yet
    named = [arg for arg in args if arg not in ("--require-baseline", "--fail-fast")]
    assert sim(*named, "--update-baseline") == 0
    assert sim(*args) == 0
    repository.commit({"load/app.yaml": SCENARIO + TWICE_THE_TRAFFIC})
    assert sim(*args) == 1


def commands() -> Iterator[str]:
    """Whatever the pages and the files to copy run, or pass on."""
    for page in (ROOT / "docs").glob("*.md"):
        for block in Page.read(page).blocks:
            yield from (example.code for example in examples(block))
    github, gitlab = read("docs/ci/github.yaml"), read("docs/ci/gitlab.yaml")["call budgets"]
    for step in github["jobs"]["check"]["steps"]:
        yield from re.split(r"\n(?! )", step.get("run", "").replace("\\\n", " "))
    yield from gitlab["script"]
    (hook,) = read("docs/ci/pre-commit.yaml")["repos"][0]["hooks"]
    yield " ".join(hook["args"])


def test_a_baseline_is_never_named_without_being_required_or_written() -> None:
    naming = [command for command in commands() if "--baseline" in command]
    assert len(naming) >= 5
    for command in naming:
        assert "--require-baseline" in command or "--update-baseline" in command, command
