"""What an action's context gives without waiting; rows, which are words of the frame."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .block_builder import BlockBuilder
from .kinds import (
    Constant,
    E,
    Row,
    Settings,
    Word,
)
from .values import word_of


class ContextUse(BlockBuilder):
    """Time, sleep, guards, and fields of rows."""

    def of_receiver(self, node: ast.Attribute) -> E:
        """``ctx.now_ms`` and ``ctx.now``."""
        if node.attr == "now_ms":
            return E("(s.app.epoch_ms + x.now // 1000)", Word())
        if node.attr == "now":
            return E("x.now", Word())
        raise self.refuse(node, f"ctx.{node.attr} is not compiled")

    def receiver_call(self, node: ast.Call, name: str) -> E:
        """What the context does without waiting."""
        if name == "sleep" and len(node.args) == 1:
            self.emit(f"x.now += {self.word(node.args[0])}")
            return E("", Constant(None))
        if name == "guard" and len(node.args) in (2, 3):
            self.guard(node)
            return E("", Constant(None))
        raise self.refuse(
            node, f"ctx.{name}(…): wait for it by `yield from`, or it is not compiled"
        )

    def guard(self, node: ast.Call) -> None:
        """``ctx.guard(d.admits, d.reason, [stamp] * holds + …)``, of one decision ``d``."""
        admits, reason = node.args[:2]
        if not (
            isinstance(admits, ast.Attribute) and isinstance(reason, ast.Attribute)
            and (admits.attr, reason.attr) == ("admits", "reason")
            and ast.unparse(admits.value) == ast.unparse(reason.value)
        ):  # fmt: skip
            raise self.refuse(node, "a guard is told by `d.admits, d.reason` of one decision")
        first = admits.value
        decision = self.expr(first)
        enum = decision.kind.enum if isinstance(decision.kind, Word) else None
        if enum is None:
            raise self.refuse(node, f"{ast.unparse(first)} is no member of an IntEnum")
        guard = self.app.guard(self.body.name, enum)
        answer = self.temporary(f"{guard.first} + {decision.text}")
        stamps = list(self.stamps(node.args[2])) if len(node.args) == 3 else []
        own, others = self.temporary("0"), self.temporary("0")
        for holds, stamp in stamps:
            self.emit(f"if {holds}:")
            self.emit(f"    if note_stamp(s, x, {answer}, {stamp}):\n        {own} += 1")
            self.emit(f"    else:\n        {others} += 1")
        self.emit(f"note_guard(s, {answer}, {own}, {others})")

    def stamps(self, node: ast.expr) -> Sequence[tuple[str, str]]:
        """The stamps of a sum of ``[stamp] * holds``."""
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return [*self.stamps(left), *self.stamps(right)]
            case ast.BinOp(left=ast.List(elts=[stamp]), op=ast.Mult(), right=holds):
                return [(self.truth(holds), self.word(stamp))]
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [("True", self.word(each)) for each in items]
        raise self.refuse(node, "stamps are given as a sum of `[stamp] * holds`")

    def field(self, node: ast.AST, base: E, attr: str) -> E:
        """A field of a row: a word of the frame, or a variable."""
        assert isinstance(base.kind, Row)
        row = base.kind.table.row
        if attr not in row.fields:
            raise self.refuse(node, f"{row.of.__name__} has no field {attr}")
        place = row.fields.index(attr)
        return E(self.row_word(base.text, place), word_of(row.types[attr]))

    @staticmethod
    def row_word(text: str, place: int) -> str:
        """A word of a row: of a query's answer, or of a variable."""
        if text.startswith("x.r"):
            return f"x.r{int(text[3:]) + place}"
        return f"{text}{place}"

    def is_absent(self, row: E) -> str:
        """Whether a row is None."""
        return f"int({self.row_word(row.text, 0)} == ABSENT)"

    def no_row(self, kind: Row) -> str:
        """A row that is None."""
        return "<none>"

    def bind_row(self, name: str, value: E) -> None:
        """A variable for each word of a row; those that nobody reads are left out at the end."""
        made = self.variable(name)
        assert isinstance(value.kind, Row)
        for place in range(value.kind.table.row.words):
            word = "ABSENT" if value.text == "<none>" else self.row_word(value.text, place)
            self.emit(f"{made}{place} = {word}")
        self.note(name, E(made, value.kind))

    def rename(self, node: ast.stmt, name: str, value: E) -> None:
        """Settings under a name of their own stay those of now, whatever is deployed later."""
        if isinstance(value.kind, Settings):
            version = self.variable(f"{name}_of")
            self.emit(f"{version} = {value.kind.version}")
            value = E("", Settings(value.kind.value, value.kind.path, version))
        super().rename(node, name, value)
