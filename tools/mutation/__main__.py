"""Change the code, one place at a time, and see whether a test fails."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from .mutants import Mutant, mutants_of
from .reach import Reach, measure
from .rooms import rooms

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
WANTED = 0.95
"""The share of the changes that tests must notice, in every room."""


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="Rooms to try; all of them unless given.")
    parser.add_argument("--sample", type=int, default=20, help="Changes a room; 0 for all.")
    parser.add_argument("--seed", type=int, default=1, help="Which changes are drawn.")
    parser.add_argument("--time-limit", type=float, default=300, help="Seconds a change at most.")
    parser.add_argument("--only", default="", help="Only changes whose name contains this.")
    parser.add_argument("--list", action="store_true", help="Show the changes; run nothing.")
    options = parser.parse_args()
    known = rooms(ROOT)
    unknown = set(options.rooms) - set(known)
    if unknown:
        parser.error(f"unknown room {unknown.pop()!r}; allowed: {', '.join(known)}")
    failed = False
    for room in options.rooms or known:
        files, tests = known[room]
        chosen = _sample([m for file in files for m in mutants_of(file, ROOT)], options)
        if options.list:
            _say(f"{room}: {len(chosen)}", *(f"  {m.line}: {m.name}" for m in chosen))
            continue
        failed |= not _try_room(room, chosen, tests, options.time_limit)
    return int(failed)


def _sample(mutants: Sequence[Mutant], options: argparse.Namespace) -> list[Mutant]:
    """The changes to try: the first so many by a draw that depends on each change's name alone."""
    named = [m for m in mutants if options.only in m.name]
    ranked = sorted(
        named, key=lambda m: hashlib.sha256(f"{options.seed} {m.name}".encode()).digest()
    )
    return ranked[: options.sample] if options.sample else ranked


def _try_room(room: str, mutants: Sequence[Mutant], tests: list[str], limit: float) -> bool:
    """Try a room's changes; whether the tests noticed enough of them."""
    reach = measure(ROOT, ROOT / "out" / "mutation" / "reach.json", ["tests"])
    equivalent = tomllib.loads(EQUIVALENT.read_text("utf-8"))
    survived: list[Mutant] = []
    same = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = _copied(Path(folder))
        for mutant in mutants:
            if mutant.name in equivalent:
                same += 1
            elif not _is_noticed(mutant, tree, reach, tests, limit):
                survived.append(mutant)
                _say(f"  survived: {mutant.file}:{mutant.line} {mutant.name}")
    tried = len(mutants) - same
    share = 1 - len(survived) / tried if tried else 1.0
    _say(f"{room}: {tried - len(survived)} of {tried} noticed ({share:.0%}), {same} change nothing")
    return share >= WANTED


def _copied(folder: Path) -> Path:
    """The project's files, to be changed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            target = folder / "main" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder / "main"


def _is_noticed(mutant: Mutant, tree: Path, reach: Reach, room: list[str], limit: float) -> bool:
    """Whether a test fails, or does not end, with a change in place."""
    file = tree / mutant.file
    original = file.read_text("utf-8")
    file.write_text(mutant.source, "utf-8")
    tests = reach.tests(mutant.file, mutant.line, room)
    names = tree / "tests-to-run.txt"
    names.write_text("\n".join(tests), "utf-8")
    run = subprocess.Popen(
        [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
         f"@{names.name}"],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(tree), "CI": "true"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        return run.wait(limit) != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        file.write_text(original, "utf-8")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
