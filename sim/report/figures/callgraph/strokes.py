"""What both drawings are made of: smooth arrows, and labels that hide what passes behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.result import CallEdge

from ..svg import PAPER
from .drawn import Drawn, stroke, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Place = tuple[float, float]
"""Points from the left and from the top."""
LINE = 11.2
"""Points from a line of a label to the next one."""
_SOFT = 0.75


def arrow(axes: Axes, drawn: Drawn, number: int, start: Place, end: Place,
          out: float, into: float) -> dict[str, str]:  # fmt: skip
    """One edge: it leaves and arrives level, bent by so many points on either side.

    Gives its id, and what a pointer over it is told.
    """
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    edge: CallEdge = drawn.edges[number]
    (x, y), (to_x, to_y) = start, end
    corners = [(x, y), (x + out, y), (to_x + into, to_y), (to_x, to_y)]
    width, gid = drawn.width(edge), f"edge {number}"
    axes.add_patch(
        FancyArrowPatch(
            path=Path(corners, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]),
            arrowstyle="-|>", mutation_scale=7 + 2 * width, linewidth=width,
            linestyle=stroke(edge), color=drawn.colour(edge), gid=gid,
        )
    )  # fmt: skip
    return {gid: told(edge)}


def label(
    axes: Axes, node: tuple[int, str], lines: Sequence[tuple[str, bool]], place: Place, align: str
) -> dict[str, str]:
    """The lines of a node, with whether each is part of its name: the others are softer.

    Gives their ids, which have the node's number, and its whole name for a pointer over them.
    """
    shown = [(line, is_name) for line, is_name in lines if line]
    x, y = place
    tooltips = {}
    for number, (line, is_name) in enumerate(shown):
        gid = f"node {node[0]} {number}"
        axes.text(
            x, y + (number - (len(shown) - 1) / 2) * LINE, line, ha=align, va="center_baseline",
            alpha=1.0 if is_name else _SOFT, gid=gid,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": PAPER, "edgecolor": "none"},
        )  # fmt: skip
        tooltips[gid] = node[1]
    return tooltips
