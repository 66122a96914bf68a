"""Expressions and plain statements of an app's functions, in the words of the compiled engine.

What a name stands for is looked up where Python would: in the function, in what it is nested in, on
``self`` as it is while the app runs, in its module. Whether that is a table, a setting or a
constant follows from the object that is found there.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sim.platform.reference import Document as LiveDocument
from sim.platform.reference import Draws, Facts, KeySet, Table
from sim.scenario import Settings as SettingsModel

from .app import App, Body
from .kinds import (
    Choice,
    Constant,
    Document,
    E,
    Fact,
    Kind,
    Live,
    Marks,
    NewRow,
    Path,
    Pure,
    Row,
    Settings,
    Statuses,
    Tuple,
    Word,
    constant,
)
from .kinds import (
    Sequence as Numbers,
)
from .source import Refused, Source, plain, source_of

CURRENT = "s.app.code"
"""The number of the deployment that runs now."""
_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "//", ast.Mod: "%", ast.LShift: "<<",
    ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
_COMPARISONS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "==", ast.IsNot: "!=",
}  # fmt: skip
_BUILTINS = {min, max, abs}


class Scope:
    """The names of one function: its own, an inlined one's, or those of a loop that is unrolled."""

    def __init__(self, source: Source, prefix: str, root: E | None) -> None:
        self.source = source
        self.prefix = prefix
        """Before the names of its variables, so that no two functions share one."""
        self.root = root
        """The function itself, or the object whose method it is, as an object of the app."""
        self.names: dict[str, E] = {}


class Lowering:
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

    # -- errors --------------------------------------------------------------------------------

    def refuse(self, node: ast.AST, why: str) -> Refused:
        """The error that tells where and why."""
        return self.scope.source.refuse(node, why)

    # -- emitting ------------------------------------------------------------------------------

    def emit(self, text: str) -> None:
        """One more line, or several."""
        self.lines += ["    " * self.depth + line for line in text.split("\n")]

    def temporary(self, text: str) -> str:
        """A name for a value that is needed more than once."""
        self.temporaries += 1
        name = f"t{self.temporaries}"
        self.emit(f"{name} = {text}")
        return name

    # -- names ---------------------------------------------------------------------------------

    def _root(self, body: Body) -> E:
        owner = getattr(body.call, "__self__", None)
        if owner is not None:
            return E("", Live(owner, ("@self",)))
        return E("", Live(body.call, ()))

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
            return E(f"words(s.f{number})[{width} * ({base.text}) + {place}]", _word_of(type_))
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

    def field(self, node: ast.AST, base: E, attr: str) -> E:
        """A field of a row."""
        raise NotImplementedError

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

    # -- expressions ---------------------------------------------------------------------------

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

    def is_absent(self, row: E) -> str:
        """Whether a row is None."""
        raise NotImplementedError

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

    # -- calls ---------------------------------------------------------------------------------

    def is_receiver(self, node: ast.expr) -> bool:
        """Whether an expression is the transaction or context."""
        if not isinstance(node, ast.Name):
            return False
        found = self.scope.names.get(node.id)
        return found is not None and found.text == f"<{self.receiver}>"

    def of_receiver(self, node: ast.Attribute) -> E:
        """An attribute of the transaction or context."""
        raise NotImplementedError

    def receiver_call(self, node: ast.Call, name: str) -> E:
        """A call of one of its methods."""
        raise NotImplementedError

    def takes_receiver(self, node: ast.Call) -> bool:
        """Whether the transaction or context is among a call's arguments."""
        return any(self.is_receiver(each) for each in node.args)

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

    # -- statements ----------------------------------------------------------------------------

    def statements(self, body: Sequence[ast.stmt]) -> None:
        """One after another."""
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """A statement that does not wait."""
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.AnnAssign(value=None):
                pass
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.assign(node, target, value)
            case ast.Assign(targets=[target], value=value):
                self.assign(node, target, value)
            case ast.Assign(targets=targets, value=value):
                found = self.once(self.expr(value))
                for target in targets:
                    if not isinstance(target, ast.Name):
                        raise self.refuse(node, f"{ast.unparse(target)} is not a variable")
                    self.bind(node, target.id, found)
            case ast.AugAssign(target=target, op=op, value=value):
                self.augment(node, target, op, value)
            case ast.Expr(value=value):
                self.effect(value)
            case ast.If(test=test, body=then, orelse=otherwise):
                self.emit(f"if {self.truth(test)}:")
                self.block(then)
                if otherwise:
                    self.emit("else:")
                    self.block(otherwise)
            case ast.While(test=test, body=body, orelse=[]):
                self.while_(node, test, body)
            case ast.For(target=target, iter=over, body=body, orelse=[]):
                self.for_(node, target, over, body)
            case ast.Continue():
                self.emit("continue")
            case ast.Break():
                self.emit("break")
            case _:
                raise self.refuse(node, f"{type(node).__name__} is not compiled")

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Statements of a branch or loop."""
        self.depth += 1
        before = len(self.lines)
        self.statements(body)
        if len(self.lines) == before:
            self.emit("pass")
        self.depth -= 1

    def while_(self, node: ast.While, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        """A loop: the condition is looked at anew each time, with all that it needs."""
        self.emit("while True:")
        self.depth += 1
        self.emit(f"if not {self.truth(test)}:\n    break")
        self.depth -= 1
        self.block(body)

    def effect(self, value: ast.expr) -> None:
        """A call for what it does."""
        found = self.expr(value)
        if found.text and not isinstance(found.kind, Constant):
            self.emit(found.text)

    def variable(self, name: str) -> str:
        """The variable of the compiled code that stands for one of the function's."""
        return f"{self.scope.prefix}{name}_"

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

    def note(self, name: str, value: E) -> None:
        """Remember what a variable stands for."""
        made = self.variable(name)
        self.scope.names[name] = value
        self.kinds[made] = _joined(self.kinds.get(made), value.kind)

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

    def merged(self, made: str, kind: Kind) -> Kind:
        """What a variable is that is also None elsewhere."""
        known = self.known.get(made)
        if isinstance(known, Word) and isinstance(kind, Word) and known.optional:
            return Word(kind.enum, optional=True)
        return kind

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

    def no_row(self, kind: Row) -> str:
        """The expression of a row that is None."""
        raise NotImplementedError

    def bind_row(self, name: str, value: E) -> None:
        """A variable for a row."""
        raise NotImplementedError

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

    # -- loops ---------------------------------------------------------------------------------

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


