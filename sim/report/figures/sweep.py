"""The chart of a sweep over two settings."""

from __future__ import annotations

from sim.experiments import Sweep
from sim.numbers import amount, count
from sim.scenario import fault, unknown

from ..words import setting
from .canvas import Chart, canvas

CALLS = "function calls per day"


def heatmap(swept: Sweep, metric: str = CALLS) -> Chart:
    """A metric's mean over the grid of two settings; the first one goes down, the second across.

    Raises `ScenarioError` for an unknown metric and for a sweep that is no grid of two settings.
    """
    table = swept.table()
    if metric not in table[0]:
        raise fault("heatmap", unknown(metric, "metric", tuple(table[0])))
    if not is_grid_of_two(swept):
        raise fault("heatmap", "needs a full grid of two settings")
    down, across = swept.axes
    rows, columns = _values(swept, down.path), _values(swept, across.path)
    means = [row[metric][0] for row in table]
    grid = [means[n : n + len(columns)] for n in range(0, len(means), len(columns))]
    low, high = min(means), max(means)
    with canvas(1.2 + 0.36 * len(rows)) as (figure, (axes,)):
        axes.grid(visible=False)
        axes.pcolormesh(grid, cmap="cividis", vmin=low, vmax=high if high > low else low + 1)
        for y, values in enumerate(grid):
            for x, value in enumerate(values):
                dark = high > low and (value - low) / (high - low) < 0.55
                axes.text(x + 0.5, y + 0.5, _number(value), ha="center", va="center", fontsize=8,
                          color="#ffffff" if dark else "#000000")  # fmt: skip
        axes.set_xticks([n + 0.5 for n in range(len(columns))], columns)
        axes.set_yticks([n + 0.5 for n in range(len(rows))], rows)
        axes.invert_yaxis()
        axes.set_xlabel(across.path)
        axes.set_ylabel(down.path)
    alt = f"{metric} by {down.path} and {across.path}: {_number(low)} to {_number(high)}."
    return Chart(metric[0].upper() + metric[1:], alt, figure)


def is_grid_of_two(swept: Sweep) -> bool:
    """Whether it varies two settings and has every combination."""
    if len(swept.axes) != 2:
        return False
    sizes = [len({str(cell.settings[axis.path]) for cell in swept.cells}) for axis in swept.axes]
    return sizes[0] * sizes[1] == len(swept.cells)


def _values(swept: Sweep, path: str) -> list[str]:
    """The setting's values as a scenario spells them, in their order."""
    return list(dict.fromkeys(setting(cell.settings[path]) for cell in swept.cells))


def _number(value: float) -> str:
    return count(value) if abs(value) >= 1e4 else amount(value)
