"""The call graph of a run as a chart: roots on the left, what they lead to on the right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sim.numbers import count
from sim.result import CallEdge, Result

from .canvas import COLOURS, INK, Chart, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_EDGES = 18
"""Edges drawn at most, the busiest ones."""
LAYERS = 5
"""Columns of nodes at most: what is further away shares the last one."""
_ROW_INCHES = 0.42

Place = tuple[float, float]


def call_graph_chart(result: Result) -> Chart:
    """Who calls and schedules whom; organic traffic, which calls nothing modelled, is left out."""
    edges = sorted(
        (edge for edge in result.call_graph if edge.trigger != "flow"),
        key=lambda edge: (-edge.calls, edge.caller, edge.function),
    )
    shown = edges[:MOST_EDGES]
    layers = _layers(shown)
    tallest = max((len(layer) for layer in layers), default=1)
    with canvas(0.6 + _ROW_INCHES * max(3, tallest)) as (figure, (axes,)):
        axes.set_axis_off()
        axes.set_xlim(-0.55, max(1, len(layers) - 1) + 0.55)
        axes.set_ylim(-0.7, tallest - 0.3)
        places = _places(layers, tallest)
        most = max((edge.calls for edge in shown), default=1)
        for edge in shown:
            _draw_edge(axes, edge, places, most)
        for name, (x, y) in places.items():
            module, _, function = name.rpartition(":")
            axes.text(x, y, f"{module}\n{function}" if module else function, ha="center",
                      va="center", fontsize=6.5, linespacing=1.1)  # fmt: skip
    busiest = "; ".join(
        f"{edge.caller} to {edge.function}, {count(edge.per_day)} a day" for edge in shown[:5]
    )
    left = len(edges) - len(shown)
    alt = (
        f"The busiest edges of the call graph: {busiest or 'none'}."
        + (f" {left} rarer ones are not drawn." if left else "")
        + " Dashed: scheduled; else called and awaited. The wider, the more calls."
    )
    return Chart("Call graph", alt, figure)


def _layers(edges: Sequence[CallEdge]) -> list[list[str]]:
    """Nodes by their distance from a root; what no root reaches through these edges comes first."""
    names = sorted({name for edge in edges for name in (edge.caller, edge.function)})
    called = {edge.function for edge in edges if edge.caller != edge.function}
    distance = {name: 0 for name in names if name not in called}
    if not distance and names:
        distance[names[0]] = 0
    reached = sorted(distance)
    while reached:
        following = []
        for edge in edges:
            if edge.caller in reached and edge.function not in distance:
                distance[edge.function] = min(distance[edge.caller] + 1, LAYERS - 1)
                following.append(edge.function)
        reached = following
    layers: list[list[str]] = [[] for _ in range(max(distance.values(), default=0) + 1)]
    for name in names:
        layers[distance.get(name, 0)].append(name)
    return layers


def _places(layers: Sequence[Sequence[str]], tallest: int) -> Mapping[str, Place]:
    return {
        name: (float(x), (tallest - 1) / 2 + (len(layer) - 1) / 2 - row)
        for x, layer in enumerate(layers)
        for row, name in enumerate(layer)
    }


def _draw_edge(axes: Axes, edge: CallEdge, places: Mapping[str, Place], most: int) -> None:
    from matplotlib.patches import FancyArrowPatch

    start, end = places[edge.caller], places[edge.function]
    back = end[0] <= start[0]
    if edge.caller == edge.function:
        start, end = (start[0] - 0.15, start[1] + 0.2), (end[0] + 0.15, end[1] + 0.2)
    bend = 0.35 if back else 0.0
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=7,
            linewidth=0.5 + 3 * math.sqrt(edge.calls / most),
            linestyle="--" if edge.jobs else "-", shrinkA=30, shrinkB=30,
            connectionstyle=f"arc3,rad={bend}",
            color=COLOURS[1] if back else COLOURS[0], alpha=0.8,
        )
    )  # fmt: skip
    # Near the end of a straight edge, where those that cross it are apart; on top of a bend.
    along = 0.5 if back else 0.66
    x, y = (a + along * (b - a) for a, b in zip(start, end, strict=True))
    x, y = x + bend / 2 * (end[1] - start[1]), y - bend / 2 * (end[0] - start[0])
    axes.text(x, y, count(edge.per_day), ha="center", va="bottom", fontsize=5.5, color=INK)
