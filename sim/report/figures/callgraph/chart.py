"""The chart: columns of functions; on a narrow page a list of them with arcs."""

from __future__ import annotations

from collections.abc import Iterator

from sim.result import Result

from ..canvas import NARROW, WIDE, Chart, canvas
from ..svg import INK
from ..words import legend
from .arcs import draw_list, list_height
from .columns import columns_height, draw_columns
from .drawn import LOOP_COLOUR, Drawn, stroke, told

_POINTS = 72.0
"""Points in an inch."""
_LEGEND_LINE = 14.0


def call_graph_chart(result: Result, *, narrow: bool = False) -> Chart:
    """Who calls and schedules whom, as far as it is modelled."""
    drawn = Drawn.of(result)
    marks = list(_marks(drawn))
    lines = len(marks) if narrow else 1
    height = (list_height if narrow else columns_height)(drawn) + _LEGEND_LINE * (lines + 1)
    with canvas(height / _POINTS, narrow=narrow) as (figure, (axes,)):
        figure.set_layout_engine("none")
        axes.set_axis_off()
        axes.set_position((0, 0, 1, 1))
        axes.set_xlim(0, (NARROW if narrow else WIDE) * _POINTS)
        axes.set_ylim(height, 0)  # points, from the top
        tooltips = (draw_list if narrow else draw_columns)(axes, drawn)
        for label, colour, style in marks:
            axes.plot([], [], color=colour, linestyle=style, label=label)
        if marks:
            legend(figure, axes, beside=False, columns=-(-len(marks) // lines))
    return Chart("Call graph", _in_words(drawn), figure, tooltips)


def _marks(drawn: Drawn) -> Iterator[tuple[str, str, str]]:
    """What the legend explains: text, colour and stroke."""
    strokes = {stroke(edge) for edge in drawn.edges}
    if "-" in strokes:
        yield "calls, and waits for the answer", INK, "-"
    if "--" in strokes:
        yield "schedules", INK, "--"
    if ":" in strokes:
        yield "writes what open pages show", INK, ":"
    if drawn.looping:
        yield "part of a loop", LOOP_COLOUR, "-"


def _in_words(drawn: Drawn) -> str:
    if not drawn.edges:
        return "No function calls another."
    busiest = "; ".join(told(edge) for edge in drawn.edges[:3])
    text = f"The wider a line, the more calls. The widest: {busiest}."
    if drawn.looping:
        text += " Red lines are part of a loop: calls that lead back to the same function."
    if drawn.left_out:
        text += f" {drawn.left_out} lines with fewer calls are not drawn."
    return text
