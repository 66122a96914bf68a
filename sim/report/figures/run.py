"""The charts of one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.counters import FunctionUse
from sim.numbers import amount, count, dollars, percent
from sim.result import Result

from .bins import Bins, stepped, time_axis
from .canvas import COLOURS, Chart, canvas
from .words import counted, legend, measure, named, on_two_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STACKED = 6
"""Functions that have a colour of their own; the others share one."""
MOST_BARS = 8
SHOWN_OUTCOMES = ("setlists_filled", "setlists_placeholder", "shows_without_setlist")
"""What the setlist app is for; other apps' outcomes are shown as far as there are colours."""


def run_charts(result: Result, *, narrow: bool = False) -> list[Chart]:
    """Every chart that has something to show."""
    charts = [calls_chart(result, narrow=narrow), backlog_chart(result, narrow=narrow)]
    if result.conflicts.retried or result.conflicts.failed:
        charts.append(conflicts_chart(result, narrow=narrow))
    if any(line.monthly_usd > 0 for line in result.cost.lines):
        charts.append(cost_chart(result, narrow=narrow))
    if result.outcomes and len(Bins(result).edges) > 2:
        charts.append(outcomes_chart(result, narrow=narrow))
    return charts


def calls_chart(result: Result, *, narrow: bool = False) -> Chart:
    """Calls per hour by function, stacked."""
    bins = Bins(result)
    uses = sorted(result.by_function.items(), key=lambda item: -item[1].calls)
    series = {name: bins.rate(use.per_bin) for name, use in uses[:STACKED]}
    if rest := uses[STACKED:]:
        columns = zip(*(use.per_bin for _, use in rest), strict=True)
        series[f"{len(rest)} others"] = bins.rate([sum(column) for column in columns])
    with canvas(4.1 if narrow else 3.2, narrow=narrow) as (figure, (axes,)):
        bottom = [0.0] * len(bins.edges)
        for (name, values), colour in zip(series.items(), COLOURS, strict=False):
            steps = [*values, values[-1]]
            top = [low + value for low, value in zip(bottom, steps, strict=True)]
            axes.fill_between(bins.edges, bottom, top, step="post", color=colour, linewidth=0,
                              label=named(name))  # fmt: skip
            bottom = top
        time_axis(axes, bins.edges[-1])
        measure(axes, "calls per hour")
        legend(figure, axes, beside=not narrow, top_first=True)
    alt = (
        f"Calls per hour by function, one on top of the other: {amount(max(bottom))} an hour at "
        f"most, {amount(result.calls.per_day)} a day in all."
    )
    if uses:
        name, use = uses[0]
        alt += f" {name} is called most, {amount(use.per_day)} times a day."
    return Chart("Calls per hour by function", alt, figure)


def backlog_chart(result: Result, *, narrow: bool = False) -> Chart:
    """Jobs waiting, and the share of the slots in use."""
    scheduler, bins = result.scheduler, Bins(result)
    waiting = bins.level(scheduler.backlog_per_bin)
    waits = any(waiting)
    with canvas(3.4 if waits else 2.0, rows=2 if waits else 1, narrow=narrow) as (figure, axes):
        below = axes[-1]
        if waits:
            axes[0].plot(bins.edges, [0.0, *waiting], color=COLOURS[0])
            measure(axes[0], "jobs waiting")
            axes[0].set_ylim(0, 1.05 * max(waiting))
        use = bins.mean(scheduler.slot_use_per_bin)
        stepped(below, bins.edges, use, color=COLOURS[1])
        below.set_title("scheduler slots in use")
        below.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        below.set_ylim(0, 1.05)
        time_axis(below, bins.edges[-1])
    slots = f"the share of the scheduler's slots in use, {percent(scheduler.slot_use)} on average."
    if not waits:  # it is known at the end of each bin only: a line at zero would hide the peaks
        peak = f" At most {count(scheduler.peak_backlog)} jobs waited for one, for a short time."
        alt = f"{slots[0].upper()}{slots[1:]}{peak if scheduler.peak_backlog else ''}"
        return Chart("Scheduler slots in use", alt, figure)
    alt = (
        f"Above: scheduled jobs that are due and wait for a free slot. At most "
        f"{count(scheduler.peak_backlog)} waited, and {count(scheduler.final_backlog)} at the end. "
        f"Below: {slots}"
    )
    return Chart("Waiting jobs and slots in use", alt, figure)


