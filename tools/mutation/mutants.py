"""The changes: flipped comparisons, constants off by one, and/or, dropped guards and nots."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
Code = ast.expr | ast.If
_LEAVES = (ast.Raise, ast.Return, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one file."""

    file: str
    """From the project's folder."""
    inside: str
    """The function or class that it lies in, dotted; empty at the top of the module."""
    line: int
    before: str
    after: str
    occurrence: int
    """Which one of the same changes inside the same function, from 0."""
    source: Callable[[], str] = field(compare=False)
    """Gives the whole file with the change."""

    @property
    def name(self) -> str:
        """What identifies it while other parts of the file are edited."""
        again = f" #{self.occurrence + 1}" if self.occurrence else ""
        return f"{self.file}::{self.inside}: {self.before} → {self.after}{again}"


def mutants_of(file: Path, root: Path) -> list[Mutant]:
    """Every change of a file that is known how to make, in the order of its lines."""
    tree = ast.parse(file.read_text("utf-8"))
    found: list[Mutant] = []
    seen: dict[tuple[str, str, str], int] = {}
    for node, inside in _code(tree, ()):
        for after in _changed(node):
            texts = _shown(node), _shown(after)
            key = (".".join(inside), *texts)
            seen[key] = seen.get(key, -1) + 1
            found.append(
                Mutant(
                    file.relative_to(root).as_posix(), key[0], node.lineno, *texts, seen[key],
                    partial(_with, tree, node, after),
                )
            )  # fmt: skip
    return found


def _code(
    node: ast.AST, inside: tuple[str, ...]
) -> Iterator[tuple[ast.expr | ast.If, tuple[str, ...]]]:
    """The expressions and branches that run, each with where it lies; no annotations, no texts."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inside = (*inside, node.name)
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return
    if isinstance(node, ast.expr | ast.If):
        yield node, inside
    for part, value in ast.iter_fields(node):
        if part in {"annotation", "returns", "type_params", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _code(child, inside)


def _changed(node: Code) -> Iterator[Code]:
    """What a node may become."""
    if isinstance(node, ast.Compare):
        for number, operator in enumerate(node.ops):
            flipped = copy.copy(node)
            flipped.ops = list(node.ops)
            flipped.ops[number] = _FLIPPED[type(operator)]()
            yield flipped
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.If) and isinstance(node.body[-1], _LEAVES) and not node.orelse:
        yield ast.If(ast.Constant(False), node.body, [])


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node).splitlines()
    return text[0] if len(text) == 1 else f"{text[0]} {text[-1].strip()}"


def _with(tree: ast.Module, node: ast.AST, after: ast.AST) -> str:
    """The module's source with one node replaced; the tree stays as it is."""
    number = next(n for n, each in enumerate(ast.walk(tree)) if each is node)
    changed = copy.deepcopy(tree)
    twin = next(each for n, each in enumerate(ast.walk(changed)) if n == number)

    class Replace(ast.NodeTransformer):
        def visit(self, at: ast.AST) -> ast.AST:
            return after if at is twin else self.generic_visit(at)

    return ast.unparse(ast.fix_missing_locations(Replace().visit(changed))) + "\n"
