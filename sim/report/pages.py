"""The reports as pages: headline figures, a chart, findings, tables, and how to run it again."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

from sim.budgets import CheckReport, ScenarioCheck
from sim.causes import EXPORTS, Explanation, exported
from sim.experiments import Comparison, Replications, Sweep
from sim.numbers import cell, seconds
from sim.result import Result
from sim.scenario import Scenario

from .blocks import Block, Bullets, Figure, Heading, Listing, TableBlock, Text
from .cards import (
    check_cards,
    explain_cards,
    headline_cards,
    replication_cards,
    sweep_cards,
    verdict_cards,
)
from .check import scenario_blocks
from .compare import compare_report
from .explain import explain_report
from .figures import (
    Chart,
    call_graph_chart,
    calls_chart,
    limits_chart,
    run_charts,
    sweep_charts,
    together_chart,
    use_of,
)
from .lineage import edges_table, generations_table, roots_table
from .replications import paired_report, replications_report
from .run import run_report
from .sweep import CALLS, SHOWN, outcomes_of, sweep_report
from .times import times_tables

_TOOLS = {"dot": "DOT, for Graphviz", "mermaid": "Mermaid", "graphml": "GraphML"}


def run_page(scenario: Scenario, result: Result) -> list[Block]:
    """One run: the headline figures, the calls over time, findings, more charts, tables."""
    heading, texts, bullets, rest = _sorted(run_report(result))
    return [
        replace(heading, short=scenario.name), headline_cards([result]), *texts,
        _both(lambda narrow: calls_chart(result, narrow=narrow)), *bullets,
        *_small(run_charts(result, narrow=True)[1:]), _graph(result), *rest,
        *times_tables(result), *_origins(result), *_exports(result), *_reproduced(scenario, result),
    ]  # fmt: skip


def compare_page(comparison: Comparison) -> list[Block]:
    """The comparison, then every run."""
    heading, _, bullets, rest = _sorted(compare_report(comparison))  # the cards say the same
    results = comparison.results
    blocks: list[Block] = [
        replace(heading, note=_facts(results), short="Side by side"),
        headline_cards(results),
        _both(lambda narrow: together_chart(results, narrow=narrow)), *bullets, *rest,
    ]  # fmt: skip
    for scenario, result in zip(comparison.scenarios, results, strict=True):
        blocks += _one_of_several(scenario, result)
    return blocks


def explain_page(explained: Explanation) -> list[Block]:
    """The explanation with the call graph, as a chart and as text for other tools."""
    heading, texts, bullets, rest = _sorted(explain_report(explained))
    result = explained.result
    return [
        replace(heading, short=explained.scenario.name), explain_cards(explained), *texts,
        _graph(result), *bullets, *rest, *_exports(result),
        *_reproduced(explained.scenario, result),
    ]  # fmt: skip


def replications_page(runs: Sequence[Replications]) -> list[Block]:
    """Replications of a scenario, or of several side by side."""
    (first, *others) = runs
    report = paired_report(runs) if others else replications_report(first)
    heading, texts, bullets, rest = _sorted(report)
    short = "Side by side" if others else first.results[0].scenario.name
    return [replace(heading, short=short), replication_cards(runs), *texts, *bullets, *rest,
            *(_listed(done.scenario) for done in runs)]  # fmt: skip


def sweep_page(swept: Sweep) -> list[Block]:
    """The sweep; over one setting as bars too, over a grid of two as maps of colour."""
    heading, texts, bullets, rest = _sorted(sweep_report(swept))
    charts = [chart for name in _varying(swept) for chart in sweep_charts(swept, name, narrow=True)]
    return [
        replace(heading, short=swept.scenario.name), sweep_cards(swept), *texts, *_small(charts),
        *bullets, *rest, _listed(swept.scenario),
    ]  # fmt: skip


def _varying(swept: Sweep) -> list[str]:
    """The metrics in which two cells differ by more than the digits that are shown."""
    rows, units = swept.table(), swept.units()
    names = [name for name in (*SHOWN, *outcomes_of(swept)) if name != CALLS]
    return [name for name in names if len({cell(row[name][0], units[name]) for row in rows}) > 1]


def check_page(report: CheckReport) -> list[Block]:
    """The check, with how much of each limit is used, scenario by scenario."""
    parts = [block for one in report.scenarios for block in _checked(one)]
    if len(report.scenarios) < 2:
        return parts
    broken = sum(one.verdict == "fail" for one in report.scenarios)
    title = f"Budgets broken in {broken:,} of {len(report.scenarios):,} scenarios"
    return [Heading(title, short="All scenarios"), verdict_cards(report.scenarios), *parts]


def _checked(one: ScenarioCheck) -> list[Block]:
    heading, texts, bullets, rest = _sorted(scenario_blocks(one))
    charts: list[Block] = []
    if any(use_of(check) is not None for check in one.checks):
        charts = [_both(lambda narrow: limits_chart(one.checks, narrow=narrow))]
    return [
        replace(heading, short=one.name), check_cards(one), *texts, *bullets, *charts, *rest,
    ]  # fmt: skip


def _one_of_several(scenario: Scenario, result: Result) -> list[Block]:
    """A run on a page where another part has its headline figures and findings."""
    heading, texts, _, rest = _sorted(run_report(result))
    charts = _small(run_charts(result, narrow=True))
    tables = [replace(block, folded=True) if isinstance(block, TableBlock) else block
              for block in [*rest, *times_tables(result), *_origins(result)]]  # fmt: skip
    return [
        replace(heading, short=scenario.name), *texts, *charts, _graph(result), *tables,
        *_exports(result), *_reproduced(scenario, result),
    ]  # fmt: skip


def _sorted(
    blocks: Iterable[Block],
) -> tuple[Heading, list[Block], list[Block], list[Block]]:
    """A report's heading, the sentences that it opens with, its findings, and the rest."""
    heading, *rest = blocks
    assert isinstance(heading, Heading)
    opening = list(takewhile(lambda block: isinstance(block, Text), rest))
    rest = rest[len(opening) :]
    bullets: list[Block] = [block for block in rest if isinstance(block, Bullets)]
    return heading, opening, bullets, [block for block in rest if block not in bullets]


