"""What is counted of an app that nobody has told the simulation anything about: its documents."""

from __future__ import annotations

from sim.platform.reference import Backend

from .load import Loaded

DOCUMENTS = "documents_"


class Outcomes:
    """Counts documents by table, and says at the end which state leaked between executions."""

    def __init__(self, backend: Backend, loaded: Loaded) -> None:
        self._backend = backend
        self._machine = loaded.machine
        self._tables = tuple(sorted(loaded.about.tables))

    def count(self) -> dict[str, float]:
        """Table → documents that are visible or about to be."""
        self._note_leaks()
        return {f"{DOCUMENTS}{table}": self._machine.tell("count", table) for table in self._tables}

    def _note_leaks(self) -> None:
        """Convex starts every execution afresh; here they share module-level variables."""
        leaks = self._machine.tell("leaks")
        if not leaks:
            return
        note = (
            "module-level variables keep state from one execution to the next, which Convex does "
            f"not promise: {', '.join(leaks)}"
        )
        self._backend.notes[:] = [note]
