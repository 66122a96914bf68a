"""The scenario that these tests check, and the command that checks it."""

from __future__ import annotations

from pathlib import Path

from tests.command import sim as command

FIXED = str(Path("scenarios/fixed.yaml").resolve())
SHIPPED = str(Path("scenarios").resolve())
CALLS = "budgets: [{id: calls, metric: calls, per: day, max: 4.4M}]\n"


def sim(*args: str) -> int:
    """`sim`, allowed to extend the shipped scenarios, which are in another folder."""
    return command(*args, "--extends-path", SHIPPED)


def write(text: str, name: str = "app.yaml", horizon: str = "10m") -> str:
    """A scenario file on the fixed revision; its name."""
    Path(name).write_text(f"extends: {FIXED}\nhorizon: {horizon}\n{text}")
    return name
