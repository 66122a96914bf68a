"""Which tests reach a line: measured once, with coverage.py's contexts."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from coverage import CoverageData

from .rooms import Room

_ON_IMPORT = ""
"""The context of what runs outside of every test."""


@dataclass(frozen=True, slots=True)
class Reach:
    """For every line the tests that run it, and how long each test takes."""

    lines: Mapping[str, Mapping[int, Sequence[str]]]
    """File from the project's folder → line → tests, or `_ON_IMPORT`."""
    seconds: Mapping[str, float]
    """Of the tests that pass."""
    failed: Sequence[str]
    """Tests that fail without any change: they tell nothing."""

    def tests(self, file: str, line: int, own: Sequence[str]) -> list[str]:
        """The tests to run for a line, the room's own first, then the quick ones; may be none.

        What one test sets up others may use: so all of a file are run, after those that reach the
        line themselves. Lines that run on import belong to no test, and those of which nothing is
        seen may run while nobody looks, as in a trace function: the room's own are asked.
        """
        reached = self.lines.get(file, {}).get(line, ())
        first = {test for test in reached if test in self.seconds}
        files = {_file(test) for test in first}
        also = {test for test in self.seconds if _file(test) in files}
        if _ON_IMPORT in reached or not first:
            also |= {test for test in self.seconds if test.startswith(tuple(own))}
        return sorted(
            first | also,
            key=lambda t: (t not in first, not t.startswith(tuple(own)), self.seconds[t]),
        )


def measure(root: Path, folder: Path, room: Room) -> Reach:
    """What the asked tests reach; those files of them that no earlier run measured are run once."""
    kept = folder / f"reach-{'reference' if room.reference else 'both'}-{_sources(root)}.json"
    measured = _kept(kept)
    missing = [file for file in room.asked if file not in measured["files"]]
    if missing:
        with TemporaryDirectory() as beside:
            report, data = Path(beside, "tests.xml"), Path(beside, "coverage")
            subprocess.run(
                [sys.executable, "-m", "pytest", *missing, "-q", "-p", "no:cacheprovider",
                 "--cov=sim", "--cov-context=test", "--cov-report=", f"--junitxml={report}", "-o",
                 "junit_family=xunit1"],
                cwd=root, check=False, stdout=sys.stderr,
                env={**environment(root, room.reference), "COVERAGE_FILE": str(data)},
            )  # fmt: skip
            measured = _kept(kept)  # another room may have been measured meanwhile
            _add(measured, root, data, report)
        measured["files"] = sorted({*measured["files"], *missing})
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(measured))
    asked, names = {*room.asked, _ON_IMPORT}, measured["tests"]
    wanted = {number for number, name in enumerate(names) if _file(name) in asked}
    lines = {
        name: {int(line): [names[test] for test in tests if test in wanted]
               for line, tests in each.items()}
        for name, each in measured["lines"].items()
    }  # fmt: skip
    seconds = {test: took for test, took in measured["seconds"].items() if _file(test) in asked}
    return Reach(lines, seconds, measured["failed"])


def _sources(root: Path) -> str:
    """A hash of the package: when a line moves, what reached it is measured again."""
    digest = hashlib.sha256()
    for file in sorted((root / "sim").rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _file(test: str) -> str:
    return test.partition("::")[0]


def _kept(file: Path) -> dict[str, Any]:
    """What earlier runs measured."""
    nothing: dict[str, Any] = {"files": [], "tests": [], "lines": {}, "seconds": {}, "failed": []}
    return json.loads(file.read_text()) if file.exists() else nothing


def environment(root: Path, reference: bool) -> dict[str, str]:
    """What tests are run under."""
    same = {**os.environ, "PYTHONPATH": str(root), "CI": "true", "OPENBLAS_NUM_THREADS": "1"}
    return {**same, "NUMBA_DISABLE_JIT": "1"} if reference else same


def _add(measured: dict[str, Any], root: Path, data: Path, report: Path) -> None:
    """Add what a run of tests measured."""
    covered = CoverageData(str(data))
    covered.read()
    tests = {name: number for number, name in enumerate(measured["tests"])}
    for file in sorted(covered.measured_files()):
        lines = measured["lines"].setdefault(Path(file).relative_to(root).as_posix(), {})
        for line, contexts in covered.contexts_by_lineno(file).items():
            names = {context.split("|")[0] for context in contexts}
            numbers = [tests.setdefault(name, len(tests)) for name in sorted(names)]
            lines[str(line)] = sorted({*lines.get(str(line), ()), *numbers})
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('file')}::{case.get('name')}"
        if case.find("failure") is None and case.find("error") is None:
            measured["seconds"][name] = float(case.get("time", 0))
        else:
            measured["failed"].append(name)
    measured["tests"] = list(tests)
