"""What names and attributes stand for: looked up where Python would look.

That is in the function, in what it is nested in, on ``self`` as it is while the app runs, in its
module. Whether it is a table, a setting or a constant follows from the object that is found there.
"""

from __future__ import annotations

import ast
import builtins
from enum import IntEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sim.platform.reference import Document as LiveDocument
from sim.platform.reference import Facts, KeySet

from .function import FunctionLowering
from .kinds import (
    Choice,
    Constant,
    Document,
    E,
    Fact,
    Live,
    Marks,
    Path,
    Pure,
    Row,
    Settings,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .source import plain
from .values import constant_of, is_settings, word_of

CURRENT = "s.app.code"
"""The number of the deployment that runs now."""


class Names(FunctionLowering):
    """Names, attributes and settings."""

    def name(self, node: ast.Name) -> E:
        """What a name stands for."""
        scope = self.scope
        if node.id in scope.names:
            return scope.names[node.id]
        function = scope.source.function
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        if node.id in cells:
            root = scope.root.kind if scope.root is not None else None
            path = root.path if isinstance(root, Live) else ()
            return self.live(cells[node.id].cell_contents, (*path, f"&{node.id}"))
        if node.id in function.__globals__:
            return self.known_value(function.__globals__[node.id])
        if hasattr(builtins, node.id):
            return constant_of(getattr(builtins, node.id))
        raise self.refuse(node, f"{node.id} is used before it is set")

    def known_value(self, value: Any) -> E:
        """A value of a module, which is the same in every run."""
        return constant_of(value)

    def live(self, value: Any, path: Path) -> E:
        """An object of the app, found by a path."""
        declared = self.app.backend.declared
        if isinstance(value, LiveDocument):
            for table in declared.tables:
                if len(table) == 1 and table[0] is value:
                    first = f"s.first.t{self.app.table_number(table)}"
                    return E(first, Document(table))
            return E("", Live(value, path))
        if isinstance(value, Facts):
            return E("", Live(value, path))
        if isinstance(value, KeySet):
            return E("", Marks(value))
        if isinstance(value, (bool, int)):
            slot = self.app.slot(self._key(path), self.body.number, path)
            return E(f"code_record(s, {CURRENT}).{slot.name}", Word())
        if is_settings(value):
            return E("", Settings(value, path, CURRENT))
        return E("", Live(value, path))

    def _key(self, path: Path) -> tuple[Any, ...]:
        """Paths from one object are one path, whichever function they begin at."""
        call = self.body.call
        if path[:1] == ("@self",):
            return (id(call.__self__), *path[1:])  # type: ignore[attr-defined]
        function = plain(call)
        assert function is not None
        if path[0].startswith("&"):
            cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
            return (id(dict(cells)[path[0][1:]]), *path[1:])
        return (id(function), *path)

    def attribute(self, node: ast.Attribute) -> E:
        """``base.attr``, whatever the base is."""
        if self.is_receiver(node.value):
            return self.of_receiver(node)
        base = self.expr(node.value)
        kind, attr = base.kind, node.attr
        if isinstance(kind, Constant):
            if hasattr(kind.value, attr):
                return constant_of(getattr(kind.value, attr))
            raise self.refuse(node, f"{ast.unparse(node)} is not there")
        if isinstance(kind, Live):
            if not hasattr(kind.value, attr):
                raise self.refuse(node, f"{ast.unparse(node)} is not there while the app runs")
            return self.live(getattr(kind.value, attr), (*kind.path, f".{attr}"))
        if isinstance(kind, Settings):
            return self.setting(node, kind, attr)
        if isinstance(kind, Row):
            return self.field(node, base, attr)
        if isinstance(kind, Fact):
            if attr not in kind.facts.row.fields:
                raise self.refuse(node, f"{kind.facts.name} have no field {attr}")
            place = kind.facts.row.fields.index(attr)
            number, width = self.app.facts_number(kind.facts), kind.facts.row.words
            type_ = kind.facts.row.types[attr]
            return E(f"words(s.f{number})[{width} * ({base.text}) + {place}]", word_of(type_))
        if isinstance(kind, Word) and kind.enum is not None:
            return self.of_enum(node, base, kind.enum, attr)
        if isinstance(kind, Pure):
            return E(f"{base.text}.{attr}", Pure())
        raise self.refuse(node, f"{ast.unparse(node)}: it has no such part in compiled code")

    def of_enum(self, node: ast.AST, base: E, enum: type[IntEnum], attr: str) -> E:
        """An attribute of an enum's member that is true or false: a bit each."""
        values = {int(member): getattr(member, attr, None) for member in enum}
        if not all(isinstance(value, bool) for value in values.values()) or max(values) > 61:
            raise self.refuse(node, f"{enum.__name__}.{attr} is not true or false for each member")
        mask = sum(1 << number for number, value in values.items() if value)
        return E(f"({mask} >> {base.text} & 1)", Word())

    def setting(self, node: ast.AST, kind: Settings, attr: str) -> E:
        """One of the settings of an object."""
        if not hasattr(kind.value, attr):
            raise self.refuse(node, f"{type(kind.value).__name__} has no {attr}")
        value, path = getattr(kind.value, attr), (*kind.path, f".{attr}")
        record = f"code_record(s, {kind.version})"
        key = self._key(path)
        if isinstance(value, (bool, int)):
            slot = self.app.slot(key, self.body.number, path)
            return E(f"{record}.{slot.name}", Word())
        if is_settings(value):
            return E("", Settings(value, path, kind.version))
        declared = get_type_hints(type(kind.value)).get(attr)
        if get_origin(declared) is Literal:
            options = get_args(declared)
            slot = self.app.slot(key, self.body.number, path, options=options)
            return E(f"{record}.{slot.name}", Choice(options))
        if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
            slot = self.app.slot(key, self.body.number, path, is_list=True)
            first, number = f"{record}.{slot.name}", f"{record}.{slot.name}_n"
            return E("", Numbers("code_words", first, number))
        raise self.refuse(
            node, f"{ast.unparse(node)}: a setting in compiled code is a whole number, a truth "
            "value, one of some texts or a tuple of whole numbers",
        )  # fmt: skip
