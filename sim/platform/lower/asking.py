"""Calls that wait: what they ask for is written into the frame, and a new block begins."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .app import Body, Result, arguments
from .blocks import goto, parsed
from .context import ContextUse
from .kinds import (
    Constant,
    E,
    Live,
    Row,
    Statuses,
    Tuple,
    Word,
)
from .kinds import (
    Sequence as Numbers,
)
from .source import source_of
from .waiting import in_order

MOST_AT_ONCE = 31
"""Requests of one batch at most: two bits of a word for each status."""
_DEEPEST = 20
"""Inlined functions inside each other at most."""


class Asking(ContextUse):
    """Calls of the platform, and of generators, which are inlined."""

    def ask_within(self, node: ast.expr) -> None:
        """Ask for everything that waits in an expression, in Python's order."""
        asked = [each for each in in_order(node) if isinstance(each, ast.YieldFrom)]
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
