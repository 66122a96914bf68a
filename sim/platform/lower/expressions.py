"""Arithmetic, conditions, comparisons and parts of lists, in the words of the compiled engine."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from sim.platform.reference import Facts, KeySet, Table

from .kinds import (
    Choice,
    Constant,
    Document,
    E,
    Fact,
    Live,
    Marks,
    Pure,
    Row,
    Statuses,
    Tuple,
    Word,
    constant,
)
from .kinds import (
    Sequence as Numbers,
)
from .names import Names
from .values import constant_of

_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%", ast.LShift: "<<",
    ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_COMPARISONS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "==", ast.IsNot: "!=",
}  # fmt: skip


class Expressions(Names):
    """Expressions without calls."""

    def expr(self, node: ast.expr) -> E:
        """An expression in the engine's words."""
        match node:
            case ast.Constant(value=value):
                if isinstance(value, float):
                    raise self.refuse(node, "numbers are whole")
                return (
                    constant(value)
                    if value is None or isinstance(value, int)
                    else constant_of(value)
                )
            case ast.Name():
                return self.name(node)
            case ast.Attribute():
                return self.attribute(node)
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(node, self.expr(left), op, self.expr(right))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return E(f"(not {self.truth(operand)})", Word())
            case ast.UnaryOp(op=op, operand=operand):
                sign = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}[type(op)]
                return E(f"({sign}{self.word(operand)})", Word())
            case ast.BoolOp(op=op, values=values):
                return self.either(op, values)
            case ast.Compare():
                return self.compare(node)
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return self.choose(node, test, then, otherwise)
            case ast.Call():
                return self.call(node)
            case ast.Subscript(value=base, slice=index):
                return self.subscript(node, self.expr(base), index)
            case ast.Tuple(elts=items):
                return E("", Tuple(tuple(self.expr(each) for each in items)))
        raise self.refuse(node, f"{ast.unparse(node)}: {type(node).__name__} is not compiled")

    def word(self, node: ast.expr) -> str:
        """An expression that must be one number."""
        found = self.expr(node)
        if not found.is_word:
            raise self.refuse(node, f"{ast.unparse(node)} is not a number")
        return found.text

    def truth(self, node: ast.expr) -> str:
        """An expression as a condition."""
        found = self.expr(node)
        match found.kind:
            case Word(optional=True):
                return f"({found.text} != 0 and {found.text} != ABSENT)"
            case Numbers(number=number) | Statuses(number=number):
                return f"({number} != 0)"
            case Live(value=Facts() as facts):
                return f"(s.count.n{self.app.facts_number(facts)} != 0)"
            case Row():
                return f"({self.is_absent(found)} == 0)"
            case Constant(value=value) if not found.is_word:
                return repr(bool(value))
        if not found.is_word:
            raise self.refuse(node, f"{ast.unparse(node)} is neither true nor false")
        return f"({found.text} != 0)" if isinstance(found.kind, Word) else found.text

    def binary(self, node: ast.expr, left: E, op: ast.operator, right: E) -> E:
        """Arithmetic."""
        sign = _OPERATORS.get(type(op))
        if sign is None or not (left.is_word and right.is_word):
            raise self.refuse(node, f"{ast.unparse(node)}: only whole numbers are computed with")
        if isinstance(left.kind, Constant) and isinstance(right.kind, Constant):
            return constant(eval(f"{left.text} {sign} {right.text}"))
        return E(f"({left.text} {sign} {right.text})", Word())

    def either(self, op: ast.boolop, values: Sequence[ast.expr]) -> E:
        """``and`` and ``or`` of conditions."""
        first = self.truth(values[0])
        self.conditional += 1
        rest = [self.truth(each) for each in values[1:]]
        self.conditional -= 1
        sign = " and " if isinstance(op, ast.And) else " or "
        return E(f"({sign.join([first, *rest])})", Word())

    def choose(self, node: ast.expr, test: ast.expr, then: ast.expr, otherwise: ast.expr) -> E:
        """``then if test else otherwise``."""
        condition = self.truth(test)
        self.conditional += 1
        one, other = self.expr(then), self.expr(otherwise)
        self.conditional -= 1
        if isinstance(one.kind, Document) and isinstance(other.kind, Document):
            table, another = one.kind.table, other.kind.table
            if table.row.of == another.row.of and not (one.kind.other or other.kind.other):
                text = f"({one.text} if {condition} else {other.text})"
                return E(text, Document(table, another))
        if not (one.is_word and other.is_word):
            raise self.refuse(node, f"{ast.unparse(node)}: both ways must be numbers")
        text = f"({one.text} if {condition} else {other.text})"
        pure = isinstance(one.kind, Pure) and isinstance(other.kind, Pure)
        optional = any(
            (isinstance(each.kind, Word) and each.kind.optional)
            or (isinstance(each.kind, Constant) and each.kind.value is None)
            for each in (one, other)
        )
        return E(text, Pure() if pure else Word(optional=optional))

    def compare(self, node: ast.Compare) -> E:
        """Comparisons, chained ones and those with None, texts and sets too."""
        sides = [node.left, *node.comparators]
        parts = [
            self.compare_two(node, left, op, right)
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return E(f"({' and '.join(parts)})" if len(parts) > 1 else parts[0], Word())

    def compare_two(
        self, node: ast.AST, left_node: ast.expr, op: ast.cmpop, right_node: ast.expr
    ) -> str:
        """One comparison."""
        left, right = self.expr(left_node), self.expr(right_node)
        if isinstance(op, (ast.In, ast.NotIn)):
            return self.contains(node, left, op, right)
        sign = _COMPARISONS[type(op)]
        if isinstance(left.kind, Constant) and left.kind.value is None:
            left, right = right, left
        if isinstance(right.kind, Constant) and right.kind.value is None:
            if isinstance(left.kind, Row):
                return f"({self.is_absent(left)} {'!=' if sign == '==' else '=='} 0)"
            if isinstance(left.kind, Pure):
                return f"({left.text} is{'' if sign == '==' else ' not'} None)"
            return f"({left.text} {sign} ABSENT)"
        if isinstance(right.kind, Choice):
            left, right = right, left
        if isinstance(left.kind, Choice):
            text = right.kind.value if isinstance(right.kind, Constant) else None
            if text not in left.kind.options:
                allowed = ", ".join(map(str, left.kind.options))
                raise self.refuse(node, f"compare it with one of: {allowed}")
            return f"({left.text} {sign} {left.kind.options.index(text)})"
        if isinstance(left.kind, Tuple) and isinstance(right.kind, Tuple):
            pairs = zip(left.kind.items, right.kind.items, strict=True)
            how = " and " if sign == "==" else " or "
            return f"({how.join(f'{a.text} {sign} {b.text}' for a, b in pairs)})"
        if not (left.is_word and right.is_word):
            raise self.refuse(node, f"{ast.unparse(node)}: only numbers are compared")
        return f"({left.text} {sign} {right.text})"

    def contains(self, node: ast.AST, left: E, op: ast.cmpop, right: E) -> str:
        """``in``: of a set of keys, or of a few values."""
        if isinstance(right.kind, Marks):
            number = self.marks_number(right.kind.keys)
            text = f"is_marked(s.k{number}, {left.text})"
        elif isinstance(right.kind, Tuple):
            text = "(" + " or ".join(f"{left.text} == {e.text}" for e in right.kind.items) + ")"
        else:
            raise self.refuse(node, f"{ast.unparse(node)}: `in` takes a declared key set")
        return f"(not {text})" if isinstance(op, ast.NotIn) else text

    def marks_number(self, keys: KeySet) -> int:
        """The number of a set of keys."""
        sets = self.app.backend.declared.key_sets
        return next(number for number, each in enumerate(sets) if each is keys)

    def subscript(self, node: ast.Subscript, base: E, index: ast.expr) -> E:
        """``base[index]``: a document, a fact, a key, or a part of a list."""
        match base.kind:
            case Live(value=Table() as table):
                first = f"s.first.t{self.app.table_number(table)}"
                return E(f"({first} + {self.word(index)})", Document(table))
            case Live(value=Facts() as facts):
                if facts.row.fields:
                    return E(self.word(index), Fact(facts))
                return E(f"words(s.f{self.app.facts_number(facts)})[{self.word(index)}]", Word())
            case Numbers(pool=pool, first=first):
                if isinstance(index, ast.Slice):
                    return self.slice(node, base.kind, index)
                return E(f"words(s.{pool})[{first} + {self.word(index)}]", Word())
            case Statuses(bits=bits):
                return E(f"status_of({bits}, {self.word(index)})", Word())
            case Tuple(items=items) if isinstance(index, ast.Constant):
                return items[int(str(index.value))]
            case Constant(value=value) if isinstance(index, ast.Constant):
                return constant_of(value[index.value])
        raise self.refuse(node, f"{ast.unparse(node)}: only tables, facts and lists are indexed")

    def slice(self, node: ast.AST, base: Numbers, index: ast.Slice) -> E:
        """``keys[first:last]``, of numbers that are not negative."""
        if index.step is not None:
            raise self.refuse(node, "a slice has no step in compiled code")
        if base.pool == "lists" and index.lower is not None:
            raise self.refuse(node, "a list that a query made is cut at its end only")
        first, number = base.first, base.number
        start = "0"
        if index.lower is not None:
            start = f"min({self.word(index.lower)}, {number})"
            first = f"{first} + {start}"
        end = number if index.upper is None else f"min({self.word(index.upper)}, {number})"
        count = f"max(0, {end} - {start})" if index.lower is not None else f"max(0, {end})"
        return E("", Numbers(base.pool, first, count))

    def length(self, node: ast.AST, of: E) -> str:
        """``len`` of a list, table or facts."""
        match of.kind:
            case Numbers(number=number) | Statuses(number=number):
                return number
            case Live(value=Table() as table):
                return f"s.count.t{self.app.table_number(table)}"
            case Live(value=Facts() as facts):
                return f"s.count.n{self.app.facts_number(facts)}"
            case Tuple(items=items):
                return str(len(items))
            case Constant(value=value):
                return str(len(value))
        raise self.refuse(node, f"{ast.unparse(node)}: it has no length in compiled code")