def conflicts_chart(result: Result, *, narrow: bool = False) -> Chart:
    """Conflicts by function, retried and failed."""
    uses = [(name, use) for name, use in result.by_function.items() if _conflicts(use)]
    uses = sorted(uses, key=lambda item: _conflicts(item[1]))[-MOST_BARS:]
    names = [name for name, _ in uses]
    with canvas(1.1 + 0.4 * len(uses), narrow=narrow) as (figure, (axes,)):
        _bars_by_name(axes, names, narrow=narrow)
        for shift, label, colour, values in (
            (0.19, "attempts retried", COLOURS[0], [use.conflicts_retried for _, use in uses]),
            (-0.19, "calls failed for good", COLOURS[1], [use.conflicts_failed for _, use in uses]),
        ):
            places = [place + shift for place in range(len(uses))]
            axes.barh(places, values, height=0.36, label=label, color=colour)
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(left=0)
        decades = range(0, len(str(max(map(_most, uses)))), 2)
        axes.set_xticks([0, *(10**power for power in decades)])
        axes.xaxis.set_major_formatter(counted)
        axes.set_xlabel("conflicts in the run, logarithmic")
        legend(figure, axes, beside=False)
    alt = (
        f"Write conflicts by function. In all, {count(result.conflicts.retried)} attempts were "
        f"retried and {count(result.conflicts.failed)} calls failed for good; {names[-1]} has the "
        "most."
    )
    return Chart("Write conflicts by function", alt, figure)


def cost_chart(result: Result, *, narrow: bool = False) -> Chart:
    """A month at this rate, by line of the bill."""
    lines = [line for line in reversed(result.cost.lines) if line.monthly_usd > 0]
    with canvas(0.8 + 0.34 * max(1, len(lines)), narrow=narrow) as (figure, (axes,)):
        bars = axes.barh([line.item for line in lines], [line.monthly_usd for line in lines],
                         color=COLOURS[0], height=0.6)  # fmt: skip
        axes.bar_label(bars, [dollars(line.monthly_usd) for line in lines], padding=3)
        axes.grid(visible=False)
        axes.margins(x=0.35 if narrow else 0.15)
        axes.set_xlim(left=0)
        axes.locator_params(axis="x", nbins=4 if narrow else 8)
        axes.xaxis.set_major_formatter(lambda usd, _: f"${usd:,.0f}")
        axes.set_xlabel("a month at this rate")
    parts = ", ".join(f"{line.item} {dollars(line.monthly_usd)}" for line in reversed(lines))
    total = dollars(result.cost.projected_monthly_usd)
    alt = f"A month at this rate costs {total}" + (f": {parts}." if parts else ".")
    return Chart("Cost a month by line of the bill", alt, figure)


def outcomes_chart(result: Result, *, narrow: bool = False) -> Chart:
    """What the app is for, over time."""
    shown = [name for name in SHOWN_OUTCOMES if name in result.outcomes]
    names = shown or list(result.outcomes)[: len(COLOURS)]
    bins = Bins(result)
    with canvas(2.8, narrow=narrow) as (figure, (axes,)):
        for name, colour in zip(names, COLOURS, strict=False):
            levels = bins.level(result.outcomes_per_bin[name])
            axes.plot(bins.edges[1:], levels, color=colour, label=name.replace("_", " "),
                      marker="o" if len(levels) == 1 else "", markersize=3)  # fmt: skip
        axes.set_ylim(bottom=0)
        time_axis(axes, bins.edges[-1])
        measure(axes, "number at that time")
        legend(figure, axes, beside=not narrow)
    ends = ", ".join(f"{name.replace('_', ' ')} {amount(result.outcomes[name])}" for name in names)
    return Chart("Outcomes over time", f"At the end of the run: {ends}.", figure)


def _conflicts(use: FunctionUse) -> int:
    return use.conflicts_retried + use.conflicts_failed


def _most(named: tuple[str, FunctionUse]) -> int:
    return max(named[1].conflicts_retried, named[1].conflicts_failed)


def _bars_by_name(axes: Axes, names: list[str], *, narrow: bool) -> None:
    axes.grid(visible=False)
    axes.grid(visible=True, axis="x", alpha=0.15)
    axes.set_yticks(range(len(names)), [on_two_lines(name) if narrow else name for name in names])
