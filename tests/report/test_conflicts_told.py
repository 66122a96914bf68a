"""What reports say of write conflicts, of identical scenarios and of costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim import Result, compare
from sim.report.compare import compare_report
from sim.report.conflicts import SHOWN, conflict_tables
from sim.report.findings import findings
from sim.report.run import cost_tables, run_report
from sim.result import ConflictDocuments, ConflictPair, Conflicts, CostLine
from tests.made import even, made, use
from tests.report.told import told

DAY_S = 86_400.0


def lost(*pairs: ConflictPair) -> Result:
    """A day with these conflicts."""
    counted = Conflicts(sum(pair.retried for pair in pairs), sum(pair.failed for pair in pairs))
    return replace(
        made({"a:a": use({"cron": 9})}), conflicts=counted, conflict_pairs=list(pairs)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("most", "rest", "expected"),
    [
        (("a:a", "rows", "b:b", 90, 10), 100,
         ["a:a loses most write conflicts: 100 of 200 to b:b, in the table rows."]),
        (("a:a", "rows", "b:b", 90, 10), 101, []),  # less than half of them
        (("a:a", "rows", "a:a", 99, 0), 0, []),  # fewer than a hundred
        (("a:a", "rows", "a:a", 99, 1), 0,
         ["a:a loses most write conflicts: 100 of 100 to itself, in the table rows."]),
        (("a:a", "", "b:b", 100, 0), 0, []),  # its app declares no tables
        (("a:a", "rows", "", 100, 0), 0, []),
    ],
)  # fmt: skip
def test_a_pair_that_makes_half_of_many_conflicts_is_a_finding(
    most: tuple[str, str, str, int, int], rest: int, expected: list[str]
) -> None:
    pairs = [ConflictPair(*most)]
    if rest:
        pairs.append(ConflictPair("c:c", "rows", "c:c", rest // 2, 0))
        pairs.append(ConflictPair("d:d", "rows", "d:d", rest - rest // 2, 0))
    assert findings(lost(*pairs)) == expected


def test_the_largest_pairs_are_listed_and_the_others_summed() -> None:
    pairs = [ConflictPair(f"f:{n}", "rows", "f:w", 20 - n, n % 2) for n in range(SHOWN + 2)]
    (table,) = conflict_tables(pairs, {})
    assert "| (2 others) | | | 19 | 1 |" in told([table])
    assert conflict_tables([], {}) == []


def test_reports_say_how_many_attempts_the_calls_of_those_that_lost_took() -> None:
    loser = replace(
        use({"client": 110}, "mutation"), attempts={"1": 90, "2": 8, "4": 1},
        conflicts_retried=11, conflicts_failed=1,
    )  # fmt: skip
    winner = replace(use({"client": 5}, "mutation"), attempts={"1": 5})
    pairs = [ConflictPair("a:a", "rows", "b:b", 11, 1)]
    _, table = conflict_tables(pairs, {"b:b": winner, "a:a": loser})
    shown = told([table])
    assert "| a:a | 99 | 90.9% | 4 | 1 |" in shown
    assert "b:b" not in shown


def test_a_run_without_conflicts_has_no_table_of_them() -> None:
    assert "who lost what" not in told(run_report(lost()))
    assert "who lost what" in told(run_report(lost(ConflictPair("a:a", "rows", "a:a", 1, 0))))


def test_identical_scenarios_are_said_to_be_identical() -> None:
    same = told(compare_report(compare([even(), even()])))
    other = told(compare_report(compare([even(), even(horizon="20m")])))
    assert "These scenarios are identical" in same
    assert "identical" not in other


def test_calls_are_billed_in_ones_and_priced_by_the_million() -> None:
    line = CostLine("function calls", 0.000479, "million", 25.0, 2.2, 0.0, 0.0)
    result = made({"a:a": use({"cron": 9})})
    table, text = cost_tables(
        replace(result, cost=replace(result.cost, lines=[line], marginal_usd=0.25))
    )
    shown = told([table])
    assert "479 calls" in shown
    assert "$2.20 per million" in shown
    assert "the same run costs $0.25" in told([text])


def test_reports_name_the_index_and_say_whether_a_range_was_lost() -> None:
    pairs = [
        ConflictPair("a:a", "rows", "b:b", 9, 0, "by_owner", "range"),
        ConflictPair("a:a", "rows", "b:b", 8, 0, "by_id", "document"),
        ConflictPair("a:a", "rows", "organic:mutation", 7, 0),
    ]
    documents = [ConflictDocuments("rows", 4, 17, 15)]
    shown = told(conflict_tables(pairs, {}, documents))
    assert "| a:a | rows.by_owner, range | b:b | 9 | 0 |" in shown
    assert "| a:a | rows.by_id | b:b | 8 | 0 |" in shown
    assert "| a:a | rows | organic:mutation | 7 | 0 |" in shown
    assert "| rows | 17 | 4 | 88.2% |" in shown


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ((3, 200, 184), " Of that table's conflicts, 92.0% are about one document."),
        ((1, 200, 200), " Of that table's conflicts, 100% are about one document."),
        ((3, 200, 100), ""),
    ],
)
def test_one_document_that_makes_most_conflicts_of_a_table_is_named(
    documents: tuple[int, int, int], expected: str
) -> None:
    pairs = [
        ConflictPair("a:a", "rows", "a:a", 90, 10, "by_id", "document"),
        ConflictPair("a:a", "rows", "a:a", 90, 10, "by_owner", "range"),
    ]
    result = replace(lost(*pairs), conflict_documents=[ConflictDocuments("rows", *documents)])
    told = "a:a loses most write conflicts: 200 of 200 to itself, in the table rows."
    assert findings(result) == [told + expected]
