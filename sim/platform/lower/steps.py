"""Actions and clients' scripts: generators, split where they wait.

Every ``yield from ctx.…`` ends a block: what the call asks for is written into the frame, and the
platform goes on at the next block once it has the answer. What does not wait stays as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import get_type_hints

from sim.platform.reference import CallError

from .app import App, Body, Result, arguments
from .blocks import Block, goto, in_frame, merged, parsed
from .expressions import Lowering, annotated
from .kinds import (
    Constant,
    E,
    Kind,
    Live,
    Row,
    Settings,
    Statuses,
    Tuple,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .source import source_of
from .transactions import constant_kind

MOST_AT_ONCE = 31
"""Requests of one batch at most: two bits of a word for each status."""
_PASSES = 4
_DEEPEST = 20
"""Inlined functions inside each other at most."""


def waits(node: ast.AST) -> bool:
    """Whether a part of a function waits."""
    return any(isinstance(each, (ast.YieldFrom, ast.Yield)) for each in ast.walk(node))


def _escapes(node: ast.AST, *, of_a_loop: bool) -> bool:
    """Whether a statement may leave what it stands in: by a jump between blocks only."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, (ast.Return, ast.Raise)):
            return True
        if isinstance(each, (ast.Break, ast.Continue)) and not of_a_loop:
            return True
        inside = of_a_loop or isinstance(each, (ast.For, ast.While))
        if _escapes(each, of_a_loop=inside):
            return True
    return False


