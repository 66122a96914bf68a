"""What all kinds of questions have in common: the runs they need, and how they are answered."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence

from sim.result import Result
from sim.scenario import KeyPath, Scenario, Settings
from sim.simulation import Deployed

from .verdict import Finding

Runs = Callable[[Scenario], Sequence[Result]]
"""The results of a scenario, one for every seed."""


class ClaimKind(Settings):
    """One kind of question about a scenario."""

    def runs(self, scenario: Scenario) -> Sequence[Scenario]:
        """What has to be simulated; raises `ScenarioError` if the question cannot be asked."""
        return ()

    def faults(self, scenario: Scenario, deployed: Deployed) -> Mapping[KeyPath, str]:
        """Names in the question that do not exist: key → reason."""
        return {}

    @abstractmethod
    def ask(self, scenario: Scenario, runs: Runs) -> Finding:
        """The answer, with its verdict and the computed reason."""
