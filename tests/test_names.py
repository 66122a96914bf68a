"""One name, one type: a public type's name is not given twice."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

CLOSED = ("sim/convex", "sim/logs", "sim/platform/compiled", "sim/platform/lower")
"""Rooms whose types stay inside: only what their door shows is public."""


def types_of(file: Path) -> Iterator[str]:
    """The public classes and type aliases that a file defines."""
    for node in ast.parse(file.read_text("utf-8")).body:
        name = ""
        if isinstance(node, ast.ClassDef):
            name = node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        if name[:1].isupper() and (not name.isupper() or isinstance(node, ast.ClassDef)):
            yield name


def shown_by(room: str) -> set[str]:
    """What a room's door shows."""
    door = ast.parse((Path(room) / "__init__.py").read_text("utf-8"))
    (names,) = (
        node.value for node in door.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )  # fmt: skip
    return set(ast.literal_eval(names))


def test_a_public_types_name_exists_once() -> None:
    places: defaultdict[str, list[str]] = defaultdict(list)
    doors = {room: shown_by(room) for room in CLOSED}
    for file in sorted(Path("sim").rglob("*.py")):
        room = next((room for room in CLOSED if file.is_relative_to(room)), "")
        for name in types_of(file):
            if not room or name in doors[room]:
                places[name].append(str(file))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
    assert len(places) > 200
