"""The page: whole, safe, the same bytes every time; charts that say in words what they show."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import sim
from sim.report import Figure, Heading, Listing, Table, Text, compare_page, run_page, to_html
from sim.report.figures import run_charts
from sim.result import Result
from sim.scenario import Scenario, load_scenario
from tests.command import sim as command

NASTY = '<script>alert("&")</script>'


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("scenarios/spike.yaml", horizon="1h", overrides=["bin=5m"])


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> Result:
    return sim.simulate(scenario)


def test_a_page_has_the_same_bytes_every_time(scenario: Scenario, result: Result) -> None:
    assert to_html(run_page(scenario, result)) == to_html(run_page(scenario, result))


def test_the_page_asks_for_nothing_and_runs_nothing(scenario: Scenario, result: Result) -> None:
    page = to_html(run_page(scenario, result))
    assert "default-src &#x27;none&#x27;" in page
    assert "<script" not in page
    for address in re.findall(r'(?:href|src|url)[=(]"?([^"\s)>]+)', page):
        assert address.startswith("#"), address
    assert len(page) < 400_000


def test_what_a_scenario_is_called_cannot_become_markup() -> None:
    page = to_html([
        Heading(NASTY), Text(NASTY), Table(NASTY, [NASTY], [[NASTY]]), Listing(NASTY, NASTY),
        Figure(NASTY, NASTY, "<svg></svg>"),
    ])  # fmt: skip
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 9


def test_every_chart_is_xml_with_words_and_takes_the_pages_colour(result: Result) -> None:
    charts = run_charts(result)
    assert [chart.title for chart in charts] == [
        "Calls per hour by function", "Backlog and slot use", "Conflicts by function",
        "Cost by line", "Outcomes over time",
    ]  # fmt: skip
    for chart in charts:
        svg = chart.svg()
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == chart.alt
        assert "currentColor" in svg
        assert "#010203" not in svg
        assert len(svg) < 60_000
    assert f"{result.scheduler.peak_backlog:,}" in charts[1].alt


def test_ids_of_several_charts_on_a_page_differ(scenario: Scenario, result: Result) -> None:
    ids = re.findall(r'\bid="([^"]+)"', to_html(run_page(scenario, result)))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("name", "begins"), [("a.svg", b"<svg "), ("a.PNG", b"\x89PNG\r\n"), ("a.pdf", b"%PDF-")]
)
def test_a_chart_is_saved_as_its_suffix_says_and_twice_alike(
    result: Result, tmp_path: Path, name: str, begins: bytes
) -> None:
    files = [tmp_path / name, tmp_path / f"again-{name}"]
    for file in files:
        result.plot.cost().save(file)
    assert files[0].read_bytes().startswith(begins)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("name", ["a.gif", "a", "a.svgz", "a.html"])
def test_a_chart_is_not_saved_as_what_it_cannot_be(
    result: Result, tmp_path: Path, name: str
) -> None:
    with pytest.raises(sim.ScenarioError, match=r"allowed: \.svg, \.png, \.pdf"):
        result.plot.cost().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_chart_of_many_bins_stays_small() -> None:
    scenario = load_scenario("scenarios/monitor.yaml", ["bin=1s"], horizon="1h")
    for chart in run_charts(sim.simulate(scenario)):
        assert len(chart.svg()) < 200_000


def test_the_scenario_on_the_page_is_the_one_that_ran(
    scenario: Scenario, result: Result, tmp_path: Path
) -> None:
    listings = [each for each in run_page(scenario, result) if isinstance(each, Listing)]
    (listing,) = (each for each in listings if each.title.startswith("Every setting of"))
    file = tmp_path / "scenario.yaml"
    file.write_text(listing.text)
    assert load_scenario(file) == scenario


def test_a_page_of_a_comparison_lists_its_parts() -> None:
    scenarios = [load_scenario(f"scenarios/{name}.yaml", horizon="10m")
                 for name in ("normal", "fixed")]  # fmt: skip
    page = to_html(compare_page(sim.compare(scenarios)))
    assert re.findall(r'href="#(part-\d)"', page) == re.findall(r'section id="(part-\d)"', page)
    assert page.count("<h1>") == 3


def test_the_commands_write_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = ("--horizon", "10m", "--quiet")
    page = str(tmp_path / "page.html")
    for args in (
        ("report", "scenarios/fixed.yaml", *short),
        ("run", "scenarios/fixed.yaml", "--format", "html", *short),
        ("compare", "scenarios/normal.yaml", "scenarios/fixed.yaml", "--format", "html", *short),
        ("check", "scenarios/fixed.yaml", "--format", "html", *short,
         "--budgets", "scenarios/budgets/pull-request.yaml", "--no-explain"),
        ("sweep", "scenarios/fixed.yaml", "--format", "html", *short, "--workers", "1", "--vary",
         "app.refresh.limit=10,40", "--vary", "app.refresh.stagger=0s,1s", "--store", ":memory:"),
    ):  # fmt: skip
        assert command(*args) in (0, 1)
        assert capsys.readouterr().out.startswith("<!doctype html>")
    assert command("report", "scenarios/fixed.yaml", "--out", page, *short) == 0
    assert capsys.readouterr().out == ""
    assert Path(page).read_text().endswith("</html>\n")


def test_a_sweep_over_two_settings_has_a_map() -> None:
    swept = sim.sweep("scenarios/monitor.yaml", {"horizon": ["1m", "2m"],
                      "bin": ["30s", "1m"]}, workers=1)  # fmt: skip
    chart = swept.plot.heatmap("function calls per day")
    assert "horizon" in chart.alt
    with pytest.raises(sim.ScenarioError, match="unknown metric"):
        swept.plot.heatmap("function call per days")


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "matplotlib", "pandas", "scipy", "numba", "numpy", "pydantic"
    code = f"import sim, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_result_shows_itself_in_a_notebook(result: Result) -> None:
    assert "function calls a day" in result._repr_html_()
    assert "<svg" in result.plot.calls()._repr_html_()
    assert set(result.functions["type"]) == {"query", "mutation", "action"}
    assert result.functions["calls"].sum() == result.calls.total
