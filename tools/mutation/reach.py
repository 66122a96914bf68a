"""Which tests reach a line: measured once, with coverage.py's contexts."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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
        line themselves. Lines that run on import belong to no test: the room's own are asked.
        """
        reached = self.lines.get(file, {}).get(line, ())
        first = {test for test in reached if test in self.seconds}
        files = {test.partition("::")[0] for test in first}
        also = {test for test in self.seconds if test.partition("::")[0] in files}
        if _ON_IMPORT in reached:
            also |= {test for test in self.seconds if test.startswith(tuple(own))}
        return sorted(
            first | also,
            key=lambda t: (t not in first, not t.startswith(tuple(own)), self.seconds[t]),
        )


def measure(root: Path, kept: Path, room: Room) -> Reach:
    """Run the tests that are asked once with coverage, or read what was kept of an earlier run."""
    kind = "reference" if room.reference else "both"
    tests = hashlib.sha256(" ".join(room.asked).encode()).hexdigest()[:8]
    file = kept / f"reach-{kind}-{tests}.json"
    if not file.exists():
        kept.mkdir(parents=True, exist_ok=True)
        report, data = file.with_suffix(".xml"), file.with_suffix(".coverage")
        subprocess.run(
            [sys.executable, "-m", "pytest", *room.asked, "-q", "-p", "no:cacheprovider",
             "--cov=sim", "--cov-context=test", "--cov-report=", f"--junitxml={report}", "-o",
             "junit_family=xunit1"],
            cwd=root, check=False, stdout=sys.stderr,
            env={**environment(root, room.reference), "COVERAGE_FILE": str(data)},
        )  # fmt: skip
        file.write_text(json.dumps(_read(root, data, report)))
    plain = json.loads(file.read_text())
    names = plain["tests"]
    lines = {
        name: {int(line): [names[test] for test in tests] for line, tests in each.items()}
        for name, each in plain["lines"].items()
    }
    return Reach(lines, plain["seconds"], plain["failed"])


def environment(root: Path, reference: bool) -> dict[str, str]:
    """What tests are run under."""
    same = {**os.environ, "PYTHONPATH": str(root), "CI": "true", "OPENBLAS_NUM_THREADS": "1"}
    return {**same, "NUMBA_DISABLE_JIT": "1"} if reference else same


def _read(root: Path, data: Path, report: Path) -> dict[str, object]:
    covered = CoverageData(str(data))
    covered.read()
    tests: dict[str, int] = {}
    lines: dict[str, dict[int, list[int]]] = {}
    for file in sorted(covered.measured_files()):
        by_line: dict[int, list[int]] = defaultdict(list)
        for line, contexts in covered.contexts_by_lineno(file).items():
            names = sorted({context.split("|")[0] for context in contexts})
            by_line[line] = [tests.setdefault(name, len(tests)) for name in names]
        lines[Path(file).relative_to(root).as_posix()] = by_line
    seconds: dict[str, float] = {}
    failed: list[str] = []
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('file')}::{case.get('name')}"
        if case.find("failure") is None and case.find("error") is None:
            seconds[name] = float(case.get("time", 0))
        else:
            failed.append(name)
    return {"tests": list(tests), "lines": lines, "seconds": seconds, "failed": failed}
