"""The list that a query makes."""

from __future__ import annotations

import ast

from .document_use import DocumentUse
from .kinds import (
    E,
)
from .kinds import (
    Sequence as Numbers,
)

LIST = "list_at(s, x, x.list_place)"
"""Where the list stands that a query makes."""


class Lists(DocumentUse):
    """A list begins empty and gets longer."""

    def begin_list(self, node: ast.stmt, name: str) -> None:
        """``found: list[int] = []``, in a query."""
        if not self.is_query or self.lists:
            raise self.refuse(node, "only a query makes a list, and only one")
        self.lists += 1
        made = self.variable(name)
        self.emit(f"{made}number = 0")
        self.note(name, E("", Numbers("lists", LIST, f"{made}number")))

    def append(self, node: ast.stmt, name: str, item: ast.expr) -> None:
        """``found.append(…)``; what is too long is tried again with more room."""
        found = self.scope.names.get(name)
        if found is None or not isinstance(found.kind, Numbers) or found.kind.pool != "lists":
            raise self.refuse(node, f"{name} is not a list that this query has begun")
        number = found.kind.number
        self.emit(f"if {number} < s.size.list_room:")
        self.emit(f"    words(s.lists)[{LIST} + {number}] = {self.word(item)}")
        self.emit(f"else:\n    s.tx.short = 2\n{number} += 1")
