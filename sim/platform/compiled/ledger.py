"""The ledger of a compiled run: the reference engine's own, filled from the engine's counters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.counters import COUNTERS, Counters, total
from sim.observation import Chosen
from sim.platform.reference import Backend, Edge, Root

from .deploy import Deployment
from .layout import EDGE, Layout

_NAMES = EDGE.names or ()
_CALLS = _NAMES.index("calls")


class UsedEdges:
    """The edges in use, by the numbers that the engine has for them.

    The engine has room for every edge that could be; few are ever used. It counts those that are,
    so that all of them are looked through only when there is a new one.
    """

    def __init__(self, backend: Backend, layout: Layout, deployment: Deployment) -> None:
        self._backend = backend
        self._layout = layout
        self._names = layout.program.functions
        self._memory = deployment.memory
        self._known: list[Edge] = []
        self._numbers = np.array([], np.int64)
        self._seen = 0
        self._chosen: dict[Chosen, tuple[np.ndarray, list[Edge]]] = {}

    def update_ledger(self) -> None:
        """Bring the ledger up to date."""
        self._find()
        counted = self._memory.tables["edges"][self._numbers].tolist()
        for edge, values in zip(self._known, counted, strict=True):
            for name, value in zip(_NAMES, values, strict=True):
                setattr(edge, name, value)

    def total(self, chosen: Chosen) -> Counters:
        """The counters of all calls over the edges that are chosen, without the ledger."""
        self._find()
        if chosen not in self._chosen:
            numbers = [n for n, edge in zip(self._numbers, self._known, strict=True)
                       if chosen(edge)]  # fmt: skip
            known = set(self._known)
            flow = [edge for edge in self._backend.ledger if edge not in known and chosen(edge)]
            self._chosen[chosen] = (np.array(numbers, np.int64), flow)
        numbers_of, flow = self._chosen[chosen]
        words = self._memory.tables["edges"].view(np.int64).reshape(-1, len(_NAMES))
        rows = words.take(numbers_of, axis=0)
        counted = ((rows[:, _CALLS] > 0) @ rows).tolist()
        return total([Counters(*counted[: len(COUNTERS)]), *_called(flow)])

    def _find(self) -> None:
        """Find the edges that were used since the last time for the first time."""
        used = int(self._memory["clock"]["edges_used"])
        if used == self._seen:
            return
        edges = self._memory.tables["edges"]
        (self._numbers,) = np.nonzero((edges["calls"] > 0) | (edges["jobs"] > 0))
        self._known = [self._open(number) for number in self._numbers.tolist()]
        self._seen = used
        self._chosen.clear()

    def _open(self, number: int) -> Edge:
        """The ledger's edge for the engine's."""
        layout, names = self._layout, self._names
        root_number, rest = divmod(number, layout.edges_of_a_root)
        row, function = divmod(rest, layout.functions)
        root = self._root(root_number)
        if row == layout.entry_row:
            edges = root.entry
        elif row >= layout.functions:
            edges = root.subcalls[names[row - layout.functions]]
        else:
            edges = root.jobs[names[row]]
        return edges[names[function]]

    def _root(self, number: int) -> Root:
        scripts = list(self._backend.clients.scripts)
        if number < len(scripts):
            return self._backend.clients.root(scripts[number])
        return list(self._backend.crons)[number - len(scripts)].edge.root


def _called(edges: Iterable[Edge]) -> Iterable[Edge]:
    return (edge for edge in edges if edge.calls)
