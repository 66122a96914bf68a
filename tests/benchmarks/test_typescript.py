"""An app's own TypeScript: what a call takes on each engine, beside a crossing that does nothing.

The processor's time of both processes is shown too: it says more than the clock on a busy machine.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.convex.bundle import bundle_project
from sim.convex.engines import Engine, open_engine
from sim.convex.engines.node import Node
from sim.scenario import load_scenario
from sim.simulation import simulate
from tests.convex.conftest import node_modules, setlist_app

from .report import Report, Typescript

__all__ = ["node_modules", "setlist_app"]  # fixtures

ENGINES = ("node", "quickjs")
CALLS, ROUNDS, USERS = 2_000, 4, 100
CONFIGURED = json.dumps(
    {"epochMs": 1_762_560_000_000, "limits": {}, "identity": None, "keepsJobs": False}
)
MIXED = Path(__file__).parent / "mixed"


class Measured:
    """The best of some rounds, by the clock and by the processor."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine
        self.seconds = self.processor = float("inf")

    def round(self, run: Callable[[], object]) -> None:
        began, used = time.perf_counter(), self._used()
        run()
        self.seconds = min(self.seconds, time.perf_counter() - began)
        self.processor = min(self.processor, self._used() - used)

    def _used(self) -> float:
        node = self._engine.processor_seconds() if isinstance(self._engine, Node) else 0.0
        return time.process_time() + node


@pytest.mark.parametrize("name", ENGINES)
def test_a_mixed_call(name: str, node_modules: Path, tmp_path: Path, report: Report) -> None:
    """An attempt, its validation and its commit, in one crossing."""
    root = tmp_path / "app"
    shutil.copytree(MIXED, root)
    (root / "node_modules").symlink_to(node_modules, target_is_directory=True)
    engine = open_engine(name, 1024, 600.0)
    engine.load(bundle_project(root).source, "mixed.js")
    engine.send("configure", CONFIGURED)
    engine.send("applySchema")
    filled = engine.ask(
        "transact", 1.0, "app:fill", f'{{"users": {USERS}}}', 0.0, 1.0, 2.0, "", True, True
    )
    engine.post("commit", 1.0, 1.0, 0.0)
    users = json.loads(filled[0][1])
    empty, mixed, executions = Measured(engine), Measured(engine), iter(range(2, 1 << 30))

    def crossings() -> None:
        for _ in range(CALLS):
            engine.send("count", "users")

    def posts() -> None:
        for _ in range(CALLS):
            x = float(next(executions))
            now = 1000.0 * x
            args = f'{{"user": "{users[int(x) % USERS]}", "text": "hello"}}'
            engine.post("transact", x, "app:post", args, now, 1.0, 2.0, "", True, True)
            answer = engine.send(
                "settle", x, now, now + 1, now - 500_000, 1.0, 0.0, 1000.0, 1000.0, 0.0, 0.0
            )
            assert answer.endswith("true]")

    for _ in range(ROUNDS):
        empty.round(crossings)
        mixed.round(posts)
    engine.close()
    for what, measured in (("a crossing that does nothing", empty), ("a mixed call", mixed)):
        report.crossed(Typescript(what, name, CALLS, measured.seconds, measured.processor))


@pytest.mark.parametrize("name", ENGINES)
def test_a_minute_of_the_spike(name: str, setlist_app: Path, report: Report) -> None:
    """The whole of it: load, fill, simulate."""
    overrides = [("app.javascript", name)]
    scenario = load_scenario(setlist_app / "buggy.yaml", overrides, horizon="1m").with_(bin="1m")
    began = time.perf_counter()
    result = simulate(scenario)
    seconds = time.perf_counter() - began
    what = "a minute of the setlist app's spike, from its start"
    report.crossed(Typescript(what, name, result.calls.total, seconds, 0.0))
