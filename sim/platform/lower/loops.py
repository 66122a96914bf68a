"""Loops that do not wait."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from sim.platform.reference import Facts, Table

from .kinds import (
    Document,
    E,
    Fact,
    Live,
    Statuses,
    Tuple,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .variables import Variables


class Loops(Variables):
    """Loops over ranges, lists, tables, facts and a few values."""

    def while_(self, node: ast.While, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        """A loop: the condition is looked at anew each time, with all that it needs."""
        self.emit("while True:")
        self.depth += 1
        self.emit(f"if not {self.truth(test)}:\n    break")
        self.depth -= 1
        self.block(body)

    def for_(
        self, node: ast.For, target: ast.expr, over: ast.expr, body: Sequence[ast.stmt]
    ) -> None:
        """A loop over a range, a list, a table, or a few values."""
        if isinstance(over, ast.Tuple):
            self.unrolled(node, target, over, body)
            return
        start, stop, step, item, counter = self.iteration(node, over)
        self.temporaries += 1
        loop = f"n{self.temporaries}"
        self.emit(f"for {loop} in range({start}, {stop}, {step}):")
        self.depth += 1
        self.bind_loop(node, target, loop, item, counter)
        self.depth -= 1
        self.block(body)

    def unrolled(
        self, node: ast.For, target: ast.expr, over: ast.Tuple, body: Sequence[ast.stmt]
    ) -> None:
        """A loop over values that stand there, one after another."""
        if any(isinstance(each, (ast.Break, ast.Continue)) for each in ast.walk(node)):
            raise self.refuse(node, "a loop over a few values has neither break nor continue")
        for each in over.elts:
            value = self.expr(each)
            if isinstance(target, ast.Tuple) and isinstance(value.kind, Tuple):
                for name, item in zip(target.elts, value.kind.items, strict=True):
                    self.alias(name, item)
            else:
                self.alias(target, value)
            self.statements(body)

    def alias(self, target: ast.expr, value: E) -> None:
        """A name for an expression, without a variable."""
        assert isinstance(target, ast.Name)
        self.scope.names[target.id] = value

    def iteration(
        self, node: ast.For, over: ast.expr
    ) -> tuple[str, str, str, Callable[[str], E], str | None]:
        """What a loop goes over: bounds, the item at a number, and where `enumerate` begins."""
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Name):
            if over.func.id == "range":
                bounds = [self.word(each) for each in over.args]
                bounds = ["0", *bounds] if len(bounds) == 1 else bounds
                start, stop, step = [*bounds, "1"][:3]
                return start, stop, step, lambda text: E(text, Word()), None
            if over.func.id == "enumerate":
                begin = self.word(over.args[1]) if len(over.args) > 1 else "0"
                start, stop, step, item, _ = self.iteration(node, over.args[0])
                return start, stop, step, item, begin
        found = self.settled(self.expr(over))
        match found.kind:
            case Numbers(pool=pool, first=first, number=number):
                return (
                    "0",
                    number,
                    "1",
                    lambda n: E(f"words(s.{pool})[{first} + {n}]", Word()),
                    None,
                )
            case Statuses(bits=bits, number=number):
                return "0", number, "1", lambda n: E(f"status_of({bits}, {n})", Word()), None
            case Live(value=Table() as table):
                place = self.app.table_number(table)
                return (
                    "0", f"s.count.t{place}", "1",
                    lambda n: E(f"(s.first.t{place} + {n})", Document(table)), None,
                )  # fmt: skip
            case Live(value=Facts() as facts):
                place = self.app.facts_number(facts)
                if facts.row.fields:
                    return "0", f"s.count.n{place}", "1", lambda n: E(n, Fact(facts)), None
                return (
                    "0",
                    f"s.count.n{place}",
                    "1",
                    lambda n: E(f"words(s.f{place})[{n}]", Word()),
                    None,
                )
        raise self.refuse(node, f"{ast.unparse(over)}: a loop goes over a range, keys or a table")

    def settled(self, value: E) -> E:
        """A list whose parts are variables, so that they are computed once."""
        if isinstance(value.kind, Numbers):
            number, first = self.temporary(value.kind.number), value.kind.first
            if value.kind.pool != "lists":
                first = self.temporary(first)
            return E("", Numbers(value.kind.pool, first, number))
        return value

    def bind_loop(
        self, node: ast.stmt, target: ast.expr, loop: str, item: Callable[[str], E],
        counter: str | None,
    ) -> None:  # fmt: skip
        """The variables of a loop."""
        if counter is not None:
            if not (isinstance(target, ast.Tuple) and len(target.elts) == 2):
                raise self.refuse(node, "`enumerate` gives two variables")
            first, target = target.elts
            assert isinstance(first, ast.Name)
            text = loop if counter == "0" else f"{loop} + {counter}"
            self.bind(node, first.id, E(text, Word()))
        if not isinstance(target, ast.Name):
            raise self.refuse(node, "a loop has one variable")
        if target.id != "_":
            self.bind(node, target.id, item(loop))
