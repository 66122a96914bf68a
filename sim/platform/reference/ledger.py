"""The ledger: everything is counted once, on the edge from a caller to the function it called.

An edge is (trigger, caller, function, root). Totals per function, per trigger, per caller and per
root cause are sums over edges, so they cannot disagree (design rule 5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sim.counters import Counters

from .functions import Function

Trigger = Literal["cron", "scheduler", "action", "client", "dataChange", "flow"]


class Edge(Counters):
    """Counters of one caller's calls to one function."""

    __slots__ = (
        "caller", "deepest", "failed_per_bin", "function", "per_bin", "retried_per_bin", "root",
        "seen", "trigger",
    )  # fmt: skip

    def __init__(self, trigger: Trigger, caller: str, function: Function, root: Root) -> None:
        super().__init__()
        self.trigger = trigger
        self.caller = caller
        self.function = function
        self.root = root
        self.deepest = 0
        """The highest generation of the calls."""
        self.per_bin: list[int] = []
        """Calls per time bin, bins that are over."""
        self.retried_per_bin: list[int] = []
        self.failed_per_bin: list[int] = []
        self.seen = (0, 0, 0)
        """Calls, retried and failed in the bins that are over."""

    def count(self, generation: int, comes_round: bool) -> None:
        """One call, of an execution of a generation."""
        self.calls += 1
        self.rounds += comes_round
        self.generations += generation
        if generation > self.deepest:
            self.deepest = generation

    def count_again(self, times: int, generation: int, *, failed: bool) -> None:
        """The last call so many times more, by others: the cache answers them unless it failed."""
        self.calls += times
        self.generations += times * generation
        if failed:
            self.errors += times
        else:
            self.cached += times

    def open_bins(self, number: int) -> None:
        """There were so many time bins before the edge."""
        self.per_bin, self.retried_per_bin, self.failed_per_bin = ([0] * number for _ in range(3))

    def close_bin(self) -> None:
        """End the current time bin."""
        calls, retried, failed = self.seen
        self.per_bin.append(self.calls - calls)
        self.retried_per_bin.append(self.retried - retried)
        self.failed_per_bin.append(self.failed - failed)
        self.seen = self.calls, self.retried, self.failed


class Edges(dict[str, Edge]):
    """The edges of one caller, by function name; a new edge is opened on first use."""

    __slots__ = ("_ledger", "caller", "root", "trigger")

    def __init__(self, ledger: Ledger, trigger: Trigger, caller: str, root: Root) -> None:
        super().__init__()
        self._ledger = ledger
        self.trigger = trigger
        self.caller = caller
        self.root = root

    def __missing__(self, name: str) -> Edge:
        edge = Edge(self.trigger, self.caller, self._ledger.function(name), self.root)
        edge.open_bins(self._ledger.bins)
        self[name] = edge
        return edge


class _Callers(dict[str, Edges]):
    """The edges of functions that call others in one way, by name."""

    __slots__ = ("_ledger", "_root", "_trigger")

    def __init__(self, ledger: Ledger, trigger: Trigger, root: Root) -> None:
        super().__init__()
        self._ledger = ledger
        self._trigger = trigger
        self._root = root

    def __missing__(self, name: str) -> Edges:
        edges = self[name] = self._ledger._open(self._trigger, name, self._root)
        return edges


class Root:
    """What starts a lineage: a cron, a kind of client, or organic traffic."""

    __slots__ = ("entry", "jobs", "name", "reruns", "subcalls")

    def __init__(self, ledger: Ledger, trigger: Trigger, caller: str, name: str) -> None:
        self.name = name
        """Such as ``cron:refresh-auto-setlists``."""
        self.entry = ledger._open(trigger, caller, self)
        """Edges to what it calls or schedules itself."""
        self.subcalls = _Callers(ledger, "action", self)
        """By action: edges to what it calls while it runs."""
        self.jobs = _Callers(ledger, "scheduler", self)
        """By function: edges to what it schedules."""
        self.reruns = _Callers(ledger, "dataChange", self)
        """By function: edges to subscribed queries that run again because of what it wrote."""


class Ledger:
    """All edges of a run and its time bins."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self._functions = functions
        self._callers: dict[tuple[Trigger, str, str], Edges] = {}
        self._roots: dict[str, Root] = {}
        self.bins = 0
        """Time bins that are over."""

    def function(self, name: str) -> Function:
        """The registered function of that name; raises `KeyError` with the names there are."""
        try:
            return self._functions[name]
        except KeyError:
            known = ", ".join(sorted(self._functions))
            raise KeyError(f"no function named {name!r}; there are: {known}") from None

    def root(self, trigger: Trigger, caller: str, name: str) -> Root:
        """The root of that name; its own calls are those of ``caller``."""
        label = f"{trigger}:{name}"
        if label not in self._roots:
            self._roots[label] = Root(self, trigger, caller, label)
        return self._roots[label]

    def _open(self, trigger: Trigger, caller: str, root: Root) -> Edges:
        edges = self._callers[trigger, caller, root.name] = Edges(self, trigger, caller, root)
        return edges

    def __iter__(self) -> Iterator[Edge]:
        """Every edge, in an order that does not depend on the run."""
        for key in sorted(self._callers):
            for name in sorted(self._callers[key]):
                yield self._callers[key][name]

    def close_bin(self) -> None:
        """End the current time bin."""
        for edges in self._callers.values():
            for edge in edges.values():
                edge.close_bin()
        self.bins += 1
