"""Queries and mutations: plain functions of a transaction, on the compiled engine's memory.

A query or mutation cannot wait, so its code stays as it is written: its variables are variables,
its rows are pointers to versions or to what the transaction has buffered. The function that comes
of it gives 1 if it ran to its end and 0 if it threw.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, get_type_hints

from sim.platform.reference import CallError

from .app import App, Body, Result
from .kinds import (
    Constant,
    E,
    Kind,
    Live,
    Row,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .lists import Lists
from .source import Source, source_of
from .values import annotated, word_of

_PASSES = 4
"""Kinds of variables settle after so many readings of a function, or never."""


class Transaction(Lists):
    """The code of one query or mutation, or of a function that it hands its transaction to."""

    def run(self, source: Source, words: Sequence[str], root: E | None) -> None:
        """Lower a body whose parameters, after the transaction, are these words."""
        self.scope.source = source
        if root is not None:
            self.scope.root = root
        parameters = source.parameters
        if parameters[0] == "self" and self.scope.root is not None:
            self.scope.names["self"] = self.scope.root
            parameters = parameters[1:]
        hints = get_type_hints(source.function, include_extras=True)
        signature = {p.name: p for p in self.body.parameters}
        self.scope.names[parameters[0]] = E("<tx>", Constant(None))
        for name, word in zip(parameters[1:], words, strict=True):
            kind = annotated(signature[name], hints) if name in signature else _of(name, hints)
            self.scope.names[name] = E(word, kind)
            self.kinds[word] = kind
        self.depth = 1
        self.statements(source.tree.body)
        if not _returns(source.tree.body):
            self.finish(None)

    def finish(self, value: E | None) -> None:
        """``return value``."""
        if self.is_query and self.is_top:
            self.give(value)
        elif value is None or value.is_word:
            self.emit(f"s.tx.value = {'ABSENT' if value is None else value.text}")
        else:
            raise self.refuse(ast.Pass(lineno=1), "with a transaction it returns a number")
        self.emit("return 1")

    def give(self, value: E | None) -> None:
        """A query's result, in the frame."""
        first = max(self.offset, 0)
        if value is None:
            value = E("ABSENT", Constant(None))
        match value.kind:
            case Row(table=table):
                self.same_result(Result("row", table.row.words, table))
                row = self.temporary(value.text)
                for n in range(table.row.words):
                    self.emit(f"x.r{first + n} = {row}.w{n}")
            case Numbers(pool=pool, first=start, number=number):
                self.same_result(Result("list" if pool == "lists" else "keys", 2))
                self.emit(f"x.r{first + 1} = {number}")
                if pool != "lists":
                    self.emit(f"x.r{first} = {start}")
            case Constant(value=None) if self.known_result() in ("row", "keys"):
                self.emit(f"x.r{first} = ABSENT")
            case _ if value.is_word:
                word = value.kind if isinstance(value.kind, Word) else Word()
                optional = word.optional or (
                    isinstance(value.kind, Constant) and value.kind.value is None
                )
                self.same_result(Result("number", 1, None, optional, word.enum))
                self.emit(f"x.{'value' if self.offset < 0 else f'r{first}'} = {value.text}")
            case _:
                raise self.refuse(
                    ast.Pass(lineno=1), "a query returns a number, a row, keys or a list of numbers"
                )

    def known_result(self) -> str:
        """What this query returns elsewhere."""
        known = self.result or self.app.results.get(self.body.name)
        return known.kind if known is not None else ""

    def same_result(self, result: Result) -> None:
        """All ways out of a query give the same sort of thing."""
        if self.result is not None and self.result.kind != result.kind:
            if self.result.kind == "number" and self.result.optional:
                self.result = result
                return
            raise self.refuse(
                ast.Pass(lineno=1),
                f"it returns a {self.result.kind} here and a {result.kind} there",
            )
        if self.result is not None:
            result.optional = result.optional or self.result.optional
        self.result = result

    def plain_call(self, node: ast.Call, function: E) -> E:
        """Another function that is given the transaction has a compiled one of its own."""
        if not self.takes_receiver(node):
            return super().plain_call(node, function)
        raise self.refuse(
            node, f"{ast.unparse(node.func)}: call it in a statement of its own, or name its value"
        )

    def handed_on(self, node: ast.expr) -> E | None:
        """A call that hands the transaction on, in a statement of its own; its value."""
        if not (isinstance(node, ast.Call) and self.takes_receiver(node)):
            return None
        function = self.expr(node.func)
        value = function.kind.value if isinstance(function.kind, (Constant, Live)) else None
        if not callable(value):
            raise self.refuse(node, f"{ast.unparse(node.func)} is no function")
        if node.keywords or not (self.is_receiver(node.args[0])):
            raise self.refuse(node, "give the transaction first, and arguments by their places")
        given = [self.word(each) for each in node.args[1:]]
        name, kind, writes = self.variant(function, value)
        frame = ["x"] if self.is_query else []
        self.emit(f"if {name}({', '.join(['s', *frame, *given])}) == 0:\n    return 0")
        self.written |= writes
        self.writes |= writes
        return E(self.temporary("s.tx.value"), kind)

    def variant(self, function: E, value: Callable[..., Any]) -> tuple[str, Word, set[int]]:
        """The compiled function for another that the transaction is handed on to."""
        path = function.kind.path if isinstance(function.kind, Live) else ()
        key = (
            id(getattr(value, "__func__", value)), self._key(path) if path else (),
            self.is_query, frozenset(self.written),
        )  # fmt: skip
        if key not in self.app.variants:
            self.app.variants[key] = "pending"
            source = source_of(value)
            owner = getattr(value, "__self__", None)
            root = E("", Live(owner if owner is not None else value, path[:-1] if owner else path))
            name = f"v{len(self.app.variants)}_{source.function.__name__}"
            made = lowered(
                self.app, self.body, name, source, root, is_query=self.is_query,
                written=frozenset(self.written), is_top=False,
            )  # fmt: skip
            self.app.variants[key] = name
            self.app.variants["writes", name] = made.writes  # type: ignore[assignment]
        name = self.app.variants[key]
        if name == "pending":
            raise self.refuse(ast.Pass(lineno=1), "it calls itself")
        writes: set[int] = self.app.variants["writes", name]  # type: ignore[assignment]
        hint = get_type_hints(getattr(value, "__func__", value)).get("return")
        kind = word_of(hint) if hint is not None else Word()
        return name, kind if isinstance(kind, Word) else Word(), writes

    def statement(self, node: ast.stmt) -> None:
        """What only a transaction's code can do in one go."""
        match node:
            case ast.Return(value=value):
                self.finish(None if value is None else self.expr_or_call(value))
            case ast.Raise(exc=error):
                self.check_error(node, error)
                self.emit("return 0")
            case ast.Expr(value=ast.Call() as call) if self.takes_receiver(call):
                self.handed_on(call)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"),
                                         args=[item])):  # fmt: skip
                self.append(node, name, item)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[]))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.List(elts=[]))
            ):
                self.begin_list(node, name)
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call)
            ) if self.takes_receiver(call):
                found = self.handed_on(call)
                assert found is not None
                self.bind(node, name, found)
            case _:
                super().statement(node)

    def expr_or_call(self, node: ast.expr) -> E:
        """A value that is returned."""
        if isinstance(node, ast.Call) and self.takes_receiver(node):
            found = self.handed_on(node)
            assert found is not None
            return found
        return self.expr(node)

    def check_error(self, node: ast.stmt, error: ast.expr | None) -> None:
        """Only errors of calls may be raised: others end a run."""
        raised = error.func if isinstance(error, ast.Call) else error
        found = self.expr(raised).kind if raised is not None else None
        value = found.value if isinstance(found, Constant) else None
        if not (isinstance(value, type) and issubclass(value, CallError)):
            raise self.refuse(node, "only a CallError is raised in compiled code")

    def while_(self, node: ast.While, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        """A loop may read what its last round has written."""
        self.loop(node, lambda: super(Transaction, self).while_(node, test, body))

    def for_(
        self, node: ast.For, target: ast.expr, over: ast.expr, body: Sequence[ast.stmt]
    ) -> None:
        """A loop may read what its last round has written."""
        self.loop(node, lambda: super(Transaction, self).for_(node, target, over, body))

    def loop(self, node: ast.stmt, lower: Callable[[], None]) -> None:
        """Lower a loop, knowing what it writes."""
        outer, self.writes = self.writes, set()
        self.written |= self.loops.get(node.lineno, frozenset())
        lower()
        self.loops = {**self.loops, node.lineno: frozenset(self.writes)}
        self.writes |= outer


def _returns(body: Sequence[ast.stmt]) -> bool:
    """Whether statements never come to their end."""
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _returns(last.body) and _returns(last.orelse)
    return isinstance(last, (ast.Return, ast.Raise))


def _of(name: str, hints: dict[str, Any]) -> Word:
    declared = hints.get(name)
    return word_of(declared) if declared is not None else Word()


def lowered(
    app: App, body: Body, name: str, source: Source, root: E | None, *, is_query: bool,
    offset: int = -1, written: frozenset[int] = frozenset(), is_top: bool = True,
) -> Transaction:  # fmt: skip
    """Lower a function until the kinds of its variables have settled; its source is in the app."""
    known: dict[str, Kind] = {}
    loops: dict[int, frozenset[int]] = {}
    parameters = [p for p in source.parameters if p != "self"][1:]
    words = [f"a_{parameter}" for parameter in parameters]
    for _ in range(_PASSES):
        made = Transaction(
            app, body, is_query=is_query, offset=offset, known=known, loops=loops, written=written
        )
        made.is_top = is_top
        made.run(source, words, root)
        if made.result is not None and is_top:
            app.results[body.name] = made.result
        if made.kinds == known and made.loops == loops:
            break
        known, loops = made.kinds, made.loops
    given = ", ".join(["s", *(["x"] if is_query else []), *words])
    app.texts[name] = f"def {name}({given}):\n" + "\n".join(made.lines) + "\n"
    return made
