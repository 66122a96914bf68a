"""Cycles that a scenario's settings allow, and the data that shows whether each of them closes.

A cycle is found by reading the app's code. Whether it closes depends on data, so an app may offer
cases: ``cases(scenario) -> list[Case]``. The app's own functions run on each case, and what they do
is the answer. The setlist app's cases are in `sim.apps.setlist.loops`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

LoopKind = Literal["call", "pick"]


@dataclass(frozen=True, slots=True)
class Case:
    """A cycle, and data on which to see whether it goes round."""

    path: tuple[str, ...]
    """Functions in their order; the first one stands at the end again."""
    kind: LoopKind
    """call: a pass starts the next one itself. pick: a cron or clients pick the same work again
    until it is done; that keeps its pace, it cannot grow."""
    circumstances: str
    """Which data it is, in words."""
    start: str
    """What begins: a function, or ``client:`` and a kind of client whose script runs. It runs once,
    and for ``pick`` again when everything that the first run started is over."""
    args: tuple[Any, ...] = ()
    world: dict[str, Any] = field(default_factory=dict)
    """Settings of the scenario, by dotted path: a small world where nothing else runs."""
    closed_by: str = ""
    """Why nothing ever starts it under the scenario's settings; empty if something does."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A cycle that the settings allow, and what closes it, if anything."""

    path: tuple[str, ...]
    """Functions in their order; the first one stands at the end again."""
    kind: LoopKind
    """As in `Case`."""
    circumstances: str
    """For which data it was traced."""
    closed_by: str = ""
    """The guard or condition that ends it; empty if it is open."""
    blocks_itself: bool = False
    """The guard refuses for what the pass itself wrote before the work was done."""
    steps: tuple[str, ...] = ()
    """The functions that ran on the way, and what they decided."""
    is_known: bool = True
    """Whether anything is known of what closes it."""

    @property
    def is_open(self) -> bool:
        """Whether nothing ends it, as far as is known."""
        return self.is_known and not self.closed_by
