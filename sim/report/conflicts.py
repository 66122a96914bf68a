"""Who lost write conflicts to whom, and how many attempts that took, of a run or of logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.counters import FunctionUse
from sim.numbers import count, percent
from sim.result import ConflictDocuments, ConflictPair

from .blocks import Block, TableBlock

SHOWN = 10


def conflict_tables(
    pairs: Sequence[ConflictPair], functions: Mapping[str, FunctionUse],
    documents: Sequence[ConflictDocuments] = (),
) -> list[Block]:  # fmt: skip
    """Tables of the largest pairs, of what they were about, and of those that lost.

    None if there are no conflicts.
    """
    if not pairs:
        return []
    rows = [
        [each.function, _place(each), each.winner or "–", count(each.retried), count(each.failed)]
        for each in pairs[:SHOWN]
    ]
    if rest := pairs[SHOWN:]:
        rows.append([
            f"({len(rest)} others)", "", "", count(sum(each.retried for each in rest)),
            count(sum(each.failed for each in rest)),
        ])  # fmt: skip
    return [
        TableBlock(
            "Write conflicts: who lost what to whom",
            ["function", "table", "winner", "retried", "failed"], rows, labels=3,
        ),
        *_documents(documents),
        *_attempts(functions),
    ]  # fmt: skip


def _place(pair: ConflictPair) -> str:
    """Where a conflict was: the table, the index, and whether a range of it has got one more."""
    index = f".{pair.index}" if pair.index else ""
    return f"{pair.table}{index}{', range' if pair.what == 'range' else ''}" or "–"


def _documents(documents: Sequence[ConflictDocuments]) -> list[Block]:
    """On how many documents; none if that is not known."""
    rows = [
        [each.table or "–", count(each.conflicts), count(each.documents),
         percent(each.most / each.conflicts)]
        for each in documents[:SHOWN]
    ]  # fmt: skip
    columns = ["table", "conflicts", "documents", "share of the hottest"]
    return (
        [TableBlock("Write conflicts: documents that they are about", columns, rows)]
        if rows
        else []
    )


def _attempts(functions: Mapping[str, FunctionUse]) -> list[Block]:
    """How many attempts the calls of those that lost have had; none if that is not known."""
    again = {name: use for name, use in functions.items() if set(use.attempts) - {"1"}}
    most_first = sorted(again.items(), key=lambda item: -item[1].conflicts_retried)
    rows = [_attempts_row(name, use) for name, use in most_first[:SHOWN]]
    columns = ["function", "calls without retries", "took one attempt", "most attempts", "gave up"]
    return [TableBlock("Write conflicts: attempts that calls took", columns, rows)] if rows else []


def _attempts_row(name: str, use: FunctionUse) -> list[str]:
    calls = sum(use.attempts.values())
    return [
        name, count(calls), percent(use.attempts.get("1", 0) / calls),
        count(max(map(int, use.attempts))), count(use.conflicts_failed),
    ]  # fmt: skip
