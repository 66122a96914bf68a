"""One run of many, and how another process runs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sim.result import Result
from sim.scenario import Scenario, Sources, scenario_from
from sim.simulation import simulate


@dataclass(frozen=True, slots=True)
class Job:
    """A scenario under a seed; its budgets and alerts are nobody's business here."""

    scenario: Scenario
    seed: int

    @property
    def key(self) -> tuple[str, int]:
        """What is simulated, and by which engine: two jobs of one key have one result."""
        return f"{self.scenario.hash} {self.scenario.engine}", self.seed


@dataclass(frozen=True, slots=True)
class Order:
    """A job as another process gets it: plain data, and the text of a user's app.

    The app's files are sent, not looked for again: every worker, on this machine or another one,
    runs what was read when the scenario was loaded.
    """

    settings: dict[str, Any]
    seed: int
    app: Sources | None
    path: tuple[str, ...]
    """Where modules are found here: the app may import some that are installed or named there."""

    @classmethod
    def of(cls, job: Job) -> Order:
        """The order that a job is."""
        scenario = job.scenario
        return cls(scenario.resolved(), job.seed, scenario.app_sources, tuple(sys.path))

    def simulate(self) -> Result:
        """Carry it out, here."""
        sys.path.extend(folder for folder in self.path if folder not in sys.path)
        return simulate(scenario_from(self.settings, self.app), seed=self.seed)


class Workers(Protocol):
    """Whoever simulates: this process, others on this machine, or a cluster."""

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Result]]:
        """Every job with its result, as they end."""
        ...

    def close(self, *, at_once: bool = False) -> None:
        """Let go of processes and connections; ``at_once``: whatever they are doing."""
        ...
