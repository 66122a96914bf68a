"""An app's own functions on a simulated deployment."""

from __future__ import annotations

import re
from typing import Any

from sim.draws import exponential
from sim.platform.reference import (
    Backend,
    Cached,
    CallError,
    Context,
    Snapshot,
    Steps,
    Transaction,
)
from sim.platform.reference.functions import FunctionType
from sim.scenario import Scenario

from .actions import Running
from .bundle import without_convex
from .errors import ThrownError
from .jobs import Jobs
from .load import About, Loaded
from .machine import ASKER, Attempt, Caller, Terms
from .outside import Outside
from .settings import ConvexSettings
from .subscriptions import Subscriptions
from .visits import Visits

_NAMES = {"query": "Query", "mutation": "Mutation", "action": "Action"}
_READS_JOBS = re.compile(r"_scheduled_functions|scheduler\d*\.cancel\(")


class Reads:
    """An attempt's read set, as far as its validation looks at it."""

    __slots__ = ("hazard", "lost_on", "table", "visible_at", "writer")

    def __init__(
        self, visible_at: int, hazard: float, table: str = "", writer: str = "", index: str = "",
        what: str = "", which: str = "",
    ) -> None:  # fmt: skip
        self.visible_at = visible_at
        self.hazard = hazard
        self.table, self.writer = table, writer
        """What was written since, and by which function, if anything was."""
        self.lost_on = index, what, which
        """See `Document.lost_on`."""


class Writes:
    """An attempt's writes: published in the engine, all at once."""

    __slots__ = (
        "_app", "_by", "_cancelled", "_function", "_published", "_x", "inserted", "size", "value",
        "writer",
    )  # fmt: skip

    def __init__(
        self, app: App, by: Context, function: str, x: float, cancelled: list[str], published: bool
    ) -> None:
        self._app, self._by, self._function, self._x = app, by, function, x
        self._cancelled, self._published = cancelled, published
        self.value = None
        self.size = 0
        self.writer = ""
        self.inserted = False

    def write(self, _value: Any, visible_at: int, keep_from: int) -> None:
        """Publish them, unless the engine has done so on the terms it was given."""
        app = self._app
        if not self._published:
            app.attempts.pop(self._by.serial, None)
            commit = self._x, float(visible_at), float(keep_from)
            if app.subscriptions.open:
                app.subscriptions.writes(self._by, self._function)
                app.machine.tell("commit", *commit)
            else:
                app.machine.engine.post("commit", *commit)
        if self._cancelled:
            app.jobs.cancel(self._cancelled)


