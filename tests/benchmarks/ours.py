"""The project's own engines: in this process, and as the command a user types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from sim import Scenario
from sim.scenario import ScenarioError, load_scenario

SPIKE = "scenarios/spike.yaml"
COMPILED, REFERENCE = "engine=compiled", "engine=reference"


def spike(engine: str, *overrides: str | tuple[str, Any], horizon: str) -> Scenario:
    """The incident without organic traffic, which is a flow and costs nothing per call."""
    return load_scenario(SPIKE, [engine, "traffic.organic.rate=0", *overrides], horizon=horizon)


def accepted(engine: str) -> bool:
    """Whether this version of the package has the engine."""
    try:
        load_scenario(SPIKE, [engine])
    except ScenarioError:
        return False
    return True


class Process(NamedTuple):
    """One run of the command, from its start to its end."""

    seconds: float
    mib: int
    """The most memory the process held; 0 where the system does not say."""
    calls: int


_COMMAND = """\
import atexit, pathlib, sys
from sim.cli import main
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: status.exists() and sys.stderr.write(status.read_text()))
main()
"""
"""`sim`, which then says what the system knows of its memory (the parent's rusage would include
the parent's own, inherited at the fork)."""


def run_command(*arguments: str, cache: Path | None = None) -> Process:
    """Run `sim` in a process of its own; ``cache``: where to keep compiled code instead."""
    environment = dict(os.environ) | ({"SIM_CACHE_DIR": str(cache)} if cache else {})
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, *arguments, "--format", "json", "--quiet"],
        capture_output=True, text=True, cwd=Path(__file__).parents[2],
        env=environment, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - began
    assert done.returncode == 0, done.stderr
    peak = [line.split()[1] for line in done.stderr.splitlines() if line.startswith("VmHWM")]
    calls = int(json.loads(done.stdout)["calls"]["total"])
    return Process(seconds, int(peak[0]) // 1024 if peak else 0, calls)
