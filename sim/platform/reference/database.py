"""The database as a whole: which attempts are valid, and when what they wrote is visible."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sim.draws import exponential, quantile_table
from sim.platform.rules import DEEPEST, depth, visible_from
from sim.scenario import Misuse, shown

from .documents import Effect, Transaction
from .queries import MOST_QUERIES

if TYPE_CHECKING:
    from .backend import Backend

ORGANIC_WRITER = "organic:mutation"
"""Who won a conflict with organic traffic, whose documents are not modelled."""


class Database:
    """Validates attempts and publishes what they wrote."""

    def __init__(self, backend: Backend) -> None:
        self._organic_draws = backend.uniforms("organic.conflict")
        self.organic_luck = 0.0
        """What is left of an exponential draw of mean 1, used up by each attempt's hazard."""
        self.organic_conflict()
        self._visible_at = 0
        self.lost: dict[tuple[str, str, str, str, str], list[int]] = {}
        """Conflicts by the function that lost, the table, the function that won, and the index and
        what it was about (see `lost_to`): attempts that were retried, and calls that failed."""
        self.lost_on: dict[str, Counter[object]] = {}
        """By table, conflicts with functions by the document or range that they were about."""
        self.repeats: dict[str, list[int]] = {}
        """By function: how many of its calls had attempts after 0, 1, 2, … lost ones; that after 0
        is not counted here, and the last entry is all attempts from there on."""
        latency, time = backend.platform.latency, backend.platform.transactions.time
        self.retention = max(
            max(quantile_table(each)[-1] for each in latency.all_of("mutation")) + time,
            MOST_QUERIES * max(quantile_table(each)[-1] for each in latency.all_of("query")),
        )
        """For how long after its begin a snapshot may be read (µs): the longest attempt of a
        mutation, or run of queries."""

    def is_valid(self, tx: Transaction, duration: int) -> bool:
        """Whether nothing that an attempt read was written since its begin.

        Neither by functions, nor by organic traffic during ``duration`` µs.
        """
        hazard = 0.0
        for document in tx.reads:
            if document.visible_at > tx.begin:
                return False
            hazard += document.hazard
        self.organic_luck -= hazard * duration
        return self.organic_luck > 0 or not self.organic_conflict()

    def organic_conflict(self) -> bool:
        """Organic traffic wrote what an attempt read: draw the hazard that its next write takes.

        An attempt's hazard is rate × duration; a Poisson process has its next event when nothing
        is left of the draw.
        """
        self.organic_luck = exponential(next(self._organic_draws))
        return True

    def lose(self, tx: Transaction, loser: str, *, failed: bool) -> None:
        """Count an attempt that was not valid, by what it lost to."""
        (table, winner, index, what), which = lost_to(tx)
        self.lost.setdefault((loser, table, winner, index, what), [0, 0])[failed] += 1
        if which is not None:
            self.lost_on.setdefault(table, Counter())[which] += 1

    def hot(self) -> dict[str, tuple[int, int, int]]:
        """By table: documents or ranges with conflicts, the conflicts, most of one of them."""
        return {
            table: (len(counts), counts.total(), max(counts.values()))
            for table, counts in self.lost_on.items()
        }

    def repeat(self, function: str, failures: int) -> None:
        """Count an attempt of a call that has lost before."""
        if function not in self.repeats:
            self.repeats[function] = [0] * (DEEPEST + 1)
        self.repeats[function][depth(failures)] += 1

    def visible_at(self, at: int) -> int:
        """When a commit would be visible whose pending phase ends at a time."""
        return visible_from(at, self._visible_at)

    def publish(self, effects: list[Effect], now: int, visible_at: int, writer: str = "") -> int:
        """Make validated writes the newest versions; when they are visible.

        Commits publish in the order of their validation, so none is visible before an earlier one;
        one that only schedules jobs is a commit like any other, for a job is a row.
        """
        visible_at = self._visible_at = self.visible_at(visible_at)
        keep_from = now - self.retention
        for document, value, size, is_insert in effects:
            if is_insert:
                value = _added(document.value, value)
            document.write(value, visible_at, keep_from)
            document.writer = writer
            document.inserted = is_insert
            document.size = document.size + size if is_insert else size
        return visible_at


def lost_to(tx: Transaction) -> tuple[tuple[str, str, str, str], object]:
    """Table and function that an attempt lost to, the index and what it was about, and which one.

    Of organic traffic it is the likeliest table, and nothing else is known.
    """
    for document in tx.reads:
        if document.visible_at > tx.begin:
            index, what, which = document.lost_on
            return (document.table, document.writer, index, what), which
    likeliest = max(tx.reads, key=lambda each: each.hazard)
    return (likeliest.table, ORGANIC_WRITER, "", ""), None


def _added(value: Any, item: Any) -> Any:
    """A range's value with an item more."""
    try:
        return value + item
    except TypeError as error:
        message = f"tx.insert: {shown(item)} cannot be added to the range's value {shown(value)}"
        raise Misuse(message) from error
