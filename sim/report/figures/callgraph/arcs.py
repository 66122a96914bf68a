"""Nodes in a list, for narrow pages; arcs on its left lead from each to those that it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..canvas import NARROW
from ..words import broken
from .drawn import Drawn
from .strokes import arrow, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 34.0
"""Points from a node to the next one below: two lines, and room."""
LONGEST = 27
"""Characters of a name beside the arcs."""
_LEFT = NARROW * 72 * 0.36
"""Points that the arcs have."""


def list_height(drawn: Drawn) -> float:
    """Points from the top to below the last node."""
    return ROW * (sum(map(len, drawn.layers)) + 0.3)


def draw_list(axes: Axes, drawn: Drawn) -> dict[str, str]:
    """The further an arc leads, the further it stands out."""
    names = [name for layer in drawn.layers for name in layer]
    rows = {name: ROW * (number + 0.6) for number, name in enumerate(names)}
    tooltips: dict[str, str] = {}
    for number, edge in enumerate(drawn.edges):
        y, to_y = rows[edge.caller] + 3, rows[edge.function] - 3
        reach = _LEFT * (0.2 + 1.05 * abs(to_y - y) / (ROW * len(names)))
        tooltips |= arrow(axes, drawn, number, (_LEFT, y), (_LEFT, to_y), -reach, -reach)
    for node in enumerate(names):
        name, y = node[1], rows[node[1]]
        module, _, function = name.rpartition(":")
        below = ", ".join(filter(None, [module, drawn.calls(name)]))
        (line,) = broken(function, LONGEST, 1)
        tooltips |= label(axes, node, [(line, True), (below, False)], (_LEFT + 6, y), "left")
    return tooltips
