"""Clients of a deployment: single ones, and kinds that arrive again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario import DAY, Distribution

from .checked import check_rate, check_time
from .context import Context
from .environment import Moment, Process, Steps
from .errors import CallError
from .flow import CALLER
from .ledger import Root

if TYPE_CHECKING:
    from .backend import Backend


class Waiting(NamedTuple):
    """A client, or a process of arriving clients, that waits for its time from the start."""

    time: int
    serial: int
    kind: str
    args: tuple[Any, ...] | None
    """Arguments of the client's script; None if it is a process of arrivals."""


class Clients:
    """Everybody who calls functions from outside. A client is a process, and so are arrivals."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.scripts: dict[str, Callable[..., Steps]] = {}
        """What clients run, by their kinds."""
        self.mixed_kinds: set[str] = set()
        """Kinds of clients that run more than one script."""
        self.arrival_rates: dict[str, float] = {}
        """Clients a day, by the kinds of those that arrive."""
        self.waiting: list[Waiting] = []
        """Clients and arrivals that wait from the start, in the order of their serials."""

    def add(
        self, at: int, script: Callable[..., Steps], args: tuple[Any, ...], kind: str = ""
    ) -> None:
        """See `Backend.client`."""
        check_time("backend.client", at)
        kind = kind or getattr(script, "__name__", "client")
        self.script(kind, script)
        self.waiting.append(Waiting(at, self._start(at, script, args, kind), kind, args))

    def _start(
        self, at: int, script: Callable[..., Steps], args: tuple[Any, ...], kind: str
    ) -> int:
        """Start a client's process at a time; its serial number."""
        backend = self._backend
        serial = next(backend.env.serials)
        root = self.root(kind)
        ctx = backend.context(backend, serial, at, root, None, root.entry, root.entry, claimed=at)
        Process(backend.env, self._run(ctx, script, args), serial, at)
        return serial

    def _run(self, ctx: Context, script: Callable[..., Steps], args: tuple[Any, ...]) -> Steps:
        self._backend.started += 1
        with suppress(CallError):  # the client sees the error
            yield from ctx.running(script, args)
        if ctx.now != self._backend.env.now:
            yield ctx.until(ctx.now)
        self._backend.started -= 1

    def script(self, kind: str, script: Callable[..., Steps]) -> None:
        """Register what a kind of client runs; `add` and `arrive` do so too."""
        if self.scripts.setdefault(kind, script) != script:
            self.mixed_kinds.add(kind)

    def root(self, kind: str) -> Root:
        """The root of what a kind of client starts."""
        return self._backend.ledger.root("client", CALLER, kind)

    def arrive(self, name: str, per_day: float, script: Callable[..., Steps]) -> None:
        """See `Backend.arrivals`."""
        check_rate("backend.arrivals", per_day)
        self.script(name, script)
        self.arrival_rates[name] = per_day
        if not per_day:
            return
        backend = self._backend
        gaps = backend.samples(f"arrivals:{name}", interarrival(per_day))
        first, serial = next(gaps), next(backend.env.serials)
        self.waiting.append(Waiting(first, serial, name, None))
        times = accumulate(chain([first], gaps))
        Process(backend.env, self._arrivals(name, times, script, serial), serial)

    def arrive_at(self, name: str, times: Iterator[int], script: Callable[..., Steps]) -> None:
        """Let clients arrive at times (µs), which do not go back; the reference engine only.

        Each runs ``script(ctx, n)``, n counting from 0.
        """
        serial = next(self._backend.env.serials)
        Process(self._backend.env, self._arrivals(name, times, script, serial), serial)

    def _arrivals(
        self, name: str, times: Iterator[int], script: Callable[..., Steps], serial: int
    ) -> Steps:
        """The process of a kind of arrivals: it starts one client after another."""
        for number, at in enumerate(times):
            yield Moment(self._backend.env, at, serial)
            self._start(at, script, (number,), name)


def interarrival(per_day: float) -> Distribution:
    """Times between Poisson arrivals at a rate of ``per_day``."""
    mean = max(1, round(DAY / per_day))
    return Distribution(shape="exponential", low=mean, high=mean)
