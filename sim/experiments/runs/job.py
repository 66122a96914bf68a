"""One run of many, and how another process carries it out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sim.result import Result
from sim.scenario import Scenario, Sources, scenario_from
from sim.simulation import simulate


@dataclass(frozen=True, slots=True)
class RunJob:
    """A scenario under a seed; its budgets and alerts play no role here."""

    scenario: Scenario
    seed: int

    @property
    def key(self) -> tuple[str, int]:
        """What is simulated, and by which engine: jobs with the same key have the same result."""
        return f"{self.scenario.hash} {self.scenario.engine}", self.seed


@dataclass(frozen=True, slots=True)
class Order:
    """A job as another process receives it: plain data, and the text of a user's app.

    The app's files are sent, not looked up again. So every worker, here or on another machine, runs
    exactly what was read when the scenario was loaded.
    """

    settings: dict[str, Any]
    seed: int
    app: Sources | None
    path: tuple[str, ...]
    """Python's module path in this process: the app may import installed modules from there."""

    @classmethod
    def of(cls, job: RunJob) -> Order:
        """The order for a job."""
        scenario = job.scenario
        return cls(scenario.resolved(), job.seed, scenario.app_sources, tuple(sys.path))

    def simulate(self) -> Result:
        """Simulate it in this process."""
        sys.path.extend(folder for folder in self.path if folder not in sys.path)
        return simulate(scenario_from(self.settings, self.app), seed=self.seed)


class Workers(Protocol):
    """What runs jobs: this process, others on this machine, or a cluster."""

    def run(self, jobs: Sequence[RunJob]) -> Iterator[tuple[RunJob, Result]]:
        """Every job with its result, in the order in which they end."""
        ...

    def close(self, *, at_once: bool = False) -> None:
        """Close processes and connections; ``at_once``: even if they are busy."""
        ...
