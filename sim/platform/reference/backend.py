"""The deployment: the platform's parts put together, and what an app registers on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cronsim import CronSimError

from sim.draws import exponential, quantile_table, samples, stream_key, uniforms
from sim.platform.external import External
from sim.scenario import DAY, Distribution, Misuse, Operation, Scenario, shown

from .checked import (
    CheckedContext,
    CheckedTransaction,
    check_body,
    check_function,
    check_rate,
    check_takes,
    check_time,
)
from .clock import Clock
from .concurrency import Gate, Lanes
from .crons import Crons
from .declared import Declared, Draws, Facts, Keys, KeySet, Table
from .documents import FEW_WRITES, Document, Effect, Snapshot, Transaction
from .errors import CallError, DisabledError, TransactionLimitError
from .execution import MOST_QUERIES, SMALL_TRANSACTION, Context
from .flow import CALLER, OrganicFlow
from .functions import Function, FunctionType, Steps
from .journal import Journal
from .ledger import Ledger, Root
from .lineage import Lineages
from .refusals import Refusals
from .retry import UNLIMITED, Retry
from .scheduler import Scheduler
from .usage import UsageLimits

if TYPE_CHECKING:
    from datetime import datetime


_OPERATOR = "operator"
"""Who pauses and resumes a deployment, besides the usage limits."""


T = TypeVar("T")


class Waiting(NamedTuple):
    """A client, or a process of arriving clients, that waits for its time from the start."""

    time: int
    serial: int
    kind: str
    args: tuple[Any, ...] | None
    """Arguments of the client's script; None if it is a process of arrivals."""


