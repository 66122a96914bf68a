"""The rooms, and the tests that answer for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_LOOSE = ("draws", "guards", "intervals", "metrics", "numbers", "result", "views")
"""Files of the ground floor: a room each."""
_SHARED = ("guards", "draws", "apps/setlist", "platform/external", "platform/rules")
"""Code that both engines run: a test that compares them cannot tell that it is wrong."""
_BY_SHARED = (
    "tests/test_guards.py", "tests/test_draws.py", "tests/platform/reference",
    "tests/platform/test_rules.py", "tests/platform/test_external.py", "tests/apps",
    "tests/simulation/test_bounds.py",
)  # fmt: skip
_ALSO = {
    "budgets": ("tests/cli/check", "tests/test_shipped_budgets.py"),
    "causes": ("tests/logs/test_causes.py",),
    "claims": ("tests/logs/test_judged.py",),
    "experiments": ("tests/logs/test_judged.py",),
    "metrics": ("tests/budgets/test_judge.py",),
    "report": ("tests/test_published_reports.py",),
    "result": ("tests/experiments/runs/test_store.py",),
    "views": ("tests/report/test_html.py",),
}
"""Tests of other rooms that answer for one too."""
_SLOW = ("tests/experiments/test_cluster.py", "tests/report/test_browser.py")
"""Tests that start clusters and browsers: never asked."""
_UNTRIED = ("sim/experiments/runs/cluster.py",)
"""Files that only such tests reach: not changed."""


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the package."""

    name: str
    files: list[Path]
    own_tests: list[str]
    """Tests are arranged like the package; others where a room has none."""
    asked: list[str]
    """The tests of which those that reach a change are run."""
    reference: bool
    """Whether they run on the reference engine only, since the change would have to be compiled."""


def rooms(root: Path) -> dict[str, Room]:
    """The rooms by name."""
    found: dict[str, Room] = {}
    for file in sorted((root / "sim").rglob("*.py")):
        if file.relative_to(root).as_posix() in _UNTRIED:
            continue
        name = _room(file.relative_to(root / "sim").with_suffix("").parts)
        if name not in found:
            own = _own_tests(root, name)
            found[name] = Room(name, [], own, *_asked(root, name, own))
        found[name].files.append(file)
    return found


def _room(parts: tuple[str, ...]) -> str:
    if len(parts) == 1:
        return parts[0] if parts[0] in _LOOSE else "door"
    return "/".join(parts[:2]) if parts[0] in {"platform", "apps"} else parts[0]


def _own_tests(root: Path, room: str) -> list[str]:
    parent, _, last = f"tests/{room}".rpartition("/")
    for place in (f"tests/{room}", f"{parent}/test_{last}.py"):
        if (root / place).exists():
            return [place]
    return ["tests/simulation"]


def _asked(root: Path, room: str, own: list[str]) -> tuple[list[str], bool]:
    shared = room in _SHARED
    wanted = _BY_SHARED if shared else (*own, *_ALSO.get(room, ()))
    there = [root / each for each in wanted if (root / each).exists()]
    files = {
        file for each in there for file in (each.rglob("test_*.py") if each.is_dir() else [each])
    }
    asked = sorted(file.relative_to(root).as_posix() for file in files)
    return [each for each in asked if each not in _SLOW], shared
