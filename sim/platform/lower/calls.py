"""Calls of what is declared, of pure functions and of small inlined ones; new rows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, get_type_hints

from sim.platform.reference import Draws

from .expressions import Expressions
from .function import Scope
from .kinds import (
    Constant,
    Document,
    E,
    Live,
    Marks,
    NewRow,
    Pure,
    Row,
    Settings,
    Word,
)
from .source import Source, plain, source_of
from .values import settings_fields

_BUILTINS = {min, max, abs}


class Calls(Expressions):
    """Calls that are not the platform's."""

    def call(self, node: ast.Call) -> E:
        """A call in an expression."""
        function = node.func
        if isinstance(function, ast.Attribute) and self.is_receiver(function.value):
            return self.receiver_call(node, function.attr)
        if isinstance(function, ast.Attribute) and function.attr == "_replace":
            return self.replaced(node, self.expr(function.value))
        if isinstance(function, ast.Attribute):
            base = self.expr(function.value)
            if (made := self.method(node, base, function.attr)) is not None:
                return made
        return self.plain_call(node, self.expr(function))

    def method(self, node: ast.Call, base: E, name: str) -> E | None:
        """A method of something declared; None if it is another function."""
        match base.kind, name:
            case Live(value=Draws() as draws), "below":
                bound, number = (self.word(each) for each in node.args)
                draws_ = self.app.backend.declared.draws
                place = next(n for n, each in enumerate(draws_) if each is draws)
                return E(f"draw_below(s, {place}, {bound}, {number})", Word())
            case Marks(keys=keys), "clear":
                self.emit(f"clear_marks(s.k{self.marks_number(keys)})")
                return E("", Constant(None))
            case Marks(keys=keys), "add":
                self.emit(f"mark(s.k{self.marks_number(keys)}, {self.word(node.args[0])})")
                return E("", Constant(None))
            case Marks(), _:
                raise self.refuse(node, "a key set is cleared, added to and asked, no more")
        return None

    def plain_call(self, node: ast.Call, function: E) -> E:
        """A call of a function that is not the platform's."""
        kind = function.kind
        value = kind.value if isinstance(kind, (Constant, Live)) else None
        if value is len and len(node.args) == 1:
            return E(self.length(node, self.expr(node.args[0])), Word())
        if value in (int, bool) and len(node.args) == 1:
            if value is bool:
                return E(f"({self.truth(node.args[0])} != 0)", Word())
            return E(self.word(node.args[0]), Word())
        if isinstance(value, type) and issubclass(value, tuple):
            return self.new_row(node, value)
        if isinstance(value, type) or not callable(value):
            raise self.refuse(node, f"{ast.unparse(node.func)} cannot be called in compiled code")
        if value in _BUILTINS:
            given = ", ".join(self.word(each) for each in node.args)
            if node.keywords or len(node.args) < (1 if value is abs else 2):
                raise self.refuse(node, f"{ast.unparse(node)}: give it the numbers themselves")
            return E(f"{value.__name__}({given})", Word())
        if value.__module__ == "builtins" or plain(value) is None:
            raise self.refuse(node, f"{ast.unparse(node.func)} is not compiled")
        return self.helper_call(node, function, value)

    def helper_call(self, node: ast.Call, function: E, value: Callable[..., Any]) -> E:
        """A pure function: compiled on its own, unless it takes or gives rows."""
        given = [self.expr(each) for each in node.args]
        if node.keywords:
            raise self.refuse(node, f"{ast.unparse(node)}: give arguments by their places")
        if isinstance(function.kind, Live) or any(
            isinstance(each.kind, (Row, Document)) for each in given
        ):
            return self.inlined(node, function, value, given)
        texts = [self.argument(node, each) for each in given]
        hints = get_type_hints(value)
        returned = hints.get("return")
        text = f"{self.app.helper(value)}({', '.join(texts)})"
        if isinstance(returned, type) and issubclass(returned, IntEnum):
            return E(f"{text}.value", Word(returned))
        return E(text, Word() if returned in (int, bool) else Pure())

    def argument(self, node: ast.AST, given: E) -> str:
        """An argument of a pure function: a number, or settings as a whole."""
        if isinstance(given.kind, Settings):
            value = given.kind.value
            names = settings_fields(value)
            slot = self.app.slot(
                (*self._key(given.kind.path), "*"), self.body.number, given.kind.path,
                fields=tuple(names),
            )  # fmt: skip
            return f"code_record(s, {given.kind.version}).{slot.name}"
        if not given.is_word:
            raise self.refuse(node, f"{ast.unparse(node)}: its arguments are numbers or settings")
        return given.text

    def inlined(
        self, node: ast.Call, function: E, value: Callable[..., Any], given: Sequence[E]
    ) -> E:
        """The body of a small function in place of a call: statements, then one ``return``."""
        if self.conditional:
            raise self.refuse(node, f"{ast.unparse(node)}: give it a name before the condition")
        source = source_of(value)
        last = source.tree.body[-1]
        if not isinstance(last, ast.Return) or last.value is None:
            raise self.refuse(node, f"{source.function.__name__} does not end with its one return")
        outer = self.enter(source, function, value, [self.once(each) for each in given])
        for statement in source.tree.body[:-1]:
            self.statement(statement)
        result = self.expr(last.value)
        self.scope = outer
        return result

    def once(self, given: E) -> E:
        """An argument that is computed once, however often the function names it."""
        if isinstance(given.kind, (Word, Pure, Row)) and not given.text.isidentifier():
            return E(self.temporary(given.text), given.kind)
        return given

    def enter(
        self, source: Source, function: E, value: Callable[..., Any], given: Sequence[E]
    ) -> Scope:
        """Begin to lower another function's body in this one's place; the scope to go back to."""
        outer = self.scope
        path = function.kind.path if isinstance(function.kind, Live) else ()
        owner = getattr(value, "__self__", None)
        root = E("", Live(value, path))
        if owner is not None:
            root = E("", Live(owner, path[:-1] if path[-1:] != ("@self",) else path))
        self.temporaries += 1
        scope = Scope(source, f"{outer.prefix}i{self.temporaries}_", root)
        parameters = source.parameters
        if owner is not None:
            scope.names[parameters[0]] = root
            parameters = parameters[1:]
        scope.names |= dict(zip(parameters, given, strict=True))
        self.scope = scope
        return outer

    def replaced(self, node: ast.Call, base: E) -> E:
        """``row._replace(field=…)``."""
        if not isinstance(base.kind, Row) or node.args:
            raise self.refuse(node, "only a row is replaced, field by field")
        changes = {each.arg: self.word(each.value) for each in node.keywords if each.arg}
        return E("", NewRow(base.kind.table.row.of, base.text, changes))

    def new_row(self, node: ast.Call, row: type) -> E:
        """``Row(…)``: a new row, those fields left out having their defaults."""
        fields: tuple[str, ...] = getattr(row, "_fields", ())
        if not any(table.row.of is row for table in self.app.backend.declared.tables):
            raise self.refuse(node, f"{row.__name__} is not the row of a declared table")
        given = dict(zip(fields, node.args, strict=False))
        given |= {each.arg: each.value for each in node.keywords if each.arg}
        defaults = getattr(row, "_field_defaults", {})
        values = {name: self.word(given[name]) for name in given}
        values |= {name: repr(int(defaults[name] or 0)) for name in fields if name not in given}
        return E("", NewRow(row, "", values))
