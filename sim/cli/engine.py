"""A line on standard error when a scenario runs on another engine than it asks for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario import Scenario


def tell_engine(scenario: Scenario, *, quiet: bool) -> None:
    """Say that the reference engine runs, and why: it takes some eighty times as long."""
    from sim.escaping import visible
    from sim.platform.compiled import why_not

    reason = why_not(scenario) if scenario.engine == "compiled" else ""
    if reason and not quiet:
        told = f"sim: {scenario.name} runs on the slower reference engine: {reason}"
        sys.stderr.write(f"{visible(told)}\n")
        sys.stderr.flush()
