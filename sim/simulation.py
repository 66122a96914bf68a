"""`simulate`: one scenario and one seed in, one `Result` out."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim._version import __version__
from sim.backend import Backend
from sim.collect import Recorder, collect
from sim.result import Performance, Result
from sim.scenario import Scenario, load_app

Progress = Callable[[float], None]
"""Told the share of the horizon that is done, once per time bin."""


def simulate(
    scenario: Scenario, *, seed: int | None = None, progress: Progress | None = None
) -> Result:
    """Simulate a scenario; the same scenario, seed and version give the same result.

    ``seed`` replaces the scenario's own. ``progress`` is called at the end of every time bin; what
    it raises ends the run.
    """
    if seed is not None:
        scenario = scenario.with_(seed=seed)
    backend = Backend(scenario, scenario.seed)
    outcomes = load_app(scenario.app_name).install(backend, scenario)
    recorder = Recorder(backend)

    def end_of_bin(now: int) -> None:
        recorder.end_of_bin()
        if progress is not None:
            progress(now / scenario.horizon)

    began = time.perf_counter()
    with _few_collections():
        backend.run(scenario.horizon, scenario.bin, end_of_bin)
    wall = time.perf_counter() - began
    calls = sum(edge.calls for edge in backend.ledger)
    performance = Performance(
        wall_s=wall, events=backend.clock.events, calls_per_s=calls / wall if wall else 0.0
    )
    return collect(backend, recorder, outcomes(), performance, __version__)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Run the cycle collector rarely: the engine allocates fast and leaves few cycles."""
    threshold = gc.get_threshold()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
