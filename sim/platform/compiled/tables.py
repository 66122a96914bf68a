"""The app's tables, facts and key sets in the engine's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.platform.reference import ABSENT, Backend
from sim.platform.reference import Table as Declared
from sim.platform.reference.declared import Column

from .host import Memory, words
from .layout import FEWEST_KEYS, Layout

_SPARE = 16
"""Documents that each table has room for beyond those it has at the start."""


class Tables:
    """Where the documents of each table stand, and what is copied when Python adds to them."""

    def __init__(self, backend: Backend, layout: Layout, memory: Memory) -> None:
        self._declared = backend.declared
        self._layout = layout
        self._memory = memory
        self._firsts: list[int] = []
        self._room: list[int] = []
        self._copied = [0] * len(self._declared.tables)
        self._counted = [0] * len(self._declared.facts)
        memory.put("no_rows", np.zeros(1, layout.row))
        memory.tables["no_rows"]["w0"] = ABSENT
        self._lay_out()
        for number, table in enumerate(self._declared.tables):
            table.columns = self._columns_of(number, table)

    def _lay_out(self) -> None:
        """Give every table its place, with room for more documents."""
        self._room = [max(_SPARE, 2 * len(table)) for table in self._declared.tables]
        self._firsts = [0, *np.cumsum(self._room).tolist()]
        documents = np.zeros(self._firsts[-1] or 1, self._layout.record_tables["documents"])
        documents["newest"] = documents["oldest"] = -1
        self._memory.put("documents", documents)
        self._memory.put("items", words(_SPARE))
        for number in range(len(self._copied)):
            self._memory.set("first", **{f"t{number}": self._firsts[number]})
        self.copy()

    def copy(self) -> None:
        """Copy what Python has added since the last time."""
        for number, table in enumerate(self._declared.tables):
            if len(table) > self._room[number]:
                self._move()
            if len(table) > self._copied[number]:
                self._copy_documents(number, table)
        for number, facts in enumerate(self._declared.facts):
            self._copy_facts(number, facts, facts.row.words)
        for number, keys in enumerate(self._declared.key_sets):
            name = f"k{number}"
            room = 1 + 2 * max(_SPARE, len(keys.table))
            known = self._memory.tables.get(name, words(0))
            if len(known) <= len(keys.table):
                longer = words(room)
                longer[: len(known)] = known
                self._memory.put(name, longer)

    def _move(self) -> None:
        """Give every table more room; numbers of documents are kept nowhere between events."""
        memory, old, firsts, room = (
            self._memory,
            self._memory.tables["documents"],
            self._firsts,
            self._room,
        )
        self._room = [
            max(each, 2 * len(table))
            for each, table in zip(room, self._declared.tables, strict=True)
        ]
        self._firsts = [0, *np.cumsum(self._room).tolist()]
        new = np.zeros(self._firsts[-1], old.dtype)
        new["newest"] = new["oldest"] = -1
        for number, count in enumerate(self._copied):
            begin, first = firsts[number], self._firsts[number]
            new[first : first + count] = old[begin : begin + count]
            memory.set("first", **{f"t{number}": first})
        memory.put("documents", new)

    def _copy_documents(self, number: int, table: Declared) -> None:
        memory, first, copied = self._memory, self._firsts[number], self._copied[number]
        added = table[copied:]
        rows = memory.tables["documents"][first + copied : first + len(table)]
        rows["size"] = [document.size for document in added]
        rows["hazard"] = [document.hazard for document in added]
        rows["table"] = number
        if table.row.is_range:
            self._copy_ranges(rows, [document.value for document in added])
        else:
            values = np.array([table.row.to_words(each.value) for each in added], np.int64)
            for place, column in enumerate(values.reshape(len(added), -1).T):
                rows[f"w{place}"] = column
        self._copied[number] = len(table)
        memory.set("count", **{f"t{number}": len(table)})

    def _copy_ranges(self, rows: Any, ranges: list[tuple[int, ...]]) -> None:
        """Lay the keys of ranges out, each with room for a power of two."""
        memory = self._memory
        database, items = memory["database"], memory.tables["items"]
        used = int(database["keys_used"])
        numbers = np.array([len(keys) for keys in ranges], np.int64)
        rooms = [_room_of(len(keys)) for keys in ranges]
        firsts = [used, *(used + np.cumsum(rooms)).tolist()]
        while len(memory.tables["items"]) < firsts[-1]:
            memory.double("items")
        items = memory.tables["items"]
        for first, keys in zip(firsts, ranges, strict=False):
            items[first : first + len(keys)] = keys
        rows["w0"], rows["w1"] = numbers, firsts[:-1]
        database["keys_used"] = firsts[-1]
        database["keys_in_use"] += int(numbers.sum())
        database["keys_bound"] = database["keys_used"] + 4 * database["keys_in_use"]

    def _copy_facts(self, number: int, facts: list[Any], width: int) -> None:
        memory, name, counted = self._memory, f"f{number}", self._counted[number]
        known = memory.tables.get(name, words(0))
        if len(known) < max(1, len(facts) * width):
            longer = words(max(_SPARE, 2 * len(facts)) * width)
            longer[: counted * width] = known[: counted * width]
            memory.put(name, longer)
        if len(facts) > counted:
            added = np.array(facts[counted:], np.int64).reshape(-1)
            memory.tables[name][counted * width : len(facts) * width] = added
        self._counted[number] = len(facts)
        memory.set("count", **{f"n{number}": len(facts)})

    def write_back(self) -> None:
        """Give every document its newest committed value, for what Python reads of it."""
        items = self._memory.tables["items"]
        for number, table in enumerate(self._declared.tables):
            first = self._firsts[number]
            rows = self._memory.tables["documents"][first : first + self._copied[number]]
            if table.row.is_range:
                for document, count, start in zip(
                    table, rows["w0"].tolist(), rows["w1"].tolist(), strict=True
                ):
                    document.value = tuple(items[start : start + count].tolist())
            else:
                columns = [rows[f"w{place}"].tolist() for place in range(table.row.words)]
                for document, words_ in zip(table, zip(*columns, strict=True), strict=True):
                    document.value = table.row.from_words(words_)

    def _columns_of(self, number: int, table: Declared) -> Callable[[str], Column]:
        """The newest committed values of a table's fields, from the engine's memory."""

        def column(field: str) -> npt.NDArray[np.int64]:
            first, place = self._firsts[number], table.row.fields.index(field) if field else 0
            rows = self._memory.tables["documents"][first : first + self._copied[number]]
            return rows[f"w{place}"].copy()

        return column


def _room_of(keys: int) -> int:
    """How many keys a range has room for that begins with so many."""
    return 0 if keys == 0 else max(FEWEST_KEYS, 1 << (keys - 1).bit_length())
