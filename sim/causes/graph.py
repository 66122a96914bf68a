"""The call graph of a run, and its exports: DOT, Mermaid and GraphML."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.escaping import dot, mermaid, visible
from sim.numbers import amount
from sim.result import BETWEEN_FUNCTIONS, Result

if TYPE_CHECKING:
    import networkx as nx


def call_graph(result: Result) -> nx.MultiDiGraph[str]:
    """Functions and roots as nodes; edges by trigger (the key), with calls, per_day and jobs.

    Nodes have their calls too, and a ``kind``: a function's type, or that of a root.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=result.scenario.name)
    for edge in result.call_graph:
        for name in (edge.caller, edge.function):
            use = result.by_function.get(name)
            root = "function" if edge.trigger in BETWEEN_FUNCTIONS else name.partition(":")[0]
            kind, calls, per_day = (use.type, use.calls, use.per_day) if use else (root, 0, 0.0)
            graph.add_node(name, kind=kind, calls=calls, per_day=per_day)
        graph.add_edge(
            edge.caller, edge.function, edge.trigger,
            trigger=edge.trigger, calls=edge.calls, per_day=edge.per_day, jobs=edge.jobs,
        )  # fmt: skip
    return graph


def exported(result: Result, format_: str) -> str:
    """The call graph as text in one of `EXPORTS`."""
    return EXPORTS[format_](result)


def _dot(result: Result) -> str:
    lines = ["digraph calls {", "  rankdir=LR;"]
    graph = call_graph(result)
    for name, data in graph.nodes(data=True):
        shape = "box" if data["kind"] in _FUNCTION_TYPES else "ellipse"
        lines.append(f"  {dot(name)} [shape={shape}];")
    for caller, function, data in graph.edges(data=True):
        style = _DOT_STYLES.get(_kind(data), "")
        lines.append(f"  {dot(caller)} -> {dot(function)} [label={dot(_rate(data))}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _mermaid(result: Result) -> str:
    graph = call_graph(result)
    numbers = {name: f"n{number}" for number, name in enumerate(graph)}
    lines = ["flowchart LR"]
    for name, data in graph.nodes(data=True):
        left, right = ("[", "]") if data["kind"] in _FUNCTION_TYPES else ("([", "])")
        lines.append(f"  {numbers[name]}{left}{mermaid(name)}{right}")
    for caller, function, data in graph.edges(data=True):
        arrow = "-->" if _kind(data) == "calls" else "-.->"
        lines.append(f"  {numbers[caller]} {arrow}|{mermaid(_rate(data))}| {numbers[function]}")
    return "\n".join(lines) + "\n"


def _graphml(result: Result) -> str:
    import networkx as nx

    stream = io.BytesIO()
    graph = nx.relabel_nodes(call_graph(result), visible)
    graph.graph["name"] = visible(graph.graph["name"])
    for _, data in graph.nodes(data=True):
        data["kind"] = visible(data["kind"])
    nx.write_graphml_xml(graph, stream, named_key_ids=True)
    return stream.getvalue().decode() + "\n"


_DOT_STYLES = {"schedules": ' style="dashed"', "runs again": ' style="dotted"'}


def _kind(data: dict[str, Any]) -> str:
    """How a caller brings a call about."""
    if data["trigger"] == "dataChange":
        return "runs again"
    return "schedules" if data["jobs"] else "calls"


_FUNCTION_TYPES = ("query", "mutation", "action", "function")

EXPORTS: dict[str, Callable[[Result], str]] = {
    "dot": _dot,
    "mermaid": _mermaid,
    "graphml": _graphml,
}
"""Format → how the call graph is written in it. Edges of scheduled calls are
dashed, those of queries that run again are dotted."""


def _rate(data: dict[str, Any]) -> str:
    return f"{amount(data['per_day'])}/day"
