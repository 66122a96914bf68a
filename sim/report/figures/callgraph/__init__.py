"""The call graph as a chart."""

from .chart import call_graph_chart

__all__ = ["call_graph_chart"]
