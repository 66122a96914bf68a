"""Which parts of a function wait, and in which order."""

from __future__ import annotations

import ast


def waits(node: ast.AST) -> bool:
    """Whether a part of a function waits."""
    return any(isinstance(each, (ast.YieldFrom, ast.Yield)) for each in ast.walk(node))


def escapes(node: ast.AST, *, of_a_loop: bool) -> bool:
    """Whether a statement may leave what it stands in: by a jump between blocks only."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, (ast.Return, ast.Raise)):
            return True
        if isinstance(each, (ast.Break, ast.Continue)) and not of_a_loop:
            return True
        inside = of_a_loop or isinstance(each, (ast.For, ast.While))
        if escapes(each, of_a_loop=inside):
            return True
    return False


def in_order(node: ast.AST) -> list[ast.AST]:
    """A tree's nodes in the order in which Python evaluates them."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found += in_order(child)
    return [*found, node]
