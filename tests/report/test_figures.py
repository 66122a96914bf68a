"""Charts: the last step of a rate is right, layers lead onward, names fit, numbers can be read."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from operator import mul
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import colormaps

import sim
from sim.numbers import count
from sim.report.cards import changed
from sim.report.figures import Chart, call_graph_chart, run_charts, together_chart
from sim.report.figures.bins import MOST_STEPS, Bins
from sim.report.figures.callgraph.layers import back_edges, layers_of, within
from sim.report.figures.run import backlog_chart
from sim.report.figures.sweep import readable_on
from sim.report.figures.words import broken
from sim.result import Conflicts, Result
from sim.scenario import load_scenario


@pytest.fixture(scope="module")
def result() -> Result:
    """Bins of seven minutes in an hour: the last one has four."""
    return sim.simulate(load_scenario("scenarios/spike.yaml", ["bin=7m"], horizon="1h"))


def binned(result: Result, bin_s: int, horizon_s: int) -> Result:
    """The same with other bins, of which only the number and the length are looked at."""
    bins = -(-horizon_s // bin_s)
    return replace(
        result, bin_s=float(bin_s), scenario=replace(result.scenario, horizon_s=float(horizon_s)),
        scheduler=replace(result.scheduler, backlog_per_bin=[0] * bins),
    )  # fmt: skip


def heights(chart: Chart, axes: int) -> list[float]:
    """How high the first line of a chart is at every point of it."""
    drawn: Any = chart.figure.axes[axes].lines[0]
    return [float(height) for height in drawn.get_ydata()]


@given(bin_s=st.integers(1, 5000), horizon_s=st.integers(1, 200_000))
def test_a_steady_rate_is_drawn_steady_to_the_end(
    result: Result, bin_s: int, horizon_s: int
) -> None:
    horizon_s = min(horizon_s, 3000 * bin_s)
    bins = Bins(binned(result, bin_s, horizon_s))
    starts = range(0, horizon_s, bin_s)
    counts = [2.0 * (min(start + bin_s, horizon_s) - start) for start in starts]
    assert bins.rate(counts) == pytest.approx([7200.0] * len(bins.rate(counts)))
    assert bins.mean([0.25 for _ in starts]) == pytest.approx([0.25] * len(bins.rate(counts)))
    assert bins.edges[0] == 0
    assert bins.edges[-1] == horizon_s / 3600
    assert len(bins.edges) - 1 == len(bins.level(counts)) <= MOST_STEPS
    steps = [end - begin for begin, end in pairwise(bins.edges)]
    assert steps[-1] >= 0.499 * steps[0]


@given(counts=st.lists(st.integers(0, 1000), min_size=1, max_size=700))
def test_what_is_drawn_holds_every_call(result: Result, counts: list[int]) -> None:
    bins = Bins(binned(result, 60, 60 * len(counts) - 20))
    steps = zip(bins.rate(counts), pairwise(bins.edges), strict=True)
    held = sum(rate * (end - begin) for rate, (begin, end) in steps)
    assert held == pytest.approx(sum(counts))


def test_no_line_falls_in_the_last_bin_where_nothing_fell(result: Result) -> None:
    slots = heights(backlog_chart(result), 1)
    assert min(slots[-3:]) > 0.99
    calls = heights(together_chart([result]), 0)
    assert calls[-1] == pytest.approx(calls[-3], rel=0.02)
    organic = result.by_function["organic:query"].per_bin
    assert organic[-1] < 0.6 * organic[-2]  # as it was counted


def test_charts_that_would_show_nothing_are_left_out(result: Result) -> None:
    titles = [chart.title for chart in run_charts(result)]
    assert {"Waiting jobs and slots in use", "Cost a month by line of the bill",
            "Outcomes over time"} <= set(titles)  # fmt: skip
    quiet = binned(replace(
        result,
        cost=replace(result.cost, lines=[]),
        outcomes_per_bin={name: bins[:1] for name, bins in result.outcomes_per_bin.items()},
        by_function={name: replace(use, per_bin=use.per_bin[:1])
                     for name, use in result.by_function.items()},
    ), 3600, 3600)  # fmt: skip
    quiet = replace(quiet, scheduler=replace(quiet.scheduler, peak_backlog=40, slot_use=0.5,
                                             slot_use_per_bin=[0.5]))  # fmt: skip
    charts = {chart.title: chart for chart in run_charts(quiet)}
    assert not {"Cost a month by line of the bill", "Outcomes over time"} & set(charts)
    slots = charts["Scheduler slots in use"]
    assert len(slots.figure.axes) == 1
    assert slots.alt == ("The share of the scheduler's slots in use, 50.0% on average. At most 40 "
                         "jobs waited for one, for a short time.")  # fmt: skip


def test_the_time_of_a_run_below_two_hours_is_in_minutes(result: Result) -> None:
    short = together_chart([result]).figure.axes[0]
    assert short.get_xlabel() == "minutes since the start"
    assert [tick.get_text() for tick in short.get_xticklabels()][:3] == ["0", "10", "20"]
    longer = together_chart([binned(result, 420, 7200)]).figure.axes[0]
    assert longer.get_xlabel() == "hours since the start"


def test_a_run_that_calls_nothing_has_charts_too(result: Result) -> None:
    idle = replace(
        result, by_function={}, call_graph=[], conflicts=Conflicts(0, 0), outcomes={},
        cost=replace(result.cost, lines=[]),
    )  # fmt: skip
    graphs = [call_graph_chart(idle), call_graph_chart(idle, narrow=True)]
    for chart in [*run_charts(idle), *graphs, together_chart([idle, idle])]:
        assert chart.svg().startswith("<svg")
    assert graphs[0].alt == "No function calls another."


@given(edges=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=40))
def test_layers_hold_every_node_and_lead_onward_except_in_loops(
    edges: list[tuple[int, int]],
) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((f"f{start}", f"f{end}") for start, end in edges)
    layers = layers_of(graph)
    layer_of = {node: number for number, layer in enumerate(layers) for node in layer}
    assert sum(map(len, layers)) == len(layer_of) == len(graph)
    back = back_edges(graph)
    for start, end in set(graph.edges) - back:
        assert layer_of[start] < layer_of[end]
    for start, end in back:
        assert nx.has_path(graph, end, start)
    assert sorted(node for layer in within(layers, 3) for node in layer) == sorted(graph)
    assert len(within(layers, 3)) <= 3


@given(name=st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=1),
       longest=st.integers(4, 30), lines=st.integers(1, 3))  # fmt: skip
def test_a_long_name_is_broken_or_cut_to_what_there_is_room_for(
    name: str, longest: int, lines: int
) -> None:
    shown = broken(name, longest, lines)
    assert 1 <= len(shown) <= lines
    assert max(map(len, shown)) <= longest
    if not any(line.endswith("…") for line in shown):
        assert "".join(shown) == name


def test_a_name_is_broken_between_its_words() -> None:
    assert broken("updateAllShowCounts", 14, 2) == ["updateAllShow", "Counts"]
    assert broken("populate-missing-fields", 14, 2) == ["populate-", "missing-fields"]


@pytest.mark.filterwarnings("error")
def test_any_name_can_be_drawn(result: Result) -> None:
    use = result.by_function["setlists:autoGenerateSetlist"]
    names = ["$\\frac{$", "a<b>:$x$ & 'c'", "日本:\x1b[31m", "\u202ebackwards", ":", "_"]
    named = replace(
        result, by_function=dict.fromkeys(names, use),
        call_graph=[replace(edge, caller=caller, function=function)
                    for edge in result.call_graph[:1] for caller in names for function in names],
    )  # fmt: skip
    graphs = [call_graph_chart(named, narrow=narrow) for narrow in (False, True)]
    drawn = [chart.svg() for chart in (*run_charts(named), *graphs)]
    for svg in drawn:
        ElementTree.fromstring(svg)
        assert svg.replace("\n", "").isprintable()
    assert "a&lt;b&gt;:$x$ &amp; 'c'" in drawn[0]
    assert "日本:\\x1b[31m" in drawn[0]
    assert "> _</text>" in drawn[0]


def test_the_call_graph_says_what_its_colours_mean(result: Result) -> None:
    for narrow in (False, True):
        chart = call_graph_chart(result, narrow=narrow)
        (legend,) = chart.figure.legends
        assert [text.get_text() for text in legend.get_texts()] == [
            "calls, and waits for the answer", "schedules", "part of a loop",
        ]  # fmt: skip
        svg = chart.svg()
        assert "<title>setlists:autoGenerateSetlist</title>" in svg
        assert "<title>setlists:autoGenerateSetlist schedules spotify:syncArtistCatalog" in svg
    assert "Red lines are part of a loop" in chart.alt


def test_the_call_graph_tells_what_runs_again_from_what_is_called(result: Result) -> None:
    use = next(iter(result.by_function.values()))
    edge = replace(result.call_graph[0], caller="notes:add", function="notes:list", jobs=0,
                   trigger="dataChange", per_day=9.0)  # fmt: skip
    named = replace(result, by_function={"notes:add": use, "notes:list": use}, call_graph=[edge])
    chart = call_graph_chart(named)
    (legend,) = chart.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["writes what open pages show"]
    assert "notes:add runs notes:list again, 9 calls a day" in chart.alt


@given(place=st.floats(0, 1))
def test_numbers_on_a_map_of_colours_can_be_read(place: float) -> None:
    ink = 1.0 if readable_on(place) == "#ffffff" else 0.0
    page = light(*colormaps["cividis"](place)[:3])
    assert (max(ink, page) + 0.05) / (min(ink, page) + 0.05) >= 4.5


def light(*channels: float) -> float:
    """Relative luminance of red, green and blue (WCAG 2.2)."""
    shares = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(sum(map(mul, (0.2126, 0.7152, 0.0722), shares)))


@pytest.mark.parametrize(
    ("value", "base", "told"),
    [(4.01e6, 18.74e6, "-78.6%"), (18.74e6, 4.01e6, "×4.67"), (76, 0, "+76"), (0, 5, "-100%"),
     (35, 1.37e6, "-99.9%"), (5, 5, "same"), (1.00000001e6, 1e6, "same"), (508, 472, "+7.6%")],
)  # fmt: skip
def test_a_difference_is_told_in_a_word(value: float, base: float, told: str) -> None:
    assert changed(value, base, count) == told
