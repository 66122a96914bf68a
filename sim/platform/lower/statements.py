"""Plain statements of an app's functions."""

from __future__ import annotations

import ast

from .kinds import (
    Constant,
)
from .loops import Loops


class Lowering(Loops):
    """What the lowering of transactions and of actions have in common."""

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

    def effect(self, value: ast.expr) -> None:
        """A call for what it does."""
        found = self.expr(value)
        if found.text and not isinstance(found.kind, Constant):
            self.emit(found.text)
