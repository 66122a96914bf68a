"""Actions and clients' scripts: generators, split where they wait.

Every ``yield from ctx.…`` ends a block: what the call asks for is written into the frame, and the
platform goes on at the next block once it has the answer. What does not wait stays as it is.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import get_type_hints

from sim.platform.reference import CallError

from .app import App, Body
from .asking import Asking
from .blocks import goto, merged
from .frame_variables import in_frame
from .kinds import (
    Constant,
    E,
    Kind,
)
from .values import annotated
from .waiting import escapes, waits

_PASSES = 4


class Steps(Asking):
    """The blocks of one action or script."""

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
        return self.depth == 0 and (waits(node) or escapes(node, of_a_loop=of_a_loop))

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
