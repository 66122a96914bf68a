"""The conditions in a function's source that decide whether it reaches a call."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from sim.platform.lower import Refused, Source, source_of


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that decides whether a function reaches a call."""

    text: str
    """As it stands in the source."""
    wanted: bool
    """Whether it must hold for the call to be reached; else it must not."""
    lines: range
    """Where it stands in the file."""
    first_inside: int
    """The line that runs next if it holds."""
    file: str
    is_loop: bool = False

    def __str__(self) -> str:
        return f"`{self.text}` ({Path(self.file).name}:{self.lines.start})"

    def stopped(self, lines: Sequence[int]) -> bool:
        """Whether this condition kept an execution from the call, the last time it was reached.

        ``lines``: the lines of the file that the execution ran, in order.
        """
        at = [place for place, line in enumerate(lines) if line in self.lines]
        if not at:
            return False
        first = at[0] if self.is_loop else at[-1]  # a loop returns to its head when it ends
        return (self.first_inside in lines[first + 1 :]) is not self.wanted

    def in_words(self) -> str:
        """What stopped an execution, in words."""
        if self.is_loop:
            return f"{self} has nothing to go through"
        return f"{self} {'does not hold' if self.wanted else 'holds'}"


def conditions(body: Callable[..., Any], target: str) -> list[list[Condition]]:
    """For each place in a function that names a target: the conditions before it, in order."""
    source = _source(body)
    if source is None:
        return []
    return [list(_before(way, source)) for way in _ways(source.tree, _names(target, source))]


def what_stopped(body: Callable[..., Any], target: str, lines: Sequence[int]) -> Condition | None:
    """The condition that kept an execution from a target; None if no condition did.

    If several places name the target, the one that the execution came closest to counts.
    """
    found: list[tuple[int, Condition]] = []
    for before in conditions(body, target):
        place = next((n for n, each in enumerate(before) if each.stopped(lines)), None)
        if place is not None:
            found.append((place, before[place]))
    return max(found, key=lambda pair: pair[0], default=(0, None))[1]


def _source(body: Callable[..., Any]) -> Source | None:
    body = body.func if isinstance(body, partial) else body
    try:
        return source_of(body)
    except Refused:
        return None


def _names(target: str, source: Source) -> Callable[[ast.AST], bool]:
    """A test whether a part of a function names the target, as a text or by a variable."""
    known: Mapping[str, Any] = source.function.__globals__

    def is_named(node: ast.AST) -> bool:
        if isinstance(node, ast.Constant):
            return bool(node.value == target)
        return isinstance(node, ast.Name) and known.get(node.id) == target

    return is_named


def _ways(
    node: ast.AST, is_named: Callable[[ast.AST], bool], way: tuple[ast.AST, ...] = ()
) -> Iterator[tuple[ast.AST, ...]]:
    """The ways from a function down to each part that names the target."""
    if is_named(node):
        yield (*way, node)
    for child in ast.iter_child_nodes(node):
        yield from _ways(child, is_named, (*way, node))


def _before(way: Sequence[ast.AST], source: Source) -> Iterator[Condition]:
    for node, inside in pairwise(way):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "handlers")):
            if not isinstance(block, list) or inside not in block:
                continue
            if isinstance(node, (ast.If, ast.While)):
                yield _condition(node, node.test, source, wanted=block is node.body)
            elif isinstance(node, ast.For):
                yield _condition(node, node.iter, source, wanted=True)
            for sibling in block[: block.index(inside)]:
                if isinstance(sibling, ast.If) and _leaves(sibling.body):
                    yield _condition(sibling, sibling.test, source, wanted=False)


def _condition(
    node: ast.If | ast.While | ast.For, test: ast.expr, source: Source, *, wanted: bool
) -> Condition:
    above = source.first_line - 1
    text, is_loop = ast.unparse(test), isinstance(node, ast.For)
    if isinstance(node, ast.For):
        text = f"for {ast.unparse(node.target)} in {text}"
    lines = range(above + node.lineno, above + (test.end_lineno or node.lineno) + 1)
    return Condition(text, wanted, lines, above + node.body[0].lineno, source.file, is_loop)


def _leaves(block: Sequence[ast.stmt]) -> bool:
    return isinstance(block[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))
