"""Writes down the executions of a run as rows of a log, in the order of their time."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from sim.logs.row import Backlog, Job, Line, Load, Lost, Mark, Reason, Row
from sim.platform.reference import ORGANIC_WRITER, Document
from sim.scenario import Scenario

from .ids import Ids

if TYPE_CHECKING:
    from sim.platform.reference import Backend, CallError, Context, Edge, Transaction

_REASONS: dict[str, Reason] = {
    "cron": "cron", "scheduler": "scheduler", "action": "action", "dataChange": "dataChange",
}  # fmt: skip
_NODE_MIB = 512
_GATES = (("action", False), ("node_action", True))
"""The types of actions, and whether they run in Node."""
_FLUSH_EVERY = 4096
_LOAD_EVERY = 10_000_000
"""How often what runs and waits is written down (µs): our assumption, the platform does not say."""
_LATE = 10_000_000
"""How much later than its time a row may be told (µs): successive queries are told at once."""


class Entry(NamedTuple):
    """An action that runs."""

    execution: str
    request: str
    parent: str | None


class RowJournal:
    """A `sim.platform.reference.Journal` that gives every row to ``write``, sorted by time.

    A row is given out once the run has come to its time: nothing that is told later is earlier.
    ``jobs`` gets every scheduled job at the end, as the table ``_scheduled_functions`` has them.
    """

    def __init__(
        self, scenario: Scenario, write: Callable[[Line], None],
        jobs: Callable[[Job], None] | None = None,
    ) -> None:  # fmt: skip
        self._write, self._write_job = write, jobs
        self._epoch = round(scenario.starts.timestamp()) * 1_000_000
        self._ids = Ids(scenario.seed)
        self._executions = count()
        self._pending: list[tuple[int, int, Line]] = []
        self._backend: Backend
        self._documents: dict[Document, str] = {}
        """Document → its id."""
        self._jobs: dict[int, Job] = {}
        self._load_at = _LOAD_EVERY
        """When the load is looked at next (µs since the start)."""
        self.rows = 0
        """Rows so far."""
        self.unfinished = 0
        """Actions that have begun and are not over: they have no row, as in production."""
        for operation in scenario.operations:
            action = "push_config" if operation.app is not None else "change_deployment_state"
            self._add(Mark(self._epoch + operation.at, action))

    def close(self) -> None:
        """The run is over: give out all that is left."""
        while self._pending:
            self._write(heappop(self._pending)[2])
        if self._write_job is not None:
            for job in self._jobs.values():
                self._write_job(job)

    # -- what the engine tells -----------------------------------------------------------------

    def begins(self, backend: Backend) -> None:
        """See `Journal.begins`."""
        self._backend = backend

    def query(
        self, by: Context, edge: Edge, begin: int, took: int, read: int, failed: bool,
        cached: bool = False, caller: int = 0, documents: int = 0,
    ) -> None:  # fmt: skip
        """See `Journal.query`."""
        row = self._row(by, edge, begin, begin, took)
        row.read, row.cached, row.documents_read = read, cached, documents
        if caller:
            row.request = self._ids.request(by.serial, begin, caller)
        row.error = "Uncaught Error: the query failed" if failed else None
        self._add(row)

    def committed(
        self, by: Context, edge: Edge, called: int, tx: Transaction, took: int, retries: int
    ) -> None:
        """See `Journal.committed`."""
        self._add(self._attempt(by, edge, called, tx, took, retries))

    def failed(
        self, by: Context, edge: Edge, called: int, tx: Transaction, took: int, retries: int
    ) -> None:
        """See `Journal.failed`."""
        row = self._attempt(by, edge, called, tx, took, retries)
        row.error = "Uncaught Error: the mutation failed"
        row.written = row.documents_written = 0
        self._add(row)

    def lost(
        self, by: Context, edge: Edge, called: int, tx: Transaction, took: int, retries: int,
        again: int | None,
    ) -> None:  # fmt: skip
        """See `Journal.lost`."""
        row = self._attempt(by, edge, called, tx, took, retries)
        row.lost = self._winner(tx)
        row.will_retry = again is not None
        if again is None:
            row.error = (
                f'Documents read from or written to the "{row.lost.table}" table changed while '
                "this mutation was being run and on every subsequent retry."
            )
        else:
            row.at = self._epoch + again  # after the back-off
        self._add(row)

    def action_begins(self, by: Context, edge: Edge) -> None:
        """See `Journal.action_begins`."""
        self.unfinished += 1
        outer = by.entry
        parent = outer.execution if isinstance(outer, Entry) else None
        request = self._request(by, edge, by.now)
        by.entry = Entry(self._ids.uuid(next(self._executions)), request, parent)

    def action_ends(
        self, by: Context, edge: Edge, begin: int, took: int, failure: CallError | None
    ) -> None:
        """See `Journal.action_ends`."""
        self.unfinished -= 1
        row = self._row(by, edge, begin, begin, took)
        assert isinstance(by.entry, Entry)
        row.execution, row.request, row.parent = by.entry
        row.error = None if failure is None else "Uncaught Error: the action failed"
        row.memory_mib = edge.function.memory_mib
        row.node = row.memory_mib == _NODE_MIB
        self._add(row)

    def flow(
        self, edge: Edge, since: int, until: int, calls: int, took: int, read: int, written: int
    ) -> None:
        """See `Journal.flow`: the calls are spread evenly over the time."""
        function, memory = edge.function, edge.function.memory_mib
        for n in range(calls):
            begin = self._epoch + since + (until - since) * (2 * n + 1) // (2 * calls)
            number = next(self._executions)
            self._add(Row(
                at=begin + took, path=function.name, kind=function.type, begun=begin, took=took,
                request=self._ids.request(~number), execution=self._ids.uuid(number), parent=None,
                reason=_of_client(edge), read=_part(read, n, calls),
                written=_part(written, n, calls), memory_mib=memory, node=memory == _NODE_MIB,
            ))  # fmt: skip

    def scheduled(self, serial: int, edge: Edge, now: int, due: int) -> None:
        """See `Journal.scheduled`."""
        if self._write_job is not None:
            self._jobs[serial] = Job(self._ids.job(serial), edge.function.name,
                                     self._epoch + now, self._epoch + due)  # fmt: skip

    # -- rows ----------------------------------------------------------------------------------

    def _add(self, row: Line) -> None:
        if isinstance(row, Row) and self._backend.env.now >= self._load_at:
            self._look_at_load(self._backend)
        self.rows += 1
        heappush(self._pending, (row.at, self.rows, row))
        if self.rows % _FLUSH_EVERY == 0:
            self._backend.meter_flow()  # organic traffic is told up to now
            now = self._epoch + self._backend.env.now - _LATE
            while self._pending and self._pending[0][0] < now:
                self._write(heappop(self._pending)[2])

    def _look_at_load(self, backend: Backend) -> None:
        """Write down what runs and waits, if anything does."""
        now = backend.env.now
        self._load_at = (now // _LOAD_EVERY + 1) * _LOAD_EVERY
        slots = backend.scheduler.executor.slots
        oldest = next(iter(slots.backlog), None)
        running = {
            "query": backend.query_lanes.running(now),
            "mutation": backend.mutation_lanes.running(now),
            **{type_: len(backend.gates[node].users) for type_, node in _GATES},
        }
        # Places of queries and mutations are computed ahead: who waits for one is not kept.
        queued = {type_: len(backend.gates[node].queue) for type_, node in _GATES}
        lag = 0 if oldest is None else now - oldest.job.due
        if lag or slots.count or any(running.values()):
            self._add(Backlog(self._epoch + now, slots.count, lag))
            self._add(Load(self._epoch + now, running, queued))

    def _attempt(
        self, by: Context, edge: Edge, called: int, tx: Transaction, took: int, retries: int
    ) -> Row:
        row = self._row(by, edge, called, tx.begin, took)
        row.retries, row.read, row.written = retries, tx.read_bytes, tx.written_bytes
        row.documents_read, row.documents_written = tx.documents
        return row

    def _row(self, by: Context, edge: Edge, called: int, begin: int, took: int) -> Row:
        end = self._epoch + begin + took
        job = None
        if edge.trigger == "scheduler":
            job = self._ids.job(by.serial)
            if by.serial in self._jobs:
                self._jobs[by.serial].completed = end
        return Row(
            at=end, path=edge.function.name, kind=edge.function.type,
            request=self._request(by, edge, called),
            execution=self._ids.uuid(next(self._executions)),
            parent=by.entry.execution if isinstance(by.entry, Entry) else None,
            begun=self._epoch + begin, took=took, job=job,
            reason=_REASONS.get(edge.trigger) or _of_client(edge),
        )  # fmt: skip

    def _request(self, by: Context, edge: Edge, called: int) -> str:
        """What a client's script calls is a request each; what an action awaits is part of its."""
        if edge.trigger == "client":
            return self._ids.request(by.serial, called)
        if isinstance(by.entry, Entry):
            return by.entry.request
        return self._ids.request(by.serial)

    def _winner(self, tx: Transaction) -> Lost:
        for document in tx.reads:
            if document.visible_at > tx.begin:
                return Lost(document.table, self._id(document), document.writer)
        # Organic traffic has no documents: which one it wrote is not known.
        likeliest = max(tx.reads, key=lambda each: each.hazard)
        return Lost(likeliest.table, "", ORGANIC_WRITER)

    def _id(self, document: Document) -> str:
        """The id of what an attempt lost on: a document, or what stands for a range."""
        _, _, which = document.lost_on
        if isinstance(which, str):
            return self._ids.of_key(f"{document.table}\0{which}")
        if not self._documents:
            for number, table in enumerate(self._backend.declared.tables):
                for key, each in enumerate(table):
                    self._documents[each] = self._ids.document(number, key)
        if document not in self._documents:
            self._documents[document] = self._ids.of_key(f"undeclared {len(self._documents)}")
        return self._documents[document]


def _of_client(edge: Edge) -> Reason:
    return "initialSubscription" if edge.function.type == "query" else "webSocket"


def _part(whole: int, n: int, parts: int) -> int:
    """The n-th of almost equal parts, which add up to the whole."""
    return whole * (n + 1) // parts - whole * n // parts
