"""The charts of a sweep: a map of colours over two settings, bars over one."""

from __future__ import annotations

import math

from sim.experiments import Sweep
from sim.numbers import cell, titled
from sim.scenario import fault

from ..words import setting
from .canvas import COLOURS, Chart, canvas
from .words import counted

CALLS = "function calls per day"
MOST_BARS = 40
"""Cells that are drawn as bars; more are left to the table."""


def heatmap(swept: Sweep, metric: str = CALLS, *, narrow: bool = False) -> Chart:
    """A metric's mean over the grid of two settings; the first one goes down, the second across.

    Raises `ScenarioError` for an unknown metric and for a sweep that is no grid of two settings.
    """
    table, unit = swept.table([metric]), swept.units([metric])[metric]
    if not is_grid_of_two(swept):
        raise fault("heatmap", "needs a full grid of two settings")
    down, across = swept.axes
    rows, columns = _values(swept, down.path), _values(swept, across.path)
    means = [row[metric][0] for row in table]
    grid = [means[n : n + len(columns)] for n in range(0, len(means), len(columns))]
    low, high = min(means), max(means)
    with canvas(1.2 + 0.36 * len(rows), narrow=narrow) as (figure, (axes,)):
        axes.grid(visible=False)
        axes.pcolormesh(grid, cmap="cividis", vmin=low, vmax=high if high > low else low + 1)
        for y, values in enumerate(grid):
            for x, value in enumerate(values):
                axes.text(x + 0.5, y + 0.5, cell(value, unit), ha="center", va="center",
                          color=readable_on((value - low) / ((high - low) or 1)))  # fmt: skip
        axes.set_xticks([n + 0.5 for n in range(len(columns))], columns)
        axes.set_yticks([n + 0.5 for n in range(len(rows))], rows)
        axes.invert_yaxis()
        axes.set_xlabel(across.path)
        axes.set_ylabel(down.path)
    alt = (
        f"The mean of {metric} for each pair of {down.path} (downwards) and {across.path} (to the "
        f"right): {cell(low, unit)} to {cell(high, unit)}. The brighter, the more."
    )
    return Chart(_title(metric, unit), alt, figure)


def bars(swept: Sweep, metric: str = CALLS, *, narrow: bool = False) -> Chart:
    """A metric in every cell of a sweep over one setting, with its 95% confidence interval.

    Raises `ScenarioError` for an unknown metric and for a sweep over several settings.
    """
    table, unit = swept.table([metric]), swept.units([metric])[metric]
    if len(swept.axes) != 1:
        raise fault("bars", "needs a sweep over one setting")
    (axis,) = swept.axes
    means = [row[metric][0] for row in table]
    widths = [half if math.isfinite(half := row[metric][1]) else 0.0 for row in table]
    names = [setting(value) for cell in swept.cells for value in cell.settings.values()]
    with canvas(0.8 + 0.3 * len(means), narrow=narrow) as (figure, (axes,)):
        axes.grid(visible=False)
        drawn = axes.barh(range(len(means)), means, height=0.6, color=COLOURS[0],
                          xerr=widths if any(widths) else None,
                          error_kw={"ecolor": COLOURS[1], "capsize": 3})  # fmt: skip
        axes.bar_label(drawn, [cell(mean, unit) for mean in means], padding=4)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylabel(axis.path)
        axes.invert_yaxis()
        axes.margins(x=0.3 if narrow else 0.12)
        axes.locator_params(axis="x", nbins=4 if narrow else 8)
        axes.xaxis.set_major_formatter(counted)
    each = (f"{name}: {cell(mean, unit)}" for name, mean in zip(names, means, strict=True))
    alt = f"The mean of {metric} by {axis.path}. {', '.join(each)}."
    return Chart(_title(metric, unit), alt, figure)


def sweep_charts(swept: Sweep, metric: str, *, narrow: bool = False) -> list[Chart]:
    """What can be drawn of a metric."""
    if is_grid_of_two(swept):
        return [heatmap(swept, metric, narrow=narrow)]
    if len(swept.axes) == 1 and len(swept.cells) <= MOST_BARS:
        return [bars(swept, metric, narrow=narrow)]
    return []


def is_grid_of_two(swept: Sweep) -> bool:
    """Whether it varies two settings and has every combination."""
    if len(swept.axes) != 2:
        return False
    sizes = [len({str(cell.settings[axis.path]) for cell in swept.cells}) for axis in swept.axes]
    return sizes[0] * sizes[1] == len(swept.cells)


def _title(metric: str, unit: str) -> str:
    return titled(metric[0].upper() + metric[1:], unit)


def _values(swept: Sweep, path: str) -> list[str]:
    """The setting's values as a scenario spells them, in their order."""
    return list(dict.fromkeys(setting(cell.settings[path]) for cell in swept.cells))


def readable_on(place: float) -> str:
    """White or black, whichever has more contrast (WCAG 2.2) with a place on the scale."""
    from matplotlib import colormaps

    red, green, blue, _ = colormaps["cividis"](place)
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in (red, green, blue)]  # fmt: skip
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else "#000000"
