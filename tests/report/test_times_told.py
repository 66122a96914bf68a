"""Times by function on pages: the figures are those of the result, the rest is told together."""

from __future__ import annotations

from dataclasses import replace

from sim import Result, simulate
from sim.counters import TimesUse
from sim.quantiles import bucket_of
from sim.report import run_page, run_report, times_tables
from sim.report.blocks import TableBlock
from sim.scenario import load_scenario
from tests.made import made, use


def timed(*milliseconds: int) -> TimesUse:
    found = TimesUse.of({bucket_of(1000 * each): 1 for each in sorted(milliseconds)})
    assert found is not None
    return found


def tables(result: Result) -> dict[str, TableBlock]:
    return {block.title: block for block in times_tables(result) if isinstance(block, TableBlock)}


def test_a_function_is_in_the_tables_of_the_times_that_it_has() -> None:
    quick = replace(use({"client": 2}), latency=timed(10, 20))
    job = replace(use({"scheduler": 1}), latency=timed(100), scheduling_lag=timed(3000))
    found = tables(made({"a:quick": quick, "a:job": job, "a:none": use({"flow": 1})}))
    latency, lag = found.values()
    assert [row[:2] for row in latency.rows] == [["a:quick", "2"], ["a:job", "1"]]
    assert [row[0] for row in lag.rows] == ["a:job"]
    assert lag.rows[0][2:] == ["3.00 s", "3.00 s", "3.00 s"]
    assert "late" in lag.title


def test_functions_beyond_the_most_called_are_told_together() -> None:
    functions = {f"a:f{n}": replace(use({"client": 1}), latency=timed(n + 1)) for n in range(20)}
    (table,) = tables(made(functions)).values()
    assert len(table.rows) == 15
    assert table.rows[-1][:2] == ["(6 others)", "6"]


def test_pages_have_the_tables_and_the_report_of_a_run_does_not() -> None:
    scenario = load_scenario("scenarios/fixed.yaml", horizon="1h")
    result = simulate(scenario)
    titles = set(tables(result))
    assert len(titles) >= 2
    assert titles <= {b.title for b in run_page(scenario, result) if isinstance(b, TableBlock)}
    assert not titles & {b.title for b in run_report(result) if isinstance(b, TableBlock)}
