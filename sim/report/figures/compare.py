"""The chart of several runs together."""

from __future__ import annotations

from collections.abc import Sequence

from sim.numbers import amount
from sim.result import Result

from .bins import Bins, calls_per_bin, stepped, time_axis
from .canvas import RUN_COLOURS, Chart, canvas
from .words import legend, measure, named

_LINES = ("-", "--", ":")
"""Told apart by colour, and by stroke where there are more runs than colours."""


def together_chart(results: Sequence[Result], *, narrow: bool = False) -> Chart:
    """Calls per hour of several runs, a line for each."""
    said = []
    with canvas(2.9, narrow=narrow) as (figure, (axes,)):
        for number, result in enumerate(results):
            bins = Bins(result)
            rates = bins.rate(calls_per_bin(result))
            turn, place = divmod(number, len(RUN_COLOURS))
            name = result.scenario.name
            stepped(axes, bins.edges, rates, label=named(name), color=RUN_COLOURS[place],
                    linewidth=2, linestyle=_LINES[turn % len(_LINES)])  # fmt: skip
            said.append(f"{name} at most {amount(max(rates))}, at the end {amount(rates[-1])}")
        time_axis(axes, max(result.scenario.horizon_s for result in results) / 3600)
        axes.set_ylim(bottom=0)
        measure(axes, "calls per hour")
        legend(figure, axes, beside=not narrow and len(results) > 1)
    return Chart("Calls per hour", f"Calls per hour, all functions: {'; '.join(said)}.", figure)
