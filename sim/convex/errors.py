"""How an app's own TypeScript fails: always as one problem, with its place."""

from __future__ import annotations

from sim.platform.reference import CallError
from sim.scenario import ScenarioError, fault


def app_error(where: object, message: str) -> ScenarioError:
    """What is wrong with a user's project, as any other bad input."""
    return fault(str(where), message)


class ThrownError(CallError):
    """A function threw; ``data`` is a ConvexError's, as JSON text."""

    def __init__(self, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.data = data
