"""The charts of one run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.numbers import amount, count, dollars, percent
from sim.result import Result

from .canvas import COLOURS, MOST_BINS, Chart, canvas

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

STACKED = 6
"""Functions that have a colour of their own; the others share one."""
SHOWN_OUTCOMES = ("setlists_filled", "setlists_placeholder", "shows_without_setlist")
"""What the setlist app is for; other apps' outcomes are shown as far as there are colours."""


def run_charts(result: Result) -> list[Chart]:
    """Every chart that has something to show."""
    charts = [calls_chart(result), backlog_chart(result)]
    if result.conflicts.retried or result.conflicts.failed:
        charts.append(conflicts_chart(result))
    charts.append(cost_chart(result))
    if result.outcomes:
        charts.append(outcomes_chart(result))
    return charts


def calls_chart(result: Result) -> Chart:
    """Calls per hour by function, stacked."""
    uses = sorted(result.by_function.items(), key=lambda item: -item[1].calls)
    hours = result.bin_s / 3600
    series = {name: [calls / hours for calls in use.per_bin] for name, use in uses[:STACKED]}
    if rest := uses[STACKED:]:
        columns = zip(*(use.per_bin for _, use in rest), strict=True)
        series[f"{len(rest)} others"] = [sum(column) / hours for column in columns]
    edges, rows = _coarser(result, list(series.values()))
    with canvas(3.2) as (figure, (axes,)):
        bottom = [0.0] * len(edges)
        for (name, _), values, colour in zip(series.items(), rows, COLOURS, strict=False):
            steps = [*values, values[-1]]
            top = [low + value for low, value in zip(bottom, steps, strict=True)]
            axes.fill_between(edges, bottom, top, step="post", color=colour, linewidth=0,
                              label=name)  # fmt: skip
            bottom = top
        _time_axis(axes, edges)
        axes.set_ylabel("calls per hour")
        axes.yaxis.set_major_formatter(_counted)
        handles, labels = _reversed(axes)
        axes.legend(handles, labels, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    name, use = uses[0]
    peak = max(bottom)
    alt = (
        f"Calls per hour by function, stacked. At most {count(peak)} an hour, "
        f"{count(result.calls.per_day)} a day in all; the largest share is {name}'s with "
        f"{count(use.per_day)} a day."
    )
    return Chart("Calls per hour by function", alt, figure)


def backlog_chart(result: Result) -> Chart:
    """Jobs waiting, and the share of the slots in use."""
    scheduler = result.scheduler
    edges, (use,) = _coarser(result, [scheduler.slot_use_per_bin])
    _, (waiting,) = _coarser(result, [[float(jobs) for jobs in scheduler.backlog_per_bin]])
    with canvas(3.4, rows=2) as (figure, (above, below)):
        above.plot(edges, [0.0, *waiting], color=COLOURS[0])
        above.set_ylabel("jobs waiting")
        above.yaxis.set_major_formatter(_counted)
        above.set_ylim(bottom=0)
        below.stairs(use, edges, color=COLOURS[1], linewidth=1.5)
        below.set_ylabel("slots in use")
        below.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        below.set_ylim(0, max(1.0, *use) * 1.05)
        _time_axis(below, edges)
    alt = (
        f"Above: scheduled jobs due and waiting, at most {count(scheduler.peak_backlog)}, "
        f"{count(scheduler.final_backlog)} at the end. Below: scheduler slots in use, "
        f"{percent(scheduler.slot_use)} on average."
    )
    return Chart("Backlog and slot use", alt, figure)


def conflicts_chart(result: Result) -> Chart:
    """Conflicts by function, retried and failed."""
    uses = [(name, use) for name, use in result.by_function.items()
            if use.conflicts_retried or use.conflicts_failed]  # fmt: skip
    uses = sorted(uses, key=lambda item: item[1].conflicts_retried + item[1].conflicts_failed)[-8:]
    names = [name for name, _ in uses]
    with canvas(0.9 + 0.35 * len(uses)) as (figure, (axes,)):
        places = range(len(uses))
        for shift, label, values in (
            (0.2, "retried", [use.conflicts_retried for _, use in uses]),
            (-0.2, "failed", [use.conflicts_failed for _, use in uses]),
        ):
            axes.barh([place + shift for place in places], values, height=0.38, label=label,
                      color=COLOURS[0] if label == "retried" else COLOURS[1])  # fmt: skip
        axes.set_xscale("symlog", linthresh=1)
        axes.xaxis.set_major_formatter(_counted)
        axes.set_yticks(list(places), names)
        axes.set_xlabel("conflicts in the run (logarithmic)")
        axes.legend(fontsize=8)
    alt = (
        f"Write conflicts by function: {count(result.conflicts.retried)} attempts retried and "
        f"{count(result.conflicts.failed)} calls failed in all; most of them in {names[-1]}."
    )
    return Chart("Conflicts by function", alt, figure)


def cost_chart(result: Result) -> Chart:
    """A month at this rate, by line of the bill."""
    lines = [line for line in reversed(result.cost.lines) if line.monthly_usd > 0]
    with canvas(0.8 + 0.3 * max(1, len(lines))) as (figure, (axes,)):
        bars = axes.barh([line.item for line in lines], [line.monthly_usd for line in lines],
                         color=COLOURS[0], height=0.6)  # fmt: skip
        axes.bar_label(bars, [dollars(line.monthly_usd) for line in lines], padding=3)
        axes.grid(visible=False)
        axes.margins(x=0.15)
        axes.set_xlabel("$ a month at this rate")
    parts = ", ".join(f"{line.item} {dollars(line.monthly_usd)}" for line in reversed(lines))
    total = dollars(result.cost.projected_monthly_usd)
    return Chart("Cost by line", f"{total} a month at this rate: {parts or 'nothing'}.", figure)


def outcomes_chart(result: Result) -> Chart:
    """What the app is for, over time."""
    shown = [name for name in SHOWN_OUTCOMES if name in result.outcomes]
    names = shown or list(result.outcomes)[: len(COLOURS)]
    edges = _edges(result)
    with canvas(2.8) as (figure, (axes,)):
        for name, colour in zip(names, COLOURS, strict=False):
            series = result.outcomes_per_bin[name]
            axes.plot(edges[1:], series, color=colour, label=name.replace("_", " "),
                      marker="o" if len(series) == 1 else "", markersize=3)  # fmt: skip
        axes.set_ylim(bottom=0)
        _time_axis(axes, edges)
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    ends = ", ".join(f"{name.replace('_', ' ')} {amount(result.outcomes[name])}" for name in names)
    return Chart("Outcomes over time", f"At the end of the run: {ends}.", figure)


def _edges(result: Result) -> list[float]:
    """Where time bins begin and end, in hours; the last one may be shorter."""
    bins = len(result.scheduler.backlog_per_bin)
    return [min(n * result.bin_s, result.scenario.horizon_s) / 3600 for n in range(bins + 1)]


def _coarser(
    result: Result, series: Sequence[Sequence[float]]
) -> tuple[list[float], list[list[float]]]:
    """Means over groups of bins, few enough to draw, and the groups' edges."""
    edges = _edges(result)
    size = -(-(len(edges) - 1) // MOST_BINS)
    starts = range(0, len(edges) - 1, size)
    means = [[sum(values[n : n + size]) / len(values[n : n + size]) for n in starts]
             for values in series]  # fmt: skip
    return [*(edges[n] for n in starts), edges[-1]], means


def _time_axis(axes: Axes, edges: Sequence[float]) -> None:
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel("hours since the start")


def _counted(value: float, _: object) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if abs(value) >= 1e4 else f"{value:,g}"


def _reversed(axes: Axes) -> tuple[list[Artist], list[str]]:
    """The legend in the order of the stack, from the top."""
    handles, labels = axes.get_legend_handles_labels()
    return handles[::-1], labels[::-1]
