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

from simpy.events import Event

from sim.platform.rules import NO_PLACE, is_timed_out

from .actions import call_action
from .environment import Moment, Process, Signal, Steps
from .errors import CapacityError, KilledError
from .functions import Function
from .ledger import Edge, Root
from .lineage import FIRST, Execution, Origin, Stamp
from .mutations import run_mutation
from .queries import run_queries, run_query, run_query_for

if TYPE_CHECKING:
    from sim.platform.external import External

    from .backend import Backend
    from .lanes import Lanes
    from .retry import Retry

_FOREVER = 1 << 62


class Context(Execution):
    """What an action's or a client's code runs with.

    Every call is a generator, to be used as ``value = yield from ctx.query("module:name", ...)``.
    Failed calls raise a `CallError` that the code may catch.
    """

    __slots__ = (
        "_backend", "_deadline", "_depth", "_edges", "_env", "_jobs", "_scheduled", "entry", "now",
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
        self._env = backend.env
        self._edges = edges
        self._jobs = jobs
        self._deadline = _FOREVER
        self._depth = 0
        self._scheduled = 0
        self.entry: object = None
        """What a journal notes of the action that runs in it."""
        self.now = now
        """The execution's local time (µs since the scenario's start)."""

    @property
    def deadline(self) -> int:
        """When the action runs into its time-out (µs); far away if it has none."""
        return self._deadline

    @property
    def now_ms(self) -> int:
        """What `Date.now()` returns at the local time: epoch milliseconds."""
        return self._backend.epoch_ms + self.now // 1000

    # -- calls ---------------------------------------------------------------------------------

    def query(self, name: str, *args: Any) -> Steps:
        """Run a query; its value. The snapshot is taken when it gets its place."""
        return run_query(self, name, args)

    def query_for(self, callers: int, name: str, *args: Any) -> Steps:
        """Run a query that so many callers ask for at one time; its value.

        One of them runs it, and the others get its result from the query cache.
        """
        return run_query_for(self, callers, name, args)

    def query_each(self, names: Sequence[str], *args: Any) -> Steps:
        """Run queries of the same arguments one after another; their values.

        For successive queries of which nothing is decided in between: documents keep their
        versions, so all of them are evaluated, each on its own snapshot, when the last one begins.
        At most `MOST_QUERIES`: versions are not kept for ever.
        """
        return run_queries(self, names, args)

    def run_mutation(self, name: str, *args: Any, retry: Retry | None = None) -> Steps:
        """Run a mutation; its value.

        It is attempted until an attempt commits or ``retry``, by default that of callers, gives up;
        each attempt is metered.
        """
        return run_mutation(self, name, args, retry)

    def run_action(self, name: str, *args: Any) -> Steps:
        """Run another action and wait for it; its value."""
        return call_action(self, self._edges[name], args)

    def schedule(self, delay: int, name: str, *args: Any) -> Steps:
        """Schedule a function ``delay`` µs from now; from an action it takes effect at once."""
        self._check_deadline()
        if self.now != self._env.now:
            yield self.until(self.now)
        scheduler = self._backend.scheduler
        scheduler.check_room(scheduled=self._scheduled, buffered=0)
        self._scheduled += 1
        scheduler.submit(self.now + delay, self._jobs[name], args, self, self.bit)

    def guard(self, admits: bool, reason: str, stamps: Sequence[Stamp | None] = ()) -> None:
        """Note what a guard answered.

        ``stamps``: who wrote the fields that each alone make it refuse; None was there before.
        """
        self._backend.lineages.decided(self, admits, reason, stamps)

    def http(self, *, limited: bool = True, endpoint: str = "") -> Generator[Event, Any, int]:
        """A request to the third-party API; its HTTP status.

        ``limited=False`` is an endpoint outside the rate limit, such as the token service;
        ``endpoint`` is its name in the scenario's `external.endpoints`.
        """
        return self.http_to(self._backend.external.endpoint(endpoint), limited=limited)

    def http_to(self, external: External, *, limited: bool) -> Generator[Event, Any, int]:
        """A request to a service; its HTTP status."""
        self._check_deadline()
        if limited or external.covered:
            if self.now != self._env.now:
                yield self.until(self.now)
            response, duration = external.limited_request(self.now)
        else:
            response, duration = external.request(self.now)
        self.now += duration
        return response

    def http_batch(self, requests: int, *, endpoint: str = "") -> Generator[Event, Any, list[int]]:
        """Requests sent in parallel; their statuses once the last one is back."""
        self._check_deadline()
        if self.now != self._env.now:
            yield self.until(self.now)
        external = self._backend.external.endpoint(endpoint)
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
        yield self.until(self.now)

    def wait_for(self, waited: Event | Steps) -> Generator[Event, Any, Any]:
        """Wait for an event of SimPy, or for a process that begins now; the value of either.

        A process is given as its generator. Its error is raised here. An app that waits so runs on
        the reference engine.
        """
        self._check_deadline()
        if self.now != self._env.now:
            yield self.until(self.now)
        event = waited if isinstance(waited, Event) else self._env.process(waited)
        value = yield event
        self.now = self._env.now
        return value

    def run_out(self) -> NoReturn:
        """The code never ends: its time-out ends it."""
        self.now = max(self.now, self._deadline + 1)
        raise KilledError

    # -- beside itself -------------------------------------------------------------------------

    def beside(self) -> Context:
        """A context for what runs beside this one from its local time on; see `Forks`."""
        backend = self._backend
        branch = Context(
            backend, next(backend.env.serials), self.now, self.root, self.function, self._edges,
            self._jobs, claimed=self.claimed,
        )  # fmt: skip
        branch.awaited_by(self)
        branch._depth, branch._deadline = self._depth, self._deadline
        branch.entry = self.entry
        return branch

    def begin_beside(self, run: Steps) -> None:
        """Run a branch up to the first moment at which it has to wait for others."""
        self._backend.started += 1
        Process(self._env, run, self.serial)

    def end_beside(self) -> Steps:
        """A branch is over once the clock has reached its local time."""
        if self.now > self._env.now:
            yield self.until(self.now)
        self._backend.started -= 1

    def signal(self) -> Signal:
        """An event that it waits for until another execution says that it has happened."""
        return Signal(self._env, self.serial)

    # -- how they run --------------------------------------------------------------------------

    def running(self, body: Callable[..., Steps], args: tuple[Any, ...]) -> Steps:
        """An action's or a script's code, run in this context."""
        return body(self, *args)

    def until(self, time: int) -> Moment:
        """The moment at which the clock reaches a time, in this execution's turn."""
        return Moment(self._env, time, self.serial)

    def _check_deadline(self) -> None:
        """End the code of an action that ran into its time-out."""
        if is_timed_out(self.now, self._deadline):
            raise KilledError

    def _place(self, lanes: Lanes, holding: int) -> int:
        """When a call that arrives now gets a place among the concurrent ones of its type."""
        now = self.now = self._env.now
        if self._backend.disabled:
            raise self._backend.refused()
        begin = lanes.start(now, holding)
        if begin == NO_PLACE:
            self.now = now + lanes.longest_wait
            raise CapacityError("too many concurrent executions")
        return begin
