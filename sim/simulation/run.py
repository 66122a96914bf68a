"""`simulate`: one scenario and one seed in, one `Result` out."""

from __future__ import annotations

import time
from collections.abc import Callable

from sim._version import __version__
from sim.observation import Observation, Observer
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

__all__ = ["Glance", "Progress", "simulate"]


class Glance:
    """Looks at the result so far at regular intervals: the totals of what has been simulated.

    Rates are over the whole horizon, so a metric that cannot fall is a lower bound of its final
    value. ``look(now, result)`` gets the simulated time (µs); an exception from it ends the run.
    """

    def __init__(self, every: int, look: Callable[[int, Result], None]) -> None:
        self.every = every
        self.again_after = 0
        self._look = look
        self._so_far: Callable[[Observation], Result] | None = None

    def of(self, so_far: Callable[[Observation], Result]) -> Glance:
        """The same glance for one run."""
        glance = Glance(self.every, self._look)
        glance._so_far = so_far
        return glance

    def look(self, now: int, observe: Callable[[], Observation]) -> None:
        """Look, as an `Observer` does."""
        assert self._so_far is not None
        self._look(now, self._so_far(observe()))


class _SoFar:
    """The result so far, computed once for all who look at the same time."""

    def __init__(self, scenario: Scenario, engine: str) -> None:
        self._scenario = scenario
        self._engine = engine
        self._seen: Observation | None = None
        self._result: Result | None = None

    def __call__(self, observation: Observation) -> Result:
        if self._result is None or observation is not self._seen:
            self._seen = observation
            self._result = collect(
                self._scenario, observation, Performance(0.0, 0, 0.0),
                engine=self._engine, version=__version__,
            )  # fmt: skip
        return self._result


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
    so_far = _SoFar(scenario, engine)
    alerts = [AlertWatch(name, alert, scenario, so_far) for name, alert in scenario.alerts.items()]
    observers: list[Observer] = [*alerts, *([glance.of(so_far)] if glance else [])]
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
        note="; ".join([*([note] if note not in ("", TYPESCRIPT) else []), *observation.notes]),
    )
    return collect(
        scenario, observation, performance, engine=engine, version=__version__,
        alerts=[alert.use() for alert in alerts],
    )  # fmt: skip
