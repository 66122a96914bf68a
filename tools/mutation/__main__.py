"""Change the code, one place at a time, and see whether a test fails."""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from .mutants import Mutant, mutants_of
from .reach import environment, measure
from .rooms import Room, rooms
from .table import Sample, keep, page, read_samples
from .trial import Trials

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
KEPT = ROOT / "out" / "mutation"
"""Which tests reach which line, as measured."""
SAMPLES = Path(__file__).with_name("samples.json")
"""What became of the rooms' changes; a new sample of a room is added."""


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("rooms", nargs="*", help="Rooms to try; all of them unless given.")
    parser.add_argument("--sample", type=int, default=40, help="Changes a room; 0 for all.")
    parser.add_argument("--seed", type=int, default=1, help="Which changes are drawn.")
    parser.add_argument("--budget", type=float, default=30, help="Seconds of tests a change.")
    parser.add_argument("--only", default="", help="Only changes whose name contains this.")
    parser.add_argument("--list", action="store_true", help="Show the changes; run nothing.")
    parser.add_argument("--out", type=Path, help="Write the table of all samples so far.")
    options = parser.parse_args()
    known = rooms(ROOT)
    unknown = set(options.rooms) - set(known)
    if unknown:
        parser.error(f"unknown room {unknown.pop()!r}; allowed: {', '.join(known)}")
    failed = False
    for name in options.rooms or known:
        room = known[name]
        chosen = _sample([m for file in room.files for m in mutants_of(file, ROOT)], options)
        if options.list:
            _say(f"{name}: {len(chosen)}", *(f"  {m.line}: {m.name}" for m in chosen))
        elif chosen:
            sample = _tried(room, chosen, options)
            failed |= not sample.is_enough
            if not options.only:
                keep(sample, SAMPLES)
    if options.out:
        options.out.write_text(page(read_samples(SAMPLES), _equivalent()), "utf-8")
    return int(failed)


def _sample(mutants: Sequence[Mutant], options: argparse.Namespace) -> list[Mutant]:
    """The changes to try: the first so many by a draw that depends on each change's name alone."""
    named = [m for m in mutants if options.only in m.name]
    ranked = sorted(
        named, key=lambda m: hashlib.sha256(f"{options.seed} {m.name}".encode()).digest()
    )
    return ranked[: options.sample] if options.sample else ranked


def _tried(room: Room, mutants: Sequence[Mutant], options: argparse.Namespace) -> Sample:
    """Try a room's changes."""
    equivalent = _equivalent()
    os.environ["SIM_MUTATION_MACHINE"] = _machine(room)
    reach = measure(ROOT, KEPT, room)
    survived: list[str] = []
    same = 0
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        trials = Trials(ROOT, Path(folder), room, reach, options.budget)
        trials.check()
        for number, mutant in enumerate(mutants, 1):
            _tell(f"{room.name}: {number} of {len(mutants)}")
            if mutant.name in equivalent:
                same += 1
            elif not trials.is_noticed(mutant):
                survived.append(mutant.name)
                _say(f"  survived: {mutant.file}:{mutant.line} {mutant.name}")
    command = (
        f"python -m tools.mutation {room.name} --sample {options.sample} --budget "
        f"{options.budget:g}"
    )
    sample = Sample(
        room.name, len(mutants), same, tuple(survived), options.seed,
        f"{command} --seed {options.seed}",
    )  # fmt: skip
    _say(sample.line)
    return sample


def _equivalent() -> dict[str, str]:
    """The changes that change nothing, each with the reason."""
    return tomllib.loads(EQUIVALENT.read_text("utf-8"))


def _machine(room: Room) -> str:
    """By what the compiled engine is found; it is compiled if it was not."""
    code = (
        "from sim.platform.compiled import prepare; from sim.platform.compiled import native;"
        "from sim.scenario import scenario_from;"
        "prepare(scenario_from({})); print(native._of_the_machine())"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(ROOT, room.reference),
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return ran.stdout.strip()


def _tell(text: str) -> None:
    """How far it is, on a line that is written over."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text} ")
        sys.stderr.flush()


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
