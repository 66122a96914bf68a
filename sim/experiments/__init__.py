"""Experiments on top of `simulate`: comparisons."""

from .compare import Comparison, Metric, compare
from .incident import Claim, incident_table

__all__ = ["Claim", "Comparison", "Metric", "compare", "incident_table"]
