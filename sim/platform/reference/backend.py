"""The deployment: the platform's parts put together, and what an app registers on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

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
from .documents import FEW_WRITES, Effect, Snapshot, Transaction
from .errors import CallError, TransactionLimitError
from .execution import MOST_QUERIES, SMALL_TRANSACTION, Context
from .flow import CALLER, OrganicFlow
from .functions import Function, FunctionType, Steps
from .ledger import Ledger, Root
from .lineage import Lineages
from .retry import UNLIMITED, Retry
from .scheduler import Scheduler
from .usage import UsageLimits

if TYPE_CHECKING:
    from datetime import datetime


_OPERATOR = "operator"
"""Who pauses and resumes a deployment, besides the usage limits."""


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
        self.snapshot = Snapshot(self.epoch_ms)
        self.disabled = False
        self._disabled_by: set[object] = set()
        self._settings = scenario.app
        self._switches: list[Callable[[Any], None]] = []
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

    def set_cron(self, name: str, function: str, *args: Any, every: int) -> None:
        """Run a function at an interval (µs), or with 0 no more; see `Crons.set`."""
        check_time(f"cron {name!r}", every)
        check_function(self.functions, function, "mutation", "action")
        self.crons.set(name, function, args, every=every)

    def client(self, at: int, script: Callable[..., Steps], *args: Any, kind: str = "") -> None:
        """Let a client run ``script(ctx, *args)`` at ``at`` µs, one call after another.

        ``kind`` names the root of what it starts; the script's name unless given.
        """
        check_time("backend.client", at)
        serial = next(self.clock.serials)
        root = self.client_root(kind or getattr(script, "__name__", "client"))
        ctx = self.context(self, serial, at, root, None, root.entry, root.entry, claimed=at)
        run = self._run_client(ctx, script, args)
        ctx.resume = run.__next__
        self.clock.wake(at, serial, ctx.resume)

    def client_root(self, kind: str) -> Root:
        """The root of what a kind of client starts."""
        return self.ledger.root("client", CALLER, kind)

    def arrivals(self, name: str, per_day: float, script: Callable[..., Steps]) -> None:
        """Poisson arrivals of clients that each run ``script(ctx, n)``, n counting from 0."""
        check_rate("backend.arrivals", per_day)
        if not per_day:
            return
        gaps = self.samples(f"arrivals:{name}", interarrival(per_day))
        arrivals = self._arrive(name, gaps, script)
        self.clock.wake(next(arrivals) or 0, next(self.clock.serials), arrivals.__next__)

    def _arrive(self, name: str, gaps: Iterator[int], script: Callable[..., Steps]) -> Steps:
        at = 0
        for number, gap in enumerate(gaps):
            at += gap
            yield at
            self.client(at, script, number, kind=name)

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
        if touched > limits.documents_read or len(tx.effects) > limits.documents_written:
            raise TransactionLimitError("too many documents in one transaction")
        if tx.read_bytes > limits.bytes_read:
            raise TransactionLimitError("too many bytes read in one transaction")
        extra = max(0, touched - SMALL_TRANSACTION) * self.platform.latency.document
        if extra > limits.time:
            raise TransactionLimitError("the function ran longer than its time limit")
        return extra

    def organic_conflict(self) -> bool:
        """Organic traffic wrote what an attempt read: draw the hazard that its next write takes.

        ``organic_luck`` is what is left of an exponential draw of mean 1, used up by each attempt's
        hazard (rate × duration); a Poisson process has its next event when nothing is left.
        """
        self.organic_luck = exponential(next(self._organic_draws))
        return True

    def publish(self, effects: list[Effect], now: int, visible_at: int) -> int:
        """Make validated writes the newest versions; when they are visible.

        Commits publish in the order of their validation, so none is visible before an earlier one.
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