def _facts(results: Sequence[Result]) -> str:
    """What was run, where that is one thing for all."""
    horizons = " and ".join(dict.fromkeys(seconds(one.scenario.horizon_s) for one in results))
    first = results[0]
    return f"{horizons} simulated, seed {first.scenario.seed}, sim {first.version}"


def _small(charts: Iterable[Chart]) -> list[Block]:
    """Charts that are drawn once, so small that two fit beside each other."""
    return [Figure(chart.title, chart.alt, chart.svg()) for chart in charts]


def _both(draw: Callable[[bool], Chart]) -> Figure:
    """A chart that takes the width of the page, and the same for a telephone."""
    wide, narrow = draw(False), draw(True)
    return Figure(wide.title, wide.alt, wide.svg(), narrow.svg())


def _graph(result: Result) -> Figure:
    return _both(lambda narrow: call_graph_chart(result, narrow=narrow))


def _origins(result: Result) -> list[Block]:
    """Where the calls come from."""
    tables = roots_table(result), generations_table(result), edges_table(result)
    return [table for table in tables if table.rows]


def _exports(result: Result) -> list[Block]:
    """The call graph as text for other tools."""
    return [Listing(f"The call graph as {_TOOLS[name]}", exported(result, name), is_for_tools=True)
            for name in EXPORTS]  # fmt: skip


def _reproduced(scenario: Scenario, result: Result) -> Sequence[Block]:
    return [
        Text(
            f"To run {scenario.name} again, save the settings below as scenario.yaml, then run "
            f"`sim run scenario.yaml` with sim {result.version}. Scenario hash "
            f"{result.scenario.hash}, seed {result.scenario.seed}, engine {result.engine}."
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
