"""What starts the calls, what keeps them going, and what stops them: lineage, cycles, guards."""

from .cycles import Cycle, Trend, cycles_of
from .explain import Explanation, RootShare, explain
from .graph import EXPORTS, call_graph, exported
from .static import possible_loops

__all__ = [
    "EXPORTS",
    "Cycle",
    "Explanation",
    "RootShare",
    "Trend",
    "call_graph",
    "cycles_of",
    "explain",
    "exported",
    "possible_loops",
]
