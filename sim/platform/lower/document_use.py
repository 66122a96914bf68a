"""What a transaction does with documents: reads, writes, inserts, jobs."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from sim.platform.reference import Table

from .app import App, Body, Result, arguments
from .kinds import (
    Constant,
    Document,
    E,
    Kind,
    NewRow,
    Row,
    Tuple,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .statements import Lowering
from .values import word_of


class DocumentUse(Lowering):
    """The methods of a transaction; rows are pointers."""

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

    def field(self, node: ast.AST, base: E, attr: str) -> E:
        """A field of a row, which is a pointer here."""
        assert isinstance(base.kind, Row)
        row = base.kind.table.row
        if attr not in row.fields:
            raise self.refuse(node, f"{row.of.__name__} has no field {attr}")
        declared = row.types[attr]
        kind = word_of(declared)
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
