"""Tries the package under several Pythons: ``python -m tools.pythons python3.12 python3.13``.

Each gets an environment of its own with the package, runs the examples of the README, and then the
tests of a few rooms. Names that are not found are left out. One that fails is shown with its
output. It needs nothing but the standard library.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTED_WITH = ("pytest", "hypothesis", "jsonschema")
ROOMS = (
    "tests/billing", "tests/scenario", "tests/simulation",
    "tests/test_draws.py", "tests/test_guards.py", "tests/test_metrics.py",
)  # fmt: skip
"""A quick share of the tests: settings, both engines, randomness, the bill."""


class FailedError(Exception):
    """A step failed; the message is its output."""


def steps(python: str, venv: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """What is tried under a Python, each step with its command."""
    own = str(venv / "bin" / "python")
    yield "environment", [python, "-m", "venv", str(venv)]
    yield "install", [
        own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary",
        "--constraint", "constraints.txt", ".", *TESTED_WITH,
    ]  # fmt: skip
    yield "README", [own, "-m", "tools.docs", "check", "README.md"]
    yield "tests", [own, "-m", "pytest", "-q", "-p", "no:cacheprovider", *ROOMS]


def attempt(python: str) -> str:
    """Try the package under a Python; what the tests closed with. Raises `FailedError`."""
    said = ""
    with tempfile.TemporaryDirectory() as folder:
        for name, command in steps(python, Path(folder)):
            done = subprocess.run(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                check=False,
            )  # fmt: skip
            if done.returncode:
                raise FailedError(f"{name}:\n{done.stdout}")
            said = done.stdout.strip().rpartition("\n")[2]
    return said


def main(names: Sequence[str]) -> int:
    """Try every Python that is found; 1 if one fails, or if none is found."""
    found = {path: None for name in names if (path := shutil.which(name)) and _runs(path)}
    failed = not found
    for python in found:
        try:
            result = attempt(python)
        except FailedError as error:
            failed, result = True, f"failed at {error}"
        sys.stdout.write(f"{_version(python)}: {result}\n")
        sys.stdout.flush()
    if not found:
        sys.stdout.write(f"none of these is a Python that runs: {', '.join(names)}\n")
    return int(failed)


def _runs(python: str) -> bool:
    """Whether it is a Python, and not a stand-in for one that is not installed."""
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0


def _version(python: str) -> str:
    done = subprocess.run([python, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
