"""Subscriptions: queries of open pages, which run again when what they have read is written.

The rules are those of the platform's sync worker (convex-backend: crates/sync/src/worker.rs). A
session subscribes to its queries over one connection. When a commit writes into the read set of any
of them, the connection makes a transition: it runs again the queries that were touched. It makes
one at a time, so writes that arrive meanwhile are answered together by the next one. Every run is a
call for every session, whether the cache answers it or not.

Sessions that subscribe to the same calls are touched by the same writes and wait for the same
results, so they are in step: they are counted, not run one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from sim.platform.reference import (
    ORGANIC_WRITER,
    Backend,
    CallError,
    CapacityError,
    Context,
    DisabledError,
    Forks,
    Moment,
    Process,
    Root,
    Steps,
)
from sim.scenario import SECOND

from .machine import NOBODY, Machine

PLATFORM = "platform"
"""The root and the caller of what runs again because of rows that the platform writes: of jobs and
files. Those of a deployment are called `deployment`."""
RECONNECTS_AFTER = 16 * SECOND
"""When a client connects again whose query found no place (µs): its longest back-off (the client
library's `maxBackoff`)."""


class Call(NamedTuple):
    """A call that clients subscribe to."""

    function: str
    args: str
    """As JSON text."""


class Cause(NamedTuple):
    """Whose write makes queries run again."""

    root: Root
    function: str
    generation: int


class Subscriptions:
    """All open sessions of a deployment, and who is told when something is written."""

    def __init__(self, backend: Backend, machine: Machine, *, caches: bool) -> None:
        self._backend = backend
        self._machine = machine
        self.caches = caches
        """Whether there is a query cache: else every session runs its queries itself."""
        self._groups: dict[tuple[Call, ...], Group] = {}
        self._following: dict[Call, dict[Group, None]] = {}
        """Groups with open sessions, by the calls that they subscribe to."""
        self._calls: list[Call] = []
        self._numbers: dict[Call, int] = {}
        self._causes: dict[str, Cause] = {}
        """Function → its run that may be writing."""
        self._exposures: dict[int, int] = {}
        """Number of a call → how many of its results have been."""
        machine.on_touched = self._touched
        machine.on_exposed = self._exposed

    def group(self, calls: tuple[Call, ...]) -> Group:
        """The sessions that subscribe to these calls."""
        if calls not in self._groups:
            self._groups[calls] = Group(self._backend, self, calls)
        return self._groups[calls]

    def follow(self, group: Group) -> None:
        """A group has its first session: it is told of writes from now on."""
        for call in group.calls:
            groups = self._following.setdefault(call, {})
            if not groups:
                self._machine.engine.post("subscribe", float(self._number(call)), *call)
            groups[group] = None

    def leave(self, group: Group) -> None:
        """A group has no session any more."""
        for call in group.calls:
            groups = self._following[call]
            del groups[group]
            if not groups:
                self._machine.engine.post("unsubscribe", *call)
                del self._following[call]

    @property
    def open(self) -> bool:
        """Whether any session is."""
        return bool(self._following)

    def writes(self, by: Context, function: str) -> None:
        """What is written until the next call of this is written by a function that ``by`` runs."""
        self._causes[function] = Cause(by.root, function, by.generation)

    def redeployed(self) -> None:
        """Other code runs from now on: every subscribed query runs again."""
        self._machine.tell("redeployed", float(self._backend.env.now))

    def _touched(self, number: int, at: int, function: str) -> None:
        """What a subscribed call has read was written by a function; visible at a time (µs)."""
        call = self._calls[number]
        for group in tuple(self._following.get(call, ())):
            group.touch(call, max(at, self._backend.env.now), self._cause(function or PLATFORM))

    def _exposed(self, number: int, at: int) -> None:
        """Organic traffic writes what a subscribed call has read now, at a time (µs); 0: never."""
        self._exposures[number] = exposure = self._exposures.get(number, 0) + 1
        if at:
            env = self._backend.env
            serial = next(env.serials)
            when = Moment(env, max(at, env.now), serial)
            Process(env, self._organic_write(number, exposure, when), serial)

    def _organic_write(self, number: int, exposure: int, when: Moment) -> Steps:
        """Organic traffic writes what a call has read, unless it has run again before."""
        yield when
        if self._exposures[number] == exposure:
            now = float(self._backend.env.now)
            self._machine.tell("writtenByOthers", float(number), now, ORGANIC_WRITER)

    def _cause(self, function: str) -> Cause:
        """Who wrote; a deployment and the platform itself are their own root."""
        if function not in self._causes:
            root = self._backend.ledger.root("dataChange", function, function)
            self._causes[function] = Cause(root, function, 0)
        return self._causes[function]

    def _number(self, call: Call) -> int:
        if call not in self._numbers:
            self._numbers[call] = len(self._calls)
            self._calls.append(call)
        return self._numbers[call]


class Group:
    """Open sessions that subscribe to the same calls, all in step."""

    def __init__(
        self, backend: Backend, subscriptions: Subscriptions, calls: tuple[Call, ...]
    ) -> None:
        self.calls = calls
        self._backend = backend
        self._subscriptions = subscriptions
        self._sessions = 0
        self._touched: dict[Call, tuple[int, Cause]] = {}
        """What has to run again: since when (µs), and because of which write."""
        self._busy = False

    def open(self, ctx: Context, sessions: int = 1) -> Steps:
        """So many sessions connect at once: each runs its queries for the first time."""
        self.join(sessions)
        yield from beside(
            ctx, [partial(self._run, call=call, sessions=sessions) for call in self.calls]
        )

    def join(self, sessions: int = 1) -> None:
        """So many sessions subscribe from now on."""
        if not self._sessions:
            self._subscriptions.follow(self)
        self._sessions += sessions

    def close(self, sessions: int = 1) -> None:
        """So many sessions are closed."""
        self._sessions -= sessions
        if not self._sessions:
            self._touched.clear()
            self._subscriptions.leave(self)

    def touch(self, call: Call, at: int, cause: Cause) -> None:
        """A write that is visible at a time (µs) is in the read set of a call's last run."""
        self._touched.setdefault(call, (at, cause))
        if not self._busy:
            self._busy = True
            env = self._backend.env
            Process(env, self._transitions(at), next(env.serials), at)

    def _transitions(self, at: int) -> Steps:
        """One transition after another, the first at a time (µs), until nothing is touched."""
        while self._touched:
            now = {call: cause for call, (since, cause) in self._touched.items() if since <= at}
            if now:
                for call in now:
                    del self._touched[call]
                at = yield from self._transition(now, at)
            else:
                at = min(since for since, _ in self._touched.values())
                yield Moment(self._backend.env, at, next(self._backend.env.serials))
        self._busy = False

    def _transition(self, touched: dict[Call, Cause], at: int) -> Steps:
        """Run again what was touched, from a time on (µs); when the last one is over."""
        self._backend.started += 1
        ctx = self._context(next(iter(touched.values())), at)
        yield from beside(
            ctx, [partial(self._again, call=call, cause=cause) for call, cause in touched.items()]
        )
        if ctx.now > self._backend.env.now:
            yield ctx.until(ctx.now)
        self._backend.started -= 1
        return ctx.now

    def _again(self, ctx: Context, call: Call, cause: Cause) -> Steps:
        """Run a call again because of a write: it descends from who wrote."""
        own = self._context(cause, ctx.now)
        yield from self._run(own, call, self._sessions, cause)
        ctx.now = own.now

    def _run(self, ctx: Context, call: Call, sessions: int, cause: Cause | None = None) -> Steps:
        if not sessions:
            return
        if sessions > 1 and not self._subscriptions.caches:
            one = partial(self._run, call=call, sessions=1, cause=cause)
            yield from beside(ctx, [one] * sessions)
            return
        try:
            yield from ctx.query_for(sessions, *call, True, NOBODY)
        except (CapacityError, DisabledError):  # it has not run: the clients connect again
            if call not in self._touched:
                self.touch(call, ctx.now + RECONNECTS_AFTER, cause or Cause(ctx.root, ctx.name, 0))
        except CallError:
            pass  # the page shows the error, and is told when that may have changed

    def _context(self, cause: Cause, at: int) -> Context:
        """Where queries run again that a write has touched."""
        root, function, generation = cause
        reruns = root.reruns[function]
        serial = next(self._backend.env.serials)
        ctx = Context(self._backend, serial, at, root, None, reruns, reruns, claimed=at)
        ctx.generation = generation
        return ctx


def beside(ctx: Context, runs: Sequence[Callable[[Context], Steps]]) -> Steps:
    """Do things beside each other; done when the last one is."""
    if len(runs) == 1:
        yield from runs[0](ctx)
        return
    forks = Forks(ctx)
    for number, run in enumerate(runs):
        forks.start(number, run)
    while forks.running:
        yield from forks.join()
