"""The rooms, and the tests that answer for each."""

from __future__ import annotations

from pathlib import Path

_LOOSE = ("draws", "guards", "intervals", "metrics", "numbers", "result", "views")
"""Files of the ground floor: a room each."""


def rooms(root: Path) -> dict[str, tuple[list[Path], list[str]]]:
    """Name → its files, and the tests that are asked where no line says which reach it."""
    found: dict[str, tuple[list[Path], list[str]]] = {}
    for file in sorted((root / "sim").rglob("*.py")):
        parts = file.relative_to(root / "sim").with_suffix("").parts
        name = _room(parts)
        files, _ = found.setdefault(name, ([], _tests(root, name)))
        files.append(file)
    return found


def _room(parts: tuple[str, ...]) -> str:
    if len(parts) == 1:
        return parts[0] if parts[0] in _LOOSE else "door"
    return "/".join(parts[:2]) if parts[0] in {"platform", "apps"} and len(parts) > 2 else parts[0]


def _tests(root: Path, room: str) -> list[str]:
    """Tests are arranged like the package."""
    for place in (f"tests/{room}", f"tests/test_{room}.py"):
        if (root / place).exists():
            return [place]
    return ["tests/cli", "tests/simulation"]
