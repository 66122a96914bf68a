"""The published reports say what the scenarios give now: `make reports` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim import simulate
from sim.report import audit_report, to_markdown
from sim.scenario import load_scenario
from tools.publish import (
    AUDITS,
    PICTURE,
    audited,
    charts_of,
    explained,
    picture,
    published,
    with_charts,
)

SCENARIOS = sorted(Path("scenarios").glob("*.yaml"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_still_gives_what_is_published(scenario: Path) -> None:
    result = simulate(load_scenario(scenario))
    report = Path("reports", scenario.name)
    assert published(result) == report.with_suffix(".json").read_text("utf-8"), "see `make reports`"
    charts = charts_of(scenario.stem, result)
    assert with_charts(result, charts) == report.with_suffix(".md").read_text("utf-8")
    for name, chart in charts.items():
        assert chart.svg() + "\n" == Path("reports", name).read_text("utf-8")


def test_explanations_and_the_recommendation_are_as_published() -> None:
    for name, text in explained(Path("scenarios")).items():
        assert text == Path("reports", name).read_text("utf-8"), "see `make reports`"


def test_the_picture_of_the_readme_is_as_published() -> None:
    assert picture(Path("scenarios")) == Path("reports", PICTURE).read_text("utf-8")


@pytest.mark.parametrize("report", AUDITS)
def test_an_audit_is_as_published(report: str) -> None:
    text = to_markdown(audit_report(audited(Path("scenarios"), report)))
    assert text == Path("reports", report).read_text("utf-8"), "see `make reports`"


def test_the_ablation_is_of_the_published_runs() -> None:
    """All of its runs take minutes, so only both ends are compared."""
    ablation = Path("reports/ablation.md").read_text("utf-8")
    ends = re.search(r"\| calls/day \| ([\d.]+M) \| ([\d.]+M) \|", ablation)
    comparison = Path("reports/spike-vs-fixed.md").read_text("utf-8")
    assert ends is not None
    assert f"| function calls per day | {ends[1]} | {ends[2]} |" in comparison
