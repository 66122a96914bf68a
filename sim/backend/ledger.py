"""The ledger: everything is counted once, on the edge from a caller to the function it called.

An edge is (trigger, caller, function). Totals per function, per trigger and per caller are sums
over edges, so they cannot disagree (design rule 5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from .functions import Function

Trigger = Literal["cron", "scheduler", "action", "client", "flow"]


class Edge:
    """Counters of one caller's calls to one function."""

    __slots__ = (
        "caller", "calls", "errors", "failed", "function", "mib_ms", "per_bin", "read_bytes",
        "retried", "seen", "time_us", "trigger", "written_bytes",
    )  # fmt: skip

    def __init__(self, trigger: Trigger, caller: str, function: Function) -> None:
        self.trigger = trigger
        self.caller = caller
        self.function = function
        self.calls = 0
        """Billed executions, attempts that lost to a conflict included."""
        self.retried = 0
        """Attempts that lost to a conflict and were retried."""
        self.failed = 0
        """Calls that failed permanently on conflicts."""
        self.errors = 0
        """Calls that ended in any error, permanent conflicts included."""
        self.time_us = 0
        """Execution time, µs."""
        self.mib_ms = 0
        """Action compute: MiB × whole milliseconds."""
        self.read_bytes = 0
        self.written_bytes = 0
        self.per_bin: list[int] = []
        """Calls per time bin, bins that are over."""
        self.seen = 0
        """Calls in the bins that are over."""


class Edges(dict[str, Edge]):
    """The edges of one caller, by function name; a new edge is opened on first use."""

    __slots__ = ("_ledger", "caller", "trigger")

    def __init__(self, ledger: Ledger, trigger: Trigger, caller: str) -> None:
        super().__init__()
        self._ledger = ledger
        self.trigger = trigger
        self.caller = caller

    def __missing__(self, name: str) -> Edge:
        edge = Edge(self.trigger, self.caller, self._ledger.function(name))
        edge.per_bin = [0] * self._ledger.bins
        self[name] = edge
        return edge


class Ledger:
    """All edges of a run and its time bins."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self._functions = functions
        self._callers: dict[tuple[Trigger, str], Edges] = {}
        self.bins = 0
        """Time bins that are over."""

    def function(self, name: str) -> Function:
        """The registered function of that name; raises `KeyError` with the names there are."""
        try:
            return self._functions[name]
        except KeyError:
            known = ", ".join(sorted(self._functions))
            raise KeyError(f"no function named {name!r}; there are: {known}") from None

    def edges(self, trigger: Trigger, caller: str) -> Edges:
        """The edges of one caller."""
        key = (trigger, caller)
        if key not in self._callers:
            self._callers[key] = Edges(self, trigger, caller)
        return self._callers[key]

    def __iter__(self) -> Iterator[Edge]:
        """Every edge, in an order that does not depend on the run."""
        for key in sorted(self._callers):
            for name in sorted(self._callers[key]):
                yield self._callers[key][name]

    def close_bin(self) -> None:
        """End the current time bin."""
        for edges in self._callers.values():
            for edge in edges.values():
                edge.per_bin.append(edge.calls - edge.seen)
                edge.seen = edge.calls
        self.bins += 1
