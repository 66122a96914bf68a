"""Documents, index ranges and transactions over them (platform.md, Optimistic concurrency).

A `Document` stands for whatever a transaction can conflict on: one document, or one index range (an
empty range read counts too). A transaction reads a snapshot at its begin time, buffers its writes,
and is validated at commit: if anything it read has a version that became, or will become, visible
after its begin time, it lost. Comparing with the time of visibility covers the pending phase of
commits: a transaction that starts while another's commit is pending does not see that write and
conflicts with it although it started later.

Versions are kept for a while, so a snapshot can be read after its time: a mutation's code runs, in
the simulator, at its validation, on the snapshot at its begin. That is exact, and it saves the
event at the begin.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from .lineage import Stamp

if TYPE_CHECKING:
    from .context import Context
    from .scheduler import Scheduler

_PRUNE_EVERY = 64

DOCUMENT, RANGE = "document", "range"
"""What a conflict is about: a document that was written, or a range that has an item more."""


class Document:
    """A versioned value: a document, or an index range whose value grows by inserts."""

    __slots__ = (
        "_history", "hazard", "inserted", "size", "table", "value", "visible_at", "writer",
    )  # fmt: skip

    def __init__(
        self, value: Any = None, size: int = 0, hazard: float = 0.0, table: str = ""
    ) -> None:
        self.value = value
        """The newest committed version, visible or not."""
        self.visible_at = 0
        """When the newest version is visible to new transactions (µs)."""
        self.size = size
        """Bytes that reading it takes."""
        self.hazard = hazard
        """Rate (per µs) at which organic traffic writes it; see `sim.platform.reference.flow`."""
        self.table = table
        """The name of its table; empty if its app does not declare one."""
        self.writer = ""
        """The function that wrote the newest version; empty if it was there before the run."""
        self.inserted = False
        """Whether it wrote an item of a range, not the document."""
        self._history: list[tuple[int, Any]] = []

    @property
    def lost_on(self) -> tuple[str, str, object]:
        """What whoever has read it loses on: index, as far as known, what it is, which one."""
        return "", RANGE if self.inserted else DOCUMENT, self

    def at(self, time: int) -> Any:
        """The version visible at ``time``; raises `LookupError` if it is no longer kept."""
        if self.visible_at <= time:
            return self.value
        for visible_from, value in reversed(self._history):
            if visible_from <= time:
                return value
        raise LookupError(f"no version is kept that was visible at {time} µs")

    def write(self, value: Any, visible_at: int, keep_from: int) -> None:
        """A committed version, visible from ``visible_at``; later commits are visible later.

        Nobody will read a snapshot from before ``keep_from`` any more.
        """
        history = self._history
        history.append((self.visible_at, self.value))
        if len(history) % _PRUNE_EVERY == 0:
            expired = bisect_right(history, keep_from, key=_visible_from) - 1
            del history[: max(0, expired)]
        self.value = value
        self.visible_at = visible_at


def _visible_from(version: tuple[int, Any]) -> int:
    return version[0]


Effect = tuple[Document, Any, int, bool]
"""A buffered write: (document or range, value or item, bytes, whether it is an insert)."""


class Snapshot:
    """What a query reads: the database as of one moment. Queries never conflict, so no read set."""

    __slots__ = ("_epoch_ms", "begin", "documents", "ends", "read_bytes")

    def __init__(self, epoch_ms: int) -> None:
        self._epoch_ms = epoch_ms
        self.begin = 0
        """The moment (µs since the scenario's start)."""
        self.ends = 0
        """When the caller has the query's value (µs)."""
        self.read_bytes = 0
        self.documents = 0
        """Documents and ranges read."""

    @property
    def now_ms(self) -> int:
        """What `Date.now()` returns inside the function: epoch milliseconds."""
        return self._epoch_ms + self.begin // 1000

    def get(self, document: Document) -> Any:
        """Read a document or a range."""
        self.read_bytes += document.size
        self.documents += 1
        if document.visible_at <= self.begin:
            return document.value
        return document.at(self.begin)

    def read_more(self, documents: int, size: int) -> None:
        """Meter documents that nothing ever writes."""
        self.read_bytes += size
        self.documents += documents


class Transaction:
    """One attempt of a mutation: a snapshot, a read set and buffered writes.

    A backend has one, and `restart`s it for every attempt: an attempt's code runs in one go.
    """

    __slots__ = (
        "_by",
        "_epoch_ms",
        "_few_writes",
        "_function",
        "_scheduler",
        "again",
        "begin",
        "effects",
        "extra_documents",
        "extra_writes",
        "jobs",
        "large",
        "metered",
        "now_ms",
        "pending",
        "read_bytes",
        "reads",
        "written_bytes",
    )

    def __init__(self, epoch_ms: int, scheduler: Scheduler, few_writes: int) -> None:
        self._epoch_ms = epoch_ms
        self._few_writes = few_writes
        self._scheduler = scheduler
        self.restart(0, None, "")

    def restart(
        self, begin: int, by: Context | None, function: str, pending: int = 0, *,
        again: bool = False,
    ) -> None:  # fmt: skip
        """Start an attempt of ``function``, which ``by`` runs, on the snapshot at ``begin``."""
        self.pending = pending
        """How long its commit takes to become visible (µs), if it commits."""
        self.again = again
        """Whether the attempt's code has run before, on the same snapshot (`run_mutation`)."""
        self._by = by
        self._function = function
        self.begin = begin
        """The snapshot: microseconds since the scenario's start."""
        self.now_ms = self._epoch_ms + begin // 1000
        """What `Date.now()` returns inside the function: epoch milliseconds."""
        self.reads: list[Document] = []
        """The read set."""
        self.effects: list[Effect] = []
        """Buffered writes."""
        self.jobs: list[tuple[int, str, tuple[Any, ...]]] = []
        """Buffered scheduling: (delay, function, arguments)."""
        self.read_bytes = 0
        self.written_bytes = 0
        self.extra_documents = 0
        """Documents read that need no place in the read set."""
        self.extra_writes = 0
        """Documents written beside those that the effects stand for."""
        self.metered: tuple[int, int] | None = None
        """Documents read and written, where the read set and the effects do not say how many."""
        self.large = False
        """Whether the limits of a transaction must be looked at, whatever its read set."""

    @property
    def by(self) -> Context:
        """The execution that runs the attempt."""
        assert self._by is not None
        return self._by

    @property
    def documents(self) -> tuple[int, int]:
        """Documents and ranges read, each time that they were, and written."""
        if self.metered is not None:
            return self.metered
        return len(self.reads) + self.extra_documents, len(self.effects) + self.extra_writes

    @property
    def stamp(self) -> Stamp:
        """Who is writing: to be kept beside a field that a guard reads later."""
        return Stamp(self.by.serial, self.by.name, self._function)

    def get(self, document: Document) -> Any:
        """Read a document or a range, own writes included: it joins the read set."""
        self.reads.append(document)
        self.read_bytes += document.size
        if self.effects:
            return self._with_own_writes(document)
        if document.visible_at <= self.begin:
            return document.value
        return document.at(self.begin)

    def look_up(self, index_range: Document, size: int) -> Any:
        """Find ``size`` bytes in a range by the key of an index, instead of reading all of it.

        The whole range joins the read set: conflicts with inserts of other keys are too many.
        """
        value = self.get(index_range)
        self.read_bytes += size - index_range.size
        return value

    def read_more(self, documents: int, size: int) -> None:
        """Meter documents that nothing ever writes and that need no place in the read set."""
        self.extra_documents += documents
        self.read_bytes += size
        self.large = True

    def write_more(self, documents: int) -> None:
        """Count documents for the limits that one effect writes beside its own."""
        self.extra_writes += documents
        self.large = self.large or len(self.effects) + documents > self._few_writes

    def put(self, document: Document, value: Any, size: int | None = None) -> None:
        """Write a document. `patch` and `replace` read it first, so it joins the read set too."""
        reads = self.reads
        if not (reads and reads[-1] is document) and document not in reads:
            reads.append(document)
        written = document.size if size is None else size
        self.effects.append((document, value, written, False))
        self.large = self.large or len(self.effects) > self._few_writes
        self.written_bytes += written

    def insert(self, index_range: Document, item: Any, size: int) -> None:
        """Insert into a range without reading it: conflicts with its readers, not with inserts.

        ``item`` is what ``+`` adds to the range's value: 1 for a count, a one-tuple for a tuple.
        """
        self.effects.append((index_range, item, size, True))
        self.large = self.large or len(self.effects) > self._few_writes
        self.written_bytes += size

    def _with_own_writes(self, document: Document) -> Any:
        value = document.at(self.begin)
        for written, new, _, is_insert in self.effects:
            if written is document:
                value = value + new if is_insert else new
        return value

    def schedule(self, delay: int, function: str, *args: Any) -> None:
        """Schedule a function ``delay`` µs from now; takes effect only if the attempt commits.

        Raises `ScheduleLimitError` at the per-function or the outstanding-job cap.
        """
        jobs = self.jobs
        if len(jobs) >= self._scheduler.room:
            self._scheduler.check_room(scheduled=len(jobs), buffered=len(jobs))
        jobs.append((delay, function, args))
