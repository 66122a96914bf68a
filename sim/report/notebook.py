"""How a result shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Callable

from sim.result import Result

from .html import fragment
from .run import run_report


def shown_as_html(result: Result) -> Callable[[], str]:
    """IPython's ``_repr_html_`` of a result: the first blocks of its report."""
    return lambda: fragment(run_report(result)[:4])
