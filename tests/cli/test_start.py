"""What starting the command line imports: nothing heavy before it is used."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "llvmlite", "matplotlib", "multiprocessing", "networkx", "numba", "numpy", "pandas",
    "pydantic", "rich", "ruamel", "scipy", "simpy", "sqlite3", "sim.scenario", "sim.report",
)  # fmt: skip


def imported_by(code: str) -> set[str]:
    """The modules that a new Python has imported after running this."""
    report = "\nimport json, sys; sys.stderr.write(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + report], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def after(*args: str) -> str:
    """Code that runs the command line and comes back."""
    return f"from sim.cli.main import run\nrun({list(args)!r})"


def test_importing_the_package_imports_nothing_of_others() -> None:
    own = imported_by("import sim") - imported_by("import warnings, importlib")
    assert {name.partition(".")[0] for name in own} == {"sim", "__future__"}
    assert len(own) <= 6


@pytest.mark.parametrize(
    "args",
    [["--help"], ["--version"], ["run", "--help"], ["sweep", "--help"], ["run"],
     ["run", "--frmat", "x"], ["compare", "shipped:fixed"]],
    ids=" ".join,
)  # fmt: skip
def test_help_and_usage_errors_import_click_and_nothing_heavy(args: list[str]) -> None:
    modules = imported_by(after(*args))
    assert "click" in modules
    assert modules.isdisjoint(HEAVY)


def test_a_run_imports_what_it_needs_and_no_other_room() -> None:
    modules = imported_by(after("run", "shipped:fixed", "--horizon", "1m"))
    assert "sim.simulation" in modules
    rooms = {"sim.budgets", "sim.causes", "sim.claims", "sim.experiments", "sim.report.figures"}
    assert modules.isdisjoint(rooms)
    assert modules.isdisjoint({"matplotlib", "multiprocessing", "networkx", "numba", "pandas",
                               "scipy", "sqlite3"})  # fmt: skip
