"""What an app registers on a deployment: functions, crons, and what follows its deployments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cronsim import CronSimError

from sim.scenario import Misuse, Platform, shown

from .checked import check_body, check_function, check_takes, check_time
from .crons import Crons
from .declaring import Declaring
from .environment import Steps
from .functions import Function, FunctionType
from .gate import Gate


class Registering(Declaring):
    """The part of a `Backend` that an app registers its functions on."""

    platform: Platform
    functions: dict[str, Function]
    crons: Crons
    gates: dict[bool, Gate]
    """Where actions of a runtime wait for a place: of the app's own (False) and of Node (True)."""
    _settings: Any
    _switches: list[Callable[[Any], None]]
    _closers: list[Callable[[], None]]

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
            function.latency = self.samples(f"latency:{name}", latency.of(name, "query"))
        else:
            execution = self.samples(f"latency:{name}", latency.of(name, "mutation"))
            pending = self.samples(f"commit:{name}", latency.of(name, "commit"))
            function.attempts = zip(execution, pending, strict=True)
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


def _no_body(*_: Any) -> None:
    raise RuntimeError("a flow is metered, not called")
