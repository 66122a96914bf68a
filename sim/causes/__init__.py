"""What starts the calls, what keeps them going, and what stops them: lineage, cycles, guards.

A part is imported when it is used: a report asks for the cycles of every run, and needs no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.lazy import lazily

if TYPE_CHECKING:
    from .cycles import Cycle, Trend, cycles_of
    from .explanation import Explanation, RootShare, explain
    from .graph import EXPORTS, call_graph, exported
    from .observed import ObservedCauses, ObservedSpan, explain_observed
    from .static import possible_loops

__getattr__ = lazily(
    __name__,
    {
        "EXPORTS": ".graph",
        "Cycle": ".cycles",
        "Explanation": ".explanation",
        "ObservedCauses": ".observed",
        "ObservedSpan": ".observed",
        "RootShare": ".explanation",
        "Trend": ".cycles",
        "call_graph": ".graph",
        "cycles_of": ".cycles",
        "explain": ".explanation",
        "explain_observed": ".observed",
        "exported": ".graph",
        "possible_loops": ".static",
    },
)

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
