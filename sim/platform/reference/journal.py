"""Who writes down every execution of a run, as the platform's logs would.

The engine tells a `Journal` of each attempt when it is over. A journal only looks on: a run with
one gives the same result as a run without. `sim.logs` has the one that writes real log formats.
Times are µs since the scenario's start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .backend import Backend
    from .context import Context
    from .documents import Transaction
    from .errors import CallError
    from .ledger import Edge


class Journal(Protocol):
    """Told of every execution; ``by`` is the context that made the call."""

    def begins(self, backend: Backend) -> None:
        """The run begins."""

    def query(
        self, by: Context, edge: Edge, begin: int, took: int, read: int, failed: bool,
        cached: bool = False, caller: int = 0, documents: int = 0,
    ) -> None:  # fmt: skip
        """A query is over that read bytes and documents; ``cached`` if the cache answered it.

        ``caller`` tells those apart who ask for it at one time.
        """

    def committed(
        self, by: Context, edge: Edge, called: int, tx: Transaction, took: int, retries: int
    ) -> None:
        """A mutation's attempt committed; ``called``: when the mutation was called first."""

    def failed(
        self, by: Context, edge: Edge, called: int, tx: Transaction, took: int, retries: int
    ) -> None:
        """A mutation's attempt threw."""

    def lost(
        self, by: Context, edge: Edge, called: int, tx: Transaction, took: int, retries: int,
        again: int | None,
    ) -> None:  # fmt: skip
        """A mutation's attempt lost to a conflict; ``again``: when the next one begins, if any."""

    def action_begins(self, by: Context, edge: Edge) -> None:
        """An action begins; ``by`` is its own context, with the ``entry`` of who awaits it."""

    def action_ends(
        self, by: Context, edge: Edge, begin: int, took: int, failure: CallError | None
    ) -> None:
        """An action is over."""

    def flow(
        self, edge: Edge, since: int, until: int, calls: int, took: int, read: int, written: int
    ) -> None:
        """Organic calls since a time; ``read`` and ``written`` are their bytes in all."""

    def scheduled(self, serial: int, edge: Edge, now: int, due: int) -> None:
        """A job was created; its execution has this serial."""
