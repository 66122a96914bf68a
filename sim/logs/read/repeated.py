"""Events that were delivered twice.

Streams have no id of an event, so two events are the same if time, request, function, retries and
execution time agree (the documented key), and what was used. The command line's entries have the id
of the execution.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .columns import Hashes, Rows

_SLOTS = 1 << 22
"""Events that are remembered: what is sent again comes within minutes."""
_PRIME = np.uint64(0x9E3779B97F4A7C15)


class Repeated:
    """Remembers the latest events: each in two slots of a table, which later ones take over.

    One is forgotten when both are taken, so memory is bounded and only very old ones are missed.
    """

    def __init__(self) -> None:
        self._slots = np.zeros((2, _SLOTS), np.uint64)

    def first_ones(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which rows are there for the first time."""
        keys = _keys(rows)
        mask = np.uint64(_SLOTS - 1)
        one, other = (keys & mask).astype(np.int64), (keys >> np.uint64(32) & mask).astype(np.int64)
        new = (self._slots[0, one] != keys) & (self._slots[1, other] != keys)
        _, first = np.unique(keys, return_index=True)
        only = np.zeros(len(keys), np.bool_)
        only[first] = True
        self._slots[0, one] = self._slots[1, other] = keys
        # Version 1 has no requests: two of its rows may be equal and yet not the same.
        named = (rows.request | rows.execution) != 0
        found: npt.NDArray[np.bool_] = (new & only) | ~named
        return found


def _keys(rows: Rows) -> Hashes:
    keys = _mixed(rows.request ^ rows.execution)
    for column in (rows.at, rows.took, rows.path, rows.retries, rows.read, rows.written,
                   rows.flags, rows.begun):  # fmt: skip
        keys = _mixed(keys ^ column.astype(np.uint64))
    return keys | np.uint64(1)  # 0 is an empty slot


def _mixed(keys: Hashes) -> Hashes:
    keys = (keys ^ (keys >> np.uint64(30))) * _PRIME
    return keys ^ (keys >> np.uint64(27))