class App:
    """The functions of one project, registered on a backend."""

    def __init__(
        self, backend: Backend, scenario: Scenario, loaded: Loaded, functions: About
    ) -> None:
        settings = scenario.app
        assert isinstance(settings, ConvexSettings)
        self.backend = backend
        self.where = loaded.where
        self.machine = loaded.machine
        self.functions: dict[str, FunctionType] = dict(functions.functions)
        self.is_public = functions.callable_from_outside
        self.attempts: dict[int, tuple[float, Attempt]] = {}
        """By serial number of the execution: its attempt that has not been published."""
        self.jobs = Jobs(backend, self.machine, keeps_jobs(settings, loaded.source))
        self._caches = settings.query_cache > 0
        self.subscriptions = Subscriptions(backend, self.machine, caches=self._caches)
        self._asked: set[tuple[str, str]] = set()
        """Calls of queries that have run: the cache may have their results."""
        self._luck = backend.uniforms("organic.cached") if settings.writes else None
        """Draws of when organic traffic writes what a query has read."""
        self.visits = Visits()
        self.outside = Outside(backend, scenario, settings)
        for path, kind in self.functions.items():
            self._register(path, kind, functions.runs_in_node(path))

    def _register(self, path: str, kind: FunctionType, node: bool) -> None:
        if kind == "query":
            self.backend.query(path, self._query(path))
            if self._caches:
                self.backend.functions[path].cached = self._cached(path)
        elif kind == "mutation":
            self.backend.mutation(path, self._mutation(path))
        else:
            self.backend.action(path, self._action(path), node=node)

    def check_kind(self, path: str, kind: str) -> None:
        """Raise if a path names no function of a kind."""
        found = self.functions.get(path)
        if found is None:
            raise ThrownError(f"Could not find function for '{path}'.")
        if found != kind:
            raise ThrownError(f"Trying to execute {path} as {_NAMES[kind]}, but it is defined as "
                              f"{_NAMES[found]}.")  # fmt: skip

    def until(self, due_ms: float, now: int) -> int:
        """How long (µs) it is until an epoch time, which `Date.now()` counts in milliseconds."""
        return max(0, round((due_ms - self.backend.epoch_ms - now // 1000) * 1000))

    def visible(self) -> float:
        """When a write outside transactions is visible that happens now."""
        now = self.backend.env.now
        return float(self.backend.database.publish([], now, now))

    # -- how functions run -----------------------------------------------------------------------

    def _query(self, path: str) -> Any:
        machine = self.machine

        def body(
            snapshot: Snapshot, args: str, identified: bool, caller: Caller | None = None
        ) -> str:
            x, waits = machine.new(), caller or ASKER
            try:
                luck = exponential(next(self._luck)) if self._luck is not None else 1.0
                terms = Terms(snapshot.ends, luck=luck, action=waits.x, call=waits.call)
                attempt = machine.query(x, path, args, snapshot.begin, identified, terms)
                waits.asked = attempt.asked
                self._asked.add((path, args))
                snapshot.read_more(attempt.read_documents, attempt.bytes_read)
                self._note_scans(path, attempt)
                return _value(attempt)
            except CallError as error:
                self.backend.thrown.add(path, str(error))
                raise

        return body

    def _cached(self, path: str) -> Any:
        def cached(begin: int, given: tuple[Any, ...]) -> Cached | None:
            args, identified, *caller = given
            if (path, args) not in self._asked:
                return None
            waits = caller[0] if caller else ASKER
            found = self.machine.cached(path, args, identified, begin, waits.x, waits.call)
            if found is None:
                self._asked.discard((path, args))
                return None
            ready, value, waits.asked = found
            return Cached(value, ready)

        return cached

    def _mutation(self, path: str) -> Any:
        machine, attempts = self.machine, self.attempts

        def body(
            tx: Transaction, args: str, identified: bool, job: str = "",
            caller: Caller | None = None,
        ) -> str:  # fmt: skip
            serial = tx.stamp.serial
            if self.subscriptions.open:
                self.subscriptions.writes(tx.by, path)
            if tx.again:
                x, attempt = attempts[serial]
                if attempt.changes is not None or caller is not None:
                    attempt = machine.settle(x, path, self._terms(tx, caller, machine.largest))
            else:
                self._drop(serial)
                if job:
                    self.jobs.started(job)
                x = machine.new()
                machine.begin_mutation(x, path, args, tx.begin, job, identified)
                terms = self._terms(tx, caller, self.backend.limits.small_transaction)
                attempt = machine.settle(x, path, terms)
            if attempt.settled:
                attempts.pop(serial, None)
            else:
                attempts[serial] = x, attempt
            if attempt.asked is not None and caller is not None:
                caller.asked = attempt.asked
            if not attempt.ended.ok:
                self.backend.thrown.add(path, attempt.ended.value)
                self.jobs.mark(job, "failed", attempt.ended.value)
            value = _value(attempt)
            self._buffer(tx, path, x, attempt)
            return value

        return body

    def _terms(self, tx: Transaction, caller: Caller | None, small: int) -> Terms:
        """On which terms an attempt may be published without asking the simulator once more.

        What `Context.run_mutation` decides afterwards comes to the same.
        """
        backend, database = self.backend, self.backend.database
        now = backend.env.now
        return Terms(
            now, database.visible_at(now + tx.pending), now - database.retention,
            database.organic_luck, now - tx.begin + tx.pending, small, backend.scheduler.room,
            caller.x if caller is not None else 0.0, caller.call if caller is not None else 0,
        )  # fmt: skip

    def _buffer(self, tx: Transaction, path: str, x: float, attempt: Attempt) -> None:
        """Tell the transaction what the attempt did."""
        tx.read_bytes += attempt.bytes_read
        if not tx.again:
            self._note_scans(path, attempt)
        changes = attempt.changes
        tx.metered = attempt.read_documents, 0 if changes is None else changes.written
        if changes is None:
            tx.read_more(attempt.documents, 0)
            return
        tx.read_more(max(0, attempt.documents - 1), 0)  # one of them is in the read set
        tx.reads.append(Reads(changes.conflict, changes.hazard, *changes.lost_to))  # type: ignore[arg-type]
        tx.written_bytes += changes.bytes_written
        writes = Writes(self, tx.by, path, x, changes.cancelled, attempt.settled)
        tx.effects.append((writes, None, changes.bytes_written, False))  # type: ignore[arg-type]
        tx.write_more(max(0, changes.written - 1))
        for due_ms, path, args, job in changes.jobs:
            tx.schedule(self.until(due_ms, tx.begin), path, args, False, job)

    def _note_scans(self, path: str, attempt: Attempt) -> None:
        """Count what queries over whole tables have read."""
        for table, documents in (attempt.scans or {}).items():
            counts = self.backend.scans.setdefault((path, table), [0, 0])
            counts[0] += 1
            counts[1] += documents

    def _action(self, path: str) -> Any:
        def body(ctx: Context, args: str, identified: bool, job: str = "") -> Steps:
            if job:
                self.jobs.started(job)
                self.jobs.mark(job, "inProgress")
            try:
                value = yield from Running(self, ctx, path, identified).action(args)
            except CallError as error:
                self.backend.thrown.add(path, str(error))
                self.jobs.mark(job, "failed", str(error))
                raise
            self.jobs.mark(job, "success")
            return value

        return body

    def forget_attempt(self, ctx: Context) -> None:
        """A call is over; an attempt that was not published is of no use any more."""
        self._drop(ctx.serial)

    def _drop(self, serial: int) -> None:
        left = self.attempts.pop(serial, None)
        if left is not None:
            self.machine.engine.post("drop", left[0])


def keeps_jobs(settings: ConvexSettings, source: str) -> bool:
    """Whether jobs have rows in `_scheduled_functions`."""
    if settings.jobs == "auto":
        return _READS_JOBS.search(without_convex(source)) is not None
    return settings.jobs == "kept"


def _value(attempt: Attempt) -> str:
    if not attempt.ended.ok:
        raise ThrownError(attempt.ended.value, attempt.ended.data)
    return attempt.ended.value
