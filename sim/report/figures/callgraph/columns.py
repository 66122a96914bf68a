"""Nodes in columns, from what starts the calls on the left to what they end in on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..canvas import WIDE
from ..words import broken
from .drawn import Drawn
from .strokes import Place, arrow, label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 54.0
"""Points from a node to the next one below: four lines, and room."""
LABEL = 88.0
"""Points that a node takes in its column, which is this many characters:"""
LONGEST = 14
_AROUND = 28.0
"""Points that an edge within a column stands out."""


def columns_height(drawn: Drawn) -> float:
    """Points from the top to below the last node."""
    return ROW * max([2, *map(len, drawn.layers)])


def draw_columns(axes: Axes, drawn: Drawn) -> dict[str, str]:
    """Edges leave on the right and arrive on the left; those that lead back do the opposite."""
    pitch = (WIDE * 72 - LABEL) / max(1, len(drawn.layers) - 1)
    middle = columns_height(drawn) / 2
    places = {
        name: (LABEL / 2 + column * pitch, middle + (row - (len(layer) - 1) / 2) * ROW)
        for column, layer in enumerate(drawn.layers)
        for row, name in enumerate(layer)
    }
    tooltips: dict[str, str] = {}
    for number, edge in enumerate(drawn.edges):
        start, end, *bends = _way(places[edge.caller], places[edge.function])
        tooltips |= arrow(axes, drawn, number, start, end, *bends)
    for node in enumerate(places):
        name, place = node[1], places[node[1]]
        module, _, function = name.rpartition(":")
        own = [(line, True) for line in broken(function, LONGEST, 2)]
        lines = [(module, False), *own, (drawn.calls(name), False)]
        tooltips |= label(axes, node, lines, place, "center")
    return tooltips


def _way(start: Place, end: Place) -> tuple[Place, Place, float, float]:
    """Where an edge begins and ends beside its nodes, and how it is bent there."""
    half = LABEL / 2
    (x, y), (to_x, to_y) = start, end
    if to_x > x:
        bend = (to_x - x - LABEL) / 2
        return (x + half, y), (to_x - half, to_y), bend, -bend
    if to_x < x:  # beside the way there
        bend = (x - to_x - LABEL) / 2
        return (x - half, y + 9), (to_x + half, to_y + 9), -bend, bend
    apart = 14 if y == to_y else 0  # an edge to itself
    return (x + half, y + apart), (x + half, to_y - apart), _AROUND, _AROUND
