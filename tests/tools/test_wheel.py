"""What a wheel may contain."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tools.wheel import main, strange

KEPT = ["sim/cli/main.py", "scenarios/spike.yaml", "scenarios/setlist-app/convex/shows.ts"]
INSIDE = ["sim/cli/main.py", "sim/shipped/spike.yaml", "sim/shipped/setlist-app/convex/shows.ts",
          "sim-1.0.dist-info/METADATA"]  # fmt: skip


def test_the_package_and_its_scenarios_are_expected() -> None:
    assert strange(INSIDE, KEPT) == []


@pytest.mark.parametrize(
    "left",
    ["sim/shipped/setlist-app/node_modules/convex/package.json", "sim/shipped/sweeps.sqlite",
     "report-spike.html"],
)  # fmt: skip
def test_what_somebody_left_in_the_folders_is_not(
    left: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = tmp_path / "sim.whl"
    with zipfile.ZipFile(wheel, "w") as written:
        for name in ("sim/__init__.py", "sim/shipped/spike.yaml", left):
            written.writestr(name, "")
    assert main([str(wheel)]) == 1
    assert left in capsys.readouterr().err
