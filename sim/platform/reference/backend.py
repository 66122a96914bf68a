"""The deployment: the platform's parts put together, and what is done with all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sim.platform.external import External, since_midnight
from sim.platform.rules import UNLIMITED, Limits
from sim.scenario import Operation, Scenario

from .checked import CheckedContext, CheckedTransaction
from .clients import Clients
from .context import Context
from .crons import Crons
from .database import Database
from .declared import Declared
from .documents import Snapshot, Transaction
from .environment import Environment, Steps
from .errors import DisabledError, TransactionLimitError
from .flow import OrganicFlow
from .functions import Function
from .gate import Gate
from .journal import Journal
from .lanes import Lanes
from .ledger import Ledger
from .lineage import Lineages
from .refusals import Refusals
from .registering import Registering
from .retry import Retry
from .scheduler import Scheduler
from .thrown import Thrown
from .usage import UsageLimits

if TYPE_CHECKING:
    from datetime import datetime


_OPERATOR = "operator"
"""Who pauses and resumes a deployment, besides the usage limits."""


class Backend(Registering):
    """One simulated deployment, for one run."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.platform = platform = scenario.platform
        self.seed = seed
        self.starts: datetime = scenario.starts
        self.epoch_ms = round(self.starts.timestamp() * 1000)
        self.env = Environment()
        """SimPy's environment: an app may run processes of its own on it."""
        self.functions: dict[str, Function] = {}
        self.ledger = Ledger(self.functions)
        self.lineages = Lineages()
        self.declared = Declared(seed)
        self.clients = Clients(self)
        self.refusals = Refusals()
        self.thrown = Thrown()
        self.scans: dict[tuple[str, str], list[int]] = {}
        """Queries over whole tables, by function and table: runs, and documents that they read."""
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
        self.started = 0
        """Clients, and branches of executions, that have started and are not over."""
        self.limits = Limits.of(platform)
        self.external = External(
            scenario.external, seed, since_midnight=since_midnight(self.starts)
        )

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
            False: Gate(self.env, max(1, action_places), limits.action_wait),
            True: Gate(self.env, limits.node_actions, limits.action_wait),
        }
        occ = platform.occ
        self.called_retry = Retry.of(
            occ.called_retries, occ.called, self.uniforms("backoff.called"),
            wait=occ.wait_until_visible,
        )  # fmt: skip
        self.database = Database(self)
        self.scheduler = Scheduler(
            self,
            Retry.of(UNLIMITED, occ.scheduled, self.uniforms("backoff.scheduled"), wait=False),
        )
        self.crons = Crons(
            self, Retry.of(UNLIMITED, occ.cron, self.uniforms("backoff.cron"), wait=False)
        )
        self._scheduled = self.scheduler.executor.slots.users
        self._started_by_crons = self.crons.executor.slots.users
        few_writes = self.limits.few_writes
        self.context: type[Context] = Context
        self.transaction = Transaction(self.epoch_ms, self.scheduler, few_writes)
        if scenario.app_sources is not None:  # code that may be wrong
            self.context = CheckedContext
            self.transaction = CheckedTransaction(
                self.epoch_ms, self.scheduler, few_writes, self.functions
            )
        self.flow = OrganicFlow(self, organic)
        self.usage_limits = UsageLimits(self)

    # -- clients -------------------------------------------------------------------------------

    def client(self, at: int, script: Callable[..., Steps], *args: Any, kind: str = "") -> None:
        """Let a client run ``script(ctx, *args)`` at ``at`` µs, one call after another.

        ``kind`` names the root of what it starts; the script's name unless given.
        """
        self.clients.add(at, script, args, kind)

    def arrivals(self, name: str, per_day: float, script: Callable[..., Steps]) -> None:
        """Poisson arrivals of clients that each run ``script(ctx, n)``, n counting from 0."""
        self.clients.arrive(name, per_day, script)

    def script(self, kind: str, script: Callable[..., Steps]) -> None:
        """Register what a kind of client runs; `client` and `arrivals` do so too."""
        self.clients.script(kind, script)

    # -- limits ----------------------------------------------------------------------------------

    @property
    def live(self) -> int:
        """Executions that have started and are not over; a job starts when it is claimed."""
        return self.started + len(self._scheduled) + len(self._started_by_crons)

    def too_large(self, message: str) -> TransactionLimitError:
        """The error of a query or mutation that breaks a limit of a transaction; counts it."""
        self.refusals.too_large += 1
        return TransactionLimitError(message)

    def refused(self) -> DisabledError:
        """The error of a call while the deployment is paused or disabled; counts it."""
        self.refusals.disabled += 1
        return DisabledError("the deployment is paused or disabled by a usage limit")

    # -- running -------------------------------------------------------------------------------

    def meter_flow(self) -> None:
        """Meter organic traffic up to now."""
        self.flow.meter(self.env.now, count=not self.disabled)

    def deploy(self, operation: Operation) -> None:
        """Carry out a deployment now. State stays; code that starts from now on is the new one."""
        if operation.external is not None:
            self.external.change(operation.external)
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
        self.scheduler.executor.slots.pause()

    def enable(self, by: object) -> None:
        """Take calls again, unless somebody else has disabled the deployment."""
        self._disabled_by.discard(by)
        if self.disabled and not self._disabled_by:
            self.meter_flow()
            self.disabled = False
            self.query_lanes.open()
            self.mutation_lanes.open()
            self.scheduler.executor.slots.unpause()

    def run(self, moments: Iterable[int]) -> Iterator[int]:
        """Simulate up to each of the moments (µs); yields it when everything before it is done."""
        self.crons.start()
        for now in moments:
            self.env.run(until=now)
            self.meter_flow()
            yield now
