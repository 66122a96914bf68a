"""A chart, and the empty figure that it is drawn on."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.scenario import fault, unknown

from .svg import INK, embeddable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#999999")
"""Told apart by colour-blind readers, on white and on black (Paul Tol, Colour Schemes, bright)."""
RUN_COLOURS = ("#4477aa", "#aa3377", "#ccbb44", "#66ccee", "#999999")
"""Colours of runs side by side: neither red nor green, which mean worse and better beside them."""
WIDE, NARROW = 8.4, 4.0
"""Widths in inches: for a column of text, and for a telephone or half a column.

A page fits the chart into the width it has, so these decide how large the text is on the screen:
at least 11 pixels from 690 pixels up, and from 340 up.
"""
FONT_SIZE = 10.0
SMALL = 9.6
"""Points of text on a narrow chart."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, and readable by machines
    "svg.hashsalt": "sim",
    "text.parse_math": False,  # a name may hold dollar signs
    "font.family": "sans-serif",
    "axes.titlelocation": "left",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "legend.handlelength": 1.2,
    "legend.borderaxespad": 0.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}
_SIZED = ("font.size", "axes.titlesize", "axes.labelsize", "xtick.labelsize", "ytick.labelsize",
          "legend.fontsize")  # fmt: skip


_UNDATED: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Suffix of a chart's file -> what is left out of it, so that the same chart is the same bytes."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its title, and what it shows in words for those who cannot see it."""

    title: str
    alt: str
    figure: Figure
    tooltips: Mapping[str, str] = field(default_factory=dict)
    """Id of a part of the figure → what a pointer over it is told."""

    def svg(self) -> str:
        """An SVG element of its own; its text takes the colour of the page's."""
        import matplotlib as mpl

        stream = io.StringIO()
        with mpl.rc_context(_STYLE), _any_characters():
            self.figure.savefig(stream, format="svg", metadata=_UNDATED[".svg"])
        return embeddable(stream.getvalue(), self.title, self.alt, self.tooltips)

    def save(self, file: str | Path) -> None:
        """Write the chart to a file whose suffix says as what: .svg, .png or .pdf.

        Raises `ScenarioError` for another suffix.
        """
        import matplotlib as mpl

        path = Path(file)
        suffix = path.suffix.lower()
        if suffix not in _UNDATED:
            message = unknown(path.suffix, "suffix of a chart's file", tuple(_UNDATED))
            raise fault(str(file), message)
        if suffix == ".svg":
            path.write_text(self.svg() + "\n", encoding="utf-8")
            return
        stream = io.BytesIO()
        with mpl.rc_context(_STYLE), _any_characters():
            self.figure.savefig(stream, format=suffix[1:], dpi=200, facecolor="white",
                                metadata=_UNDATED[suffix])  # fmt: skip
        path.write_bytes(stream.getvalue())

    def _repr_html_(self) -> str:
        return f"<figure>{self.svg()}</figure>"


@contextmanager
def canvas(
    height: float, rows: int = 1, *, narrow: bool = False
) -> Iterator[tuple[Figure, list[Axes]]]:
    """An empty figure in the style of all, so many inches high, and its axes from top to bottom."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    size = SMALL if narrow else FONT_SIZE
    with mpl.rc_context(_STYLE | dict.fromkeys(_SIZED, size)):
        figure = Figure(figsize=(NARROW if narrow else WIDE, height), layout="constrained")
        axes = figure.subplots(rows, 1, sharex=rows > 1, squeeze=False)[:, 0].tolist()
        for each in axes:
            each.grid(visible=True, axis="y", color=INK, alpha=0.15, linewidth=0.6)
            each.set_axisbelow(True)
        yield figure, axes
        with _any_characters():
            figure.draw_without_rendering()
        figure.set_layout_engine("none")  # laid out once: the next drawing gives the same bytes


@contextmanager
def _any_characters() -> Iterator[None]:
    """The reader's own font draws the text: what matplotlib's lacks does not matter."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield
