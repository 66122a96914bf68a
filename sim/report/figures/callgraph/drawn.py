"""What is drawn of a call graph: its busiest edges, in layers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.numbers import count
from sim.result import CallEdge, Result

from ..canvas import COLOURS
from .layers import layers_of, within

if TYPE_CHECKING:
    import networkx as nx

MOST_EDGES, FEWEST_EDGES = 16, 10
"""Edges drawn, the busiest ones: fewer where more of them would not fit into the columns."""
LAYERS = 5
"""Columns of nodes at most."""
LOOP_COLOUR, ONWARD_COLOUR = COLOURS[1], COLOURS[0]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The busiest edges, where their nodes stand, and which of them lie on a loop."""

    edges: list[CallEdge]
    layers: list[list[str]]
    looping: set[tuple[str, str]]
    per_day: dict[str, float]
    """Calls of every function."""
    left_out: int
    """Edges that are not drawn."""

    @classmethod
    def of(cls, result: Result) -> Drawn:
        """Of a run; organic traffic, which calls nothing modelled, is left out."""
        import networkx as nx

        edges = sorted(
            (edge for edge in result.call_graph if edge.trigger != "flow"),
            key=lambda edge: (-edge.calls, edge.caller, edge.function),
        )
        shown, graph = edges[:MOST_EDGES], _between(edges[:MOST_EDGES])
        while len(layers_of(graph)) > LAYERS and len(shown) > FEWEST_EDGES:
            shown = shown[:-1]
            graph = _between(shown)
        looping = {
            (start, end)
            for loop in nx.strongly_connected_components(graph)
            for start, end in graph.subgraph(loop).edges
        }
        per_day = {name: use.per_day for name, use in result.by_function.items()}
        layers = within(layers_of(graph), LAYERS)
        return cls(shown, layers, looping, per_day, len(edges) - len(shown))

    def width(self, edge: CallEdge) -> float:
        """The wider, the more calls (points)."""
        most = max(edge.calls for edge in self.edges) or 1
        return 0.6 + 3 * math.sqrt(edge.calls / most)

    def colour(self, edge: CallEdge) -> str:
        """Whether the edge is part of a loop."""
        return LOOP_COLOUR if (edge.caller, edge.function) in self.looping else ONWARD_COLOUR

    def calls(self, name: str) -> str:
        """What is written beside a node's name; nothing for what is no function."""
        return f"{count(self.per_day[name])}/day" if name in self.per_day else ""


def told(edge: CallEdge) -> str:
    """An edge in words."""
    if edge.trigger == "dataChange":
        done = f"runs {edge.function} again"
    else:
        done = f"{'schedules' if edge.jobs else 'calls'} {edge.function}"
    return f"{edge.caller} {done}, {count(edge.per_day)} calls a day"


def stroke(edge: CallEdge) -> str:
    """The line of an edge, by how the caller brings the call about."""
    if edge.trigger == "dataChange":
        return ":"
    return "--" if edge.jobs else "-"


def _between(edges: Iterable[CallEdge]) -> nx.DiGraph[str]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((edge.caller, edge.function) for edge in edges)
    return graph
