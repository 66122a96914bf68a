"""Layers of a call graph, from what starts the calls to what they end in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

SWEEPS = 4
"""Times that the layers are put in order, each by its neighbours; more changes little."""


def layers_of(graph: nx.DiGraph[str]) -> list[list[str]]:
    """The nodes in layers, each one further than the last one that calls it.

    Only edges that close a loop lead back.
    """
    import networkx as nx

    forward = nx.DiGraph(graph)
    forward.remove_edges_from(list(back_edges(graph)))
    return _untangled(forward, [list(layer) for layer in nx.topological_generations(forward)])


def within(layers: list[list[str]], most: int) -> list[list[str]]:
    """At most so many layers: what is too far shares the last one."""
    last = [node for layer in layers[most - 1 :] for node in layer]
    return [*layers[: most - 1], *([last] if last else [])]


def back_edges(graph: nx.DiGraph[str]) -> set[tuple[str, str]]:
    """Edges to where the way already came from, searching from the nodes that nobody calls."""
    import networkx as nx

    found = set()
    seen: set[str] = set()
    for source in sorted(graph, key=lambda node: graph.in_degree(node)):
        if source in seen:
            continue
        way: list[str] = []
        for start, end, kind in nx.dfs_labeled_edges(graph, source):
            if kind == "forward":
                way.append(end)
                seen.add(end)
            elif kind == "reverse":
                way.pop()
            elif end in way:
                found.add((start, end))
    return found


def _untangled(graph: nx.DiGraph[str], layers: list[list[str]]) -> list[list[str]]:
    """Each layer in the order of where its neighbours stand, so that few edges cross."""
    for _ in range(SWEEPS):
        for layer in layers:
            place = _places(layers)
            means = {node: _mean([place[other] for other in
                                  (*graph.predecessors(node), *graph.successors(node))],
                                 place[node]) for node in layer}  # fmt: skip
            layer.sort(key=lambda node: means[node])
    return layers


def _places(layers: Sequence[Sequence[str]]) -> dict[str, float]:
    """How far down every node stands, from 0 to 1."""
    return {node: (row + 0.5) / len(layer) for layer in layers for row, node in enumerate(layer)}


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise
