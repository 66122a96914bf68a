"""Queries and mutations: plain functions of a transaction, on the compiled engine's memory.

A query or mutation cannot wait, so its code stays as it is written: its variables are variables,
its rows are pointers to versions or to what the transaction has buffered. The function that comes
of it gives 1 if it ran to its end and 0 if it threw.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, get_type_hints

from sim.platform.reference import CallError, Table

from .app import App, Body, Result, arguments
from .expressions import Lowering, annotated
from .kinds import (
    Constant,
    Document,
    E,
    Kind,
    Live,
    NewRow,
    Row,
    Tuple,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .source import Source, source_of

LIST = "list_at(s, x, x.list_place)"
"""Where the list stands that a query makes."""
_PASSES = 4
"""Kinds of variables settle after so many readings of a function, or never."""


class Transaction(Lowering):
    """The code of one query or mutation, or of a function that it hands its transaction to."""

    receiver = "tx"

    def __init__(
        self, app: App, body: Body, *, is_query: bool, offset: int = -1,
        known: dict[str, Kind] | None = None, loops: dict[int, frozenset[int]] | None = None,
        written: frozenset[int] = frozenset(),
    ) -> None:  # fmt: skip
        super().__init__(app, body, known)
        self.is_query = is_query
        self.offset = offset
        """Where the words of a query's result begin in the frame; -1: a number is `value`."""
        self.loops = loops or {}
        """The tables that each loop writes, by line, found in an earlier pass."""
        self.written = set(written)
        """Tables written so far, by number: their documents may have been written already."""
        self.writes: set[int] = set()
        self.result: Result | None = None
        self.is_top = True
        self.lists = 0

    # -- the function --------------------------------------------------------------------------

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

    # -- the transaction -----------------------------------------------------------------------

    def of_receiver(self, node: ast.Attribute) -> E:
        """``tx.now_ms`` and the like."""
        if node.attr in ("now_ms", "begin") or (node.attr == "stamp" and not self.is_query):
            return E(f"s.tx.{node.attr}", Word())
        raise self.refuse(node, f"tx.{node.attr} is not compiled")

    def receiver_call(self, node: ast.Call, name: str) -> E:
        """``tx.get(…)`` and the like."""
        if node.keywords and name not in ("put", "insert"):
            raise self.refuse(node, f"tx.{name}: give arguments by their places")
        if self.is_query and name in ("put", "insert", "schedule"):
            raise self.refuse(node, f"a query cannot {name}")
        match name, node.args:
            case "get", [where]:
                return self.get(node, self.document(where))
            case "look_up", [where, size]:
                document = self.document(where)
                return self.valued(f"look_up(s, {document.text}, {self.word(size)})", document)
            case "read_more", [documents, size]:
                self.emit(f"read_more(s, {self.word(documents)}, {self.word(size)})")
                return E("", Constant(None))
            case "put", [where, value, *rest]:
                sizes = [*rest, *(each.value for each in node.keywords)]
                self.put(node, self.document(where), value, sizes)
                return E("", Constant(None))
            case "insert", [where, item, *rest]:
                (size,) = [*rest, *(each.value for each in node.keywords)]
                self.insert(node, self.document(where), item, self.word(size))
                return E("", Constant(None))
            case "schedule", [delay, function, *given]:
                self.schedule(node, delay, function, given)
                return E("", Constant(None))
        raise self.refuse(node, f"tx.{name} is not compiled as it is called here")

    def document(self, node: ast.expr) -> E:
        """An expression that must be a declared document."""
        found = self.expr(node)
        if not isinstance(found.kind, Document):
            raise self.refuse(
                node, f"{ast.unparse(node)} is no declared document: see `backend.table`"
            )
        return found

    def get(self, node: ast.AST, document: E) -> E:
        """Read a document; one that may have been written before with a look at that."""
        assert isinstance(document.kind, Document)
        table = document.kind.table
        own = any(self.app.table_number(each) in self.written for each in document.kind.tables)
        if own and table.row.is_range:
            raise self.refuse(node, f"{table.name}: an index range is read after an insert into it")
        if self.is_query:
            return self.valued(f"read(s, {document.text})", document)
        if table.row.fields:
            return E(f"get{'_own' if own else ''}(s, {document.text})", Row(table))
        if own:
            return self.numbered(f"number_own(s, {document.text})", table)
        return self.valued(f"get(s, {document.text})", document)

    def valued(self, row: str, document: E) -> E:
        """What a row that was read gives: itself, its one number, or keys."""
        assert isinstance(document.kind, Document)
        table = document.kind.table
        if table.row.fields:
            return E(row, Row(table))
        if not table.row.is_range:
            return self.numbered(f"{row}.w0", table)
        if self.conditional:
            raise self.refuse(ast.Pass(lineno=1), "read a range before the condition")
        found = self.temporary(row)
        return E("", Numbers("items", f"{found}.w1", f"{found}.w0"))

    def numbered(self, text: str, table: Table) -> E:
        """The one number of a row."""
        return E(text, Word(optional=table.row.optional))

    def wrote(self, document: E) -> None:
        """A document of a table has been written."""
        assert isinstance(document.kind, Document)
        for table in document.kind.tables:
            number = self.app.table_number(table)
            self.written.add(number)
            self.writes.add(number)

    def put(self, node: ast.Call, document: E, value: ast.expr, sizes: Sequence[ast.expr]) -> None:
        """``tx.put(document, value, size)``: values are computed before the row changes."""
        assert isinstance(document.kind, Document)
        table = document.kind.table
        if table.row.is_range:
            raise self.refuse(node, "an index range is inserted into, not replaced")
        where = self.once(E(document.text, Word())).text
        given = self.expr(value)
        kind = given.kind
        if isinstance(kind, NewRow):
            changes = {name: self.temporary(text) for name, text in kind.changes.items()}
            base = kind.base
        elif isinstance(kind, Row):
            changes, base = {}, given.text
        elif given.is_word:
            changes, base = {"": self.temporary(given.text)}, ""
        else:
            raise self.refuse(value, f"{ast.unparse(value)} is no row of {table.name}")
        size = self.word(sizes[0]) if sizes else f"document_record(s, {where}).size"
        if base:
            base = base if base.isidentifier() else self.temporary(base)
        row = self.temporary(f"put(s, {where}, {size})")
        if base:
            self.emit(f"copy_row(s, {row}, {base})")
        for name, text in changes.items():
            place = table.row.fields.index(name) if name else 0
            self.emit(f"{row}.w{place} = {text}")
        self.wrote(document)

    def insert(self, node: ast.Call, document: E, item: ast.expr, size: str) -> None:
        """``tx.insert(range, item, size)``."""
        assert isinstance(document.kind, Document)
        table = document.kind.table
        if table.row.fields:
            raise self.refuse(node, f"{table.name}: rows are put; only ranges are inserted into")
        given = self.expr(item)
        if table.row.is_range:
            if not (isinstance(given.kind, Tuple) and len(given.kind.items) == 1):
                raise self.refuse(node, "a key is inserted as a tuple of one")
            self.emit(f"insert_key(s, {document.text}, {given.kind.items[0].text}, {size})")
        else:
            self.emit(f"insert(s, {document.text}, {self.word(item)}, {size})")
        self.wrote(document)

    def schedule(
        self, node: ast.Call, delay: ast.expr, function: ast.expr, given: Sequence[ast.expr]
    ) -> None:
        """``tx.schedule(delay, "module:name", …)``."""
        body = self.called(function)
        if body.type == "query":
            raise self.refuse(node, f"{body.name} is a query: mutations and actions are scheduled")
        words = arguments(
            body, [self.expr(each) for each in given], lambda why: self.refuse(node, why)
        )
        self.app.job_words = max(self.app.job_words, len(words))
        job = self.temporary(f"schedule(s, {self.word(delay)}, {body.number})")
        self.emit(f"if {job} < 0:\n    return 0")
        for n, word in enumerate(words):
            self.emit(f"buffered_record(s, {job}).a{n} = {word}")

    def called(self, node: ast.expr) -> Body:
        """The registered function that a text names."""
        found = self.expr(node)
        name = found.kind.value if isinstance(found.kind, Constant) else None
        if not isinstance(name, str):
            raise self.refuse(node, f"{ast.unparse(node)}: name the function by a text")
        if name not in self.app.by_name or self.app.by_name[name].type == "script":
            raise self.refuse(node, f"no function is registered as {name!r}")
        return self.app.by_name[name]

    # -- rows ----------------------------------------------------------------------------------

    def field(self, node: ast.AST, base: E, attr: str) -> E:
        """A field of a row, which is a pointer here."""
        assert isinstance(base.kind, Row)
        row = base.kind.table.row
        if attr not in row.fields:
            raise self.refuse(node, f"{row.of.__name__} has no field {attr}")
        declared = row.types[attr]
        kind = constant_kind(declared)
        return E(f"{base.text}.w{row.fields.index(attr)}", kind)

    def is_absent(self, row: E) -> str:
        """Whether a row is None."""
        return f"int({row.text}.w0 == ABSENT)"

    def no_row(self, kind: Row) -> str:
        """A row that is None."""
        return "no_row(s)"

    def bind_row(self, name: str, value: E) -> None:
        """A variable that points to a row."""
        made = self.variable(name)
        self.emit(f"{made} = {value.text}")
        self.note(name, E(made, value.kind))

    def method(self, node: ast.Call, base: E, name: str) -> E | None:
        """``document.at(tx.begin)``: a look outside the read set."""
        if isinstance(base.kind, Document):
            if name != "at" or len(node.args) != 1:
                raise self.refuse(node, f"document.{name} is not compiled; read it by tx.get")
            return self.valued(f"look(s, {base.text}, {self.word(node.args[0])})", base)
        return super().method(node, base, name)

    # -- calls and statements ------------------------------------------------------------------

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
        kind = constant_kind(hint) if hint is not None else Word()
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

    # -- lists that a query makes --------------------------------------------------------------

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

    # -- loops ---------------------------------------------------------------------------------

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


def constant_kind(declared: Any) -> Word:
    """What a field or result of a declared type is."""
    is_enum = isinstance(declared, type) and issubclass(declared, IntEnum)
    return Word(declared if is_enum else None)


def _of(name: str, hints: dict[str, Any]) -> Word:
    declared = hints.get(name)
    return constant_kind(declared) if declared is not None else Word()


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
