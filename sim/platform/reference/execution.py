"""Running functions: the context that actions and client scripts call the platform through.

**Local time.** An execution's own clock, `Context.now`, runs ahead of the shared clock over
everything that touches nothing shared: the tail of a query, a sleep, a request to an unlimited
endpoint. Only a step that reads or writes shared state waits (`yield`) until the shared clock has
caught up. So every such step happens at its exact time and in the total order of events, and steps
that nobody could observe cost no event.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import (
    ActionTimeoutError,
    CallError,
    CapacityError,
    WriteConflictError,
)
from .functions import Function, Steps
from .ledger import Edge, Root
from .lineage import FIRST, Execution, Origin, Stamp

if TYPE_CHECKING:
    from sim.platform.external import External

    from .backend import Backend
    from .clock import Resume
    from .concurrency import Lanes
    from .executor import Executor
    from .retry import Retry

SMALL_TRANSACTION = 10
"""Documents that the base latency of a transaction covers."""
MOST_QUERIES = 8
"""Queries that one `Context.query_each` may run."""

_FOREVER = 1 << 62


class Context(Execution):
    """What an action's or a client's code runs with.

    Every call is a generator, to be used as ``value = yield from ctx.query("module:name", ...)``.
    Failed calls raise a `CallError` that the code may catch.
    """

    __slots__ = (
        "_backend", "_clock", "_deadline", "_depth", "_edges", "_jobs", "_scheduled", "entry",
        "now", "resume",
    )  # fmt: skip

    def __init__(
        self,
        backend: Backend,
        serial: int,
        now: int,
        root: Root,
        function: Function | None,
        edges: dict[str, Edge],
        jobs: dict[str, Edge],
        origin: Origin = FIRST,
        claimed: int = 0,
    ) -> None:
        super().__init__(serial, root, function, origin, claimed)
        self._backend = backend
        self._clock = backend.clock
        self._edges = edges
        self._jobs = jobs
        self._deadline = _FOREVER
        self._depth = 0
        self._scheduled = 0
        self.entry: object = None
        """What a journal notes of the action that runs in it."""
        self.now = now
        """The execution's local time (µs since the scenario's start)."""
        self.resume: Resume
        """Continues the execution; set when it is started."""

    @property
    def now_ms(self) -> int:
        """What `Date.now()` returns at the local time: epoch milliseconds."""
        return self._backend.epoch_ms + self.now // 1000

    # -- calls ---------------------------------------------------------------------------------

    def query(self, name: str, *args: Any) -> Steps:
        """Run a query; its value. The snapshot is taken when it gets its place."""
        backend, clock, begin = self._backend, self._clock, self.now
        if begin > self._deadline:
            raise _KilledError
        if begin != clock.now:
            yield begin
        edge = self._edges[name]
        function = edge.function
        duration = next(function.latency)
        lanes = backend.query_lanes
        if backend.live <= lanes.uncontended:
            lanes.recent.append(begin + duration)
        else:
            begin = self._wait_for_place(lanes, begin, duration)
            if begin != clock.now:
                yield begin
        self.now = begin + duration
        snapshot = backend.snapshot
        snapshot.begin = begin
        snapshot.ends = self.now
        snapshot.read_bytes = 0
        edge.count(self.generation, self.comes_round)
        edge.time_us += duration
        try:
            value = function.body(snapshot, *args)
        except CallError:
            edge.errors += 1
            if backend.journal is not None:
                backend.journal.query(self, edge, begin, duration, 0, failed=True)
            raise
        edge.read_bytes += snapshot.read_bytes
        too_large = snapshot.read_bytes > backend.bytes_read_limit
        if backend.journal is not None:
            backend.journal.query(self, edge, begin, duration, snapshot.read_bytes, too_large)
        if too_large:
            edge.errors += 1
            raise backend.too_large("too many bytes read in one query")
        return value

    def query_each(self, names: Sequence[str], *args: Any) -> Steps:
        """Run queries of the same arguments one after another; their values.

        For successive queries of which nothing is decided in between: documents keep their
        versions, so all of them are evaluated, each on its own snapshot, when the last one begins.
        At most `MOST_QUERIES`: versions are not kept for ever.
        """
        if len(names) > MOST_QUERIES:
            raise ValueError(f"more than {MOST_QUERIES} queries at once")
        backend, edges, begin = self._backend, self._edges, self.now
        lanes = backend.query_lanes
        values: list[Any] = []
        if backend.live > lanes.uncontended:  # they may have to wait, each at its own time
            for name in names:
                value = yield from self.query(name, *args)
                values.append(value)
            return values
        self._check_deadline()
        calls: list[tuple[Edge, int, int]] = []
        for name in names:
            edge = edges[name]
            duration = next(edge.function.latency)
            calls.append((edge, begin, duration))
            edge.time_us += duration
            begin += duration
            lanes.recent.append(begin)
        yield calls[-1][1]
        self.now = begin
        snapshot = backend.snapshot
        for edge, begin, duration in calls:
            snapshot.begin = snapshot.ends = begin
            snapshot.read_bytes = 0
            edge.count(self.generation, self.comes_round)
            try:
                values.append(edge.function.body(snapshot, *args))
            except CallError:
                edge.errors += 1
                if backend.journal is not None:
                    backend.journal.query(self, edge, begin, duration, 0, failed=True)
                raise
            edge.read_bytes += snapshot.read_bytes
            too_large = snapshot.read_bytes > backend.bytes_read_limit
            if backend.journal is not None:
                backend.journal.query(self, edge, begin, duration, snapshot.read_bytes, too_large)
            if too_large:
                edge.errors += 1
                raise backend.too_large("too many bytes read in one query")
        return values

    def run_mutation(self, name: str, *args: Any, retry: Retry | None = None) -> Steps:
        """Run a mutation; its value.

        It is attempted until an attempt commits or ``retry``, by default that of callers, gives up;
        each attempt is metered.

        An attempt reads a snapshot at ``begin`` and is validated when its execution time is over:
        it lost if anything it read has a version visible only after ``begin``. Documents keep
        their versions, so the code itself runs at validation and the begin needs no event. How
        much longer a large transaction takes is known once it has run: it then runs again, on the
        same snapshot, at its later validation.
        """
        if self.now > self._deadline:
            raise _KilledError
        backend, edge, called = self._backend, self._edges[name], self.now
        journal, retry = backend.journal, retry or backend.called_retry
        function, lanes, begin = edge.function, backend.mutation_lanes, self.now
        tx, scheduler = backend.transaction, backend.scheduler
        byte_limit, small = backend.bytes_read_limit, backend.small_transaction
        failures = 0
        while True:
            execution, pending = next(function.attempts)
            if backend.live <= lanes.uncontended:
                lanes.recent.append(begin + execution + pending)
            else:
                if begin != self._clock.now:
                    yield begin
                begin = self._wait_for_place(lanes, begin, execution + pending)
            yield begin + execution
            tx.restart(begin, self, function.name)
            edge.count(self.generation, self.comes_round)
            try:
                value = function.body(tx, *args)
                if len(tx.reads) > small or tx.large or tx.read_bytes > byte_limit:
                    extra = backend.check_transaction(tx)
                    if extra:
                        execution += extra
                        yield begin + execution
                        tx.restart(begin, self, function.name, again=True)
                        value = function.body(tx, *args)
            except CallError:
                edge.errors += 1
                edge.time_us += execution
                edge.read_bytes += tx.read_bytes
                self.now = begin + execution
                if journal is not None:
                    journal.failed(self, edge, called, tx, execution, failures)
                raise
            edge.time_us += execution
            edge.read_bytes += tx.read_bytes
            edge.written_bytes += tx.written_bytes
            self.now = now = begin + execution
            reads, effects, jobs = tx.reads, tx.effects, tx.jobs
            if not effects and not jobs:
                if journal is not None:
                    journal.committed(self, edge, called, tx, execution, failures)
                return value  # read-only: nothing to validate
            hazard = 0.0
            for document in reads:
                if document.visible_at > begin:
                    break
                hazard += document.hazard
            else:
                backend.organic_luck -= hazard * (execution + pending)
                if backend.organic_luck > 0 or not backend.organic_conflict():
                    if journal is not None:
                        journal.committed(self, edge, called, tx, execution, failures)
                    visible_at = self.now = backend.publish(effects, now, now + pending)
                    if jobs:
                        edges = self.root.jobs[function.name]
                        for delay, job, job_args in jobs:
                            due = max(now + delay, visible_at)
                            scheduler.submit(due, edges[job], job_args, self, function.bit)
                    return value
            if failures == retry.limit:
                edge.failed += 1
                edge.errors += 1
                if journal is not None:
                    journal.lost(self, edge, called, tx, execution, failures, None)
                raise WriteConflictError(function.name)
            edge.retried += 1
            begin = now + retry.delay(failures)
            if retry.wait_until_visible:
                begin = max(begin, max(document.visible_at for document in reads))
            if journal is not None:
                journal.lost(self, edge, called, tx, execution, failures, begin)
            failures += 1

    def run_action(self, name: str, *args: Any) -> Steps:
        """Run another action and wait for it; its value."""
        return self.act(self._edges[name], args)

    def schedule(self, delay: int, name: str, *args: Any) -> Steps:
        """Schedule a function ``delay`` µs from now; from an action it takes effect at once."""
        self._check_deadline()
        if self.now != self._clock.now:
            yield self.now
        scheduler = self._backend.scheduler
        scheduler.check_room(scheduled=self._scheduled, buffered=0)
        self._scheduled += 1
        scheduler.submit(self.now + delay, self._jobs[name], args, self, self.bit)

    def guard(self, admits: bool, reason: str, stamps: Sequence[Stamp | None] = ()) -> None:
        """Note what a guard answered.

        ``stamps``: who wrote the fields that each alone make it refuse; None was there before.
        """
        self._backend.lineages.decided(self, admits, reason, stamps)

    def http(self, *, limited: bool = True) -> Generator[int, None, int]:
        """A request to the third-party API; its HTTP status.

        ``limited=False`` is an endpoint outside the rate limit, such as the token service.
        """
        return self.http_to(self._backend.external, limited=limited)

    def http_to(self, external: External, *, limited: bool) -> Generator[int, None, int]:
        """A request to a service; its HTTP status."""
        if self.now > self._deadline:
            raise _KilledError
        if limited:
            if self.now != self._clock.now:
                yield self.now
            response, duration = external.limited_request(self.now)
        else:
            response, duration = external.request()
        self.now += duration
        return response

    def http_batch(self, requests: int) -> Generator[int, None, list[int]]:
        """Requests sent in parallel; their statuses once the last one is back."""
        self._check_deadline()
        if self.now != self._clock.now:
            yield self.now
        external = self._backend.external
        responses = [external.limited_request(self.now) for _ in range(requests)]
        self.now += max((duration for _, duration in responses), default=0)
        return [status for status, _ in responses]

    def sleep(self, duration: int) -> None:
        """Let local time pass (µs)."""
        self.now += duration

    def wait(self, duration: int) -> Steps:
        """Let time pass (µs), and see then whether the action has run into its time-out."""
        self.now += duration
        self._check_deadline()
        yield self.now

    def run_out(self) -> NoReturn:
        """The code never ends: its time-out ends it."""
        self.now = max(self.now, self._deadline + 1)
        raise _KilledError

    # -- beside itself -------------------------------------------------------------------------

    def beside(self) -> Context:
        """A context for what runs beside this one from its local time on; see `Forks`."""
        backend = self._backend
        branch = Context(
            backend, next(backend.clock.serials), self.now, self.root, self.function, self._edges,
            self._jobs, claimed=self.claimed,
        )  # fmt: skip
        branch.awaited_by(self)
        branch._depth, branch._deadline = self._depth, self._deadline
        branch.entry = self.entry
        return branch

    def begin_beside(self, run: Steps) -> None:
        """Run a branch up to the first moment at which it has to wait for others."""
        self._backend.live += 1
        self.resume = run.__next__
        try:
            again = self.resume()
        except StopIteration:
            return
        if again is not None:
            self._clock.wake(again, self.serial, self.resume)

    def end_beside(self) -> Steps:
        """A branch is over once the clock has reached its local time."""
        if self.now > self._clock.now:
            yield self.now
        self._backend.live -= 1

    def wake_now(self) -> None:
        """Continue an execution that waits for others to wake it."""
        self._clock.wake(self._clock.now, self.serial, self.resume)

    # -- how they run --------------------------------------------------------------------------

    def act(self, edge: Edge, args: tuple[Any, ...]) -> Steps:
        """Run an action inside this one, in a context of its own."""
        self._check_deadline()
        deepest = self._backend.platform.concurrency.call_depth
        if self._depth >= deepest:
            self._backend.refusals.too_deep += 1
            raise CapacityError(f"functions call functions more than {deepest} deep")
        if self._backend.disabled:
            raise self._backend.refused()
        if self.now != self._clock.now:
            yield self.now
        function, root = edge.function, self.root
        inner = self._backend.context(
            self._backend, self.serial, self.now, root, function,
            root.subcalls[function.name], root.jobs[function.name], claimed=self.claimed,
        )  # fmt: skip
        inner.awaited_by(self)
        inner.resume, inner.entry = self.resume, self.entry
        inner._depth = self._depth + 1
        try:
            return (yield from inner.run_body(edge, args))
        finally:
            self.now = inner.now

    def running(self, body: Callable[..., Steps], args: tuple[Any, ...]) -> Steps:
        """An action's or a script's code, run in this context."""
        return body(self, *args)

    def run_body(
        self, edge: Edge, args: tuple[Any, ...], executor: Executor | None = None
    ) -> Steps:
        """Run an action in this context: wait for a place, hold it to the end, meter wall time.

        An action that an ``executor`` claimed gives its slot back at the end, and its error ends
        with it; otherwise the error goes to the caller.
        """
        clock, function, gate = self._clock, edge.function, edge.function.gate
        failure: CallError | None = None
        value: Any = None
        if gate.free:
            gate.free -= 1
        else:
            yield gate.queue(self.serial, self.resume)
            self.now = max(self.now, clock.now)
            if gate.leave_queue(self.serial):
                failure = CapacityError("too many concurrent actions")
        begin = self.now
        if failure is None:
            edge.count(self.generation, self.comes_round)
            if self._backend.journal is not None:
                self._backend.journal.action_begins(self, edge)
            self._deadline = begin + function.time_out
            try:
                value = yield from self.running(function.body, args)
            except CallError as error:
                failure = error
            except _KilledError:
                pass
            duration = min(self.now, self._deadline) - begin
            if self.now > self._deadline:
                self._backend.refusals.timed_out += 1
                failure = ActionTimeoutError("the action ran into its time-out")
                self.now = max(self._deadline, clock.now)  # its last step may be over already
            yield self.now
            edge.time_us += duration
            edge.mib_ms += function.memory_mib * (duration // 1000)
            if self._backend.journal is not None:
                self._backend.journal.action_ends(self, edge, begin, duration, failure)
            gate.release()
        edge.errors += failure is not None
        if executor is not None:
            executor.over(self, edge)
        elif failure is not None:
            raise failure
        return value

    def _check_deadline(self) -> None:
        """End the code of an action that ran into its time-out."""
        if self.now > self._deadline:
            raise _KilledError

    def _wait_for_place(self, lanes: Lanes, now: int, holding: int) -> int:
        """When a call that arrives ``now`` gets a place among the concurrent ones of its type."""
        self.now = now
        if self._backend.disabled:
            raise self._backend.refused()
        begin = lanes.start(now, holding)
        if begin < 0:
            self.now = now + lanes.longest_wait
            raise CapacityError("too many concurrent executions")
        return begin


class _KilledError(BaseException):
    """Ends the code of an action that ran into its time-out; no `except Exception` catches it."""
