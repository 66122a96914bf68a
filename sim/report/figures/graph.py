"""The call graph of a run as a chart: what starts the calls on the left, what they lead to beside.

On a narrow page it is a list of the functions with arcs from each to those that it calls.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.numbers import count
from sim.result import CallEdge, Result

from .canvas import COLOURS, NARROW, WIDE, Chart, canvas
from .layers import layers_of, within
from .svg import INK, PAPER
from .words import broken, legend

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

MOST_EDGES, FEWEST_EDGES = 16, 10
"""Edges drawn, the busiest ones: fewer where more of them would not fit into the columns."""
LAYERS = 5
"""Columns of nodes at most."""
ROW, ROW_NARROW = 54.0, 34.0
"""Points from a node to the next one below."""
_LABEL = 88.0
"""Points that the name of a node takes at most, in lines of so many characters:"""
_LONGEST, _LONGEST_NARROW = 14, 27
_LINE = 11.2
_ALPHA = {"name": 1.0, "soft": 0.75}
_LEGEND = 40.0
_POINTS = 72.0

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What is drawn: the busiest edges, and which of them lie on a loop."""

    edges: list[CallEdge]
    layers: list[list[str]]
    looping: set[tuple[str, str]]
    per_day: dict[str, float]
    """Calls of every function."""

    def width(self, edge: CallEdge) -> float:
        """The wider, the more calls."""
        most = max(edge.calls for edge in self.edges) or 1
        return 0.6 + 3 * math.sqrt(edge.calls / most)

    def colour(self, edge: CallEdge) -> str:
        """Red is a loop, blue is not."""
        return COLOURS[(edge.caller, edge.function) in self.looping]

    def calls(self, name: str) -> str:
        """What is written below a node's name; nothing for what is no function."""
        return f"{count(self.per_day[name])}/day" if name in self.per_day else ""


def call_graph_chart(result: Result, *, narrow: bool = False) -> Chart:
    """Who calls and schedules whom; organic traffic, which calls nothing modelled, is left out."""
    edges = sorted(
        (edge for edge in result.call_graph if edge.trigger != "flow"),
        key=lambda edge: (-edge.calls, edge.caller, edge.function),
    )
    drawn = _drawn(edges, result)
    draw = _list if narrow else _graph
    height = (_list_height if narrow else _graph_height)(drawn.layers)
    with canvas(height / _POINTS, narrow=narrow) as (figure, (axes,)):
        figure.set_layout_engine("none")
        axes.set_axis_off()
        axes.set_position((0, 0, 1, 1))
        axes.set_xlim(0, (NARROW if narrow else WIDE) * _POINTS)
        axes.set_ylim(height, 0)  # points, from the top
        tooltips = draw(axes, drawn)
        for label, colour, style in _legend(drawn):
            axes.plot([], [], color=colour, linestyle=style, label=label)
        if drawn.edges:
            legend(figure, axes, beside=False, columns=1 if narrow else 3)
    return Chart("Call graph", _in_words(drawn, len(edges)), figure, tooltips)


def _drawn(edges: list[CallEdge], result: Result) -> _Drawn:
    import networkx as nx

    shown, layers = edges[:MOST_EDGES], layers_of(_between(edges[:MOST_EDGES]))
    while len(layers) > LAYERS and len(shown) > FEWEST_EDGES:
        shown = shown[:-1]
        layers = layers_of(_between(shown))
    graph = _between(shown)
    looping = {
        (start, end)
        for loop in nx.strongly_connected_components(graph)
        for start, end in graph.subgraph(loop).edges
    }
    per_day = {name: use.per_day for name, use in result.by_function.items()}
    return _Drawn(shown, within(layers, LAYERS), looping, per_day)


def _between(edges: Iterable[CallEdge]) -> nx.DiGraph[str]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((edge.caller, edge.function) for edge in edges)
    return graph


def _legend(drawn: _Drawn) -> Iterable[tuple[str, str, str]]:
    if any(not edge.jobs for edge in drawn.edges):
        yield "calls, and waits for the answer", INK, "-"
    if any(edge.jobs for edge in drawn.edges):
        yield "schedules", INK, "--"
    if drawn.looping:
        yield "part of a loop", COLOURS[1], "-"


def _in_words(drawn: _Drawn, edges: int) -> str:
    if not drawn.edges:
        return "No function calls another."
    busiest = "; ".join(
        f"{edge.caller} {'schedules' if edge.jobs else 'calls'} {edge.function}, "
        f"{count(edge.per_day)} calls a day" for edge in drawn.edges[:3]
    )  # fmt: skip
    text = f"The wider a line, the more calls. The widest: {busiest}."
    if drawn.looping:
        text += " Red lines are part of a loop: calls that lead back to the same function."
    if left := edges - len(drawn.edges):
        text += f" {left} lines with fewer calls are not drawn."
    return text


# -- layers --------------------------------------------------------------------------------------


def _graph_height(layers: Sequence[Sequence[str]]) -> float:
    return ROW * max([2, *map(len, layers)]) + _LEGEND


