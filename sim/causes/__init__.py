"""What starts the calls, what keeps them going, and what stops them: lineage, cycles, guards."""

from .cycles import Cycle, Trend, cycles_of
from .explain import Explanation, RootShare, explain
from .graph import EXPORTS, call_graph, exported
from .observed import ObservedCauses, ObservedSpan, explain_observed
from .static import possible_loops

__all__ = [
    "EXPORTS",
    "Cycle",
    "Explanation",
    "ObservedCauses",
    "ObservedSpan",
    "RootShare",
    "Trend",
    "call_graph",
    "cycles_of",
    "explain",
    "explain_observed",
    "exported",
    "possible_loops",
]
