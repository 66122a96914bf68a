"""One function while it is lowered: its lines so far, its scope, and how it is refused."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Sequence

from .app import App, Body
from .kinds import (
    E,
    Kind,
    Live,
    Row,
)
from .source import Refused, Source


class Scope:
    """The names of one function: its own, an inlined one's, or those of a loop that is unrolled."""

    def __init__(self, source: Source, prefix: str, root: E | None) -> None:
        self.source = source
        self.prefix = prefix
        """Before the names of its variables, so that no two functions share one."""
        self.root = root
        """The function itself, or the object whose method it is, as an object of the app."""
        self.names: dict[str, E] = {}


class FunctionLowering(ABC):
    """What the lowering of transactions and of actions have in common."""

    receiver = ""
    """The kind of parameter that stands for the platform: ``tx`` or ``ctx``."""

    def __init__(self, app: App, body: Body, known: dict[str, Kind] | None = None) -> None:
        self.app = app
        self.body = body
        self.lines: list[str] = []
        self.depth = 0
        self.known = known or {}
        """Kinds of variables found in an earlier pass: of one that begins as None."""
        self.kinds: dict[str, Kind] = {}
        self.temporaries = 0
        self.conditional = 0
        self.scope = Scope(body.source, "", None)
        self.scope.root = self._root(body)

    def _root(self, body: Body) -> E:
        owner = getattr(body.call, "__self__", None)
        if owner is not None:
            return E("", Live(owner, ("@self",)))
        return E("", Live(body.call, ()))

    def refuse(self, node: ast.AST, why: str) -> Refused:
        """The error that tells where and why."""
        return self.scope.source.refuse(node, why)

    def emit(self, text: str) -> None:
        """One more line, or several."""
        self.lines += ["    " * self.depth + line for line in text.split("\n")]

    def temporary(self, text: str) -> str:
        """A name for a value that is needed more than once."""
        self.temporaries += 1
        name = f"t{self.temporaries}"
        self.emit(f"{name} = {text}")
        return name

    def is_receiver(self, node: ast.expr) -> bool:
        """Whether an expression is the transaction or context."""
        if not isinstance(node, ast.Name):
            return False
        found = self.scope.names.get(node.id)
        return found is not None and found.text == f"<{self.receiver}>"

    def takes_receiver(self, node: ast.Call) -> bool:
        """Whether the transaction or context is among a call's arguments."""
        return any(self.is_receiver(each) for each in node.args)

    def statements(self, body: Sequence[ast.stmt]) -> None:
        """One after another."""
        for statement in body:
            self.statement(statement)

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Statements of a branch or loop."""
        self.depth += 1
        before = len(self.lines)
        self.statements(body)
        if len(self.lines) == before:
            self.emit("pass")
        self.depth -= 1

    @abstractmethod
    def expr(self, node: ast.expr) -> E:
        """An expression in the engine's words."""

    @abstractmethod
    def call(self, node: ast.Call) -> E:
        """A call in an expression."""

    @abstractmethod
    def length(self, node: ast.AST, of: E) -> str:
        """``len`` of a list, table or facts."""

    @abstractmethod
    def statement(self, node: ast.stmt) -> None:
        """A statement."""

    # -- what transactions and actions do in ways of their own -----------------------------------

    @abstractmethod
    def of_receiver(self, node: ast.Attribute) -> E:
        """An attribute of the transaction or context."""

    @abstractmethod
    def receiver_call(self, node: ast.Call, name: str) -> E:
        """A call of one of its methods."""

    @abstractmethod
    def field(self, node: ast.AST, base: E, attr: str) -> E:
        """A field of a row."""

    @abstractmethod
    def is_absent(self, row: E) -> str:
        """Whether a row is None."""

    @abstractmethod
    def no_row(self, kind: Row) -> str:
        """The expression of a row that is None."""

    @abstractmethod
    def bind_row(self, name: str, value: E) -> None:
        """A variable for a row."""
