"""One change tried: the tests that reach it, in a process that has all libraries loaded already.

The change is written into a copy of the project. A fork of this process then imports the package
and the tests from there, so nothing of one change is left for the next.
"""

from __future__ import annotations

import importlib
import itertools
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import pytest

from .mutants import Mutant
from .reach import Reach, environment
from .rooms import Room

LIBRARIES = (
    "pytest", "pytest_benchmark.plugin", "hypothesis.strategies", "_hypothesis_pytestplugin",
    "numpy", "scipy.stats", "scipy.special", "pandas", "matplotlib.figure",
    "matplotlib.backends.backend_svg", "pydantic", "ruamel.yaml", "networkx", "click",
    "rich.console", "rich.table", "simpy", "llvmlite.binding", "cronsim", "jsonschema",
    "html.parser", "xml.etree",
)  # fmt: skip
"""What the package and its tests import: loaded once."""
_OPTIONS = (
    "-x", "-q", "-p", "no:cacheprovider", "-p", "no:cov", "-p", "no:xdist",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # Hypothesis is loaded already
)  # fmt: skip
QUICK = 6.0
"""Seconds of tests that are tried before all others."""
_MEMORY = 12 << 30
_TAKEN_WITHIN_TESTS = 3
"""So many times as long as a test took with coverage it may take with a change."""


class Trials:
    """The trials of a room's changes."""

    def __init__(self, root: Path, folder: Path, room: Room, reach: Reach, budget: float) -> None:
        """``budget``: seconds of tests at most for one change."""
        for library in LIBRARIES:
            importlib.import_module(library)
        self.tree = _copied(root, folder)
        self.room = room
        self.reach = reach
        self.budget = budget
        self._new_in = [each for each in room.asked if each.startswith(tuple(room.own_tests))]
        self._stamps = itertools.count(1)
        os.environ.update(environment(self.tree, room.reference))

    def check(self) -> None:
        """Refuse to go on if tests fail without any change: they would notice everything."""
        tests = sorted(self.reach.seconds, key=self.reach.seconds.__getitem__)
        for portion, seconds in self._portions(tests):
            if self._fails(portion, self._new_in, seconds):
                raise SystemExit((self.tree.parent / "log.txt").read_text("utf-8", "replace"))

    def is_noticed(self, mutant: Mutant) -> bool:
        """Whether a test fails, or does not end, with a change in place."""
        tests = self.reach.tests(mutant.file, mutant.line, self.room.own_tests)
        with self._in_place(mutant):
            return any(
                self._fails(each, [] if number else self._new_in, seconds)
                for number, (each, seconds) in enumerate(self._portions(tests))
            )

    def _portions(self, tests: Sequence[str]) -> Iterator[tuple[list[str], float]]:
        """Tests in two portions, with the seconds that they take: quick ones, and the rest."""
        taken, portion = 0.0, list[str]()
        limit = QUICK
        for test in tests:
            took = self.reach.seconds[test]
            if portion and taken + took > limit:
                if limit == QUICK:
                    yield portion, taken
                    portion, taken, limit = [], 0.0, self.budget
                if taken + took > limit:
                    continue
            portion.append(test)
            taken += took
        yield portion, taken

    def _fails(self, tests: list[str], new_in: list[str], seconds: float) -> bool:
        """Whether one of these tests fails; ``new_in``: and what is new in these files."""
        child = os.fork()
        if not child:
            _run(self.tree, tests, new_in, self.reach, seconds)
        return _ended(child, 60 + 10 * seconds) not in (0, pytest.ExitCode.NO_TESTS_COLLECTED)

    @contextmanager
    def _in_place(self, mutant: Mutant) -> Iterator[None]:
        """The changed file in the copy; each with a time of its own, so that it is compiled."""
        file = self.tree / mutant.file
        kept = file.with_suffix(".kept")
        file.rename(kept)
        file.write_text(mutant.source(), "utf-8")
        stamp = kept.stat().st_mtime + 1000 + 10 * next(self._stamps)
        os.utime(file, (stamp, stamp))
        try:
            yield
        finally:
            kept.replace(file)


def _copied(root: Path, folder: Path) -> Path:
    """The project's files, to be changed, with the bytecode that there is of them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    names = [Path(name) for name in listed.stdout.split("\0") if name]
    kept = {each for name in names for each in (root / name).parent.glob("__pycache__/*")}
    for source in {*(root / name for name in names), *kept}:
        if source.is_file():
            target = folder / "main" / source.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(source, target)
    return folder / "main"


class _Chosen:
    """A plugin that runs the chosen tests only, in their order, and what is new first."""

    def __init__(self, tests: list[str], new_in: list[str], reach: Reach) -> None:
        self._rank = {test: number for number, test in enumerate(tests)}
        self._new_in = tuple(new_in)
        self._known = {*reach.seconds, *reach.failed}

    def pytest_configure(self) -> None:
        """Let machine code that was compiled before be found, though a source is changed."""
        native: Any = importlib.import_module("sim.platform.compiled.native")
        unchanged = os.environ["SIM_MUTATION_MACHINE"]
        real = native._of_the_machine
        native._of_the_machine = lambda *package: real(*package) if package else unchanged
        conftest: Any = sys.modules["tests.conftest"]
        conftest.prepare = lambda scenario: None  # nothing is compiled: the first run may load it

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose and sort."""
        ranked = []
        for item in items:
            if item.nodeid in self._rank:
                ranked.append((self._rank[item.nodeid], item))
            elif item.nodeid not in self._known and item.nodeid.startswith(self._new_in or ("?",)):
                ranked.append((-1, item))
        items[:] = [item for _, item in sorted(ranked, key=lambda each: each[0])]


def _run(tree: Path, tests: list[str], new_in: list[str], reach: Reach, seconds: float) -> NoReturn:
    """Run tests in this fork, and leave it."""
    code = 70
    try:
        os.setsid()
        limit = int(30 + _TAKEN_WITHIN_TESTS * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        log = os.open(tree.parent / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.chdir(tree)
        sys.path.insert(0, str(tree))
        sys.dont_write_bytecode = True
        files = dict.fromkeys([*new_in, *(test.partition("::")[0] for test in tests)])
        code = int(
            pytest.main(
                [*_OPTIONS, *files],
                plugins=[_Chosen(tests, new_in, reach)],
            )
        )
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(child: int, limit: float) -> int:
    """How a process ended; it and its children are killed after some seconds."""
    end = time.monotonic() + limit
    wait = 0.01
    status: int | None = None
    while status is None and time.monotonic() < end:
        found, code = os.waitpid(child, os.WNOHANG)
        if found:
            status = os.waitstatus_to_exitcode(code)
        else:
            time.sleep(wait)
            wait = min(2 * wait, 0.2)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if status is None:
        os.waitpid(child, 0)
        return -signal.SIGKILL
    return status
