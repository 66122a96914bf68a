"""Figures as SVG: the same bytes for the same numbers, readable on light and dark pages."""

from .callgraph import call_graph_chart
from .canvas import Chart
from .check import limits_chart, use_of, use_text
from .compare import together_chart
from .plot import ResultPlots, SweepPlots
from .run import calls_chart, run_charts
from .sweep import sweep_charts

__all__ = [
    "Chart",
    "ResultPlots",
    "SweepPlots",
    "call_graph_chart",
    "calls_chart",
    "limits_chart",
    "run_charts",
    "sweep_charts",
    "together_chart",
    "use_of",
    "use_text",
]
