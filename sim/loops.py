"""What an app may say of its own loops, from the settings alone: see `Loop`.

An app module offers it as ``loops(scenario) -> list[Loop]``; the setlist app's is
`sim.apps.setlist.loops`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["call", "pick"]


@dataclass(frozen=True, slots=True)
class Loop:
    """A cycle that the settings allow, and what closes it, if anything."""

    path: tuple[str, ...]
    """Functions in their order; the first one stands at the end again."""
    kind: Kind
    """call: a pass starts the next one itself. pick: a cron or clients pick the same work again
    until it is done; that keeps its pace, it cannot grow."""
    circumstances: str
    """For which data it was traced."""
    closed_by: str = ""
    """The guard or rule that ends it; empty if it is open."""
    blocks_itself: bool = False
    """The guard refuses for what the pass itself wrote before the work was done."""
    steps: tuple[str, ...] = ()
    """What happens on the way, as the app's own decision code answers."""
    is_known: bool = True
    """Whether anything is known of what closes it."""

    @property
    def is_open(self) -> bool:
        """Whether nothing ends it, as far as is known."""
        return self.is_known and not self.closed_by
