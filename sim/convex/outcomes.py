"""What is counted of an app that nobody has told the simulation anything about: its documents."""

from __future__ import annotations

from collections.abc import Iterator

from sim.platform.reference import Backend

from .load import Loaded
from .survey import named_by_packages
from .visits import Visits

DOCUMENTS = "documents_"


class Outcomes:
    """Counts documents by table, and says at the end what went wrong unseen."""

    def __init__(self, backend: Backend, loaded: Loaded, visits: Visits) -> None:
        self._backend = backend
        self._visits = visits
        self._machine = loaded.machine
        self._source = loaded.source
        self._tables = tuple(sorted(loaded.about.tables))

    def count(self) -> dict[str, float]:
        """Table → documents that are visible or about to be."""
        self._backend.notes[:] = [*self._leaks(), *self._unset(), *self._visits.notes()]
        return {f"{DOCUMENTS}{table}": self._machine.tell("count", table) for table in self._tables}

    def _unset(self) -> Iterator[str]:
        """Variables that the app has read in vain; what only its packages name is their affair."""
        names = self._machine.tell("unsetVariables")
        if names and (own := set(names) - named_by_packages(self._source)):
            yield (
                "the app reads environment variables that `app.env` does not set: "
                f"{', '.join(sorted(own))}"
            )

    def _leaks(self) -> Iterator[str]:
        """Convex starts every execution afresh; here they share module-level variables."""
        leaks = self._machine.tell("leaks")
        if leaks:
            yield (
                "module-level variables keep state from one execution to the next, which Convex "
                f"does not promise: {', '.join(leaks)}"
            )
