"""A chart, and how it becomes an SVG that fits any page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.scenario import fault, unknown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#010203"
"""What text and axes are drawn in; the SVG has the page's own text colour in its place."""
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#999999")
"""Told apart by colour-blind readers, on white and on black (Paul Tol, Colour Schemes, bright)."""
MOST_BINS = 240
"""Points of a series at most: a finer one is summed up to that."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, and readable by machines
    "svg.hashsalt": "sim",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


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

    def svg(self) -> str:
        """An SVG element of its own; its text takes the colour of the page's."""
        import matplotlib as mpl

        stream = io.StringIO()
        with mpl.rc_context(_STYLE):
            self.figure.savefig(stream, format="svg", metadata=_UNDATED[".svg"])
        return _embeddable(stream.getvalue(), self.title, self.alt)

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
        with mpl.rc_context(_STYLE):
            self.figure.savefig(stream, format=suffix[1:], dpi=200, facecolor="white",
                                metadata=_UNDATED[suffix])  # fmt: skip
        path.write_bytes(stream.getvalue())

    def _repr_html_(self) -> str:
        return f"<figure>{self.svg()}</figure>"


@contextmanager
def canvas(height: float = 2.8, rows: int = 1) -> Iterator[tuple[Figure, list[Axes]]]:
    """An empty figure in the style of all, 7.2 inches wide, and its axes from top to bottom."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7.2, height), layout="constrained")
        axes = figure.subplots(rows, 1, sharex=rows > 1, squeeze=False)[:, 0].tolist()
        for each in axes:
            each.grid(visible=True, axis="y", color=INK, alpha=0.15, linewidth=0.6)
            each.set_axisbelow(True)
        yield figure, axes
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # laid out once: the next drawing gives the same bytes


def _embeddable(svg: str, title: str, alt: str) -> str:
    body = svg[svg.index("<svg") :].strip()
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    body = re.sub(r'\bid="', f'id="{slug}-', body)
    body = body.replace('href="#', f'href="#{slug}-').replace("url(#", f"url(#{slug}-")
    body = body.replace(INK, "currentColor")
    label = f'role="img" aria-label="{escape(alt)}"'
    # The page gives the size, the view box the proportions.
    return re.sub(r'<svg (.*?)width="[^"]*" height="[^"]*"', rf"<svg {label} \1", body, count=1)
