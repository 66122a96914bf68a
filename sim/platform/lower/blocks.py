"""The steps of a function that waits: blocks of statements that jump to one another by number."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

STEP = "step"
"""The variable that says which block is next."""


@dataclass
class Block:
    """Statements that run in one go."""

    body: list[ast.stmt] = field(default_factory=list)
    resumes: bool = False
    """Whether the platform enters it, with the result of a call in the frame."""


def parsed(text: str) -> list[ast.stmt]:
    """Statements from their text."""
    return ast.parse(text).body


def goto(number: int) -> list[ast.stmt]:
    """Go on with a block."""
    return [*parsed(f"{STEP} = {number}"), ast.Continue()]


def merged(blocks: Sequence[Block]) -> dict[int, list[ast.stmt]]:
    """The blocks that are needed, by number: one with a single jump to it stands in its place."""
    bodies = {number: _cut(block.body) for number, block in enumerate(blocks)}
    roots = {0, *(number for number, block in enumerate(blocks) if block.resumes)}
    while True:
        aims: dict[int, list[int]] = {}
        for owner, body in bodies.items():
            for aim in jumps(body):
                aims.setdefault(aim, []).append(owner)
        single = [
            (aim, owners[0]) for aim, owners in sorted(aims.items())
            if len(owners) == 1 and aim not in roots and owners[0] != aim
        ]  # fmt: skip
        if not single:
            break
        aim, owner = single[0]
        bodies[owner] = _cut(_put_in_place(bodies[owner], aim, bodies.pop(aim)))
    return {n: body for n, body in sorted(bodies.items()) if n in roots or n in aims}


def _aim(first: ast.stmt, second: ast.stmt | None) -> int | None:
    """The block that two statements jump to."""
    if isinstance(second, ast.Continue) and isinstance(first, ast.Assign):
        target = first.targets[0]
        if isinstance(target, ast.Name) and target.id == STEP:
            return int(ast.literal_eval(first.value))
    return None


def jumps(body: Sequence[ast.stmt]) -> list[int]:
    """The blocks that statements jump to, each as often as they do."""
    found = []
    for first, second in zip_longest(body, body[1:]):
        if (aim := _aim(first, second)) is not None:
            found.append(aim)
        if isinstance(first, ast.If):
            found += jumps(first.body) + jumps(first.orelse)
    return found


def _put_in_place(body: Sequence[ast.stmt], aim: int, what: list[ast.stmt]) -> list[ast.stmt]:
    new: list[ast.stmt] = []
    skip = False
    for first, second in zip_longest(body, body[1:]):
        if skip:
            skip = False
        elif _aim(first, second) == aim:
            new += what
            skip = True
        elif isinstance(first, ast.If):
            then = _put_in_place(first.body, aim, what)
            new.append(ast.If(first.test, then, _put_in_place(first.orelse, aim, what)))
        else:
            new.append(first)
    return new


def _cut(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Without what comes after a jump or a return."""
    new: list[ast.stmt] = []
    for each in body:
        if isinstance(each, ast.If):
            each = ast.If(each.test, _cut(each.body), _cut(each.orelse))
        new.append(each)
        if _ends([each]):
            break
    return new


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Whether nothing after these statements is reached."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.If):
        return _ends(last.body) and _ends(last.orelse)
    return isinstance(last, (ast.Continue, ast.Return))


def in_frame(bodies: dict[int, list[ast.stmt]]) -> tuple[dict[int, list[ast.stmt]], int]:
    """The blocks with every variable that one leaves to another in a word of the frame.

    How many words those are comes with it. A variable that is set and never read is left out.
    """
    read: set[str] = set()
    where: dict[str, set[int]] = {}
    stored: set[str] = set()
    for number, body in bodies.items():
        for statement in body:
            for each in ast.walk(statement):
                if not isinstance(each, ast.Name):
                    continue
                where.setdefault(each.id, set()).add(number)
                if isinstance(each.ctx, ast.Store):
                    stored.add(each.id)
                else:
                    read.add(each.id)
                if isinstance(each.ctx, ast.Store) and _is_augmented(statement, each):
                    read.add(each.id)
    stored.discard(STEP)
    shared = sorted(name for name in stored if len(where[name]) > 1)
    words = {name: f"v{n}" for n, name in enumerate(shared)}
    move = _Move(words, stored - read)
    moved = {
        n: [done for each in body for done in move.statement(each)] for n, body in bodies.items()
    }
    return moved, len(words)


def _is_augmented(statement: ast.stmt, name: ast.Name) -> bool:
    return any(
        isinstance(each, ast.AugAssign) and each.target is name for each in ast.walk(statement)
    )


class _Move(ast.NodeTransformer):
    """Puts variables into the frame, and leaves out those that nobody reads."""

    def __init__(self, words: dict[str, str], unread: set[str]) -> None:
        self._words = words
        self._unread = unread

    def statement(self, node: ast.stmt) -> list[ast.stmt]:
        """A statement, or nothing of it."""
        found = self.visit(node)
        if found is None:
            return []
        return found if isinstance(found, list) else [found]

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        """An assignment to a variable that nobody reads, of what has no effect, is left out."""
        target = node.targets[0]
        has_call = any(isinstance(each, ast.Call) for each in ast.walk(node.value))
        if isinstance(target, ast.Name) and target.id in self._unread and not has_call:
            return None
        found = self.generic_visit(node)
        assert isinstance(found, ast.stmt)
        return found

    def visit_If(self, node: ast.If) -> ast.stmt:
        """A branch that has become empty passes."""
        found = self.generic_visit(node)
        assert isinstance(found, ast.If)
        found.body = found.body or [ast.Pass()]
        return found

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A variable of several blocks is a word of the frame."""
        if node.id in self._words:
            return ast.Attribute(ast.Name("x", ast.Load()), self._words[node.id], node.ctx)
        return node
