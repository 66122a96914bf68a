"""How often calls ended at a limit of the platform: what the bounds of a result are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Refusals:
    """Calls that a limit refused or ended."""

    disabled: int = 0
    """Refused while the deployment was paused or disabled: neither run nor billed."""
    organic: int = 0
    """Organic calls refused for the same reason."""
    too_large: int = 0
    """Queries and mutations that read or wrote too much, or ran too long."""
    timed_out: int = 0
    """Actions ended by their time-out."""
    too_deep: int = 0
    """Calls of an action by another one that were nested too deep."""
