"""Variables: what they stand for, and how they are set."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from .calls import Calls
from .kinds import (
    Choice,
    Constant,
    Document,
    E,
    Fact,
    Kind,
    Live,
    NewRow,
    Pure,
    Row,
    Statuses,
    Tuple,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .values import joined


class Variables(Calls):
    """Assignments."""

    def variable(self, name: str) -> str:
        """The variable of the compiled code that stands for one of the function's."""
        return f"{self.scope.prefix}{name}_"

    def note(self, name: str, value: E) -> None:
        """Remember what a variable stands for."""
        made = self.variable(name)
        self.scope.names[name] = value
        self.kinds[made] = joined(self.kinds.get(made), value.kind)

    def merged(self, made: str, kind: Kind) -> Kind:
        """What a variable is that is also None elsewhere."""
        known = self.known.get(made)
        if isinstance(known, Word) and isinstance(kind, Word) and known.optional:
            return Word(kind.enum, optional=True)
        return kind

    def assign(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> None:
        """``target = value``."""
        if isinstance(target, ast.Tuple):
            self.unpack(node, target.elts, self.expr(value))
            return
        if not isinstance(target, ast.Name):
            raise self.refuse(node, f"{ast.unparse(target)} is not a variable")
        self.bind(node, target.id, self.expr(value))

    def unpack(self, node: ast.stmt, targets: Sequence[ast.expr], value: E) -> None:
        """``a, b = …``."""
        names = [each.id for each in targets if isinstance(each, ast.Name)]
        if len(names) != len(targets):
            raise self.refuse(node, "only variables are unpacked into")
        if isinstance(value.kind, Tuple):
            self._bind_all(node, names, value.kind.items)
        elif isinstance(value.kind, Pure):
            made = [self.variable(name) for name in names]
            self.emit(f"{', '.join(made)} = {value.text}")
            for name, text in zip(names, made, strict=True):
                self.note(name, E(text, Word()))
        else:
            raise self.refuse(node, "it cannot be unpacked")

    def _bind_all(self, node: ast.stmt, names: Sequence[str], items: Sequence[E]) -> None:
        """Values are all computed before the first variable changes."""
        if len(names) != len(items):
            raise self.refuse(node, f"{len(items)} values for {len(names)} variables")
        settled = [
            E(self.temporary(each.text), each.kind)
            if isinstance(each.kind, (Word, Pure)) and len(items) > 1
            else each
            for each in items
        ]
        for name, each in zip(names, settled, strict=True):
            self.bind(node, name, each)

    def bind(self, node: ast.stmt, name: str, value: E) -> None:
        """``name = value``."""
        made, kind = self.variable(name), value.kind
        match kind:
            case Constant(value=None):
                self.bind_none(node, name)
            case Constant() if value.is_word:
                self.emit(f"{made} = {value.text}")
                self.note(name, E(made, self.known.get(made, Word())))
            case Word() | Pure() | Choice():
                self.emit(f"{made} = {value.text}")
                self.note(name, E(made, self.merged(made, kind)))
            case Document() | Fact():
                self.emit(f"{made} = {value.text}")
                self.note(name, E(made, kind))
            case Numbers(pool=pool, first=first, number=number):
                if pool != "lists":
                    self.emit(f"{made}first = {first}")
                    first = f"{made}first"
                self.emit(f"{made}number = {number}")
                self.note(name, E("", Numbers(pool, first, f"{made}number")))
            case Statuses(bits=bits, number=number):
                self.emit(f"{made}number = {number}\n{made}bits = {bits}")
                self.note(name, E("", Statuses(f"{made}bits", f"{made}number")))
            case Row():
                self.bind_row(name, value)
            case NewRow(changes=changes):
                settled = {field: self.temporary(text) for field, text in changes.items()}
                self.rename(node, name, E("", replace(kind, changes=settled)))
            case _:
                self.rename(node, name, value)

    def rename(self, node: ast.stmt, name: str, value: E) -> None:
        """Another name for an object of the app, which must be one object all the time."""
        path = getattr(value.kind, "path", None)
        known = self.scope.names.get(name)
        if known is not None and (path is None or getattr(known.kind, "path", None) != path):
            raise self.refuse(node, f"{name} stands for one thing here and for another there")
        self.note(name, value)

    def bind_none(self, node: ast.stmt, name: str) -> None:
        """``name = None``: a row or a number that is not there, as an earlier pass has found."""
        made = self.variable(name)
        known = self.known.get(made)
        if isinstance(known, Row):
            self.bind_row(name, E(self.no_row(known), known))
        else:
            self.emit(f"{made} = ABSENT")
            enum = known.enum if isinstance(known, Word) else None
            self.note(name, E(made, Word(enum, optional=True)))

    def augment(
        self, node: ast.AugAssign, target: ast.expr, op: ast.operator, value: ast.expr
    ) -> None:
        """``target += value``: of a variable or a declared counter."""
        if isinstance(target, ast.Name):
            found = self.expr(target)
            changed = self.binary(node.value, found, op, self.expr(value))
            self.bind(node, target.id, E(changed.text, Word()))
            return
        if isinstance(target, ast.Attribute):
            base = self.expr(target.value)
            counters = self.app.backend.declared.counters
            for number, each in enumerate(counters):
                if isinstance(base.kind, Live) and base.kind.value is each:
                    self.count(node, f"s.counters.c{number}_{target.attr}", op, value)
                    return
        raise self.refuse(
            node, f"{ast.unparse(target)} is neither a variable nor one of the declared counters"
        )

    def count(self, node: ast.AugAssign, word: str, op: ast.operator, value: ast.expr) -> None:
        """A counter goes up."""
        if not isinstance(op, ast.Add):
            raise self.refuse(node, "counters only go up")
        self.emit(f"{word} += {self.word(value)}")
