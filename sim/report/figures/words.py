"""What is written on charts: numbers, units, legends, and names that may be long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def counted(value: float, _: object = None) -> str:
    """A count at a mark of an axis: ``2,000``, ``20k``, ``1.5M``."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{value / 1e3:g}k" if abs(value) >= 1e4 else f"{value:,g}"


def measure(axes: Axes, what: str) -> None:
    """Say above the axes what goes up, which is a count."""
    axes.set_title(what)
    axes.yaxis.set_major_formatter(counted)


def named(name: str) -> str:
    """A name for the legend, which leaves out what begins with an underscore."""
    return f" {name}" if name.startswith("_") else name


def legend(
    figure: Figure, axes: Axes, *, beside: bool, top_first: bool = False, columns: int = 1
) -> None:
    """What the colours mean: beside the axes, or below them where there is no room beside."""
    handles, labels = axes.get_legend_handles_labels()
    if top_first:
        handles, labels = handles[::-1], labels[::-1]
    if beside:
        figure.legend(handles, labels, loc="outside right center")
    else:
        figure.legend(handles, labels, loc="outside lower left", ncols=columns)


def on_two_lines(name: str) -> str:
    """A function's module above its own name, where there is no room for both in a line."""
    module, separator, function = name.rpartition(":")
    return f"{module}{separator}\n{function}" if module else name


def broken(name: str, longest: int, lines: int) -> list[str]:
    """A name in lines of so many characters, broken between its words; the rest becomes …."""
    words = re.findall(r".[^A-Z_\-:]*[_\-:]*", name)
    done = [""]
    for word in words:
        if done[-1] and len(done[-1]) + len(word) > longest:
            done.append("")
        done[-1] += word
    cut = [line if len(line) <= longest else line[: longest - 1] + "…" for line in done]
    if len(cut) > lines:
        cut = [*cut[: lines - 1], cut[lines - 1][: longest - 1] + "…"]
    return cut