class Backend:
    """One simulated deployment, for one run."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.platform = platform = scenario.platform
        self.seed = seed
        self.starts: datetime = scenario.starts
        self.epoch_ms = round(self.starts.timestamp() * 1000)
        self.clock = Clock()
        self.functions: dict[str, Function] = {}
        self.ledger = Ledger(self.functions)
        self.lineages = Lineages()
        self.declared = Declared(seed)
        self.scripts: dict[str, Callable[..., Steps]] = {}
        """What clients run, by their kinds."""
        self.mixed_kinds: set[str] = set()
        """Kinds of clients that run more than one script."""
        self.arrival_rates: dict[str, float] = {}
        """Clients a day, by the kinds of those that arrive."""
        self.waiting: list[Waiting] = []
        """Clients and arrivals that wait from the start, in the order of their serials."""
        self.refusals = Refusals()
        self.snapshot = Snapshot(self.epoch_ms)
        self.disabled = False
        self._disabled_by: set[object] = set()
        self._settings = scenario.app
        self._switches: list[Callable[[Any], None]] = []
        self._closers: list[Callable[[], None]] = []
        self.journal: Journal | None = None
        """Who writes down every execution; None if nobody does."""
        self.notes: list[str] = []
        """What a reader of the result should know of how the app ran."""
        self.live = 0
        """Executions that have started and are not over."""
        self.bytes_read_limit = platform.transactions.bytes_read
        self.external = External(scenario.external, seed)

        limits, organic = platform.concurrency, scenario.traffic.organic
        load = OrganicFlow.offered_load
        queries = organic.rate * (1 - organic.mutations - organic.actions)
        self.query_lanes = Lanes(
            limits.queries - load(queries, organic.query_time), limits.transaction_wait
        )
        self.mutation_lanes = Lanes(
            limits.mutations - load(organic.rate * organic.mutations, organic.mutation_time),
            limits.transaction_wait,
        )
        action_places = limits.actions - load(organic.rate * organic.actions, organic.action_time)
        self.gates = {
            False: Gate(self.clock, max(1, action_places), limits.action_wait),
            True: Gate(self.clock, limits.node_actions, limits.action_wait),
        }
        occ = platform.occ
        self.called_retry = Retry.of(
            occ.called_retries, occ.called, self.uniforms("backoff.called"),
            wait=occ.wait_until_visible,
        )  # fmt: skip
        self._organic_draws = self.uniforms("organic.conflict")
        self.organic_luck = 0.0
        self.organic_conflict()
        self._visible_at = 0
        self.retention = self._longest_attempt()
        """For how long after its begin a snapshot may be read (µs)."""
        self.scheduler = Scheduler(
            self,
            Retry.of(UNLIMITED, occ.scheduled, self.uniforms("backoff.scheduled"), wait=False),
        )
        self.crons = Crons(
            self, Retry.of(UNLIMITED, occ.cron, self.uniforms("backoff.cron"), wait=False)
        )
        few_writes = min(FEW_WRITES, platform.transactions.documents_written)
        self.context: type[Context] = Context
        self.transaction = Transaction(self.epoch_ms, self.scheduler, few_writes)
        if scenario.app_sources is not None:  # code that may be wrong
            self.context = CheckedContext
            self.transaction = CheckedTransaction(
                self.epoch_ms, self.scheduler, few_writes, self.functions
            )
        self.small_transaction = min(SMALL_TRANSACTION, platform.transactions.documents_read)
        """Documents in the read set that need no look at the limits."""
        self.flow = OrganicFlow(self, organic)
        self.usage_limits = UsageLimits(self)

    # -- draws ---------------------------------------------------------------------------------

    def samples(self, purpose: str, distribution: Distribution, entity: int = 0) -> Iterator[int]:
        """Samples (µs) of a distribution on a stream of this run's seed."""
        return samples(stream_key(self.seed, purpose, entity), distribution)

    def uniforms(self, purpose: str, entity: int = 0) -> Iterator[int]:
        """Uniform draws on [0, 2^64) on a stream of this run's seed."""
        return uniforms(stream_key(self.seed, purpose, entity))

    # -- what an app declares ------------------------------------------------------------------

    def table(self, name: str, row: Any, *, size: int = 0, hazard: float = 0.0) -> Table:
        """Declare documents of one kind, which `Table.add` makes.

        ``row`` is a NamedTuple of ints, bools, IntEnums and stamps (None: no such row), `int`,
        ``int | None``, or `Keys` for index ranges. ``size`` is the bytes of a row; ``hazard`` the
        rate (per µs) at which organic traffic writes one.
        """
        return self.declared.table(name, row, size, hazard)

    def index(self, name: str, keys: Keys = (), *, size: int = 0) -> Document:
        """Declare one index range, with the keys that are in it from the start."""
        table = self.table(name, Keys, size=size)
        return table[table.add(keys)]

    def document(self, name: str, value: int = 0, *, size: int = 0) -> Document:
        """Declare one document that is a number, such as a count of rows; `newest` reads it."""
        table = self.table(name, int, size=size)
        return table[table.add(value)]

    def newest(self, name: str) -> int:
        """The newest committed number of the document declared by that name."""
        return next(each for each in self.declared.tables if each.name == name).newest()

    def facts(self, name: str, row: Any) -> Facts:
        """Declare what is true outside the database: rows by key that no function writes."""
        return self.declared.fact(name, row)

    def counters(self, counters: T) -> T:
        """Declare an object whose integer attributes actions count up."""
        self.declared.counters.append(counters)
        return counters

    def draws(self, purpose: str) -> Draws:
        """Declare random draws of a purpose."""
        return self.declared.draws_of(purpose)

    def key_set(self, table: Table) -> KeySet:
        """Declare a set of a table's keys that a query or mutation works with."""
        return self.declared.key_set(table)

    # -- what an app registers -----------------------------------------------------------------

    def query(self, name: str, body: Callable[..., Any]) -> None:
        """Register a query: a plain function of (snapshot, *args)."""
        self.function(name, "query", body)

    def mutation(self, name: str, body: Callable[..., Any]) -> None:
        """Register a mutation: a plain function of (transaction, *args)."""
        self.function(name, "mutation", body)

    def action(self, name: str, body: Callable[..., Steps], *, node: bool = False) -> None:
        """Register an action: a generator function of (ctx, *args), in the Node runtime or not."""
        self.function(name, "action", body, node=node)

    def function(
        self, name: str, type_: FunctionType, body: Callable[..., Any] | None = None,
        *, node: bool = False,
    ) -> Function:  # fmt: skip
        """Register a function of any type; without a body it can only be metered (a flow)."""
        if not isinstance(name, str) or not name.isprintable() or not name:
            raise Misuse(f"a function's name is text on one line, not {shown(name)}")
        if name in self.functions:
            raise Misuse(f"a function named {name!r} is registered already")
        if body is not None:
            check_body(name, type_, body)
        function = Function(name, type_, body or _no_body, 1 << len(self.functions))
        function.is_coded = body is not None
        latency = self.platform.latency
        if type_ == "action":
            actions = self.platform.actions
            function.gate = self.gates[node]
            function.memory_mib = (actions.node_memory if node else actions.memory) >> 20
            function.time_out = actions.node_timeout if node else actions.timeout
        elif type_ == "query":
            function.latency = self.samples(f"latency:{name}", latency.query)
        else:
            execution = self.samples(f"latency:{name}", latency.mutation)
            function.attempts = zip(
                execution, self.samples(f"commit:{name}", latency.commit), strict=True
            )
        self.functions[name] = function
        return function

    def cron(
        self, name: str, function: str, *args: Any, every: int = 0, expression: str = ""
    ) -> None:
        """Run a function at an interval (µs, first at once) or by a five-field cron expression."""
        if not expression and (type(every) is not int or every <= 0):
            raise Misuse("a cron needs an interval above zero (whole µs) or an expression")
        check_function(self.functions, function, "mutation", "action")
        try:
            self.crons.add(
                name, function, args, every=0 if expression else every, expression=expression
            )
        except (ValueError, CronSimError, StopIteration) as error:
            raise Misuse(f"cron {name!r}: {error or 'its time never comes'}") from error

    def on_deploy(self, switch: Callable[[Any], None]) -> None:
        """Let a part of the app follow its settings: called with those of now, and of every change.

        Later on it may deploy crons by `set_cron`, but register no functions.
        """
        check_takes(switch, 1, "what follows deployments")
        self._switches.append(switch)
        switch(self._settings)

    def at_end(self, close: Callable[[], None]) -> None:
        """Let a part of the app close what it holds open, once the run is over."""
        self._closers.append(close)

    def close(self) -> None:
        """The run is over, or will never begin."""
        while self._closers:
            self._closers.pop()()

    def set_cron(
        self, name: str, function: str, *args: Any, every: int = 0, expression: str = ""
    ) -> None:
        """Run a function at an interval (µs) or by an expression, or with neither no more.

        See `Crons.set`.
        """
        check_time(f"cron {name!r}", every)
        check_function(self.functions, function, "mutation", "action")
        self.crons.set(name, function, args, every=every, expression=expression)

    def client(self, at: int, script: Callable[..., Steps], *args: Any, kind: str = "") -> None:
        """Let a client run ``script(ctx, *args)`` at ``at`` µs, one call after another.

        ``kind`` names the root of what it starts; the script's name unless given.
        """
        check_time("backend.client", at)
        kind = kind or getattr(script, "__name__", "client")
        self.script(kind, script)
        self.waiting.append(Waiting(at, self._start_client(at, script, args, kind), kind, args))

    def _start_client(
        self, at: int, script: Callable[..., Steps], args: tuple[Any, ...], kind: str
    ) -> int:
        serial = next(self.clock.serials)
        root = self.client_root(kind)
        ctx = self.context(self, serial, at, root, None, root.entry, root.entry, claimed=at)
        run = self._run_client(ctx, script, args)
        ctx.resume = run.__next__
        self.clock.wake(at, serial, ctx.resume)
        return serial

    def script(self, kind: str, script: Callable[..., Steps]) -> None:
        """Register what a kind of client runs; `client` and `arrivals` do so too."""
        if self.scripts.setdefault(kind, script) != script:
            self.mixed_kinds.add(kind)

    def client_root(self, kind: str) -> Root:
        """The root of what a kind of client starts."""
        return self.ledger.root("client", CALLER, kind)

    def arrivals(self, name: str, per_day: float, script: Callable[..., Steps]) -> None:
        """Poisson arrivals of clients that each run ``script(ctx, n)``, n counting from 0."""
        check_rate("backend.arrivals", per_day)
        self.script(name, script)
        self.arrival_rates[name] = per_day
        if not per_day:
            return
        gaps = self.samples(f"arrivals:{name}", interarrival(per_day))
        arrivals = self._arrive(name, gaps, script)
        first, serial = next(arrivals) or 0, next(self.clock.serials)
        self.waiting.append(Waiting(first, serial, name, None))
        self.clock.wake(first, serial, arrivals.__next__)

    def _arrive(self, name: str, gaps: Iterator[int], script: Callable[..., Steps]) -> Steps:
        at = 0
        for number, gap in enumerate(gaps):
            at += gap
            yield at
            self._start_client(at, script, (number,), name)

    def _run_client(
        self, ctx: Context, script: Callable[..., Steps], args: tuple[Any, ...]
    ) -> Steps:
        self.live += 1
        with suppress(CallError):  # the client sees the error
            yield from ctx.running(script, args)
        if ctx.now != self.clock.now:
            yield ctx.now
        self.live -= 1

    # -- transactions --------------------------------------------------------------------------

    def check_transaction(self, tx: Transaction) -> int:
        """Extra execution time (µs) of a large transaction; raises if it breaks a limit."""
        touched = len(tx.reads) + tx.extra_documents
        limits = self.platform.transactions
        written = len(tx.effects) + tx.extra_writes
        if touched > limits.documents_read or written > limits.documents_written:
            raise self.too_large("too many documents in one transaction")
        if tx.read_bytes > limits.bytes_read:
            raise self.too_large("too many bytes read in one transaction")
        extra = max(0, touched - SMALL_TRANSACTION) * self.platform.latency.document
        if extra > limits.time:
            raise self.too_large("the function ran longer than its time limit")
        return extra

    def too_large(self, message: str) -> TransactionLimitError:
        """The error of a query or mutation that breaks a limit of a transaction; counts it."""
        self.refusals.too_large += 1
        return TransactionLimitError(message)

    def refused(self) -> DisabledError:
        """The error of a call while the deployment is paused or disabled; counts it."""
        self.refusals.disabled += 1
        return DisabledError("the deployment is paused or disabled by a usage limit")

    def organic_conflict(self) -> bool:
        """Organic traffic wrote what an attempt read: draw the hazard that its next write takes.

        ``organic_luck`` is what is left of an exponential draw of mean 1, used up by each attempt's
        hazard (rate × duration); a Poisson process has its next event when nothing is left.
        """
        self.organic_luck = exponential(next(self._organic_draws))
        return True

    def publish(self, effects: list[Effect], now: int, visible_at: int) -> int:
        """Make validated writes the newest versions; when they are visible.

        Commits publish in the order of their validation, so none is visible before an earlier one;
        one that only schedules jobs is a commit like any other, for a job is a row.
        """
        visible_at = self._visible_at = max(visible_at, self._visible_at)
        keep_from = now - self.retention
        for document, value, size, is_insert in effects:
            if is_insert:
                value = _added(document.value, value)
            document.write(value, visible_at, keep_from)
            document.size = document.size + size if is_insert else size
        return visible_at

    def _longest_attempt(self) -> int:
        """The longest time (µs) from a snapshot to its last reading: of a mutation or queries."""
        latency = self.platform.latency
        mutation = quantile_table(latency.mutation)[-1] + self.platform.transactions.time
        return max(mutation, MOST_QUERIES * quantile_table(latency.query)[-1])

    # -- running -------------------------------------------------------------------------------

    def meter_flow(self) -> None:
        """Meter organic traffic up to now."""
        self.flow.meter(self.clock.now, count=not self.disabled)

    def deploy(self, operation: Operation) -> None:
        """Carry out a deployment now. State stays; code that starts from now on is the new one."""
        if operation.app is not None:
            self._settings = operation.app
            for switch in self._switches:
                switch(operation.app)
        elif operation.action == "pause":
            self.disable(_OPERATOR)
        elif operation.action == "resume":
            self.enable(_OPERATOR)
        else:
            self.scheduler.clear()

    def disable(self, by: object) -> None:
        """Refuse new calls, skip crons, let scheduled jobs queue, until all who want it enable."""
        self.meter_flow()
        self._disabled_by.add(by)
        self.disabled = True
        self.query_lanes.close()
        self.mutation_lanes.close()
        self.scheduler.executor.pause()

    def enable(self, by: object) -> None:
        """Take calls again, unless somebody else has disabled the deployment."""
        self._disabled_by.discard(by)
        if self.disabled and not self._disabled_by:
            self.meter_flow()
            self.disabled = False
            self.query_lanes.open()
            self.mutation_lanes.open()
            self.scheduler.executor.unpause()

    def run(self, moments: Iterable[int]) -> Iterator[int]:
        """Simulate up to each of the moments (µs); yields it when everything before it is done."""
        self.crons.start()
        for now in moments:
            self.clock.run_to(now)
            self.meter_flow()
            yield now


def interarrival(per_day: float) -> Distribution:
    """Times between Poisson arrivals at a rate of ``per_day``."""
    mean = max(1, round(DAY / per_day))
    return Distribution(shape="exponential", low=mean, high=mean)


def _added(value: Any, item: Any) -> Any:
    """A range's value with an item more."""
    try:
        return value + item
    except TypeError as error:
        message = f"tx.insert: {shown(item)} cannot be added to the range's value {shown(value)}"
        raise Misuse(message) from error


def _no_body(*_: Any) -> None:
    raise RuntimeError("a flow is metered, not called")
