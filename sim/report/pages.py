"""The reports as pages: the same blocks with charts, the settings, and how to run it again."""

from __future__ import annotations

import io
from collections.abc import Sequence

from sim.causes import EXPORTS, Explanation, exported
from sim.experiments import Comparison, Sweep
from sim.result import Result
from sim.scenario import Scenario

from .blocks import Block, Figure, Listing, Text
from .compare import compare_report
from .explain import explain_report
from .figures import Chart, call_graph_chart, heatmap, is_grid_of_two, run_charts
from .lineage import edges_table, generations_table, roots_table
from .run import run_report
from .sweep import SHOWN, outcomes_of, sweep_report


def run_page(scenario: Scenario, result: Result) -> list[Block]:
    """One run: the answer, the charts, the tables, the scenario."""
    heading, headline, bound, *tables = run_report(result)
    return [
        heading, headline, bound, *map(_figure, run_charts(result)), *tables,
        *_lineage(result), *_reproduced(scenario, result),
    ]  # fmt: skip


def explain_page(explained: Explanation) -> list[Block]:
    """The explanation with the call graph, as a chart and as text for other tools."""
    blocks = explain_report(explained)
    return [*blocks, *_graph(explained.result), *_reproduced(explained.scenario, explained.result)]


def _lineage(result: Result) -> list[Block]:
    """Where the calls come from."""
    return [
        roots_table(result), generations_table(result), edges_table(result), *_graph(result),
    ]  # fmt: skip


def _graph(result: Result) -> list[Block]:
    texts = [Listing(f"Call graph as {name}", exported(result, name)) for name in EXPORTS]
    return [_figure(call_graph_chart(result)), *texts]


def compare_page(comparison: Comparison) -> list[Block]:
    """The comparison, then every run."""
    blocks = compare_report(comparison)
    for scenario, result in zip(comparison.scenarios, comparison.results, strict=True):
        blocks += run_page(scenario, result)
    return blocks


def sweep_page(swept: Sweep) -> list[Block]:
    """The sweep; over a grid of two settings as maps of colour too."""
    heading, text, *tables = sweep_report(swept)
    maps: list[Block] = []
    if is_grid_of_two(swept):
        rows = swept.table()
        names = [*SHOWN, *outcomes_of(swept)]
        varying = [name for name in names if len({row[name][0] for row in rows if name in row}) > 1]
        maps = [_figure(heatmap(swept, name)) for name in varying]
    return [heading, text, *maps, *tables, _listed(swept.scenario)]


def _figure(chart: Chart) -> Figure:
    return Figure(chart.title, chart.alt, chart.svg())


def _reproduced(scenario: Scenario, result: Result) -> Sequence[Block]:
    return [
        Text(
            f"To run it again: save the settings below as scenario.yaml, then `sim run "
            f"scenario.yaml` with sim {result.version}. Scenario hash {result.scenario.hash}, "
            f"seed {result.scenario.seed}, engine {result.engine}."
        ),
        _listed(scenario),
    ]


def _listed(scenario: Scenario) -> Listing:
    from ruamel.yaml import YAML

    stream = io.StringIO()
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(scenario.resolved(), stream)
    return Listing(f"Every setting of {scenario.name}", stream.getvalue())