def _joined(known: Kind | None, found: Kind) -> Kind:
    """What a variable is that is one thing here and another there."""
    if isinstance(known, Word) and isinstance(found, Word):
        enum = known.enum if known.enum is found.enum else None
        return Word(enum, known.optional or found.optional)
    if isinstance(known, Row) and isinstance(found, Word) and found.optional:
        return known  # it begins as None
    return found


def constant_of(value: Any) -> E:
    """A value of a module."""
    if isinstance(value, IntEnum):
        return E(repr(int(value)), Constant(int(value)))
    if value is None or isinstance(value, (bool, int)):
        return constant(value)
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return E("", Tuple(tuple(constant_of(each) for each in value)))
    return E("", Constant(value))


def is_settings(value: Any) -> bool:
    """Whether an object is settings: a model, or a NamedTuple."""
    return isinstance(value, SettingsModel) or (
        isinstance(value, tuple) and hasattr(value, "_fields")
    )


def settings_fields(value: Any) -> list[str]:
    """The fields of settings that are whole numbers or truth values."""
    names = getattr(value, "_fields", None) or list(type(value).model_fields)
    return [name for name in names if isinstance(getattr(value, name), (bool, int))]


def _word_of(declared: Any) -> Word:
    is_enum = isinstance(declared, type) and issubclass(declared, IntEnum)
    return Word(declared if is_enum else None)


def annotated(parameter: inspect.Parameter, hints: dict[str, Any]) -> Word:
    """What a parameter is, by its annotation."""
    declared = hints.get(parameter.name)
    options = [each for each in get_args(declared) if each is not type(None)]
    if len(options) == 1 and len(get_args(declared)) == 2:
        return Word(_word_of(options[0]).enum, optional=True)
    return _word_of(declared)
