"""The rooms of the package: a page names them all, and imports only go up its table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PAGE = Path("docs/how-it-is-built.md")
SPLIT = ("platform",)
"""Folders whose parts are rooms of their own."""


def rows() -> dict[str, int]:
    """Room → its row in the table of rooms."""
    table = re.findall(r"^\| (`.*`) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    return {room: row for row, cell in enumerate(table) for room in re.findall(r"`([^`]+)`", cell)}


def room_of(module: str) -> str | None:
    """The room of a module of the package; None for the package's own front."""
    parts = module.split(".")[1:]
    if not parts or parts[0] == "py":
        return None
    return "/".join(parts[:2]) if parts[0] in SPLIT and len(parts) > 1 else parts[0]


@cache
def modules() -> tuple[tuple[str, Path], ...]:
    files = [(file, file.with_suffix("").parts) for file in sorted(Path("sim").rglob("*.py"))]
    return tuple(
        (".".join(parts[:-1] if parts[-1] == "__init__" else parts), file) for file, parts in files
    )


def imported(module: str, file: Path) -> Iterator[str]:
    """What a module imports when it is imported itself."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    names = {name for name, _ in modules()}
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")
            above = above[: len(above) - node.level + 1] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                yield inner if inner in names else origin


def test_every_room_is_in_the_table() -> None:
    rooms = {room_of(module) for module, _ in modules()} - {None, *SPLIT}
    assert rooms == set(rows())


def test_a_room_imports_only_from_its_row_and_from_rows_above() -> None:
    order = rows()
    wrong = [
        f"{module} imports {name}"
        for module, file in modules()
        for name in imported(module, file)
        if (here := room_of(module)) in order
        and name.startswith("sim.")
        and (there := room_of(name)) in order
        and order[there] > order[here]
    ]
    assert wrong == []
