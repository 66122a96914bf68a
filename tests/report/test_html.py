"""The page: whole, safe, the same bytes every time; charts that say in words what they show."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import sim
from sim.budgets import How, check
from sim.experiments import Comparison
from sim.intervals import interval
from sim.numbers import estimate
from sim.report import (
    Block,
    Bullets,
    Cards,
    Figure,
    Heading,
    Listing,
    TableBlock,
    Text,
    check_page,
    compare_page,
    replications_page,
    run_page,
    to_html,
)
from sim.report.figures import run_charts
from sim.result import Result
from sim.scenario import Scenario, load_budgets, load_scenario
from tests.command import sim as command

NASTY = '<script>alert("&")</script>'


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("scenarios/spike.yaml", horizon="1h", overrides=["bin=5m"])


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> Result:
    return sim.simulate(scenario)


@pytest.fixture(scope="module")
def blocks(scenario: Scenario, result: Result) -> list[Block]:
    return run_page(scenario, result)


@pytest.fixture(scope="module")
def page(blocks: list[Block]) -> str:
    return to_html(blocks)


@pytest.fixture(scope="module")
def compared(scenario: Scenario, result: Result) -> str:
    """The incident beside its fix."""
    fixed = load_scenario("scenarios/fixed.yaml", horizon="1h", overrides=["bin=5m"])
    return to_html(compare_page(Comparison([scenario, fixed], [result, sim.simulate(fixed)])))


def test_a_page_has_the_same_bytes_every_time(
    page: str, scenario: Scenario, result: Result
) -> None:
    assert to_html(run_page(scenario, result)) == page


def test_the_page_asks_for_nothing_and_runs_nothing(page: str) -> None:
    assert "default-src &#x27;none&#x27;" in page
    assert "<script" not in page
    for address in re.findall(r'(?:href|src|url)[=(]"?([^"\s)>]+)', page):
        assert address.startswith("#"), address
    assert len(page) < 400_000


def test_what_a_scenario_is_called_cannot_become_markup() -> None:
    page = to_html([
        Heading(NASTY), Text(NASTY), TableBlock(NASTY, [NASTY], [[NASTY]]), Listing(NASTY, NASTY),
        Figure(NASTY, NASTY, "<svg></svg>"),
    ])  # fmt: skip
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 9


def test_every_chart_is_xml_with_words_and_takes_the_pages_colour(result: Result) -> None:
    charts = run_charts(result)
    assert [chart.title for chart in charts] == [
        "Calls per hour by function", "Waiting jobs and slots in use",
        "Write conflicts by function", "Cost a month by line of the bill", "Outcomes over time",
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


def test_ids_differ_even_of_a_chart_that_stands_on_a_page_twice(compared: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', compared)
    assert len(ids) == len(set(ids))
    used = re.findall(r'(?:href="|url\()#([^")]+)', compared)
    assert set(used) - {"content"} <= set(ids)


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
    scenario: Scenario, blocks: list[Block], tmp_path: Path
) -> None:
    listings = [each for each in blocks if isinstance(each, Listing)]
    (listing,) = (each for each in listings if each.title.startswith("Every setting of"))
    file = tmp_path / "scenario.yaml"
    file.write_text(listing.text)
    assert load_scenario(file) == scenario


def test_a_comparison_opens_with_figures_then_a_chart_findings_and_tables(compared: str) -> None:
    order = ['class="cards many"', "<figure>", "Findings: spike</h2>", "<details open>",
             '<section id="part-2">', "<details>"]  # fmt: skip
    places = [compared.index(mark) for mark in order]
    assert places == sorted(places)
    assert compared.count("<h1>") == 1
    assert compared.count("<h2>") == 2


def test_every_headline_figure_has_its_difference_to_the_first_scenario(compared: str) -> None:
    cards = {re.sub(r"[:,].*", "", card): card for card in texts_of(r"<li><span.*?</li>", compared)}
    assert [title.split(" spike")[0] for title in cards] == [
        "Function calls a day", "Write conflicts a day", "Cost a month", "Setlists filled",
        "Most jobs waiting", "Hardest limit reached",
    ]  # fmt: skip
    calls, conflicts, cost, filled, waiting, limit = cards.values()
    assert re.search(r"spike 18\.\d\dM .*fixed 4\.0\dM -78\.\d% \(better\)", calls)
    assert re.search(r"spike 1\.\d\dM .*fixed \d+ -99\.9% \(better\)", conflicts)
    assert re.search(r"spike \$2,\d{3}\.\d\d fixed \$\d{3}\.\d\d -8\d\.\d% \(better\)", cost)
    assert re.search(r"fixed \d+ -\d\.\d% \(worse\)", filled)
    assert "fixed 0 -100% (better)" in waiting
    assert "scheduler slots" in limit


def test_the_contents_lead_to_every_part(compared: str) -> None:
    (contents,) = re.findall(r"<nav.*?</nav>", compared, re.DOTALL)
    places = re.findall(r'href="#([^"]+)"', contents)
    assert re.findall(r'section id="(part-\d)"', compared) == [
        p for p in places if p.count("-") < 2
    ]
    assert [re.sub("<.*?>", "", link) for link in re.findall(r"<li><a.*?</a>", contents)][:6] == [
        "Side by side", "Calls per hour", "Findings: spike", "Findings: fixed", "Side by side",
        "Settings that differ",
    ]  # fmt: skip
    for place in places:
        assert f'id="{place}"' in compared


def test_what_stands_between_backticks_is_code() -> None:
    page = to_html([Heading("`a`", "run `sim x`"), Text("`<b>` and ` alone"),
                    Bullets("B", ["`c`"]), Figure("F", "`d`", "<svg></svg>"),
                    TableBlock("T", ["`e`"], [["`f`"]])])  # fmt: skip
    assert page.count("<code>") == 8
    assert "<code>&lt;b&gt;</code> and ` alone" in page
    assert "<title>a</title>" in page


def test_no_backtick_is_left_on_the_pages(
    scenario: Scenario, result: Result, compared: str
) -> None:
    for page in (compared, to_html(run_page(scenario, result))):
        assert "<code>sim run scenario.yaml</code>" in page
        assert "`" not in page


def test_a_page_of_two_scenarios_is_small(compared: str) -> None:
    assert len(compared.encode()) < 500_000


def test_a_check_says_how_much_of_each_limit_is_used(tmp_path: Path) -> None:
    file = tmp_path / "budgets.yaml"
    file.write_text(
        "budgets:\n- {id: few, metric: calls, max: 100}\n- {id: many, metric: calls, max: 1G}\n"
        "- {id: some, metric: calls, min: 1}\n"
    )
    scenarios = [load_scenario(f"scenarios/{name}.yaml", horizon="1m", below=[load_budgets(file)])
                 for name in ("normal", "fixed")]  # fmt: skip
    page = to_html(check_page(check(scenarios, How(explain=False))))
    assert page.count("<h1>Budgets broken in 2 of 2 scenarios</h1>") == 1
    verdicts = texts_of(r'<span class="reading">.*?</li>', page)
    assert verdicts.count("1 of 3 bounds broken fail (worse)") == 4
    cut = r"Bars with a gap are cut at 300%\.<"
    assert re.search(rf"above 100% it is broken\. few ×[\d,]+, many &lt;0\.1%\. {cut}", page)
    assert page.count("How much of each upper limit is used</h") == 2


def texts_of(pattern: str, page: str) -> list[str]:
    """What is read of each match."""
    found = re.findall(pattern, page, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub("<.*?>", " ", each)).strip() for each in found]


def test_the_commands_write_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    short = ("--horizon", "10m", "--quiet")
    page = str(tmp_path / "page.html")
    for args in (
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
    assert "<" not in capsys.readouterr().out
    assert Path(page).read_text().endswith("</html>\n")


def test_a_page_of_replications_opens_with_means_and_their_intervals() -> None:
    spike = load_scenario("scenarios/spike.yaml", horizon="10m")
    alone = sim.replications(spike, 3)
    cards = replications_page([alone])[1]
    assert isinstance(cards, Cards)
    assert cards.runs == []
    calls = cards.cards[0].readings[0]
    mean, half = interval([result.calls.per_day for result in alone.results])
    assert calls.value == estimate(mean, half)
    assert "±" in calls.value
    fixed = sim.replications(spike.with_(revision="fixed"), 3)
    cards = replications_page([alone, fixed])[1]
    assert isinstance(cards, Cards)
    before, after = cards.cards[0].readings
    assert before.change == ""
    assert after.is_better
    assert after.value in to_html(replications_page([alone, fixed]))


def test_a_sweep_over_two_settings_has_a_map() -> None:
    swept = sim.sweep("scenarios/monitor.yaml", {"horizon": ["1m", "2m"],
                      "bin": ["30s", "1m"]}, workers=1)  # fmt: skip
    chart = swept.plot.heatmap("function calls per day")
    assert "horizon" in chart.alt
    assert "bandwidth" in swept.plot.heatmap("bandwidth").alt
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
