"""What clients did not do: a script with a mistake in it, or nothing to pick, means fewer calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sim.platform.reference import Thrown


class Visits:
    """Visits of clients that came to nothing."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._thrown = Thrown()
        self._without: Counter[tuple[str, str]] = Counter()

    def made(self, script: str) -> None:
        """A client begins its script."""
        self._made[script] += 1

    def failed(self, script: str, message: str) -> None:
        """It ended with an error, of its own or of a call that it did not catch."""
        self._failed[script] += 1
        self._thrown.add(script, message)

    def without(self, client: str, table: str) -> None:
        """A client found nothing to pick in a table: it calls nothing, and opens no page."""
        self._without[client, table] += 1

    def notes(self) -> Iterator[str]:
        """What a reader of the result should know of it."""
        for (client, table), times in sorted(self._without.items()):
            yield (
                f"{times:,} client{'s' * (times > 1)} of the kind {client} found nothing to pick "
                f"in {table} and called nothing"
            )
        messages = self._thrown.most_frequent()
        for script, failed in sorted(self._failed.items()):
            message = messages[script].removeprefix("Uncaught Error: ").removeprefix("Uncaught ")
            yield (
                f"the script {script} failed in {failed:,} of {self._made[script]:,} visits: "
                f'"{message}"'
            )