class Steps(Lowering):
    """The blocks of one action or script."""

    receiver = "ctx"

    def __init__(self, app: App, body: Body, known: dict[str, Kind] | None = None) -> None:
        super().__init__(app, body, known)
        self.blocks = [Block()]
        self.now = self.blocks[0]
        self.loops: list[tuple[int, int]] = []
        self.handler: int | None = None
        self.returns: tuple[str, int] | None = None
        """Of an inlined generator: its result's variable, and the block after it."""
        self.answers: list[E] = []
        """Of calls in an expression that have been asked for already."""
        self.list_rooms = 0
        self.inside: list[str] = []
        """The inlined functions around what is lowered."""
        self._run()

    def _run(self) -> None:
        source = self.body.source
        parameters = source.parameters
        if parameters[0] == "self":
            assert self.scope.root is not None
            self.scope.names["self"] = self.scope.root
            parameters = parameters[1:]
        hints = get_type_hints(source.function)
        self.scope.names[parameters[0]] = E("<ctx>", Constant(None))
        for n, parameter in enumerate(self.body.parameters):
            self.scope.names[parameter.name] = E(f"x.a{n}", annotated(parameter, hints))
        self.statements(source.tree.body)
        self.flush()
        self.put("x.value = ABSENT\nreturn DO_RETURN")

    # -- blocks --------------------------------------------------------------------------------

    def flush(self) -> None:
        """Lines emitted so far belong to the block at hand."""
        if self.lines:
            self.now.body += parsed("\n".join(self.lines))
            self.lines = []

    def put(self, text: str) -> None:
        """Statements of the block at hand."""
        self.flush()
        self.now.body += parsed(text)

    def new(self, *, resumes: bool = False) -> int:
        """The number of a new block."""
        self.blocks.append(Block(resumes=resumes))
        return len(self.blocks) - 1

    def enter_block(self, number: int) -> None:
        """What follows belongs to a block."""
        self.flush()
        self.now = self.blocks[number]

    def jump(self, number: int) -> None:
        """Go on with a block."""
        self.flush()
        self.now.body += goto(number)

    # -- statements ----------------------------------------------------------------------------

    def statement(self, node: ast.stmt) -> None:
        """A statement that may wait."""
        match node:
            case ast.Try():
                self.try_(node)
            case ast.If() if self.in_blocks(node, of_a_loop=False):
                self.branch(node)
            case ast.While() if self.in_blocks(node, of_a_loop=True):
                self.waiting_while(node)
            case ast.For(iter=ast.Tuple() as over):
                self.unrolled(node, node.target, over, node.body)
            case ast.For() if self.in_blocks(node, of_a_loop=True):
                self.waiting_for(node)
            case ast.Return(value=value):
                self.leave(value)
            case ast.Raise(exc=error):
                self.check_error(node, error)
                self.fail()
            case ast.Break() if self.depth == 0:
                self.jump(self.loops[-1][1])
            case ast.Continue() if self.depth == 0:
                self.jump(self.loops[-1][0])
            case _:
                super().statement(node)

    def in_blocks(self, node: ast.stmt, *, of_a_loop: bool) -> bool:
        """Whether a statement must be made of blocks: it waits, or may leave what it is in."""
        return self.depth == 0 and (waits(node) or _escapes(node, of_a_loop=of_a_loop))

    def branch(self, node: ast.If) -> None:
        """``if`` whose branches wait or leave."""
        then, otherwise, after = self.new(), self.new(), self.new()
        self.test(node.test, then, otherwise)
        self.enter_block(then)
        self.statements(node.body)
        self.jump(after)
        self.enter_block(otherwise)
        self.statements(node.orelse)
        self.jump(after)
        self.enter_block(after)

    def test(self, node: ast.expr, yes: int, no: int) -> None:
        """Jump by a condition; what waits in it is asked in Python's order."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and waits(node):
            self.test(node.operand, no, yes)
        elif isinstance(node, ast.BoolOp) and waits(node):
            for each in node.values[:-1]:
                following = self.new()
                if isinstance(node.op, ast.Or):
                    self.test(each, yes, following)
                else:
                    self.test(each, following, no)
                self.enter_block(following)
            self.test(node.values[-1], yes, no)
        else:
            self.ask_within(node)
            condition = self.truth(node)
            self.flush()
            expression = ast.parse(condition, mode="eval").body
            self.now.body.append(ast.If(expression, goto(yes), goto(no)))

    def waiting_while(self, node: ast.While) -> None:
        """``while`` that waits or leaves."""
        if node.orelse:
            raise self.refuse(node, "a loop's `else` is not compiled")
        head, body, after = self.new(), self.new(), self.new()
        self.jump(head)
        self.enter_block(head)
        self.test(node.test, body, after)
        self.loop(node.body, body, head, after)

    def waiting_for(self, node: ast.For) -> None:
        """``for`` that waits or leaves."""
        if node.orelse:
            raise self.refuse(node, "a loop's `else` is not compiled")
        self.ask_within(node.iter)
        start, stop, step, item, counter = self.iteration(node, node.iter)
        self.temporaries += 1
        loop = f"n{self.temporaries}"
        self.emit(f"{loop} = {start}\n{loop}_end = {stop}")
        head, body, more, after = self.new(), self.new(), self.new(), self.new()
        self.jump(head)
        self.enter_block(head)
        if not step.lstrip("-(").rstrip(")").isdigit():
            raise self.refuse(node, "the step of a loop that waits is a number that stands there")
        sign = "<" if int(step.strip("()")) > 0 else ">"
        condition = ast.parse(f"{loop} {sign} {loop}_end", mode="eval").body
        self.now.body.append(ast.If(condition, goto(body), goto(after)))
        self.enter_block(body)
        self.bind_loop(node, node.target, loop, item, counter)
        self.loop(node.body, None, more, after)
        self.enter_block(more)
        self.emit(f"{loop} += {step}")
        self.jump(head)
        self.enter_block(after)

    def loop(
        self, statements: Sequence[ast.stmt], body: int | None, again: int, after: int
    ) -> None:
        """The body of a loop, and what comes after it."""
        self.loops.append((again, after))
        if body is not None:
            self.enter_block(body)
        self.statements(statements)
        self.jump(again)
        self.loops.pop()
        self.enter_block(after)

    def try_(self, node: ast.Try) -> None:
        """``try … except CallError``."""
        if node.finalbody or node.orelse or len(node.handlers) != 1:
            raise self.refuse(node, "`try` has one `except CallError` in compiled code, no more")
        (handler,) = node.handlers
        caught = self.expr(handler.type).kind if handler.type is not None else None
        if not (isinstance(caught, Constant) and caught.value is CallError):
            raise self.refuse(handler, "catch CallError in compiled code")
        if handler.name is not None:
            raise self.refuse(handler, "the error that is caught has no name in compiled code")
        at, after, outer = self.new(), self.new(), self.handler
        self.handler = at
        self.statements(node.body)
        self.handler = outer
        self.jump(after)
        self.enter_block(at)
        self.statements(handler.body)
        self.jump(after)
        self.enter_block(after)

    def leave(self, value: ast.expr | None) -> None:
        """``return``, of the function or of an inlined one."""
        if value is not None:
            self.ask_within(value)
        if self.returns is None:
            result = "ABSENT" if value is None else self.word(value)
            self.put(f"x.value = {result}\nreturn DO_RETURN")
            return
        name, after = self.returns
        if name:
            self.emit(f"{name} = {'ABSENT' if value is None else self.word(value)}")
        self.jump(after)

    def check_error(self, node: ast.stmt, error: ast.expr | None) -> None:
        """Only errors of calls may be raised: others end a run."""
        if error is None:
            return
        raised = error.func if isinstance(error, ast.Call) else error
        found = self.expr(raised).kind
        value = found.value if isinstance(found, Constant) else None
        if not (isinstance(value, type) and issubclass(value, CallError)):
            raise self.refuse(node, "only a CallError is raised in compiled code")

    def fail(self) -> None:
        """An error: to the ``except`` around it, or the call fails."""
        if self.handler is None:
            self.put("return DO_FAIL")
        else:
            self.jump(self.handler)

    # -- what waits inside a statement -----------------------------------------------------------

    def assign(self, node: ast.stmt, target: ast.expr, value: ast.expr) -> None:
        """``target = value``, where the value may be waited for."""
        self.ask_within(value)
        if self.depth == 0 and isinstance(target, ast.Name) and isinstance(value, ast.Call):
            asked = self.python_call(value)
            if asked is not None:
                self.bind(node, target.id, asked)
                return
        super().assign(node, target, value)

    def augment(
        self, node: ast.AugAssign, target: ast.expr, op: ast.operator, value: ast.expr
    ) -> None:
        """``target += value``."""
        self.ask_within(value)
        super().augment(node, target, op, value)

    def effect(self, value: ast.expr) -> None:
        """A call for what it does."""
        self.ask_within(value)
        if isinstance(value, ast.YieldFrom):
            self.answers.clear()
            return
        super().effect(value)

    def ask_within(self, node: ast.expr) -> None:
        """Ask for everything that waits in an expression, in Python's order."""
        asked = [each for each in _in_order(node) if isinstance(each, ast.YieldFrom)]
        for each in asked:
            if self.depth:
                raise self.refuse(each, "it waits where compiled code cannot")
            found = self.ask(each)
            if len(asked) > 1 and found.is_word:
                found = E(self.temporary(found.text), found.kind)
            self.answers.append(found)

    def expr(self, node: ast.expr) -> E:
        """An expression; what waits in it has been asked for."""
        if isinstance(node, ast.YieldFrom):
            return self.answers.pop(0)
        if isinstance(node, (ast.Yield, ast.Await)):
            raise self.refuse(node, "wait by `yield from ctx.…`")
        return super().expr(node)

    # -- calls that wait -------------------------------------------------------------------------

    def ask(self, node: ast.YieldFrom) -> E:
        """``yield from …``: ask, and go on in a new block with the answer."""
        call = node.value
        if not isinstance(call, ast.Call):
            raise self.refuse(node, "only calls are waited for")
        function = call.func
        if isinstance(function, ast.Attribute) and self.is_receiver(function.value):
            return self.platform_call(call, function.attr)
        if self.takes_receiver(call):
            return self.inlined_steps(call)
        raise self.refuse(node, f"{ast.unparse(function)} cannot be waited for in compiled code")

    def platform_call(self, call: ast.Call, name: str) -> E:
        """A call of the context that waits."""
        options = {each.arg: each.value for each in call.keywords}
        match name, call.args:
            case "query", [function, *given]:
                return self.query(call, function, given)
            case "query_each", [functions, *given]:
                return self.queries(call, functions, given)
            case "run_mutation", [function, *given] if not options:
                body = self.called(function, "mutation")
                self.give(call, body, given)
                return self.wait(f"x.callee = {body.number}", "DO_MUTATION")
            case "run_action", [function, *given]:
                body = self.called(function, "action")
                self.give(call, body, given)
                return self.wait(f"x.callee = {body.number}", "DO_ACTION")
            case "schedule", [delay, function, *given]:
                body = self.called(function, "")
                if body.type == "query":
                    raise self.refuse(call, f"{body.name} is a query, which is not scheduled")
                due = self.temporary(self.word(delay))
                self.give(call, body, given)
                self.app.job_words = max(self.app.job_words, len(body.parameters))
                self.wait(f"x.delay = {due}\nx.callee = {body.number}", "DO_SCHEDULE")
                return E("ABSENT", Constant(None))
            case "http", []:
                limited = options.get("limited", ast.Constant(True))
                if not isinstance(limited, ast.Constant):
                    raise self.refuse(call, "limited= is True or False")
                asked = f"x.c0 = {self.endpoint(call)}"
                what = "DO_LIMITED_REQUEST" if limited.value else "DO_REQUEST"
                self.wait(asked, what, fails=False)
                return E("x.value", Word())
            case "http_batch", [requests]:
                return self.batch(call, requests)
        raise self.refuse(call, f"ctx.{name} is not compiled as it is called here")

    def endpoint(self, call: ast.Call) -> int:
        """The number of the endpoint that a request names; 0 if it names none."""
        named = [each.value for each in call.keywords if each.arg == "endpoint"]
        if not named:
            return 0
        name = named[0].value if isinstance(named[0], ast.Constant) else None
        if not isinstance(name, str):
            raise self.refuse(call, "endpoint= is a name that stands there")
        return self.app.endpoints.setdefault(name, len(self.app.endpoints) + 1)

    def wait(self, asked: str, what: str, *, fails: bool = True) -> E:
        """Leave to the platform, and come back in a new block."""
        after = self.new(resumes=True)
        self.put(
            f"{asked}\nx.then = {after}\nreturn {what}"
            if asked
            else f"x.then = {after}\nreturn {what}"
        )
        self.enter_block(after)
        if fails:
            on_error = parsed("return DO_FAIL") if self.handler is None else goto(self.handler)
            failed = ast.parse("x.error != 0", mode="eval").body
            self.now.body.append(ast.If(failed, on_error, []))
        return E("x.value", Word(optional=True))

    def give(self, call: ast.Call, body: Body, given: Sequence[ast.expr]) -> None:
        """Write a call's arguments into the frame."""
        words = arguments(
            body, [self.expr(each) for each in given], lambda why: self.refuse(call, why)
        )
        for n, word in enumerate(words):
            self.emit(f"x.c{n} = {word}")

    def called(self, node: ast.expr, type_: str) -> Body:
        """The registered function that a text names."""
        found = self.expr(node)
        name = found.kind.value if isinstance(found.kind, Constant) else None
        if not isinstance(name, str):
            raise self.refuse(node, f"{ast.unparse(node)}: name the function by a text")
        body = self.app.by_name.get(name)
        if body is None or body.type == "script" or (type_ and body.type != type_):
            raise self.refuse(node, f"no {type_ or 'function'} is registered as {name!r}")
        return body

    def query(self, call: ast.Call, function: ast.expr, given: Sequence[ast.expr]) -> E:
        """``ctx.query``."""
        body = self.called(function, "query")
        self.give(call, body, given)
        room = self.list_room(body)
        asked = f"x.callee = {body.number}\nx.evaluation = {body.number}\nx.more = 0"
        self.wait(f"{asked}{room}", "DO_QUERY")
        return self.answer(self.app.results[body.name], 0)

    def queries(self, call: ast.Call, functions: ast.expr, given: Sequence[ast.expr]) -> E:
        """``ctx.query_each``: its results stand one after another in the frame."""
        names = self.expr(functions)
        if not isinstance(names.kind, Tuple):
            raise self.refuse(functions, "name the queries by texts")
        bodies = []
        for each in names.kind.items:
            name = each.kind.value if isinstance(each.kind, Constant) else None
            if name not in self.app.by_name or self.app.by_name[name].type != "query":
                raise self.refuse(functions, f"no query is registered as {name!r}")
            bodies.append(self.app.by_name[name])
        for body in bodies:
            if self.app.results[body.name].kind == "list":
                raise self.refuse(call, f"{body.name} makes a list: query it by itself")
        self.give(call, bodies[0], given)
        number = self.app.sequence([body.number for body in bodies])
        asked = f"x.callee = {bodies[0].number}\nx.sequence = {number}\nx.more = {len(bodies) - 1}"
        self.wait(asked, "DO_QUERIES")
        answers, offset = [], 0
        for body in bodies:
            result = self.app.results[body.name]
            answers.append(self.answer(result, offset, in_sequence=True))
            offset += result.words
        return E("", Tuple(tuple(answers)))

    def list_room(self, body: Body) -> str:
        """The place in the frame's lists for what a query makes: one for each such call."""
        if self.app.results[body.name].kind != "list":
            return ""
        self.list_rooms += 1
        return f"\nx.list_place = {self.list_rooms - 1}"

    def answer(self, result: Result, first: int, *, in_sequence: bool = False) -> E:
        """What a query gave, where it stands in the frame."""
        if result.kind == "row":
            assert result.row is not None
            return E(f"x.r{first}", Row(result.row))
        if result.kind == "list":  # found anew each time: lists move when one needs more room
            first_of = f"list_at(s, x, {self.list_rooms - 1})"
            return E("", Numbers("lists", first_of, f"x.r{first + 1}"))
        if result.kind == "keys":
            return E("", Numbers("items", f"x.r{first}", f"x.r{first + 1}"))
        text = f"x.r{first}" if in_sequence else "x.value"
        return E(text, Word(result.enum, result.optional))

    def batch(self, call: ast.Call, requests: ast.expr) -> E:
        """``ctx.http_batch``: the statuses, two bits each."""
        match requests:
            case ast.Call(func=ast.Name(id="min"), args=given):
                bounds = [self.expr(each).kind for each in given]
            case _:
                bounds = [self.expr(requests).kind]
        least = [each.value for each in bounds if isinstance(each, Constant)]
        if not least or min(least) > MOST_AT_ONCE:
            raise self.refuse(
                call, f"send at most {MOST_AT_ONCE} requests at once, as in min({MOST_AT_ONCE}, …)"
            )
        number = self.temporary(self.word(requests))
        asked = f"x.c0 = {number}\nx.c1 = {self.endpoint(call)}"
        self.wait(asked, "DO_BATCH", fails=False)
        return E("", Statuses("x.value", number))

    def inlined_steps(self, call: ast.Call) -> E:
        """``yield from self.helper(ctx, …)``: its body in place of the call."""
        function = self.expr(call.func)
        value = function.kind.value if isinstance(function.kind, (Constant, Live)) else None
        if not callable(value) or call.keywords:
            raise self.refuse(call, f"{ast.unparse(call.func)} cannot be waited for")
        source = source_of(value)
        given = [
            E("<ctx>", Constant(None))
            if self.is_receiver(each)
            else self.settled_argument(self.expr(each))
            for each in call.args
        ]
        if len(self.inside) > _DEEPEST:
            raise self.refuse(
                call, f"{source.function.__name__} calls itself, or calls go too deep"
            )
        outer, returns, handler = (
            self.enter(source, function, value, given),
            self.returns,
            self.handler,
        )
        self.inside.append(source.function.__name__)
        result, after = f"{self.scope.prefix}result", self.new()
        self.returns = (result, after)
        self.emit(f"{result} = ABSENT")
        self.statements(source.tree.body)
        self.jump(after)
        self.enter_block(after)
        self.inside.pop()
        self.scope, self.returns, self.handler = outer, returns, handler
        return E(result, Word(optional=True))

    def settled_argument(self, given: E) -> E:
        """An argument of an inlined function, as a variable unless it is one already."""
        text = given.text
        is_plain = text.isidentifier() or text.isdigit() or text.startswith("x.a")
        if isinstance(given.kind, Word) and not is_plain:
            return E(self.temporary(text), given.kind)
        return given

    # -- the context -----------------------------------------------------------------------------

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

    def python_call(self, call: ast.Call) -> E | None:
        """A function marked `in_python`: the platform runs it; None if it is another call."""
        if not isinstance(call.func, (ast.Attribute, ast.Name)):
            return None
        if isinstance(call.func, ast.Attribute) and self.is_receiver(call.func.value):
            return None
        function = self.expr(call.func)
        if not (
            isinstance(function.kind, Live) and getattr(function.kind.value, "__in_python__", False)
        ):
            return None
        number = self.app.python_call(self.body.number, function.kind.path)
        for n, each in enumerate(call.args):
            self.emit(f"x.c{n} = {self.word(each)}")
        self.app.python_words = max(self.app.python_words, len(call.args))
        return self.wait(
            f"x.callee = {number}\nx.more = {len(call.args)}", "DO_PYTHON", fails=False
        )

    # -- rows --------------------------------------------------------------------------------------

    def field(self, node: ast.AST, base: E, attr: str) -> E:
        """A field of a row: a word of the frame, or a variable."""
        assert isinstance(base.kind, Row)
        row = base.kind.table.row
        if attr not in row.fields:
            raise self.refuse(node, f"{row.of.__name__} has no field {attr}")
        place = row.fields.index(attr)
        return E(self.row_word(base.text, place), constant_kind(row.types[attr]))

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


def _in_order(node: ast.AST) -> list[ast.AST]:
    """A tree's nodes in the order in which Python evaluates them."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found += _in_order(child)
    return [*found, node]


def lowered(app: App, body: Body) -> tuple[dict[int, list[ast.stmt]], int, int]:
    """An action's blocks by number, how many words of the frame they need, and lists."""
    known: dict[str, Kind] = {}
    for _ in range(_PASSES):
        made = Steps(app, body, known)
        if made.kinds == known:
            break
        known = made.kinds
    blocks, words = in_frame(merged(made.blocks))
    return blocks, words, made.list_rooms
