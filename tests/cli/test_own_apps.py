"""Apps of one's own on the command line: where they lie, and whose their errors are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command import sim

APP = """
from sim.scenario import Settings as Base, param
class Settings(Base):
    name: str
    size: int = param(1, "What is counted.")
def install(backend, scenario):
    def act(ctx):
        yield from ctx.http()
        {fault}
    backend.action("a:act", act)
    backend.cron("c", "a:act", every=60_000_000)
    return lambda: dict(size=scenario.app.size)
"""
BUDGETS = "budgets: [{id: calls, metric: calls, max: 1M}]"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an app in a folder of its own, and a scenario that is elsewhere."""
    monkeypatch.chdir(tmp_path)
    for folder in ("apps", "load"):
        Path(folder).mkdir()
    Path("apps/my_app.py").write_text(APP.format(fault="pass"))
    Path("load/x.yaml").write_text(f"app: my_app\nhorizon: 1m\n{BUDGETS}\n")
    return tmp_path


def test_a_folder_of_apps_is_named_by_a_switch(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim("run", "load/x.yaml") == 2
    assert "unknown app 'my_app'" in capsys.readouterr().err
    assert sim("run", "load/x.yaml", "--app-path", "apps", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["outcomes"] == {"size": 1}
    assert sim("check", "load/x.yaml", "--app-path", "apps") == 0
    args = ("sweep", "load/x.yaml", "--vary", "app.size=1,2", "--workers", "2", "--out", "s.json")
    assert sim(*args, "--app-path", "apps") == 0
    cells = json.loads(Path("s.json").read_text())["cells"]
    assert [cell["metrics"]["size"]["mean"] for cell in cells] == [1, 2]


def test_a_folder_of_parents_is_named_by_a_switch(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("apps/base.yaml").write_text(f"horizon: 1m\n{BUDGETS}\n")
    Path("load/x.yaml").write_text("extends: ../apps/base.yaml\n")
    monkeypatch.chdir("load")
    for command in ("run", "check"):
        assert sim(command, "x.yaml") == 2
        assert "--extends-path DIR allows another folder" in capsys.readouterr().err
        assert sim(command, "x.yaml", "--extends-path", "../apps") == 0


def test_the_schema_of_an_app_is_that_of_its_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for args in (("apps/my_app.py",), ("my_app", "--app-path", "apps")):
        assert sim("schema", "--app", *args) == 0
        assert "What is counted." in capsys.readouterr().out
    assert sim("schema", "--app", "my_app") == 2
    assert "--app: unknown app 'my_app'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "check", "explain", "report", "alerts"])
def test_a_mistake_of_an_app_exits_with_2_and_says_its_line(
    here: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("load/my_app.py").write_text(APP.format(fault="raise KeyError('name')"))
    assert sim(command, "load/x.yaml", "--quiet") == 2
    assert capsys.readouterr().err == "error: load/my_app.py:9: in act: KeyError: 'name'\n"


def test_an_app_that_exits_does_not_pass_a_check(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("load/my_app.py").write_text("import sys\nsys.exit(0)\n")
    assert sim("check", "load/x.yaml") == 2
    assert "importing app 'my_app' failed: SystemExit: 0" in capsys.readouterr().err


SWALLOWS = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    {then}
"""


@pytest.mark.parametrize("then", ["pass", "raise RuntimeError('made of it')"])
def test_an_interrupt_that_code_drops_or_changes_ends_the_run_all_the_same(
    here: Path, then: str
) -> None:
    Path("load/my_app.py").write_text(SWALLOWS.format(then=then) + APP.format(fault="pass"))
    ended = subprocess.run(
        [sys.executable, "-m", "sim", "run", "load/x.yaml", "--out", "a.json",
         "--set", "engine=reference"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr.strip()) == (130, "", "interrupted")
    assert not Path("a.json").exists()


def test_an_interrupt_while_an_app_is_imported_is_one(here: Path) -> None:
    Path("load/my_app.py").write_text(
        "import time\nfrom pathlib import Path\nPath('begun').touch()\ntime.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "sim", "run", "load/x.yaml"], stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not Path("begun").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1].strip() == "interrupted"
    assert process.returncode == 130


def test_an_interrupt_while_the_toolkit_is_imported_is_one(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n")
    done = subprocess.run(
        [sys.executable, "-m", "sim", "--help"], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path))},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "interrupted\n")
