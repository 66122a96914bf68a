"""How often the scripts of clients failed: one with a mistake in it calls less than it should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sim.platform.reference import Thrown


class Visits:
    """Visits of clients that run a script."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._thrown = Thrown()

    def made(self, script: str) -> None:
        """A client begins its script."""
        self._made[script] += 1

    def failed(self, script: str, message: str) -> None:
        """It ended with an error, of its own or of a call that it did not catch."""
        self._failed[script] += 1
        self._thrown.add(script, message)

    def notes(self) -> Iterator[str]:
        """What a reader of the result should know of it."""
        messages = self._thrown.most_frequent()
        for script, failed in sorted(self._failed.items()):
            message = messages[script].removeprefix("Uncaught Error: ").removeprefix("Uncaught ")
            yield (
                f"the script {script} failed in {failed:,} of {self._made[script]:,} visits: "
                f'"{message}"'
            )
