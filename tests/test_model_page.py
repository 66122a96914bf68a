"""MODEL.md: its measured tables are those of the settings and of the reports that are published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.numbers import count
from sim.scenario import load_scenario
from tools.assumptions import ASSUMPTIONS, GENERATE, SPIKE, UPDATE

PAGE = Path("MODEL.md").read_text("utf-8")


@pytest.mark.parametrize("settings", ASSUMPTIONS, ids=" ".join)
def test_every_assumption_has_its_row_and_changes_the_spike(settings: tuple[str, ...]) -> None:
    named = " ".join(f"`{setting}`" for setting in settings) or "(default)"
    assert f"| {named} |" in PAGE, "see `make assumptions`"
    changed = load_scenario(SPIKE, list(settings)).hash != load_scenario(SPIKE).hash
    assert changed == bool(settings)


def test_the_default_is_the_published_spike() -> None:
    spike = json.loads(Path("reports/spike.json").read_text("utf-8"))
    failed = [count(spike["functions"][name]["conflicts_failed"]) for name in (GENERATE, UPDATE)]
    calls = count(spike["calls"]["total"])
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| (default) |")]
    cells = [cell.strip() for cell in row.split("|")]
    assert [cells[2], *cells[4:6]] == [calls, *failed], "see `make assumptions`, `make reports`"
