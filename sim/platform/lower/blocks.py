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


def aim_of(first: ast.stmt, second: ast.stmt | None) -> int | None:
    """The block that two statements jump to."""
    if isinstance(second, ast.Continue) and isinstance(first, ast.Assign):
        target = first.targets[0]
        if isinstance(target, ast.Name) and target.id == STEP:
            return int(ast.literal_eval(first.value))
    return None


def resumed_at(statement: ast.stmt) -> int | None:
    """The block at which the platform goes on, if a statement says so (``x.then = …``)."""
    match statement:
        case ast.Assign(targets=[ast.Attribute(attr="then")], value=ast.Constant(value=int(block))):
            return block
    return None


def jumps(body: Sequence[ast.stmt]) -> list[int]:
    """The blocks that statements jump to, each as often as they do."""
    found = []
    for first, second in zip_longest(body, body[1:]):
        if (aim := aim_of(first, second)) is not None:
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
        elif aim_of(first, second) == aim:
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
