"""An app's own functions on a simulated deployment."""

from __future__ import annotations

import json
import re
from typing import Any

from sim.platform.reference import (
    Backend,
    CallError,
    Context,
    Snapshot,
    Steps,
    Transaction,
    TransactionLimitError,
)
from sim.platform.reference.functions import FunctionType
from sim.scenario import DAY, Scenario

from .actions import QueryFor, Running
from .engines import Stopped
from .errors import ThrownError, app_error
from .jobs import Jobs
from .load import About, Loaded
from .machine import Attempt
from .outside import Outside
from .settings import ConvexSettings

_NAMES = {"query": "Query", "mutation": "Mutation", "action": "Action"}
_READS_JOBS = re.compile(r"_scheduled_functions|scheduler\d*\.cancel\(")


class Reads:
    """An attempt's read set, as far as its validation looks at it."""

    __slots__ = ("hazard", "visible_at")

    def __init__(self, visible_at: int, hazard: float) -> None:
        self.visible_at = visible_at
        self.hazard = hazard


class Writes:
    """An attempt's writes: published in the engine, all at once."""

    __slots__ = ("_app", "_attempt", "_serial", "_x", "size", "value")

    def __init__(self, app: App, serial: int, x: float, attempt: Attempt) -> None:
        self._app, self._serial, self._x, self._attempt = app, serial, x, attempt
        self.value = None
        self.size = 0

    def write(self, _value: Any, visible_at: int, keep_from: int) -> None:
        """Publish them."""
        app = self._app
        app.attempts.pop(self._serial, None)
        app.machine.engine.post("commit", self._x, float(visible_at), float(keep_from))
        app.jobs.cancel(tuple(self._attempt.cancelled))


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
        self.attempts: dict[int, tuple[float, Attempt]] = {}
        """By serial number of the execution: its attempt that has not been published."""
        self._hazard: dict[str, float] = {}
        self._writes = {name: rate / DAY for name, rate in settings.writes.items()}
        self.jobs = Jobs(backend, self.machine, keeps_jobs(settings, loaded.source))
        self.outside = Outside(backend, scenario, settings, self._mock)
        for path, kind in self.functions.items():
            self._register(path, kind, functions.runs_in_node(path))

    def _register(self, path: str, kind: FunctionType, node: bool) -> None:
        if kind == "query":
            self.backend.query(path, self._query(path))
        elif kind == "mutation":
            self.backend.mutation(path, self._mutation(path))
        else:
            self.backend.action(path, self._action(path), node=node)

    def is_query(self, path: str) -> bool:
        """Whether a path names a query."""
        return self.functions.get(path) == "query"

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
        def body(
            snapshot: Snapshot, args: str, identified: bool, for_call: QueryFor | None = None
        ) -> str:
            if for_call is None:
                attempt = self._attempt(lambda: self.machine.query(
                    self.machine.new(), path, args, snapshot.begin, identified
                ))  # fmt: skip
            else:
                asked = for_call.asked = self._attempt(lambda: self.machine.query_for(
                    for_call.x, for_call.caller, for_call.call, path, args, snapshot.begin,
                    snapshot.ends, identified,
                ))  # fmt: skip
                attempt = asked.passed
            snapshot.read_bytes += attempt.bytes_read
            return _value(attempt)

        return body

    def _mutation(self, path: str) -> Any:
        def body(tx: Transaction, args: str, identified: bool, job: str = "") -> str:
            serial = tx.stamp.serial
            if tx.again:
                x, attempt = self.attempts[serial]
                if attempt.changes:
                    attempt = attempt._replace(conflict=self.machine.conflict(x))
            else:
                self._drop(serial)
                self.jobs.started(job)
                x = self.machine.new()
                try:
                    attempt = self._attempt(lambda: self.machine.mutation(
                        x, path, args, tx.begin, job, identified
                    ))  # fmt: skip
                    _value(attempt)
                except CallError as error:
                    self.machine.engine.post("drop", x)
                    self.jobs.mark(job, "failed", str(error))
                    raise
                self.attempts[serial] = x, attempt
            self._buffer(tx, serial, x, attempt)
            return attempt.ended.value

        return body

    def _buffer(self, tx: Transaction, serial: int, x: float, attempt: Attempt) -> None:
        """Tell the transaction what the attempt did."""
        tx.read_bytes += attempt.bytes_read
        tx.read_more(attempt.documents, 0)
        if not attempt.changes:
            return
        tx.reads.append(Reads(attempt.conflict, self._hazard_of(attempt)))  # type: ignore[arg-type]
        tx.written_bytes += attempt.bytes_written
        writes = Writes(self, serial, x, attempt)
        tx.effects.append((writes, None, attempt.bytes_written, False))  # type: ignore[arg-type]
        tx.write_more(max(0, attempt.written - 1))
        for due_ms, path, args, job in attempt.jobs:
            tx.schedule(self.until(due_ms, tx.begin), path, args, False, job)

    def _action(self, path: str) -> Any:
        def body(ctx: Context, args: str, identified: bool, job: str = "") -> Steps:
            if job:
                self.jobs.started(job)
                self.jobs.mark(job, "inProgress")
            try:
                value = yield from Running(self, ctx, path, identified).action(args)
            except CallError as error:
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

    def _attempt(self, run: Any) -> Any:
        try:
            return run()
        except Stopped:
            raise TransactionLimitError(
                "Function execution timed out (maximum duration: 1s)"
            ) from None

    def _hazard_of(self, attempt: Attempt) -> float:
        """The rate at which organic traffic writes what an attempt read."""
        if not self._writes:
            return 0.0
        return sum(
            (
                self._writes[table] * documents / max(1, int(self.machine.tell("count", table)))
                for table, documents in attempt.tables
                if table in self._writes
            ),
            0.0,
        )

    def _mock(self, name: str, request: dict[str, Any], now: int) -> Any:
        """Run a mock; raises `ScenarioError` if it throws, or waits for something."""
        x = self.machine.new()
        try:
            asked = self.machine.script(x, name, [request], now)
        except Stopped:
            raise app_error(self.where, f"the mock {name} never ends") from None
        self.machine.engine.post("drop", x)
        if asked.calls or asked.ended is None:
            raise app_error(self.where, f"the mock {name} waits: a mock answers at once")
        if not asked.ended.ok:
            raise app_error(self.where, f"the mock {name} threw: {asked.ended.value}")
        return json.loads(asked.ended.value)


def keeps_jobs(settings: ConvexSettings, source: str) -> bool:
    """Whether jobs have rows in `_scheduled_functions`."""
    if settings.jobs == "auto":
        return _READS_JOBS.search(source) is not None
    return settings.jobs == "kept"


def _value(attempt: Attempt) -> str:
    if not attempt.ended.ok:
        raise ThrownError(attempt.ended.value, attempt.ended.data)
    return attempt.ended.value
