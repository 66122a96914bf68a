"""`sim.run`: load and simulate in one line, for notebooks and scripts."""

from __future__ import annotations

from pathlib import Path

from sim.result import Result
from sim.scenario import load_scenario

from .run import simulate


def run(
    scenario: str | Path,
    *overrides: str,
    seed: int | None = None,
    horizon: str | None = None,
) -> Result:
    """Load a scenario file and simulate it.

    ``overrides`` are texts such as ``"app.refresh.limit=20"``; ``horizon`` is a duration such as
    ``"3h"``. Raises `ScenarioError` if the file or an override cannot be used.
    """
    return simulate(load_scenario(scenario, overrides, seed=seed, horizon=horizon))
