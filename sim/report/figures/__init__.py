"""Figures as SVG: the same bytes for the same numbers, readable on light and dark pages."""

from .canvas import Chart
from .graph import call_graph_chart
from .plot import ResultPlots, SweepPlots
from .run import run_charts
from .sweep import heatmap, is_grid_of_two

__all__ = [
    "Chart",
    "ResultPlots",
    "SweepPlots",
    "call_graph_chart",
    "heatmap",
    "is_grid_of_two",
    "run_charts",
]
