"""The notebooks run from top to bottom, and are committed without outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_conclusion_holds(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = ["".join(cell["source"]) for cell in code_cells(notebook)]
    assert "assert" in sources[-1], "the last cell asserts the conclusion"
    assert 'HORIZON = "24h"' in sources[0], "the parameters sit in the first cell"
    sources[0] = sources[0].replace('"24h"', '"6h"')  # the conclusions hold for less as well
    monkeypatch.chdir(notebook.parent)
    exec(compile("\n".join(sources), notebook.name, "exec"), {})


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(notebook: Path) -> None:
    assert all(not cell["outputs"] for cell in code_cells(notebook))
    assert all(cell["execution_count"] is None for cell in code_cells(notebook))
