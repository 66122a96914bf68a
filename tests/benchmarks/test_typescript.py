"""An app's own TypeScript: calls a second on each engine, and what a call crosses.

mixed: get, range, patch, insert and schedule in one mutation. whole: the setlist app's spike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.convex.bundle import bundle_project
from sim.convex.engines import Engine, open_engine
from sim.scenario import load_scenario
from sim.simulation import simulate

ENGINES = ("node", "quickjs")
CALLS = 2_000
APP = Path("scenarios/setlist-app")
WORLD = json.dumps({
    "artists": [{"songs": 0}] * 100,
    "shows": [{"artist": n % 100, "id": str(n), "upcoming": n, "filled": False}
              for n in range(200)],
    "imports": [], "import_shows": 0,
})  # fmt: skip


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The buggy checkout over a hundred artists; needs `npm install` in the scenario's folder."""
    made = open_engine(request.param, 1024, 600.0)
    made.load(bundle_project(APP / "buggy").source, "buggy.js")
    made.send("configure", json.dumps(
        {"epochMs": 1_762_560_000_000, "limits": {}, "identity": None, "keepsJobs": False}
    ))  # fmt: skip
    made.send("applySchema")
    made.send("transact", 1.0, "seed:fill", WORLD, 0.0, 1.0, 2.0, "", True, True)
    made.post("commit", 1.0, 1.0, 0.0)
    yield made
    made.close()


def test_generating_setlists_one_after_another(benchmark: Any, engine: Engine) -> None:
    """Two ranges, a document and a job: an attempt and its commit, `CALLS` times."""
    reply = json.loads(engine.send(
        "transact", 2.0, "setlists:refreshMissingAutoSetlists",
        '{"limit": 1, "includeCompleted": true}', 10.0, 1.0, 2.0, "", True, True,
    ))  # fmt: skip
    args = reply[7][0][2]
    engine.post("drop", 2.0)
    serial = iter(range(3, 1 << 30))

    def run() -> None:
        for _ in range(CALLS):
            x = float(next(serial))
            now = 1000.0 * x
            engine.send("transact", x, "setlists:autoGenerateSetlist", args, now, 1.0, 2.0, "",
                        True, True)  # fmt: skip
            engine.post("commit", x, now + 1, now - 500_000)

    benchmark.extra_info["calls"] = CALLS
    benchmark.pedantic(run, rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("name", ENGINES)
def test_a_minute_of_the_spike(benchmark: Any, name: str) -> None:
    """The whole of it: load, fill, simulate."""
    scenario = load_scenario(APP / "buggy.yaml", [("app.javascript", name)], horizon="1m").with_(
        bin="1m"
    )
    result = benchmark.pedantic(simulate, (scenario,), rounds=1)
    benchmark.extra_info["calls"] = result.calls.total
