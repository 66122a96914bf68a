"""The engine's memory as Python holds it: NumPy arrays whose addresses are in one record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .layout import LINE, Layout

Table = npt.NDArray[Any]
"""A table of records or of integers."""


class Memory:
    """The record of the whole memory, and the tables whose addresses it holds."""

    def __init__(self, layout: Layout) -> None:
        self.state = np.zeros(1, layout.state)
        self.tables: dict[str, Table] = {}

    def __getitem__(self, record: str) -> Any:
        """One of the single records: its fields can be read and set."""
        return self.state[record][0]

    def set(self, record: str, **values: float) -> None:
        """Set fields of a single record."""
        for name, value in values.items():
            self.state[record][name] = value

    def put(self, name: str, table: Table) -> None:
        """Place a table, or replace it by a longer one."""
        table = np.ascontiguousarray(table)
        self.tables[name] = table
        self.state[name] = table.ctypes.data
        self.state["size"][name] = table.shape[-1]

    def length(self, name: str) -> int:
        """The number of records or rows of a table."""
        return len(self.tables[name])

    def double(self, name: str, first: int = 0) -> None:
        """Append as many zeroed records as a table has; one that is a ring starts at ``first``.

        The system zeroes pages when they are first touched, and nothing here touches the new half.
        """
        table = self.tables[name]
        longer, rest = zeros(table.dtype, 2 * len(table), *table.shape[1:]), len(table) - first
        longer[:rest] = table[first:]
        longer[rest : len(table)] = table[:first]
        self.put(name, longer)

    def double_list(self, name: str, link: str, owner: Any, head: str, count: str) -> None:
        """Double a table of records and chain the new ones into the owner's list of free ones."""
        first = self.length(name)
        self.double(name)
        links = self.tables[name][link]
        links[first:] = np.arange(first + 1, len(links) + 1)
        links[-1] = owner[head] if owner[count] else -1
        owner[head] = first
        owner[count] += first


def zeros(dtype: np.dtype[Any], *shape: int) -> Table:
    """A table of zeros that begins with a line of the caches; no page of it is touched."""
    size = math.prod(shape) * dtype.itemsize
    memory = np.zeros(size + LINE, np.uint8)
    first = -memory.ctypes.data % LINE
    return memory[first : first + size].view(dtype).reshape(shape)


def words(*shape: int) -> Table:
    """A table of integers, all zero."""
    return zeros(np.dtype(np.int64), *shape)


def fields(source: object, *names: str) -> dict[str, int]:
    """Some of an object's attributes."""
    return {name: getattr(source, name) for name in names}


def records(dtype: np.dtype[np.void], rows: Sequence[dict[str, Any]]) -> Table:
    """A table of records with the given fields."""
    records = np.zeros(len(rows), dtype)
    for number, row in enumerate(rows):
        for name, value in row.items():
            records[name][number] = value
    return records


def free_list(dtype: np.dtype[np.void], size: int, link: str) -> Table:
    """Records that are all free: each links to the next, the first is the head of the list."""
    records = zeros(dtype, size)
    records[link] = np.arange(1, size + 1)
    records[link][-1] = -1
    return records


def power_of_two(at_least: int) -> int:
    """The least power of two that is no smaller, and at least 16."""
    return 1 << max(4, (at_least - 1).bit_length())