def _graph(axes: Axes, drawn: _Drawn) -> dict[str, str]:
    """Nodes in columns; a line leaves on the right and arrives on the left."""
    middle = (_graph_height(drawn.layers) - _LEGEND) / 2
    pitch = (WIDE * _POINTS - _LABEL) / max(1, len(drawn.layers) - 1)
    places = {
        name: (_LABEL / 2 + x * pitch, middle + (row - (len(layer) - 1) / 2) * ROW)
        for x, layer in enumerate(drawn.layers)
        for row, name in enumerate(layer)
    }
    tooltips = {}
    for number, edge in enumerate(drawn.edges):
        path = _way(places[edge.caller], places[edge.function])
        tooltips |= _arrow(axes, drawn, edge, path, f"edge {number}")
    for number, (name, place) in enumerate(places.items()):
        module, _, function = name.rpartition(":")
        lines = [("soft", module), *(("name", line) for line in broken(function, _LONGEST, 2)),
                 ("soft", drawn.calls(name))]  # fmt: skip
        tooltips |= _label(axes, name, lines, place, "center", f"n {number}")
    return tooltips


def _way(start: Place, end: Place) -> list[Place]:
    """The corners of a smooth line from one node to another."""
    half = _LABEL / 2
    (x, y), (to_x, to_y) = start, end
    if to_x > x:
        bend = (to_x - x - _LABEL) / 2
        return [(x + half, y), (x + half + bend, y), (to_x - half - bend, to_y), (to_x - half, to_y)]
    if to_x < x:  # back, beside the way there
        y, to_y, bend = y + 9, to_y + 9, (x - to_x - _LABEL) / 2
        return [(x - half, y), (x - half - bend, y), (to_x + half + bend, to_y), (to_x + half, to_y)]
    if y == to_y:  # to itself
        return [(x + half, y + 6), (x + half + 24, y + 16), (x + half + 24, y - 16), (x + half, y - 6)]
    return [(x + half, y), (x + half + 24, y), (x + half + 24, to_y), (x + half, to_y)]


# -- a list --------------------------------------------------------------------------------------


def _list_height(layers: Sequence[Sequence[str]]) -> float:
    return ROW_NARROW * (sum(map(len, layers)) + 0.5) + 1.6 * _LEGEND


def _list(axes: Axes, drawn: _Drawn) -> dict[str, str]:
    """Nodes below each other; an arc on the left leads from each to those that it calls."""
    names = [name for layer in drawn.layers for name in layer]
    rows = {name: ROW_NARROW * (number + 0.6) for number, name in enumerate(names)}
    left = NARROW * _POINTS * 0.36
    furthest = max((abs(rows[edge.caller] - rows[edge.function]) for edge in drawn.edges), default=1)
    tooltips = {}
    for number, edge in enumerate(drawn.edges):
        y, to_y = rows[edge.caller] + 3, rows[edge.function] - 3
        reach = left * (0.2 + 1.05 * abs(to_y - y) / (furthest + ROW_NARROW))
        path = [(left, y), (left - reach, y), (left - reach, to_y), (left, to_y)]
        tooltips |= _arrow(axes, drawn, edge, path, f"edge {number}")
    for number, (name, y) in enumerate(rows.items()):
        module, _, function = name.rpartition(":")
        below = ", ".join(filter(None, [module, drawn.calls(name)]))
        lines = [("name", *broken(function, _LONGEST_NARROW, 1)), ("soft", below)]
        tooltips |= _label(axes, name, lines, (left + 6, y), "left", f"n {number}")
    return tooltips


# -- both ----------------------------------------------------------------------------------------


def _label(
    axes: Axes, name: str, lines: Sequence[tuple[str, str]], place: Place, align: str, gid: str
) -> dict[str, str]:
    """A node's name, and more softly its module and calls; what passes behind it is hidden."""
    shown = [(kind, line) for kind, line in lines if line]
    x, y = place
    gids = {}
    for number, (kind, line) in enumerate(shown):
        part = f"{gid} {number}"
        axes.text(
            x, y + (number - (len(shown) - 1) / 2) * _LINE, line, ha=align, va="center_baseline",
            alpha=_ALPHA[kind], gid=part,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"},
        )  # fmt: skip
        gids[part] = name
    return gids


def _arrow(
    axes: Axes, drawn: _Drawn, edge: CallEdge, corners: Sequence[Place], gid: str
) -> dict[str, str]:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    width = drawn.width(edge)
    path = Path(corners, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    axes.add_patch(
        FancyArrowPatch(
            path=path, arrowstyle="-|>", mutation_scale=7 + 2 * width, linewidth=width,
            linestyle="--" if edge.jobs else "-", color=drawn.colour(edge), gid=gid,
        )
    )  # fmt: skip
    verb = "schedules" if edge.jobs else "calls"
    return {gid: f"{edge.caller} {verb} {edge.function}: {count(edge.per_day)} calls a day"}
