"""Which tests reach a line: measured once, with coverage.py's contexts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from coverage import CoverageData


@dataclass(frozen=True, slots=True)
class Reach:
    """For every line the tests that run it, and how long each test takes."""

    lines: dict[str, dict[int, list[str]]]
    """File from the project's folder → line → test."""
    seconds: dict[str, float]

    def tests(self, file: str, line: int, room: list[str]) -> list[str]:
        """Tests that reach a line, those of the room first, then the quick ones.

        Lines that run on import, or that only machine code runs, belong to no test: the room's
        own tests are asked then.
        """
        reached = self.lines.get(file, {}).get(line, [])
        if not reached:
            return room
        own = tuple(room)
        return sorted(reached, key=lambda t: (not t.startswith(own), self.seconds.get(t, 0.0)))


def measure(root: Path, kept: Path, tests: list[str]) -> Reach:
    """Run tests once with coverage, or read what was kept of an earlier run."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        report = kept.with_suffix(".xml")
        data = kept.with_suffix(".coverage")
        subprocess.run(
            [sys.executable, "-m", "pytest", *tests, "-q", "-p", "no:cacheprovider", "--cov=sim",
             "--cov-context=test", "--cov-report=", f"--junitxml={report}", "-o",
             "junit_family=xunit1"],
            cwd=root, check=True, env=_environment(data),
        )  # fmt: skip
        kept.write_text(json.dumps(_read(root, data, report)))
    plain = json.loads(kept.read_text())
    lines = {
        file: {int(line): names for line, names in each.items()}
        for file, each in plain["lines"].items()
    }
    return Reach(lines, plain["seconds"])


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "COVERAGE_FILE": str(data), "CI": "true"}


def _read(root: Path, data: Path, report: Path) -> dict[str, object]:
    covered = CoverageData(str(data))
    covered.read()
    lines: dict[str, dict[int, list[str]]] = {}
    for file in sorted(covered.measured_files()):
        by_line: dict[int, list[str]] = defaultdict(list)
        for line, contexts in covered.contexts_by_lineno(file).items():
            by_line[line] = sorted({context.split("|")[0] for context in contexts if context})
        lines[Path(file).relative_to(root).as_posix()] = by_line
    seconds = {
        f"{case.get('file')}::{case.get('name')}": float(case.get("time", 0))
        for case in ElementTree.parse(report).iter("testcase")
    }
    return {"lines": lines, "seconds": seconds}
