"""`simulate`: one scenario and one seed in, one `Result` out."""

from __future__ import annotations

import time

from sim._version import __version__
from sim.collect import collect
from sim.kernel import run as run_compiled
from sim.kernel import why_not
from sim.result import Performance, Result
from sim.scenario import Scenario
from sim.simpy_engine import Progress
from sim.simpy_engine import run as run_simpy

__all__ = ["Progress", "simulate"]


def simulate(
    scenario: Scenario, *, seed: int | None = None, progress: Progress | None = None
) -> Result:
    """Simulate a scenario; the same scenario, seed and version give the same result.

    It runs on the engine that the scenario asks for, or on the reference engine if that one cannot
    run it; ``result.engine`` and ``result.performance.note`` tell. ``seed`` replaces the scenario's
    own. ``progress`` is called at the end of every time bin or more often; what it raises ends the
    run.
    """
    if seed is not None:
        scenario = scenario.with_(seed=seed)
    note = why_not(scenario) if scenario.engine == "compiled" else ""
    engine = "simpy" if note else scenario.engine
    began = time.perf_counter()
    observation = (run_compiled if engine == "compiled" else run_simpy)(scenario, progress)
    wall = time.perf_counter() - began
    calls = sum(edge.calls for edge in observation.edges)
    performance = Performance(
        wall_s=wall,
        events=observation.events,
        calls_per_s=calls / wall if wall else 0.0,
        note=note,
    )
    return collect(scenario, observation, performance, engine=engine, version=__version__)
