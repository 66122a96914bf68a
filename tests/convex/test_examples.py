"""The example apps give what their pages say, and their fixes do their job."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.report import to_markdown
from sim.report.conflicts import conflict_tables
from sim.report.findings import findings
from sim.result import Result
from sim.scenario import load_scenario
from sim.simulation import simulate

ROOT = Path(__file__).parents[2]
Example = Callable[..., Result]


@pytest.fixture(scope="module")
def example(node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Runs a scenario of an example with the packages beside it."""
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "node_modules").symlink_to(node_modules, target_is_directory=True)

    def run(name: str, scenario: str, horizon: str | None = None) -> Result:
        if not (folder / name).exists():
            source = ROOT / "scenarios" / name
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("node_modules"))
        return simulate(load_scenario(folder / name / scenario, horizon=horizon))

    return run


def page(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text("utf-8").split())


def row(scenario: str, *figures: float) -> str:
    return f"{scenario} {' '.join(f'{figure:,.0f}' for figure in figures)} "


WHOLE = pytest.param(None, marks=pytest.mark.long)
"""The scenario's own horizon, as the pages have it: `make examples`."""


@pytest.mark.parametrize("horizon", ["2h", WHOLE])
def test_a_counter_in_listed_documents_runs_the_list_again(
    example: Example, horizon: str | None
) -> None:
    result = example("open-pages", "before.yaml", horizon)
    use = result.by_function["extensions:listPage"]
    assert use.by_caller["downloads:count"] > 0.8 * use.calls
    found = findings(result)
    assert "runs extensions:listPage again in every open page" in found[0]
    if horizon is None:
        assert found[0] in page("open-pages.md")
        assert f"|extensions:listPage | {use.calls:,} | " in page("open-pages.md")


@pytest.mark.parametrize("horizon", ["2h", WHOLE])
def test_a_counter_beside_the_list_leaves_it_alone(example: Example, horizon: str | None) -> None:
    result = example("open-pages", "after.yaml", horizon)
    triggers = result.by_function["extensions:listPage"].by_trigger
    assert triggers.get("dataChange", 0) < triggers["client"]
    assert result.outcomes["documents_counts"] == 200  # and counts all the same
    if horizon is None:
        assert f"PASS: {triggers['dataChange']:,}" in page("open-pages.md")


@pytest.mark.parametrize("horizon", ["2h", WHOLE])
def test_more_shards_lose_fewer_calls(example: Example, horizon: str | None) -> None:
    lost = []
    for scenario in ("three.yaml", "six.yaml"):
        result = example("limiter-shards", scenario, horizon)
        use = result.by_function["cards:create"]
        created = result.outcomes["documents_cards"]
        assert created + use.conflicts_failed == use.calls - use.conflicts_retried
        assert use.errors == use.conflicts_failed  # the limit itself refuses nobody
        lost.append(use.conflicts_failed / created)
        if horizon is None:
            figures = created, use.conflicts_failed, use.conflicts_retried
            assert row(scenario, *figures) in page("examples.md")
    assert lost[0] > 4 * lost[1]
    assert {each.index for each in result.conflict_pairs} == {"by_id", "by_shard"}
    (shards,) = result.conflict_documents
    assert shards.documents == 6
    assert shards.most < 0.25 * shards.conflicts
    if horizon is None:
        told = to_markdown(conflict_tables(result.conflict_pairs, {}, result.conflict_documents))
        for line in told.splitlines():
            if "limits" in line:
                assert "".join(line.split()).strip("|") in "".join(page("examples.md").split())


@pytest.mark.parametrize("horizon", ["30s", WHOLE])
def test_a_counter_behind_a_webhook_loses_events(example: Example, horizon: str | None) -> None:
    for scenario, share in (("before.yaml", 0.3), ("after.yaml", 0.0)):
        result = example("webhook-counter", scenario, horizon)
        hook = result.by_function["http:POST /delivered"]
        kept, lost = result.outcomes["documents_events"], result.conflicts.failed
        assert abs(hook.calls - kept - lost) < 30  # the last ones are on their way
        assert hook.errors == 0
        assert lost == pytest.approx(share * hook.calls, rel=0.3)
        if horizon is None:
            figures = hook.calls, kept, lost, result.calls.total
            assert row(scenario, *figures) in page("examples.md")


@pytest.mark.parametrize("horizon", ["1h", WHOLE])
def test_a_sixth_attempt_finds_the_rows_quiet(example: Example, horizon: str | None) -> None:
    for scenario, lost in (("once.yaml", True), ("again.yaml", False)):
        result = example("fifth-attempt", scenario, horizon)
        moments = result.by_function["core:begin"].calls
        made, failed = result.outcomes["documents_decisions"], result.conflicts.failed
        assert failed > 0.05 * moments
        assert made == pytest.approx(moments - failed * lost, abs=2)  # one may be on its way
        if horizon is None:
            assert row(scenario, moments, made, failed) in page("examples.md")
