"""One run of many, and how another process runs it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sim.result import Result
from sim.scenario import Scenario, scenario_from
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


class Workers(Protocol):
    """Whoever simulates: this process, others on this machine, or a cluster."""

    def run(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Result]]:
        """Every job with its result, as they end."""
        ...

    def close(self) -> None:
        """Let go of processes and connections."""
        ...


def simulate_settings(settings: dict[str, Any], seed: int, path: Sequence[str]) -> Result:
    """In another process: the scenario comes as plain data.

    ``path``: where modules are found here; users' apps are among them.
    """
    sys.path.extend(folder for folder in path if folder not in sys.path)
    return simulate(scenario_from(settings), seed=seed)
