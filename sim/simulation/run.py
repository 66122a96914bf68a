"""`simulate`: one scenario and one seed in, one `Result` out."""

from __future__ import annotations

import time

from sim._version import __version__
from sim.observation import Observer
from sim.platform.compiled import TYPESCRIPT, why_not
from sim.platform.compiled import run as run_compiled
from sim.platform.reference import Journal
from sim.platform.reference.engine import Progress
from sim.platform.reference.engine import run as run_reference
from sim.result import Performance, Result
from sim.scenario import Scenario

from .alerts import AlertWatch
from .collect import collect
from .deployed import check_names
from .so_far import Glance, Glances

__all__ = ["Progress", "simulate"]


def simulate(
    scenario: Scenario,
    *,
    seed: int | None = None,
    progress: Progress | None = None,
    glance: Glance | None = None,
    journal: Journal | None = None,
) -> Result:
    """Simulate a scenario; the same scenario, seed and version give the same result.

    It runs on the engine that the scenario names, or on the reference engine if that one cannot run
    it; ``result.engine`` and ``result.performance.note`` say which and why. ``seed`` replaces the
    scenario's own. ``progress`` is called at least at the end of every time bin. An exception from
    ``progress`` or ``glance`` ends the run. ``journal`` is told of every execution; only the
    reference engine can do so, and the result is the same. Raises `ScenarioError` if an alert
    watches something that does not exist, and for a mistake in a user's app.
    """
    if scenario.alerts:
        check_names(scenario)
    if seed is not None:
        scenario = scenario.with_(seed=seed)
    note = ""
    if scenario.engine == "compiled":
        note = why_not(scenario) if journal is None else "only this engine tells of every execution"
    engine = "reference" if note else scenario.engine
    glances = Glances(scenario, engine)
    alerts = [AlertWatch(name, alert, scenario, glances) for name, alert in scenario.alerts.items()]
    observers: list[Observer] = [*alerts, *([glance.of(glances)] if glance else [])]
    began = time.perf_counter()
    if engine == "compiled":
        observation = run_compiled(scenario, progress, observers)
    else:
        observation = run_reference(scenario, progress, observers, journal)
    wall = time.perf_counter() - began
    calls = sum(edge.calls for edge in observation.edges)
    performance = Performance(
        wall_s=wall,
        events=observation.events,
        calls_per_s=calls / wall if wall else 0.0,
        note="" if note == TYPESCRIPT else note,
    )
    return collect(
        scenario, observation, performance, engine=engine, version=__version__,
        alerts=[alert.use() for alert in alerts],
    )  # fmt: skip
