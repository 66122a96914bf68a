"""The example of open pages: what its page says is what it gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.report.findings import findings
from sim.scenario import load_scenario
from sim.simulation import simulate

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "open-pages.md"


@pytest.fixture(scope="module")
def example(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open-pages") / "open-pages"
    source = ROOT / "scenarios" / "open-pages"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(node_modules, target_is_directory=True)
    return folder


def test_the_page_shows_what_a_day_of_the_example_gives(example: Path) -> None:
    result = simulate(load_scenario(example / "before.yaml"))
    page = " ".join(PAGE.read_text("utf-8").split())
    (finding,) = findings(result)
    assert finding in page
    use = result.by_function["extensions:listPage"]
    row = f"|extensions:listPage | {use.calls:,} | "
    assert row in page


def test_the_other_checkout_runs_the_list_again_when_it_is_put_in_order(example: Path) -> None:
    result = simulate(load_scenario(example / "after.yaml", horizon="3h"))
    assert result.by_function["extensions:rank"].calls == 1  # before anything is counted
    assert "dataChange" not in result.by_function["extensions:listPage"].by_trigger
    assert findings(result) == [findings(result)[-1]]  # that the run is short
