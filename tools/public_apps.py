"""Tries a folder of public Convex projects: which load, and which of their functions start.

    python -m tools.public_apps FOLDER

Every folder below FOLDER that holds `convex/` is one project. Packages that are not installed are
left out: a function that uses one does not start. Arguments are made up from the validators.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.convex.bundle import bundle_project
from sim.convex.load import describe
from sim.convex.machine import Machine
from sim.convex.made_up import arguments_for
from sim.convex.settings import ConvexSettings
from sim.platform.reference import Backend, CallError
from sim.scenario import ScenarioError, scenario_from

_MISSING = re.compile(r'Could not resolve "([^"]+)"')
_MOST_PACKAGES = 60


@dataclass(slots=True)
class Tried:
    """One project."""

    name: str
    functions: int = 0
    started: int = 0
    """Functions that ran until they ended, threw an error of their own, or asked for something."""
    why_not: Counter[str] = field(default_factory=Counter)
    error: str = ""


def try_project(root: Path, name: str, engine: str) -> Tried:
    """Load a project and start every function once."""
    tried = Tried(name)
    try:
        machine, backend = _load(root, engine)
    except ScenarioError as error:
        tried.error = str(error)
        return tried
    try:
        about = describe(machine, bundle_project(root, _without(root)))
        tried.functions = len(about.functions)
        for path, kind in sorted(about.functions.items()):
            why = _start(machine, path, kind)
            tried.started += not why
            if why:
                tried.why_not[why] += 1
    except ScenarioError as error:
        tried.error = str(error)
    finally:
        backend.close()
    return tried


def _load(root: Path, engine: str) -> tuple[Machine, Backend]:
    settings = ConvexSettings(root=str(root), javascript=engine)
    scenario = scenario_from({"app": settings.model_dump(mode="json")})
    backend = Backend(scenario, 1)
    machine = Machine(backend, settings, str(root))
    backend.at_end(machine.engine.close)
    machine.load(bundle_project(root, _without(root)))
    machine.tell("configure", json.dumps(
        {"epochMs": backend.epoch_ms, "limits": {}, "identity": None, "keepsJobs": True}
    ))  # fmt: skip
    machine.tell("applySchema")
    return machine, backend


_left_out: dict[Path, tuple[str, ...]] = {}


def _without(root: Path) -> tuple[str, ...]:
    """Esbuild's options to leave out the packages that are not installed."""
    if root not in _left_out:
        options: list[str] = []
        for _ in range(_MOST_PACKAGES):
            try:
                bundle_project(root, tuple(options))
                break
            except ScenarioError as error:
                found = _MISSING.search(str(error))
                if found is None:
                    raise
                options.append(f"--external:{found.group(1)}")
        _left_out[root] = tuple(options)
    return _left_out[root]


def _start(machine: Machine, path: str, kind: str) -> str:
    """Start a function; why it did not start."""
    args = "{}" if path.startswith("http:") else json.dumps(_made_up(machine, path))
    x = machine.new()
    try:
        if kind == "action":
            asked = machine.act(x, path, args, 0, True, 0)
            message = "" if asked.ended is None or asked.ended.ok else asked.ended.value
        else:
            run = machine.query if kind == "query" else None
            attempt = (run(x, path, args, 0, True) if run is not None
                       else machine.mutation(x, path, args, 0, "", True))  # fmt: skip
            message = "" if attempt.ended.ok else attempt.ended.value
    except CallError as error:
        message = str(error)
    except ScenarioError as error:
        message = str(error).partition(": ")[2]
        machine.tell("mend")
    machine.engine.post("drop", x)
    return _reason(message)


def _reason(message: str) -> str:
    """What kept a function from starting; empty for an error of the app's own."""
    for sign in (
        "is not simulated",
        "are not simulated",
        "reach no file",
        "is not defined",
        "is not a function",
        "is not a constructor",
        "ArgumentValidationError",
    ):
        if sign in message:
            return " ".join(message.split())[:90]
    return ""


def _made_up(machine: Machine, path: str) -> Any:
    return arguments_for(
        machine.tell("argumentsOf", path), lambda table: str(machine.tell("madeUpId", table))
    )


def main(folder: Path, engine: str) -> int:
    """Try every project below a folder and print what came of it."""
    roots = sorted({file.parent.parent for file in folder.glob("*/**/convex/*.ts")
                    if "node_modules" not in file.parts})  # fmt: skip
    total = started = loaded = 0
    for root in roots:
        tried = try_project(root, root.relative_to(folder).as_posix(), engine)
        loaded += not tried.error
        total += tried.functions
        started += tried.started
        sys.stdout.write(f"{tried.name}: {tried.started} of {tried.functions} functions start"
                         f"{'; ' + tried.error if tried.error else ''}\n")  # fmt: skip
        for why, count in tried.why_not.most_common(5):
            sys.stdout.write(f"    {count} x {why}\n")
    share = 100 * started / max(1, total)
    sys.stdout.write(f"{loaded} of {len(roots)} projects load; {started} of {total} functions "
                     f"start ({share:.1f}%)\n")  # fmt: skip
    return 0 if loaded == len(roots) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "auto"))
