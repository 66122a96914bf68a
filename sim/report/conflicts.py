"""Who lost write conflicts to whom, of a run or of logs."""

from __future__ import annotations

from collections.abc import Sequence

from sim.numbers import count
from sim.result import ConflictPair

from .blocks import Block, TableBlock

SHOWN = 10


def conflict_tables(pairs: Sequence[ConflictPair]) -> list[Block]:
    """A table of the largest pairs; none if there are no conflicts."""
    if not pairs:
        return []
    rows = [
        [each.function, each.table or "–", each.winner or "–", count(each.retried),
         count(each.failed)]
        for each in pairs[:SHOWN]
    ]  # fmt: skip
    if rest := pairs[SHOWN:]:
        rows.append([
            f"({len(rest)} others)", "", "", count(sum(each.retried for each in rest)),
            count(sum(each.failed for each in rest)),
        ])  # fmt: skip
    return [TableBlock(
        "Write conflicts: who lost what to whom",
        ["function", "table", "winner", "retried", "failed"], rows, labels=3,
    )]  # fmt: skip
