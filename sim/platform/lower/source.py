"""A function's own source, and how it is refused: with its file, line and reason."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Any


class Refused(Exception):
    """A function does what cannot be compiled: where, and what."""


@dataclass(frozen=True)
class Source:
    """A function's definition and where it stands."""

    function: FunctionType
    tree: ast.FunctionDef
    file: str
    first_line: int

    def refuse(self, node: ast.AST, why: str) -> Refused:
        """The error that says so of a part of the function."""
        line = self.first_line + getattr(node, "lineno", 1) - 1
        return Refused(f"{Path(self.file).name}:{line}: {self.function.__name__}: {why}")

    @property
    def parameters(self) -> list[str]:
        """The names of its parameters."""
        return [each.arg for each in self.tree.args.args]


def plain(body: Callable[..., Any]) -> FunctionType | None:
    """The function behind a method; None if it is no function written in Python."""
    function = getattr(body, "__func__", body)
    return function if isinstance(function, FunctionType) else None


def source_of(body: Callable[..., Any]) -> Source:
    """The definition of a function or method; raises `Refused` if there is none to be had."""
    function = plain(body)
    if function is None:
        what = "a partial" if isinstance(body, partial) else repr(body)
        raise Refused(f"{what} is no function with a source")
    try:
        lines, first = inspect.getsourcelines(function)
        file = inspect.getsourcefile(function) or "?"
    except (OSError, TypeError):
        raise Refused(f"{function.__qualname__}: its source is not at hand") from None
    parsed = ast.parse(textwrap.dedent("".join(lines))).body[0]
    if not isinstance(parsed, ast.FunctionDef):
        raise Refused(f"{Path(file).name}:{first}: only functions made by `def` are compiled")
    return Source(function, parsed, file, first)
