"""Variables that one block leaves to another stand in words of the execution's frame.

A frame is a few lines of the cache, and a large simulation has hundreds of thousands of them. So
variables that are never needed at the same time share a word, as compilers give variables to the
registers of a processor: each gets the first word that none has with which it lives together.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from .blocks import STEP, aim_of, resumed_at

Bodies = Mapping[int, list[ast.stmt]]
"""The blocks of a function, by number."""


def in_frame(bodies: Bodies) -> tuple[dict[int, list[ast.stmt]], int]:
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
            read |= _augmented(statement)
    stored.discard(STEP)
    unread = _Move({}, stored - read)
    kept = {n: [done for each in body for done in unread.statement(each)]
            for n, body in bodies.items()}  # fmt: skip
    words = _shared_words(kept, {name for name in stored & read if len(where[name]) > 1})
    move = _Move({name: f"v{word}" for name, word in words.items()}, set())
    moved = {n: [done for each in body for done in move.statement(each)]
             for n, body in kept.items()}  # fmt: skip
    return moved, max(words.values(), default=-1) + 1


def _augmented(statement: ast.stmt) -> set[str]:
    """The variables that a statement changes by what they were."""
    return {
        each.target.id
        for each in ast.walk(statement)
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name)
    }


def _shared_words(bodies: Bodies, variables: set[str]) -> dict[str, int]:
    """A word of the frame for each variable; those that live together have different ones."""
    lives = _Lives(bodies, variables)
    words: dict[str, int] = {}
    for name in sorted(variables):
        taken = {words[other] for other in lives.together[name] if other in words}
        words[name] = next(word for word in range(len(variables)) if word not in taken)
    return words


class _Lives:
    """Where variables live: from where they are set to the last place that reads them."""

    def __init__(self, bodies: Bodies, variables: set[str]) -> None:
        self._variables = variables
        self._at: dict[int, set[str]] = {number: set() for number in bodies}
        """Variables that live when a block begins."""
        self.together: dict[str, set[str]] = {name: set() for name in variables}
        """With which others a variable lives."""
        changed = True
        while changed:
            changed = False
            for number, body in reversed(bodies.items()):
                found = self._before(body, set())
                if found != self._at[number]:
                    self._at[number], changed = found, True
        for alive in self._at.values():
            for name in alive:
                self.together[name] |= alive - {name}

    def _before(self, body: Sequence[ast.stmt], after: set[str]) -> set[str]:
        """What lives before statements, after which ``after`` does."""
        alive = set(after)
        for place in reversed(range(len(body))):
            statement = body[place]
            match statement:
                case ast.Return():
                    alive = self._read(statement)
                case ast.Continue():
                    aim = aim_of(body[place - 1], statement)
                    assert aim is not None
                    alive = set(self._at[aim])
                case ast.If(test=test, body=then, orelse=otherwise):
                    branches = self._before(then, alive) | self._before(otherwise, alive)
                    alive = branches | self._read(test)
                case ast.For() | ast.While():  # what is set in one round may be read in the next
                    alive |= self._read(statement) | self._set(statement)
                    self._meet(self._set(statement), alive)
                case _:
                    if (resumed := resumed_at(statement)) is not None:
                        alive |= self._at[resumed]
                    self._meet(self._set(statement), alive)
                    alive = (alive - self._set(statement)) | self._read(statement)
        return alive

    def _meet(self, names: set[str], alive: set[str]) -> None:
        """Variables that are set while others live."""
        for name in names:
            others = (alive | names) - {name}
            self.together[name] |= others
            for other in others:
                self.together[other].add(name)

    def _read(self, node: ast.AST) -> set[str]:
        names = {each.id for each in ast.walk(node)
                 if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}  # fmt: skip
        augmented = _augmented(node) if isinstance(node, ast.stmt) else set()
        return (names | augmented) & self._variables

    def _set(self, node: ast.AST) -> set[str]:
        names = {each.id for each in ast.walk(node)
                 if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}  # fmt: skip
        return names & self._variables


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

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """The body of a branch or loop of which nothing is left passes."""
        found = super().generic_visit(node)
        if isinstance(found, (ast.If, ast.For, ast.While)):
            found.body = found.body or [ast.Pass()]
        return found

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A variable of several blocks is a word of the frame."""
        if node.id in self._words:
            return ast.Attribute(ast.Name("x", ast.Load()), self._words[node.id], node.ctx)
        return node
