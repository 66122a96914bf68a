"""Who awaited whom: an action's calls share its request, and are logged before it is.

What an execution awaits waits here until the outermost execution of its request comes. An action
that another one awaits is taken for part of the outermost: only the command line says more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .columns import REASONS, UNKNOWN, Hashes, Ints, Rows, joined

ACTION = REASONS.index("action")
SCHEDULER = REASONS.index("scheduler")
_ACTIONS = (2, 3)
_SLOTS = 1 << 20
_PATIENCE = 35 * 60 * 1_000_000
"""How long an execution may be awaited (µs): an action's time-out is half an hour."""


@dataclass(slots=True)
class Placed:
    """Rows with what awaited them."""

    rows: Rows
    root: Ints
    """The function of the outermost execution; `UNKNOWN` if nothing awaited it or it is not known.
    """
    root_reason: Ints
    """Why the outermost execution ran."""
    awaited: npt.NDArray[np.bool_]


class Requests:
    """Places rows; those that wait for their outermost execution come later."""

    def __init__(self) -> None:
        self._keys = np.zeros(_SLOTS, np.uint64)
        self._paths = np.zeros(_SLOTS, np.int64)
        self._reasons = np.zeros(_SLOTS, np.int64)
        self._waiting: list[Rows] = []

    def place(self, rows: Rows, *, last: bool = False) -> Placed:
        """The rows whose place is known now; with ``last``, all that are left."""
        if len(rows):
            self._learn(rows)
        rows = joined([*self._waiting, rows])
        inner = _may_be_awaited(rows)
        keys = self._key(rows)
        slots = (keys & np.uint64(_SLOTS - 1)).astype(np.int64)
        found = inner & (self._keys[slots] == keys)
        newest = int(rows.at.max()) if len(rows) else 0
        late = inner & ~found & (last | (rows.at < newest - _PATIENCE))
        ready = ~inner | found | late
        self._waiting = [rows.where(~ready)] if not ready.all() else []
        root = np.where(found, self._paths[slots], UNKNOWN)[ready]
        reasons = np.where(found, self._reasons[slots], rows.reason)[ready]
        awaited = (found | (rows.reason == ACTION))[ready]
        return Placed(rows.where(ready), root, reasons, awaited)

    def _learn(self, rows: Rows) -> None:
        outermost = np.isin(rows.kind, _ACTIONS) & (rows.reason != ACTION) & (rows.request != 0)
        # With the command line's ids, every action is the parent of what it awaits itself.
        outermost |= np.isin(rows.kind, _ACTIONS) & (rows.execution != 0)
        chosen = rows.where(outermost)
        keys = np.where(chosen.execution != 0, chosen.execution, chosen.request)
        slots = (keys & np.uint64(_SLOTS - 1)).astype(np.int64)
        self._keys[slots], self._paths[slots] = keys, chosen.path
        self._reasons[slots] = chosen.reason

    @staticmethod
    def _key(rows: Rows) -> Hashes:
        return np.where(rows.parent != 0, rows.parent, rows.request)


def _may_be_awaited(rows: Rows) -> npt.NDArray[np.bool_]:
    """Those that an action awaits, or may: before 2026-08 nothing says why a function ran."""
    unknown = (rows.reason == 0) & (rows.request != 0) & (rows.job == 0)
    found: npt.NDArray[np.bool_] = (rows.reason == ACTION) | (
        unknown & ~np.isin(rows.kind, _ACTIONS)
    )
    return found
